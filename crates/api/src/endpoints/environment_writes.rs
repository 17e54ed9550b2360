//! Writing environments.

use axum::extract::State;
use hoist_model::change::{Change, EnvironmentChange};
use hoist_model::record::Kind;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::endpoints::find;
use crate::problem::Problem;
use crate::wire::schema::EnvironmentPatch;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new environment needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEnvironment {
    /// In paths; fixed.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9][A-Za-z0-9._:@-]*$")]
    pub key: String,
    /// For people; the key unless given.
    #[serde(default)]
    pub name: String,
    /// At most four letters; the key’s first unless given.
    #[serde(default)]
    pub code: String,
    /// Colour, 1 to 6.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 6)]
    pub hue: Option<u8>,
    /// Whether changes there are graded as dangerous.
    #[serde(default)]
    pub protected: bool,
}

/// Every environment, once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderForm {
    /// Keys in promotion order.
    pub environments: Vec<String>,
}

/// Makes an environment; every flag is off there.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/environments", tag = "environments",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = NewEnvironment, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewEnvironment>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Environment(EnvironmentChange::Create {
        key: form.key,
        name: form.name,
        code: form.code,
        hue: form.hue,
        protected: form.protected,
    });
    write.create(&api, &body.bytes, change).await
}

/// Changes an environment’s name, code, colour or protection.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}", tag = "environments",
    params(("organization" = String, Path), ("project" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), request_body = EnvironmentPatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::by_key(&api, &write, Kind::Environment, "environment");
    let change = Change::Environment(EnvironmentChange::Edit {
        environment: write.param("environment"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Deletes an environment with the configuration of every flag there.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}", tag = "environments",
    params(("organization" = String, Path), ("project" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn delete(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Environment, "environment");
    let change = Change::Environment(EnvironmentChange::Delete {
        environment: write.param("environment"),
    });
    write.edit(&api, &[], document, change).await
}

/// Sets the promotion order.
#[utoipa::path(put, path = "/hoist/v1/organizations/{organization}/projects/{project}/environment_order", tag = "environments",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = OrderForm, responses(Changing, Refused))]
pub async fn order(State(api): State<Api>, write: Write, body: Body<OrderForm>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Environment(EnvironmentChange::Order {
        environments: form.environments,
    });
    write.edit(&api, &body.bytes, None, change).await
}
