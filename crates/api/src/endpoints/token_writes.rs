//! One’s own access tokens: the secret is answered once, on creation.

use axum::extract::State;
use hoist_model::change::{Change, TokenChange};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::Body;
use crate::problem::Problem;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new token needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// For people.
    pub name: String,
    /// Refused from then on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Makes an access token that may what its owner may.
#[utoipa::path(post, path = "/hoist/v1/tokens", tag = "tokens",
    params(WriteQuery, WriteHeaders), request_body = NewToken, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewToken>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Token(TokenChange::Create {
        name: form.name,
        expires_at: form.expires_at,
    });
    write.create(&api, &body.bytes, change).await
}

/// Revokes one of one’s own tokens for ever.
#[utoipa::path(delete, path = "/hoist/v1/tokens/{token}", tag = "tokens",
    params(("token" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn revoke(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let token = write.id("token")?;
    let change = Change::Token(TokenChange::Revoke { token });
    write.edit(&api, &[], Some(token), change).await
}
