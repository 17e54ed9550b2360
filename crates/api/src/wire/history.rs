//! Entries of the log, for people.

use std::collections::HashMap;

use hoist_model::Id;
use hoist_model::document::Environment;
use hoist_model::log::LogEntry;
use hoist_model::state::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::actor::ActorView;
use crate::answer::shown;

/// A change in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryItem {
    /// Its number.
    pub revision: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who.
    pub actor: ActorView,
    /// What it did, in a sentence.
    pub summary: String,
    /// Why, in the actor's words.
    pub note: String,
    /// Keys of the environments that it touched, as far as they still exist.
    pub environments: Vec<String>,
    /// Key of the project; absent for matters of the organization or instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Folds changes that belong together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub correlation: Option<Id>,
    /// The change that this one took back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
    /// The change that took this one back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<u64>,
    /// Documents and member lists that it touched.
    pub count: usize,
    /// True where the database holds something else than what was written: what it did is lost.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
}

impl HistoryItem {
    /// In the place of an entry whose row is not what was written; time and project are what the
    /// row says.
    pub fn damaged(state: &State, revision: u64, at: Option<Timestamp>, project: Option<Id>) -> Self {
        Self {
            revision,
            at: at.unwrap_or(Timestamp::UNIX_EPOCH),
            actor: ActorView::unknown(),
            summary: format!("damaged entry {revision}"),
            note: String::new(),
            environments: Vec::new(),
            project: project.and_then(|id| state.get(id)).map(|doc| doc.key.to_string()),
            correlation: None,
            undoes: None,
            undone_by: None,
            count: 0,
            damaged: true,
        }
    }

    /// From the entry; `undone` says which revision took which back.
    pub fn of(state: &State, entry: &LogEntry, undone: &HashMap<u64, u64>) -> Self {
        let environments = entry
            .environments
            .iter()
            .filter_map(|id| state.get_a::<Environment>(*id))
            .map(|body| body.key.clone());
        Self {
            revision: entry.revision,
            at: entry.at,
            actor: ActorView::of(state, &entry.actor),
            summary: entry.summary.clone(),
            note: entry.note.clone(),
            environments: environments.collect(),
            project: entry
                .project
                .and_then(|id| state.get(id))
                .map(|doc| doc.key.to_string()),
            correlation: entry.correlation,
            undoes: entry.undoes,
            undone_by: undone.get(&entry.revision).copied(),
            count: shown(&entry.effects).count(),
            damaged: false,
        }
    }
}
