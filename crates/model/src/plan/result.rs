//! What a request would do, with everything a person wants to know before saying yes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Id;
use crate::log::Effect;

/// One sentence of a plan, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// For people.
    pub text: String,
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Id>,
    /// JSON pointer into the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Worth knowing before saying yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable word.
    pub code: String,
    /// For people.
    pub text: String,
}

/// How dangerous a change is; decides what guards the console puts before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "u8")]
pub enum Grade {
    /// Touches nothing that is served.
    Harmless,
    /// In an unprotected environment.
    #[default]
    Normal,
    /// In a protected environment, or a kill.
    Guarded,
    /// Deletes, reshuffles or revokes: the key has to be typed.
    Typed,
}

impl From<Grade> for u8 {
    fn from(grade: Grade) -> u8 {
        grade as u8
    }
}

/// Where a segment or flag is used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Use {
    /// Key of the flag that uses it.
    pub flag: String,
    /// Key of the environment.
    pub environment: String,
    /// `rule`, `override`, `prerequisite` or `segment`.
    #[serde(rename = "where")]
    pub place: String,
}

/// A secret's trace to be stored with the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretWrite {
    /// The document it belongs to.
    pub owner: Id,
    /// Which secret of the owner.
    pub kind: SecretKind,
    /// Digest or hash; never the secret.
    pub digest: String,
}

/// Which secret of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// Argon2id hash of a user's password.
    Password,
}

impl SecretKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
        }
    }
}

/// A secret to be shown once, to whoever asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Reveal {
    /// The document it belongs to.
    pub document: Id,
    /// In clear. Has no `Debug` and no `Serialize` on purpose.
    pub secret: String,
}

/// What a request would do.
#[derive(Clone)]
pub struct Plan {
    /// Generic effects; documents put carry the planned revision.
    pub effects: Vec<Effect>,
    /// What it does, in words.
    pub sentences: Vec<Sentence>,
    /// Worth knowing.
    pub warnings: Vec<Warning>,
    /// How dangerous.
    pub grade: Grade,
    /// Key to be typed for a [`Grade::Typed`] change.
    pub confirm: Option<String>,
    /// Environments whose answers may change, in promotion order.
    pub environments: Vec<Id>,
    /// Flags that use what changes.
    pub used_by: Vec<Use>,
    /// The project, if it is about one.
    pub project: Option<Id>,
    /// The entry that is undone.
    pub undoes: Option<u64>,
    /// Digests to store in the same transaction.
    pub secrets: Vec<SecretWrite>,
    /// Secrets to show once.
    pub reveals: Vec<Reveal>,
}

impl Plan {
    /// One sentence for the log.
    pub fn summary(&self) -> String {
        match self.sentences.as_slice() {
            [] => "Changed nothing".to_owned(),
            [only] => only.text.clone(),
            [first, rest @ ..] => format!("{} (and {} more)", first.text, rest.len()),
        }
    }

    /// Revisions, before this plan, of the documents it touches.
    pub fn base(&self) -> BTreeMap<Id, u64> {
        self.effects
            .iter()
            .filter(|effect| !effect.is_bookkeeping())
            .filter_map(|effect| match effect {
                Effect::Put { before, after } => Some((after.id, before.as_ref().map_or(0, |before| before.revision))),
                Effect::Remove { before } => Some((before.id, before.revision)),
                Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => None,
            })
            .collect()
    }
}
