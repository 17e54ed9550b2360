//! A project out of the database, as it is or as it was.

use hoist_app::loading::Loaded;
use hoist_app::past::project_at;
use hoist_model::Id;
use hoist_model::portable::ProjectFile;
use hoist_model::record::Kind;
use hoist_model::state::State;
use hoist_store::Store;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::place::{PlaceFlags, choose};
use super::{FAILED, Failure, data};
use crate::config::DataFlags;

/// What of the database is wanted.
pub(super) struct Wanted<'a> {
    pub(super) data: &'a DataFlags,
    pub(super) place: &'a PlaceFlags,
    /// As it was after this change; as it is unless given.
    pub(super) revision: Option<u64>,
    /// Kills that end before are not in force.
    pub(super) now: Timestamp,
}

/// The project, and its name for people.
///
/// # Errors
/// When the project or the revision is not found, or rows of the database are damaged.
pub(super) async fn project(wanted: &Wanted<'_>) -> Result<(String, ProjectFile), Failure> {
    let config = data::store_config(&data::existing(wanted.data)?);
    let (store, loaded) = data::open_and_load(&config).await?;
    let found = find(&store, &loaded, wanted).await;
    store.close().await;
    found
}

async fn find(store: &Store, loaded: &Loaded, wanted: &Wanted<'_>) -> Result<(String, ProjectFile), Failure> {
    let lost: Vec<String> = loaded.lost().map(ToString::to_string).collect();
    if !lost.is_empty() {
        let rows = lost.join("\n  ");
        let message = format!("the database has damaged rows, the project would be without them:\n  {rows}");
        return Err(Failure { code: FAILED, message });
    }
    let state = &loaded.state;
    let (organization, project) = choose(
        &places(state),
        wanted.place.organization.as_deref(),
        wanted.place.project.as_deref(),
    )?;
    let name = format!("{organization}/{project}");
    let id = state
        .find(Kind::Organization, None, &organization)
        .and_then(|doc| state.find(Kind::Project, Some(doc.id), &project))
        .map(|doc| doc.id);
    let id = id.ok_or_else(|| Failure::bad_input(format!("there is no project {name}")))?;
    let file = match wanted.revision {
        None => ProjectFile::of(state, id, wanted.now),
        Some(revision) => ProjectFile::of(&past(store, state, id, revision).await?, id, wanted.now),
    };
    let missing = || Failure::bad_input(format!("--as-of-revision: there was no project {name} then"));
    Ok((name.clone(), file.ok_or_else(missing)?))
}

async fn past(store: &Store, state: &State, project: Id, revision: u64) -> Result<State, Failure> {
    let past = project_at(store, state, project, revision).await;
    past.map_err(|error| Failure::bad_input(format!("--as-of-revision {revision}: {error}")))
}

/// Every organization with its projects, as a session lists them.
fn places(state: &State) -> Json {
    let organizations = state.list(Kind::Organization, None).map(|organization| {
        let projects = state.list(Kind::Project, Some(organization.id));
        let projects: Vec<Json> = projects.map(|project| json!({"key": project.key})).collect();
        json!({"key": organization.key, "projects": projects})
    });
    json!({"organizations": organizations.collect::<Vec<_>>()})
}
