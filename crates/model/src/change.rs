//! Changes: what somebody wants, nested per aggregate. Intents are for people and for planning;
//! replay uses only the effects that [`crate::plan`] makes of them.
//!
//! How to add one: a case here, its permission in [`Change::permission`], its arm in the
//! aggregate's file under `plan`, its sentence there, its form in the API's document.

use std::fmt;

use hoist_engine::ruleset::{Condition, Kind, Metadata, Profile, Variant};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::Id;
use crate::document::{CredentialKind, Origin, Purpose};
use crate::permission::Permission;
use crate::portable::ProjectFile;

/// One intent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the change of the aggregate of its name")]
pub enum Change {
    Organization(OrganizationChange),
    Project(ProjectChange),
    Environment(EnvironmentChange),
    Flag(FlagChange),
    Config(ConfigChange),
    Segment(SegmentChange),
    Credential(CredentialChange),
    User(UserChange),
    Member(MemberChange),
    Token(TokenChange),
    /// Takes over a project file: creates what is missing, replaces what differs.
    Import(Import),
    /// Takes back what one log entry did, as far as nobody has changed it since.
    Undo {
        /// The entry.
        revision: u64,
    },
}

/// Organizations; asks for an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum OrganizationChange {
    Create {
        key: String,
        #[serde(default)]
        name: String,
    },
    Edit {
        organization: String,
        patch: Json,
    },
}

/// Projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum ProjectChange {
    Create {
        key: String,
        #[serde(default)]
        name: String,
        #[serde(default)]
        description: String,
        #[serde(default)]
        client_visible_default: bool,
    },
    Edit {
        project: String,
        patch: Json,
    },
    Delete {
        project: String,
    },
    /// Lays what the project was after a change onto what it is now.
    RestoreTo {
        project: String,
        revision: u64,
    },
}

/// Environments of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum EnvironmentChange {
    Create {
        key: String,
        #[serde(default)]
        name: String,
        #[serde(default)]
        code: String,
        #[serde(default)]
        hue: Option<u8>,
        #[serde(default)]
        protected: bool,
    },
    Edit {
        environment: String,
        patch: Json,
    },
    Order {
        environments: Vec<String>,
    },
    Delete {
        environment: String,
    },
}

/// A flag's definition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum FlagChange {
    Create(Box<NewFlag>),
    Edit {
        flag: String,
        patch: Json,
    },
    Archive {
        flag: String,
    },
    Restore {
        flag: String,
    },
    Delete {
        flag: String,
    },
    /// Lays what the flag was after a change, with its settings, onto what it is now.
    RestoreTo {
        flag: String,
        revision: u64,
    },
}

/// What a new flag needs; the rest has defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub struct NewFlag {
    pub key: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub kind: Kind,
    /// A boolean gets `on` and `off` when empty.
    #[serde(default)]
    pub variants: Vec<Variant>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub purpose: Option<Purpose>,
    /// Absent = the project's default.
    #[serde(default)]
    pub client_visible: Option<bool>,
    #[serde(default)]
    pub profile: Profile,
    #[serde(default)]
    pub origins: Vec<Origin>,
    #[serde(default)]
    pub metadata: Metadata,
    #[serde(default)]
    pub foreign: Map<String, Json>,
}

/// A flag in an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum ConfigChange {
    Edit {
        flag: String,
        environment: String,
        patch: Json,
    },
    Switch {
        flag: String,
        environment: String,
        on: bool,
    },
    Override {
        flag: String,
        environment: String,
        patch: Json,
    },
    Kill {
        flag: String,
        environments: Vec<String>,
        #[serde(default)]
        until: Option<Timestamp>,
        #[serde(default)]
        reason: String,
    },
    Lift {
        flag: String,
        environments: Vec<String>,
    },
}

/// Segments of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum SegmentChange {
    Create {
        key: String,
        #[serde(default)]
        name: String,
        #[serde(default)]
        description: String,
        #[serde(default)]
        condition: Option<Condition>,
        #[serde(default)]
        members: Vec<String>,
    },
    Edit {
        segment: String,
        patch: Json,
    },
    Archive {
        segment: String,
    },
    Restore {
        segment: String,
    },
    Delete {
        segment: String,
    },
    AddMembers {
        segment: String,
        members: Vec<String>,
    },
    RemoveMembers {
        segment: String,
        members: Vec<String>,
    },
}

