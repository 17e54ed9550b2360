//! Writing credentials: a new secret is answered once, on creation; one that clients have already is not told again.

use std::collections::BTreeSet;

use axum::extract::State;
use hoist_app::source::digest_hex;
use hoist_model::change::{AdoptedKey, Change, CredentialChange};
use hoist_model::document::CredentialKind;
use hoist_model::plan::OUR_KEYS;
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
    /// A key that clients have already, from another system, in place of a new one: 8 to 256 letters, digits and
    /// signs for a client, 20 to 256 for a server. Of a server's only a digest is kept.
    #[serde(default)]
    pub secret: Option<String>,
}

/// Shortest secret key that is taken over, characters.
const SHORTEST: usize = 20;

/// How many different characters it has at least: what is guessed easily opens everything here.
const DIFFERENT: usize = 8;

/// Longest.
const LONGEST: usize = 256;

/// Characters of it that stay visible: never more than a quarter.
fn prefix(secret: &str) -> String {
    secret.chars().take((secret.len() / 4).min(10)).collect()
}

fn adopted(kind: CredentialKind, secret: String) -> Result<AdoptedKey, Problem> {
    if kind == CredentialKind::Client {
        return Ok(AdoptedKey::Client(secret));
    }
    let different: BTreeSet<u8> = secret.bytes().collect();
    let is_key = (SHORTEST..=LONGEST).contains(&secret.len())
        && secret.bytes().all(|byte| byte.is_ascii_graphic())
        && different.len() >= DIFFERENT
        && !OUR_KEYS.iter().any(|own| secret.starts_with(own));
    if !is_key {
        let text = format!(
            "a secret key has {SHORTEST} to {LONGEST} letters, digits and signs, {DIFFERENT} different ones at least, no \
             spaces, and is none of Hoist’s own"
        );
        return Err(Problem::invalid("bad_key", text, "/secret"));
    }
    Ok(AdoptedKey::Server {
        digest: digest_hex(&secret),
        prefix: prefix(&secret),
    })
}

/// Makes a key for software, or takes over one that clients have already.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/credentials", tag = "credentials",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = NewCredential, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewCredential>) -> Result<Written, Problem> {
    let form = body.value;
    let change = match form.secret {
        None => CredentialChange::Create {
            name: form.name,
            kind: form.kind,
            environment: form.environment,
            expires_at: form.expires_at,
        },
        Some(secret) => CredentialChange::Adopt {
            name: form.name,
            environment: form.environment,
            key: adopted(form.kind, secret)?,
            expires_at: form.expires_at,
        },
    };
    let change = Change::Credential(change);
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
