//! What has been published: a live stream with a memory for those who come back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use hoist_model::Id;
use hoist_model::log::{Actor, Effect, LogEntry};
use hoist_model::record::Kind;
use tokio::sync::broadcast;

/// A document that a change touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// What it is about.
    pub kind: Kind,
    /// The document.
    pub id: Id,
    /// Its key; for settings the flag's key.
    pub key: String,
}

/// One published change, or the passing of time in an environment.
#[derive(Clone, Debug)]
pub struct Published {
    /// The revision that is now current.
    pub revision: u64,
    /// The project, if it is about one.
    pub project: Option<Id>,
    /// Environments whose answers may differ now.
    pub environments: Vec<Id>,
    /// Documents that changed; empty when only time has passed.
    pub touched: Vec<Touched>,
    /// Who did it; absent when only time has passed.
    pub actor: Option<Actor>,
    /// In words.
    pub summary: String,
}

impl Published {
    /// What an entry tells; `name` finds the key that people know a document by.
    pub fn from_entry(entry: &LogEntry, environments: Vec<Id>, name: impl Fn(&Effect) -> (Kind, String)) -> Self {
        let told = entry.effects.iter().filter(|effect| !effect.is_bookkeeping());
        let touched = told.map(|effect| {
            let (kind, key) = name(effect);
            Touched {
                kind,
                id: effect.document(),
                key,
            }
        });
        Self {
            revision: entry.revision,
            project: entry.project,
            environments,
            touched: touched.collect(),
            actor: Some(entry.actor.clone()),
            summary: entry.summary.clone(),
        }
    }
}

/// Entries kept for those who come back with a revision.
const MEMORY: usize = 2048;
/// How far a slow reader may fall behind before it is told to start anew.
const BACKLOG: usize = 1024;

/// The stream.
#[derive(Debug)]
pub struct Events {
    sender: broadcast::Sender<Arc<Published>>,
    recent: Mutex<VecDeque<Arc<Published>>>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            sender: broadcast::channel(BACKLOG).0,
            recent: Mutex::new(VecDeque::new()),
        }
    }
}

/// What happened since a revision.
#[derive(Debug)]
pub enum Missed {
    /// All of it, oldest first.
    All(Vec<Arc<Published>>),
    /// More than is remembered: read everything anew.
    TooMuch,
}

impl Events {
    /// Tells everybody.
    pub fn publish(&self, published: Published) {
        let published = Arc::new(published);
        let mut recent = self.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !published.touched.is_empty() {
            if recent.len() == MEMORY {
                recent.pop_front();
            }
            recent.push_back(Arc::clone(&published));
        }
        // Nobody listening is fine.
        let _ = self.sender.send(published);
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Published>> {
        self.sender.subscribe()
    }

    /// What was published after a revision; `current` is the revision now.
    pub fn since(&self, revision: u64, current: u64) -> Missed {
        if revision >= current {
            return Missed::All(Vec::new());
        }
        let recent = self.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match recent.front() {
            Some(first) if first.revision <= revision + 1 => {
                Missed::All(recent.iter().filter(|each| each.revision > revision).cloned().collect())
            }
            _ => Missed::TooMuch,
        }
    }
}
