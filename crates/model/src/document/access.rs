//! Who may: users, roles, members, credentials of software, personal tokens.
//!
//! No secret is part of a document. Password hashes are rows of their own, written in the same
//! transaction. Keys and tokens carry 256 random bits; of them a document holds the SHA-256.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Id;
use crate::permission::Permission;

/// A person. The log holds ids only, so a name can be erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// In lower case; unique in the instance; the document's key.
    pub email: String,
    /// For people.
    #[serde(default)]
    pub name: String,
    /// May manage the instance: organizations, users.
    #[serde(default)]
    pub operator: bool,
    /// May not sign in.
    #[serde(default)]
    pub disabled: bool,
    /// When an operator set the password last; absent if never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_reset_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// A named set of permissions. Four are seeded: owner, admin, editor, viewer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// Unique in the instance; fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
}

/// A user's role in an organization or a project (the document's scope).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The user document.
    pub user: Id,
    /// Key of the role.
    pub role: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// A key that software uses to read one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// For people.
    pub name: String,
    /// What it may see.
    pub kind: CredentialKind,
    /// The environment document.
    pub environment: Id,
    /// The first characters, for recognising it.
    pub prefix: String,
    /// SHA-256 of the key in hexadecimal.
    pub digest: String,
    /// A client key in clear (it is a public identifier); absent for server keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Refused from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Refused since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// What a credential may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// Secret; sees every flag and may ask for explanations.
    Server,
    /// Public; sees only flags marked visible to clients.
    Client,
}

/// A user's access token for scripts; it may what the user may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// For people.
    pub name: String,
    /// The user document.
    pub user: Id,
    /// The first characters, for recognising it.
    pub prefix: String,
    /// SHA-256 of the token in hexadecimal.
    pub digest: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Refused from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Refused since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}
