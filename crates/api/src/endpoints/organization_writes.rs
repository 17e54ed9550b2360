//! Writing organizations.

use axum::extract::State;
use hoist_model::change::{Change, OrganizationChange};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::endpoints::find;
use crate::problem::Problem;
use crate::wire::schema::NamePatch;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new organization needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// In paths; fixed.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9][A-Za-z0-9._:@-]*$")]
    pub key: String,
    /// For people; the key unless given.
    #[serde(default)]
    pub name: String,
}

/// Makes an organization.
#[utoipa::path(post, path = "/hoist/v1/organizations", tag = "organizations",
    params(WriteQuery, WriteHeaders), request_body = NewOrganization, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewOrganization>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Organization(OrganizationChange::Create {
        key: form.key,
        name: form.name,
    });
    write.create(&api, &body.bytes, change).await
}

/// Renames an organization.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}", tag = "organizations",
    params(("organization" = String, Path), WriteQuery, WriteHeaders), request_body = NamePatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::place(&write);
    let change = Change::Organization(OrganizationChange::Edit {
        organization: write.param("organization"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}
