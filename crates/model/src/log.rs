//! The log: what happened, as generic effects that replay without knowing any intent.
//!
//! An intent (a `Change`) is kept beside its effects for people only; nothing replays it. So a
//! year-old entry stays readable and applicable whatever validation has become.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::Id;
use crate::document::{self, Project};
use crate::record::{Kind, Record};

/// One committed change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Number in the log: dense, in commit order.
    pub revision: u64,
    /// Made by whoever asked, so that an unknown outcome can be looked up.
    pub change: Id,
    /// When it was planned.
    pub at: Timestamp,
    /// Who did it, and by which means.
    pub actor: Actor,
    /// The project it belongs to; absent for instance and organization matters.
    pub project: Option<Id>,
    /// Environments it touches.
    pub environments: Vec<Id>,
    /// One sentence for people.
    pub summary: String,
    /// Why, in the actor's words.
    pub note: String,
    /// Folds entries that belong together (an import, a bulk change).
    pub correlation: Option<Id>,
    /// The revision that this one undoes.
    pub undoes: Option<u64>,
    /// The intent, for people. Never replayed, never holds a secret.
    pub intent: Json,
    /// What replay does.
    pub effects: Vec<Effect>,
}

/// Who acts, and by which means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// A person in the console.
    User {
        /// The user document.
        id: Id,
    },
    /// A person's access token.
    Token {
        /// The user it belongs to.
        user: Id,
        /// The token document.
        id: Id,
    },
    /// Somebody at the machine's shell.
    Operator,
    /// Hoist itself, with its reason in the note.
    System,
}

/// What a change did to one document or member list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A document is created or replaced.
    Put {
        /// As it was; absent when created.
        before: Option<Record>,
        /// As it is; its revision is the entry's.
        after: Record,
    },
    /// A document is gone.
    Remove {
        /// As it was.
        before: Record,
    },
    /// Subjects join a segment's member rows; those already in are left out.
    AddMembers {
        /// The segment document.
        segment: Id,
        /// Subject keys.
        members: Vec<String>,
    },
    /// Subjects leave a segment's member rows; those not in are left out.
    RemoveMembers {
        /// The segment document.
        segment: Id,
        /// Subject keys.
        members: Vec<String>,
    },
}

impl Effect {
    /// The document concerned.
    pub fn document(&self) -> Id {
        match self {
            Self::Put { after, .. } => after.id,
            Self::Remove { before } => before.id,
            Self::AddMembers { segment, .. } | Self::RemoveMembers { segment, .. } => *segment,
        }
    }

    /// Whether it does no more than move on the numbers that a project gives to new flags and
    /// segments. Replay needs that; nobody who reads the project can tell.
    pub fn is_bookkeeping(&self) -> bool {
        let Self::Put {
            before: Some(before),
            after,
        } = self
        else {
            return false;
        };
        if after.kind != Kind::Project {
            return false;
        }
        let read = |record: &Record| document::parse::<Project>(record.body.get()).ok();
        let (Some(mut old), Some(new)) = (read(before), read(after)) else {
            return false;
        };
        (old.next_flag, old.next_segment) = (new.next_flag, new.next_segment);
        old == new
    }
}

/// The end of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Changes when a backup is restored.
    pub epoch: String,
    /// Number of the last entry; 0 when there is none.
    pub revision: u64,
}
