//! Undo: a change like any other.

use axum::extract::State;
use hoist_model::change::Change;

use crate::Api;
use crate::problem::Problem;
use crate::write::{Changing, Refused, Write, WriteHeaders, WriteQuery, Written};

/// Takes back what one revision did, and keeps what happened since.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/history/{revision}/undo", tag = "history",
    params(("organization" = String, Path), ("project" = String, Path), ("revision" = u64, Path), WriteQuery, WriteHeaders),
    responses(Changing, Refused))]
pub async fn undo(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let revision = revision_of(&write)?;
    write.edit(&api, &[], None, Change::Undo { revision }).await
}

/// The revision of the path.
///
/// # Errors
/// 404 for what cannot be one.
pub(super) fn revision_of(write: &Write) -> Result<u64, Problem> {
    let text = write.param("revision");
    // What the database counts with.
    let revision = text.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok());
    revision.ok_or_else(|| Problem::not_found(format!("revision {text}")))
}
