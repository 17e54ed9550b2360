//! Writing projects.

use axum::extract::State;
use hoist_model::change::{Change, ProjectChange};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::endpoints::find;
use crate::problem::Problem;
use crate::wire::schema::ProjectPatch;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new project needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// In paths; fixed.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9][A-Za-z0-9._:@-]*$")]
    pub key: String,
    /// For people; the key unless given.
    #[serde(default)]
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// Whether new flags are visible to client credentials unless said otherwise.
    #[serde(default)]
    pub client_visible_default: bool,
}

/// Makes a project without environments.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects", tag = "projects",
    params(("organization" = String, Path), WriteQuery, WriteHeaders), request_body = NewProject, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewProject>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Project(ProjectChange::Create {
        key: form.key,
        name: form.name,
        description: form.description,
        client_visible_default: form.client_visible_default,
    });
    write.create(&api, &body.bytes, change).await
}

/// Changes a project’s settings.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}", tag = "projects",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = ProjectPatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::place(&write);
    let change = Change::Project(ProjectChange::Edit {
        project: write.param("project"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Deletes a project with all it holds.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}", tag = "projects",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn delete(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::place(&write);
    let change = Change::Project(ProjectChange::Delete {
        project: write.param("project"),
    });
    write.edit(&api, &[], document, change).await
}
