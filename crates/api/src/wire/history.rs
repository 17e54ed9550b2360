//! Entries of the log, for people.

use std::collections::HashMap;

use hoist_model::Id;
use hoist_model::brief::Brief;
use hoist_model::document::Environment;
use hoist_model::record::Kind;
use hoist_model::state::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::actor::ActorView;

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

    /// From an entry; `undone` says which revision took which back.
    pub fn of(state: &State, brief: &Brief, undone: &HashMap<u64, u64>) -> Self {
        let environments = brief
            .environments
            .iter()
            .filter_map(|id| state.get_a::<Environment>(*id))
            .map(|body| body.key.clone());
        Self {
            revision: brief.revision,
            at: brief.at,
            actor: ActorView::of(state, &brief.actor),
            summary: brief.summary.clone(),
            note: brief.note.clone(),
            environments: environments.collect(),
            flags: flags(state, brief),
            project: brief
                .project
                .and_then(|id| state.get(id))
                .map(|doc| doc.key.to_string()),
            correlation: brief.correlation,
            undoes: brief.undoes,
            undone_by: undone.get(&brief.revision).copied(),
            count: brief.count,
            damaged: false,
        }
    }
}

/// Flags named in one item.
const NAMED: usize = 3;

/// Keys of the flags that an entry defines or sets up.
fn flags(state: &State, brief: &Brief) -> Vec<String> {
    let mut keys = Vec::new();
    let docs = brief.flags.iter().filter_map(|id| state.get(*id));
    for doc in docs.filter(|doc| doc.body.kind() == Kind::Flag) {
        let key = doc.key.to_string();
        if !keys.contains(&key) {
            keys.push(key);
        }
        if keys.len() == NAMED {
            break;
        }
    }
    keys
}
