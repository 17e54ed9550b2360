//! What is asked for, where new things and the past come from, and why planning may refuse.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Then;
use crate::Id;
use crate::authorise::Place;
use crate::change::Change;
use crate::log::LogEntry;
use crate::permission::Permission;

/// Several changes that happen together or not at all.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where.
    pub place: Place,
    /// In order; later ones see what earlier ones did. At most 500.
    pub changes: Vec<Change>,
    /// Why, for people.
    pub note: String,
    /// Revisions of documents that the changes were made from.
    pub base: BTreeMap<Id, u64>,
    /// What becomes of a change to a document that has moved on since.
    pub moved: Moved,
}

/// What becomes of a change to a document that has moved on from its base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moved {
    /// It is merged; the same part changed twice is a conflict.
    #[default]
    Merge,
    /// It is refused.
    Refuse,
}

/// Where new things come from.
pub trait Source {
    /// A new id.
    fn id(&mut self) -> Id;
    /// A new salt: 16 characters.
    fn salt(&mut self) -> String;
    /// A new secret with this prefix, and the digest that is kept of it.
    fn secret(&mut self, prefix: &str) -> (String, String);
    /// The digest that is kept of a secret.
    fn digest(&self, secret: &str) -> String;
    /// A new one-time password, and the hash that is kept of it.
    fn password(&mut self) -> (String, String);
}

/// What happened before.
pub trait Past {
    /// A document's body as a revision left it.
    fn body_at(&self, document: Id, revision: u64) -> Option<Json>;
    /// A log entry.
    fn entry(&self, revision: u64) -> Option<&LogEntry>;
    /// Entries after that one that touch a document of its, oldest first.
    fn later(&self, revision: u64) -> Vec<&LogEntry>;
    /// What a flag, or the whole project of the request, was at a revision, where it is not that now.
    fn then(&self, flag: Option<&str>, revision: u64) -> Option<Arc<Then>>;
}

/// Something wrong with what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable word.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// JSON pointer into the request.
    pub pointer: String,
}

/// Why a request cannot be planned.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// Not there, or not visible to the actor.
    NotFound {
        /// Such as `flag checkout`.
        what: String,
    },
    /// Visible, but not allowed.
    Denied {
        /// What it takes; absent: an operator.
        permission: Option<Permission>,
    },
    /// Cannot be.
    Invalid(Vec<Problem>),
    /// Somebody else changed the same part meanwhile.
    Conflict {
        /// The document.
        document: Id,
        /// Its revision now: the winner's.
        winner: u64,
        /// Paths that both changed; empty: the whole document.
        paths: Vec<String>,
    },
}
