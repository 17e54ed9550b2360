//! The parts of the past that one submission needs, read before it is planned.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::{Change, FlagChange, ProjectChange};
use hoist_model::log::{Effect, LogEntry};
use hoist_model::plan::{More, Past, Then};
use hoist_model::state::State;
use hoist_store::{HistoryFilter, Logged, Store, StoreError};
use serde_json::Value as Json;

use super::PastError;
use super::rewind::Rewind;
use crate::submit::Submission;
use crate::writer::Written;

/// The parts of the past that one submission needs, read before planning.
#[derive(Default)]
pub(crate) struct LoadedPast {
    bodies: HashMap<(Id, u64), Json>,
    entries: HashMap<u64, LogEntry>,
    later: HashMap<u64, Vec<LogEntry>>,
    thens: HashMap<(Option<String>, u64), Arc<Then>>,
}

/// Which parts of the past a submission needs.
pub(crate) struct Wanted {
    bodies: Vec<(Id, u64)>,
    entries: Vec<u64>,
    thens: Vec<(Id, Option<String>, u64)>,
}

impl Wanted {
    pub(crate) fn of(state: &State, submission: &Submission) -> Self {
        // Before revision 1 nothing was kept.
        let moved = |(id, revision): &(&Id, &u64)| {
            **revision > 0 && state.get(**id).is_some_and(|doc| doc.revision != **revision)
        };
        let bodies = submission
            .request
            .base
            .iter()
            .filter(moved)
            .map(|(id, revision)| (*id, *revision))
            .collect();
        let undone = |change: &Change| match change {
            Change::Undo { revision } => Some(*revision),
            _ => None,
        };
        let project = match submission.request.place {
            Place::Project(project) => Some(project),
            _ => None,
        };
        let restored = |change: &Change| match change {
            Change::Flag(FlagChange::RestoreTo { flag, revision }) => Some((project?, Some(flag.clone()), *revision)),
            Change::Project(ProjectChange::RestoreTo { revision, .. }) => Some((project?, None, *revision)),
            _ => None,
        };
        let changes = &submission.request.changes;
        let thens = changes.iter().filter_map(restored);
        Self {
            bodies,
            entries: changes.iter().filter_map(undone).collect(),
            thens: thens
                .filter(|(_, _, revision)| (1..=state.revision()).contains(revision))
                .collect(),
        }
    }

    /// Whether it takes a look back at a whole flag or project.
    pub(crate) fn looks_back(&self) -> bool {
        !self.thens.is_empty()
    }
}

impl LoadedPast {
    /// Reads what is wanted, seen from a state that the pending entries have brought about.
    pub(crate) async fn fetch(
        store: &Store,
        wanted: Wanted,
        now: &State,
        pending: Vec<&LogEntry>,
    ) -> Result<Self, StoreError> {
        let mut past = Self::default();
        for (project, flag, revision) in wanted.thens {
            let rewind = Rewind::new(store, now, pending.clone(), project, revision);
            if let Some(then) = then(store, rewind, (project, flag.as_deref(), revision), &pending).await? {
                past.thens.insert((flag, revision), Arc::new(then));
            }
        }
        for (id, revision) in wanted.bodies {
            if let Some(record) = store.document_at(id, revision).await? {
                let body = serde_json::from_str(record.body.get()).unwrap_or(Json::Null);
                past.bodies.insert((id, revision), body);
            }
        }
        for revision in wanted.entries {
            if let Some(entry) = store.entry(revision).await? {
                past.later.insert(revision, later(store, &entry).await?);
                past.entries.insert(revision, entry);
            }
        }
        Ok(past)
    }

    /// Adds what the open batch holds already and nobody else can see.
    pub(crate) fn with_batch(mut self, batch: &[Written]) -> Self {
        for (revision, later) in &mut self.later {
            let documents = self.entries.get(revision).map(documents_of).unwrap_or_default();
            let entries = batch.iter().map(|written| &written.entry);
            later.extend(entries.filter(|entry| touches(entry, &documents)).cloned());
        }
        self
    }
}

/// Log entries read at once when looking for later ones.
const LATER: u32 = 500;

/// Entries after this one that touch a document of its, oldest first.
async fn later(store: &Store, undone: &LogEntry) -> Result<Vec<LogEntry>, StoreError> {
    let documents = documents_of(undone);
    let mut found = Vec::new();
    let mut after = undone.revision;
    loop {
        let entries = store.tail(after, LATER).await?;
        let full = entries.len() == LATER as usize;
        after = entries.last().map_or(after, |last| last.revision);
        found.extend(entries.into_iter().filter(|entry| touches(entry, &documents)));
        if !full {
            return Ok(found);
        }
    }
}

fn documents_of(entry: &LogEntry) -> HashSet<Id> {
    entry.effects.iter().map(Effect::document).collect()
}

fn touches(entry: &LogEntry, documents: &HashSet<Id>) -> bool {
    entry
        .effects
        .iter()
        .any(|effect| documents.contains(&effect.document()))
}

impl Past for LoadedPast {
    fn body_at(&self, document: Id, revision: u64) -> Option<Json> {
        self.bodies.get(&(document, revision)).cloned()
    }

    fn entry(&self, revision: u64) -> Option<&LogEntry> {
        self.entries.get(&revision)
    }

    fn later(&self, revision: u64) -> Vec<&LogEntry> {
        self.later.get(&revision).into_iter().flatten().collect()
    }

    fn then(&self, flag: Option<&str>, revision: u64) -> Option<Arc<Then>> {
        self.thens.get(&(flag.map(str::to_owned), revision)).cloned()
    }
}

/// Later changes that a plan may name.
const NAMED: u32 = 50;

/// What a flag or project was, with what came since.
async fn then(
    store: &Store,
    rewind: Rewind<'_>,
    (project, flag, revision): (Id, Option<&str>, u64),
    pending: &[&LogEntry],
) -> Result<Option<Then>, StoreError> {
    let is_own = |entry: &LogEntry| (entry.project == Some(project)).then_some(entry.at);
    let written = match pending.iter().find(|entry| entry.revision == revision) {
        Some(entry) => is_own(entry),
        None => store.entry(revision).await?.as_ref().and_then(is_own),
    };
    let Some(written_at) = written else { return Ok(None) };
    let mut then = match rewind.then(flag).await {
        Ok(then) => then,
        Err(PastError::Store(error)) => return Err(error),
        Err(error) => return Err(StoreError::Internal(error.to_string())),
    };
    then.written_at = written_at;
    let filter = HistoryFilter {
        projects: vec![project],
        documents: then.flag.into_iter().collect(),
        ..HistoryFilter::default()
    };
    let found = store.history(&filter, None, NAMED).await?;
    let later: Vec<_> = found.iter().take_while(|entry| entry.revision() > revision).collect();
    then.more = if later.len() == NAMED as usize {
        More::Yes
    } else {
        More::No
    };
    let told = |entry: &&Logged| Some((entry.revision(), entry.brief()?.summary.clone()));
    then.since = later.iter().filter_map(told).collect();
    Ok(Some(then))
}