/// Keys for software.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum CredentialChange {
    Create {
        name: String,
        kind: CredentialKind,
        environment: String,
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    /// A key that clients have already, from another system. Whoever makes it has seen the key: it is not read from
    /// what others write.
    #[serde(skip_deserializing)]
    Adopt {
        name: String,
        environment: String,
        key: AdoptedKey,
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    Edit {
        credential: Id,
        patch: Json,
    },
    Revoke {
        credential: Id,
    },
}

/// A key that was made elsewhere. A secret one is not told: changes are kept, and read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AdoptedKey {
    /// Of a client, in clear.
    Client(String),
    /// Of a server.
    Server {
        /// SHA-256 in hexadecimal.
        digest: String,
        /// The first characters, for recognising it.
        prefix: String,
    },
}

/// Accounts; asks for an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum UserChange {
    Create {
        email: String,
        #[serde(default)]
        name: String,
        #[serde(default)]
        operator: bool,
    },
    Edit {
        user: Id,
        patch: Json,
    },
    ResetPassword {
        user: Id,
        // What becomes of the personal access tokens of the account.
        #[serde(default)]
        tokens: TokensAtReset,
        // Without it one is made. It comes from inside only, and neither from nor into JSON.
        #[serde(skip)]
        given: Option<PasswordHash>,
    },
}

/// What becomes of the personal access tokens of an account whose password is set anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokensAtReset {
    /// They go on working: the password was forgotten.
    #[default]
    Keep,
    /// They are revoked: somebody else may have used the account.
    Revoke,
}

/// What is kept of a password. It cannot be printed or serialised.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps the hash.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(hash.into())
    }

    /// The hash, for keeping.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

/// Who belongs to an organization or project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum MemberChange {
    Add {
        email: String,
        role: String,
        #[serde(default)]
        name: String,
    },
    Edit {
        member: Id,
        role: String,
    },
    Remove {
        member: Id,
    },
}

/// Personal access tokens of the actor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the document")]
pub enum TokenChange {
    Create {
        name: String,
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    Revoke {
        token: Id,
    },
}

/// A project file with the environments it is meant for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Where it comes from, for the log: `unleash`, `flagd`, `hoist`.
    pub source: String,
    /// What to take over. Environments it names must exist or are created.
    pub file: Box<ProjectFile>,
}

impl Change {
    /// What one must be allowed to do. `None`: an operator of the instance, or one's own affairs.
    pub fn permission(&self) -> Option<Permission> {
        Some(match self {
            Self::Organization(OrganizationChange::Edit { .. }) => Permission::OrganizationManage,
            Self::Organization(OrganizationChange::Create { .. }) | Self::User(_) | Self::Token(_) => return None,
            Self::Project(ProjectChange::Create { .. }) => Permission::ProjectCreate,
            Self::Project(ProjectChange::Edit { .. } | ProjectChange::RestoreTo { .. }) => Permission::ProjectManage,
            Self::Project(ProjectChange::Delete { .. }) => Permission::ProjectDelete,
            Self::Environment(_) => Permission::EnvironmentManage,
            Self::Flag(FlagChange::Create(_)) => Permission::FlagCreate,
            Self::Flag(FlagChange::Edit { .. }) => Permission::FlagEdit,
            Self::Flag(FlagChange::Archive { .. } | FlagChange::Restore { .. }) => Permission::FlagArchive,
            Self::Flag(FlagChange::Delete { .. }) => Permission::FlagDelete,
            Self::Config(ConfigChange::Edit { .. }) => Permission::FlagConfigure,
            Self::Config(ConfigChange::Switch { .. }) => Permission::FlagSwitch,
            Self::Config(ConfigChange::Override { .. }) => Permission::FlagOverride,
            Self::Config(ConfigChange::Kill { .. } | ConfigChange::Lift { .. }) => Permission::FlagKill,
            Self::Segment(SegmentChange::Create { .. }) => Permission::SegmentCreate,
            Self::Segment(
                SegmentChange::Edit { .. } | SegmentChange::AddMembers { .. } | SegmentChange::RemoveMembers { .. },
            ) => Permission::SegmentEdit,
            Self::Segment(_) => Permission::SegmentDelete,
            Self::Credential(_) => Permission::CredentialManage,
            Self::Member(_) => Permission::MemberManage,
            Self::Import(_) => Permission::ImportRun,
            // What it takes beside that depends on what it does.
            Self::Flag(FlagChange::RestoreTo { .. }) | Self::Undo { .. } => Permission::AuditView,
        })
    }
}
