//! Credentials, members, roles, tokens, users. No digest leaves the house.

use hoist_model::Id;
use hoist_model::document::{Credential, CredentialKind, Environment, Member, Role, Token, User};
use hoist_model::permission::Permission;
use hoist_model::state::{Doc, State};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A key of software.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Credential)]
pub struct CredentialView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// For people.
    pub name: String,
    /// `server` or `client`.
    #[schema(value_type = String)]
    pub kind: CredentialKind,
    /// Key of the environment.
    pub environment: String,
    /// The first characters of the key.
    pub prefix: String,
    /// A client key in clear; server keys are shown once only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Refused from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Refused since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// The change that wrote it.
    pub revision: u64,
}

impl CredentialView {
    /// From the document, and when it was used last.
    pub fn of(state: &State, doc: &Doc, body: &Credential, last_used_at: Option<Timestamp>) -> Self {
        Self {
            id: doc.id,
            name: body.name.clone(),
            kind: body.kind,
            environment: state
                .get_a::<Environment>(body.environment)
                .map_or_else(String::new, |place| place.key.clone()),
            prefix: body.prefix.clone(),
            key: body.public_key.clone(),
            created_at: body.created_at,
            expires_at: body.expires_at,
            revoked_at: body.revoked_at,
            last_used_at,
            revision: doc.revision,
        }
    }
}

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// What one signs in with.
    pub email: String,
    /// For people.
    pub name: String,
    /// May manage the instance.
    pub operator: bool,
    /// May not sign in.
    pub disabled: bool,
    /// The change that wrote it.
    pub revision: u64,
}

impl UserView {
    /// From the document.
    pub fn of(doc: &Doc, body: &User) -> Self {
        Self {
            id: doc.id,
            email: body.email.clone(),
            name: body.name.clone(),
            operator: body.operator,
            disabled: body.disabled,
            revision: doc.revision,
        }
    }
}

/// A person in a member list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberUser {
    /// The user document.
    #[schema(value_type = String)]
    pub id: Id,
    /// What one signs in with.
    pub email: String,
    /// For people.
    pub name: String,
}

/// A member of an organization or project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// Who.
    pub user: MemberUser,
    /// Key of the role.
    pub role: String,
    /// The change that wrote it.
    pub revision: u64,
}

impl MemberView {
    /// From the document; absent when the account is gone.
    pub fn of(state: &State, doc: &Doc, body: &Member) -> Option<Self> {
        let user = state.get_a::<User>(body.user)?;
        let user = MemberUser {
            id: body.user,
            email: user.email.clone(),
            name: user.name.clone(),
        };
        Some(Self {
            id: doc.id,
            user,
            role: body.role.clone(),
            revision: doc.revision,
        })
    }
}

/// A role.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleView {
    /// Fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// What it allows.
    #[schema(value_type = Vec<String>)]
    pub permissions: Vec<Permission>,
}

impl RoleView {
    /// From the document.
    pub fn of(body: &Role) -> Self {
        Self {
            key: body.key.clone(),
            name: body.name.clone(),
            description: body.description.clone(),
            permissions: body.permissions.clone(),
        }
    }
}

/// A personal access token.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// For people.
    pub name: String,
    /// The first characters.
    pub prefix: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Refused from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Refused since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// The change that wrote it.
    pub revision: u64,
}

impl TokenView {
    /// From the document, and when it was used last.
    pub fn of(doc: &Doc, body: &Token, last_used_at: Option<Timestamp>) -> Self {
        Self {
            id: doc.id,
            name: body.name.clone(),
            prefix: body.prefix.clone(),
            created_at: body.created_at,
            expires_at: body.expires_at,
            revoked_at: body.revoked_at,
            last_used_at,
            revision: doc.revision,
        }
    }
}
