//! First run: `GET` says whether it is needed, `POST` makes the first operator.

use axum::extract::{Request, State};
use axum::response::Response;
use axum::{Json, body::Body as HttpBody};
use hoist_app::setup::FirstRun;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::body::{parse_secret, read};
use crate::caller::{check_same_site, whence};
use crate::endpoints::session::{Scheme, SessionView, with_cookie};
use crate::problem::Problem;

/// Whether set-up is needed.
#[derive(Serialize, ToSchema)]
pub struct SetupStatus {
    /// True until the first operator exists.
    pub needed: bool,
}

/// What set-up asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupForm {
    /// From the server's log.
    pub token: String,
    /// What the first operator signs in with.
    pub email: String,
    /// Twelve characters or more.
    pub password: String,
    /// For people.
    #[serde(default)]
    pub name: String,
}

/// Whether this instance still has to be set up.
#[utoipa::path(get, path = "/hoist/v1/setup", tag = "setup", security(()), responses((status = 200, body = SetupStatus)))]
pub async fn status(State(api): State<Api>) -> Json<SetupStatus> {
    Json(SetupStatus {
        needed: api.app.needs_setup(),
    })
}

/// Makes the first operator, an organization `default` and a project `first`, and signs in.
#[utoipa::path(post, path = "/hoist/v1/setup", tag = "setup", security(()), request_body = SetupForm,
    params(("Hoist-Csrf" = String, Header, description = "Any text; only our own pages and programs can send it.", example = "1")),
    responses((status = 201, body = SessionView), (status = 403, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn set_up(State(api): State<Api>, request: Request) -> Result<Response<HttpBody>, Problem> {
    check_same_site(request.headers())?;
    let caller = whence(request.headers(), request.extensions());
    let scheme = Scheme::of(&api, &request);
    let bytes = read(request).await?;
    let form: SetupForm = parse_secret(&bytes)?;
    let first = FirstRun {
        email: form.email,
        password: form.password,
        name: form.name,
    };
    let user = api.app.set_up(&form.token, &first, &caller.address).await?;
    let signed_in = api.app.open_session(user, &caller).await?;
    let view = SessionView::of(&api, user)?;
    Ok(with_cookie(scheme, http::StatusCode::CREATED, &signed_in, &view))
}
