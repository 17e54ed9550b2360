//! Entries of the log, for people.

use std::collections::HashMap;

use hoist_model::Id;
use hoist_model::document::Environment;
use hoist_model::log::{Effect, LogEntry};
use hoist_model::record::Kind;
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
    /// Keys of the flags that it is about, the first three of those that still exist.
    pub flags: Vec<String>,
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
            flags: Vec::new(),
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
            flags: flags(state, entry),
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

/// Flags named in one item.
const NAMED: usize = 3;

/// The flags that an entry defines or sets up.
fn flags(state: &State, entry: &LogEntry) -> Vec<String> {
    let mut keys = Vec::new();
    for effect in shown(&entry.effects) {
        let (Effect::Put { after: record, .. } | Effect::Remove { before: record }) = effect else {
            continue;
        };
        let id = match record.kind {
            Kind::Flag => Some(record.id),
            // A setting is keyed by its flag and its environment.
            _ => record.key.split_once('/').and_then(|(flag, _)| flag.parse().ok()),
        };
        let doc = id
            .and_then(|id| state.get(id))
            .filter(|doc| doc.body.kind() == Kind::Flag);
        if let Some(key) = doc.map(|doc| doc.key.to_string()).filter(|key| !keys.contains(key)) {
            keys.push(key);
            if keys.len() == NAMED {
                break;
            }
        }
    }
    keys
}
