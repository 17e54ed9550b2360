//! Writing flags: create, edit, archive, restore, delete.

use axum::extract::State;
use hoist_model::change::{Change, FlagChange};
use hoist_model::record::Kind;

use crate::Api;
use crate::body::{Body, Patch};
use crate::endpoints::find;
use crate::problem::Problem;
use crate::wire::schema::{FlagPatch, NewFlag};
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// Makes a flag; it is off in every environment.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = NewFlag, responses(Creating, Refused))]
pub async fn create(
    State(api): State<Api>,
    write: Write,
    body: Body<hoist_model::change::NewFlag>,
) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Flag(FlagChange::Create(Box::new(form)));
    write.create(&api, &body.bytes, change).await
}

/// Changes a flag’s definition: name, description, variants, tags, owner …
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), WriteQuery, WriteHeaders), request_body = FlagPatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::by_key(&api, &write, Kind::Flag, "flag");
    let change = Change::Flag(FlagChange::Edit {
        flag: write.param("flag"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Archives a flag: it is served nowhere and keeps its settings.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/archive", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn archive(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Flag, "flag");
    let change = Change::Flag(FlagChange::Archive {
        flag: write.param("flag"),
    });
    write.edit(&api, &[], document, change).await
}

/// Brings an archived flag back.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/restore", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn restore(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Flag, "flag");
    let change = Change::Flag(FlagChange::Restore {
        flag: write.param("flag"),
    });
    write.edit(&api, &[], document, change).await
}

/// Deletes an archived flag that nothing needs.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn delete(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Flag, "flag");
    let change = Change::Flag(FlagChange::Delete {
        flag: write.param("flag"),
    });
    write.edit(&api, &[], document, change).await
}
