//! Accounts; an operator’s business.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hoist_app::sessions::PasswordReset;
use hoist_model::Id;
use hoist_model::change::{Change, TokensAtReset, UserChange};
use hoist_model::document::User;
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::guard::Scope;
use crate::problem::Problem;
use crate::wire::schema::UserPatch;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new account needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// What one signs in with.
    #[schema(format = "email")]
    pub email: String,
    /// For people.
    #[serde(default)]
    pub name: String,
    /// May manage the instance.
    #[serde(default)]
    pub operator: bool,
}

/// How an operator sets a password.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetForm {
    /// `revoke` revokes the personal access tokens of the account, too, for an account that somebody else may have
    /// used; `keep`, unless said otherwise.
    #[serde(default)]
    #[schema(value_type = crate::wire::schema::TokensAtReset)]
    pub tokens: TokensAtReset,
}

/// A password that an operator has set.
#[derive(Serialize, ToSchema)]
pub struct NewPassword {
    /// Shown this once.
    pub password: String,
}

/// Makes an account; its one-time password is in the answer.
#[utoipa::path(post, path = "/hoist/v1/users", tag = "users",
    params(WriteQuery, WriteHeaders), request_body = NewUser, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewUser>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::User(UserChange::Create {
        email: form.email,
        name: form.name,
        operator: form.operator,
    });
    write.create(&api, &body.bytes, change).await
}

/// Changes an account: its name, whether it is an operator or disabled.
#[utoipa::path(patch, path = "/hoist/v1/users/{user}", tag = "users",
    params(("user" = String, Path), WriteQuery, WriteHeaders), request_body = UserPatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let user = write.id("user")?;
    let patch = body.value;
    let change = Change::User(UserChange::Edit { user, patch });
    write.edit(&api, &body.bytes, Some(user), change).await
}

/// Sets a new one-time password and ends every session of the account; the audit says who did it. Personal access
/// tokens go on working unless the request says `{"tokens": "revoke"}`.
#[utoipa::path(post, path = "/hoist/v1/users/{user}/password", tag = "users", params(("user" = String, Path)), request_body = ResetForm,
    responses((status = 200, body = NewPassword), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn reset_password(State(api): State<Api>, scope: Scope, body: Body<ResetForm>) -> Result<Response, Problem> {
    let text = scope.param("user");
    let user: Option<Id> = text.parse().ok();
    let user = user
        .filter(|id| api.app.world.state().get_a::<User>(*id).is_some())
        .ok_or_else(|| Problem::not_found(format!("user {text}")))?;
    let reset = PasswordReset {
        user,
        by: scope.actor,
        password: None,
        tokens: body.value.tokens,
        note: String::new(),
    };
    let password = api.app.reset_password(reset).await?;
    let mut response = Json(NewPassword { password }).into_response();
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
