//! The one door for changes: several at once, planned or carried out, in one transaction.

use std::collections::BTreeMap;

use axum::extract::State;
use hoist_model::Id;
use hoist_model::change::Change;
use hoist_model::plan::Moved;
use http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::answer::{Options, Sentences, submit};
use crate::body::Body;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::write::{Changing, Written};

/// Changes that happen together or not at all.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangesForm {
    /// 1 to 500, in order; later ones see what earlier ones did.
    #[schema(value_type = Vec<crate::wire::schema::Change>, min_items = 1, max_items = 500)]
    pub changes: Vec<Change>,
    /// Why, for people.
    #[serde(default)]
    pub note: String,
    /// Revisions of the documents that the changes were made from: `{id: revision}`. A change
    /// made from an older revision is merged; the same part changed twice is a conflict.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, u64>)]
    pub base: BTreeMap<Id, u64>,
    /// Plan only.
    #[serde(default)]
    pub dry_run: bool,
    /// Token of the plan that was seen: a plan that says something else is not carried out.
    #[serde(default)]
    pub plan: Option<String>,
    /// How many sentences of the plan are answered.
    #[serde(default)]
    pub sentences: Sentences,
}

/// Plans or carries out changes of one project.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/changes", tag = "changes",
    params(("organization" = String, Path), ("project" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ChangesForm,
    responses(Changing, (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn in_project(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    body: Body<ChangesForm>,
) -> Result<Written, Problem> {
    carry_out(&api, &scope, &headers, body).await
}

/// Plans or carries out changes of one organization: its name, projects, members.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/changes", tag = "changes",
    params(("organization" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ChangesForm,
    responses(Changing, (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn in_organization(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    body: Body<ChangesForm>,
) -> Result<Written, Problem> {
    carry_out(&api, &scope, &headers, body).await
}

/// Plans or carries out changes of the instance: organizations, accounts, one's own tokens.
#[utoipa::path(post, path = "/hoist/v1/changes", tag = "changes", params(("Idempotency-Key" = Option<String>, Header)), request_body = ChangesForm,
    responses(Changing, (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn in_instance(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    body: Body<ChangesForm>,
) -> Result<Written, Problem> {
    carry_out(&api, &scope, &headers, body).await
}

async fn carry_out(api: &Api, scope: &Scope, headers: &HeaderMap, body: Body<ChangesForm>) -> Result<Written, Problem> {
    let form = body.value;
    if form.changes.is_empty() {
        return Err(Problem::invalid("no_changes", "name at least one change", "/changes"));
    }
    let options = Options {
        dry_run: form.dry_run,
        seen: form.plan,
        note: form.note,
        base: form.base,
        moved: Moved::Merge,
        sentences: form.sentences,
        idempotency: idempotency(headers, &body.bytes)?,
    };
    submit(api, scope, scope.place, form.changes, options)
        .await
        .map(Written::of)
}

/// The client's key with a fingerprint of the body.
///
/// # Errors
/// 422 for a key of the wrong form.
pub fn idempotency(headers: &HeaderMap, body: &[u8]) -> Result<Option<(String, String)>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let is_visible = |key: &&str| key.bytes().all(|byte| byte.is_ascii_graphic());
    let key = value.to_str().ok().filter(is_visible);
    let key = key.filter(|key| (1..=128).contains(&key.len()));
    let key = key.ok_or_else(|| {
        Problem::invalid(
            "bad_idempotency_key",
            "an Idempotency-Key has 1 to 128 visible ASCII characters and no space",
            "Idempotency-Key",
        )
    })?;
    let fingerprint = hoist_app::source::digest_hex_bytes(body);
    Ok(Some((key.to_owned(), fingerprint)))
}
