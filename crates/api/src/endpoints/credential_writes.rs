//! Writing credentials: the secret is answered once, on creation.

use axum::extract::State;
use hoist_model::change::{Change, CredentialChange};
use hoist_model::document::CredentialKind;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::problem::Problem;
use crate::wire::schema::NamePatch;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new credential needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCredential {
    /// For people.
    pub name: String,
    /// `server` (secret, sees every flag) or `client` (public, sees what is visible to clients).
    #[schema(value_type = crate::wire::schema::CredentialKind)]
    pub kind: CredentialKind,
    /// Key of the environment.
    pub environment: String,
    /// Refused from then on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Makes a key for software.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/credentials", tag = "credentials",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = NewCredential, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewCredential>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Credential(CredentialChange::Create {
        name: form.name,
        kind: form.kind,
        environment: form.environment,
        expires_at: form.expires_at,
    });
    write.create(&api, &body.bytes, change).await
}

/// Renames a credential.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/credentials/{credential}", tag = "credentials",
    params(("organization" = String, Path), ("project" = String, Path), ("credential" = String, Path), WriteQuery, WriteHeaders), request_body = NamePatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let credential = write.id("credential")?;
    let patch = body.value;
    let change = Change::Credential(CredentialChange::Edit { credential, patch });
    write.edit(&api, &body.bytes, Some(credential), change).await
}

/// Revokes a credential for ever.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/credentials/{credential}", tag = "credentials",
    params(("organization" = String, Path), ("project" = String, Path), ("credential" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn revoke(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let credential = write.id("credential")?;
    let change = Change::Credential(CredentialChange::Revoke { credential });
    write.edit(&api, &[], Some(credential), change).await
}
