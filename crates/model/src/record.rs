//! A document as it is stored: an envelope that every kind shares around a JSON body.
//!
//! The store knows only this form; [`crate::document`] gives the bodies their types.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::Id;

/// What a document is about. The name is stored, so it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A tenant.
    Organization,
    /// Holds flags, segments and environments.
    Project,
    /// Where flags are evaluated.
    Environment,
    /// Definition of a flag: what it is, its variants.
    Flag,
    /// Configuration of a flag in an environment: switch, rules, default.
    Config,
    /// Fixed variants of subjects and segments for a flag in an environment.
    Overrides,
    /// A flag is killed in an environment.
    Kill,
    /// A named condition and/or member list.
    Segment,
    /// A key that software uses: server or client kind.
    Credential,
    /// A person who signs in.
    User,
    /// A named set of permissions.
    Role,
    /// A user's role in an organization or a project.
    Member,
    /// A personal access token of a user.
    Token,
}

impl Kind {
    /// Every kind, in the order in which documents can be loaded.
    pub const ALL: [Self; 13] = [
        Self::Organization,
        Self::Project,
        Self::Environment,
        Self::Flag,
        Self::Config,
        Self::Overrides,
        Self::Kill,
        Self::Segment,
        Self::Credential,
        Self::User,
        Self::Role,
        Self::Member,
        Self::Token,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Project => "project",
            Self::Environment => "environment",
            Self::Flag => "flag",
            Self::Config => "config",
            Self::Overrides => "overrides",
            Self::Kill => "kill",
            Self::Segment => "segment",
            Self::Credential => "credential",
            Self::User => "user",
            Self::Role => "role",
            Self::Member => "member",
            Self::Token => "token",
        }
    }

    /// From the stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// One document with its envelope.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// What it is about.
    pub kind: Kind,
    /// For ever.
    pub id: Id,
    /// The project, organization or user it belongs to; absent for what belongs to the instance.
    pub scope: Option<Id>,
    /// Unique among documents of the kind in the scope, archived ones included.
    pub key: String,
    /// The change that wrote this body.
    pub revision: u64,
    /// Version of the body's form; upgraded on read.
    pub v: u32,
    /// JSON text of the body.
    pub body: Box<RawValue>,
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.id == other.id
            && self.scope == other.scope
            && self.key == other.key
            && self.revision == other.revision
            && self.v == other.v
            && self.body.get() == other.body.get()
    }
}

/// The checksum that is stored beside every row: XXH3-64 over id, revision and body.
pub fn checksum(id: &[u8], revision: u64, body: &[u8]) -> u64 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    hash.update(id);
    hash.update(&revision.to_le_bytes());
    hash.update(body);
    hash.digest()
}
