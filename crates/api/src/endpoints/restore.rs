//! Restoring what was: a change like any other.

use axum::extract::State;
use hoist_model::change::{Change, FlagChange, ProjectChange};
use hoist_model::record::Kind;

use super::find;
use super::undo::revision_of;
use crate::Api;
use crate::problem::Problem;
use crate::write::{Changing, Refused, Write, WriteHeaders, WriteQuery, Written};

/// Lays what a flag was after a change, with its settings everywhere, onto what it is now; also one that is deleted.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/history/{revision}/restore", tag = "history",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("revision" = u64, Path), WriteQuery, WriteHeaders),
    responses(Changing, Refused))]
pub async fn restore_flag(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let revision = revision_of(&write)?;
    let document = find::by_key(&api, &write, Kind::Flag, "flag");
    let change = Change::Flag(FlagChange::RestoreTo {
        flag: write.param("flag"),
        revision,
    });
    write.edit(&api, &[], document, change).await
}

/// Lays what a project was after a change onto what it is now. Kills, keys of software, members and environments that
/// came later stay.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/history/{revision}/restore", tag = "history",
    params(("organization" = String, Path), ("project" = String, Path), ("revision" = u64, Path), WriteQuery, WriteHeaders),
    responses(Changing, Refused))]
pub async fn restore_project(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let revision = revision_of(&write)?;
    let change = Change::Project(ProjectChange::RestoreTo {
        project: write.param("project"),
        revision,
    });
    write.edit(&api, &[], None, change).await
}
