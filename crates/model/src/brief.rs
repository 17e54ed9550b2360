//! An entry of the log in brief: what lists tell of it. An import is a thousand times larger than its brief.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::log::{Actor, Effect, LogEntry};
use crate::record::{Kind, Record};

/// An entry without its intent and effects, and what lists ask about these.
///
/// Briefs of large entries are stored: a new field needs a default, and a migration where the default is not true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brief {
    /// As in the entry.
    pub revision: u64,
    /// As in the entry.
    pub change: Id,
    /// As in the entry.
    pub at: Timestamp,
    /// As in the entry.
    pub actor: Actor,
    /// As in the entry.
    pub project: Option<Id>,
    /// As in the entry.
    pub environments: Vec<Id>,
    /// As in the entry.
    pub summary: String,
    /// As in the entry.
    pub note: String,
    /// As in the entry.
    pub correlation: Option<Id>,
    /// As in the entry.
    pub undoes: Option<u64>,
    /// Documents and member lists that it touches, without mere bookkeeping.
    pub count: usize,
    /// What may be flags that it defines or sets up, each once, in the order of the effects.
    pub flags: Vec<Id>,
    /// Organizations that it may be about, each once; empty where it belongs to a project.
    pub organizations: Vec<Id>,
}

impl Brief {
    /// Of an entry.
    pub fn of(entry: &LogEntry) -> Self {
        let shown: Vec<&Effect> = entry.effects.iter().filter(|effect| !effect.is_bookkeeping()).collect();
        let organizations = match entry.project {
            Some(_) => Vec::new(),
            None => once_each(entry.effects.iter().filter_map(record).flat_map(organizations)),
        };
        Self {
            revision: entry.revision,
            change: entry.change,
            at: entry.at,
            actor: entry.actor.clone(),
            project: entry.project,
            environments: entry.environments.clone(),
            summary: entry.summary.clone(),
            note: entry.note.clone(),
            correlation: entry.correlation,
            undoes: entry.undoes,
            count: shown.len(),
            flags: once_each(shown.into_iter().filter_map(record).filter_map(flag)),
            organizations,
        }
    }
}

const fn record(effect: &Effect) -> Option<&Record> {
    match effect {
        Effect::Put { after: record, .. } | Effect::Remove { before: record } => Some(record),
        Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => None,
    }
}

fn flag(record: &Record) -> Option<Id> {
    match record.kind {
        Kind::Flag => Some(record.id),
        // A setting is keyed by its flag and its environment.
        _ => record.key.split_once('/').and_then(|(flag, _)| flag.parse().ok()),
    }
}

/// The document itself, if it is an organization, and what it belongs to.
fn organizations(record: &Record) -> impl Iterator<Item = Id> {
    let own = (record.kind == Kind::Organization).then_some(record.id);
    own.into_iter().chain(record.scope)
}

fn once_each(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut seen = HashSet::new();
    ids.filter(|id| seen.insert(*id)).collect()
}
