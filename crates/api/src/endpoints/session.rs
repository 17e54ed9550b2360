//! Signing in and out, who one is, one's password.

use axum::Json;
use axum::body::Body as HttpBody;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use hoist_app::sessions::{ResetError, SignInError, SignedIn};
use hoist_model::Id;
use hoist_model::authorise::{Place, access};
use hoist_model::document::{Member, Organization, Project, User};
use hoist_model::log::Actor;
use hoist_model::permission::Permission;
use hoist_model::record::Kind;
use hoist_model::state::State as Model;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body::{parse_secret, read};
use crate::caller::{COOKIE, check_same_site, cookie, whence};
use crate::guard::Scope;
use crate::problem::Problem;
use crate::{Api, OverHttps, SecureCookies};

/// What one signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    /// In any case.
    pub email: String,
    /// The password.
    pub password: String,
}

/// A change of one's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    /// The password until now.
    pub current: String,
    /// The password from now on; every other session ends.
    pub new: String,
}

/// Who is signed in, and what they may do where.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView {
    /// The person.
    pub user: SessionUser,
    /// Organizations they may see.
    pub organizations: Vec<SessionOrganization>,
    /// Version of the server.
    pub version: &'static str,
}

/// The person who is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionUser {
    /// The user document.
    #[schema(value_type = String)]
    pub id: Id,
    /// What one signs in with.
    pub email: String,
    /// For people.
    pub name: String,
    /// May manage the instance.
    pub operator: bool,
}

/// An organization that one may see.
#[derive(Serialize, ToSchema)]
pub struct SessionOrganization {
    /// In paths.
    pub key: String,
    /// For people.
    pub name: String,
    /// One's role there, if one is a member.
    pub role: Option<String>,
    /// What one may do there.
    #[schema(value_type = Vec<String>)]
    pub permissions: Vec<Permission>,
    /// Projects one may see.
    pub projects: Vec<SessionProject>,
}

/// A project that one may see.
#[derive(Serialize, ToSchema)]
pub struct SessionProject {
    /// In paths.
    pub key: String,
    /// For people.
    pub name: String,
    /// What one may do there.
    #[schema(value_type = Vec<String>)]
    pub permissions: Vec<Permission>,
}

impl SessionView {
    /// Of a user.
    ///
    /// # Errors
    /// 401 when the account is gone.
    pub fn of(api: &Api, id: Id) -> Result<Self, Problem> {
        let state = api.app.world.state();
        let user = state.get_a::<User>(id).ok_or_else(Problem::unauthorized)?;
        let user = SessionUser {
            id,
            email: user.email.clone(),
            name: user.name.clone(),
            operator: user.operator,
        };
        let actor = Actor::User { id };
        let organizations = state
            .list(Kind::Organization, None)
            .filter_map(|doc| session_organization(&state, &actor, id, doc.id, doc.as_a::<Organization>()?))
            .collect();
        Ok(Self {
            user,
            organizations,
            version: env!("CARGO_PKG_VERSION"),
        })
    }
}

fn session_organization(
    state: &Model,
    actor: &Actor,
    user: Id,
    id: Id,
    body: &Organization,
) -> Option<SessionOrganization> {
    let held = access(state, actor, Place::Organization(id));
    let projects: Vec<SessionProject> = state
        .list(Kind::Project, Some(id))
        .filter_map(|doc| {
            let held = access(state, actor, Place::Project(doc.id));
            let body = doc.as_a::<Project>().filter(|_| held.allows(Permission::ProjectView))?;
            let permissions = held.permissions.into_iter().collect();
            Some(SessionProject {
                key: body.key.clone(),
                name: body.name.clone(),
                permissions,
            })
        })
        .collect();
    if !held.allows(Permission::OrganizationView) && projects.is_empty() {
        return None;
    }
    let role = state
        .find(Kind::Member, Some(id), &user.to_string())
        .and_then(|doc| doc.as_a::<Member>())
        .map(|member| member.role.clone());
    let permissions = held.permissions.into_iter().collect();
    Some(SessionOrganization {
        key: body.key.clone(),
        name: body.name.clone(),
        role,
        permissions,
        projects,
    })
}

/// Signs in with e-mail and password; answers a session cookie.
#[utoipa::path(post, path = "/hoist/v1/session", tag = "session", security(()), request_body = SignInForm,
    params(("Hoist-Csrf" = String, Header, description = "Any text; only our own pages and programs can send it.", example = "1")),
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub async fn sign_in(State(api): State<Api>, request: Request) -> Result<Response<HttpBody>, Problem> {
    check_same_site(request.headers())?;
    let caller = whence(request.headers(), request.extensions());
    let scheme = Scheme::of(&api, &request);
    let bytes = read(request).await?;
    let form: SignInForm = parse_secret(&bytes)?;
    let signed_in = api.app.sign_in(&form.email, &form.password, &caller).await?;
    let view = SessionView::of(&api, signed_in.user)?;
    Ok(with_cookie(scheme, StatusCode::OK, &signed_in, &view))
}

/// Who is signed in.
#[utoipa::path(get, path = "/hoist/v1/session", tag = "session",
    responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub async fn who(State(api): State<Api>, scope: Scope) -> Result<Json<SessionView>, Problem> {
    SessionView::of(&api, scope.user()?).map(Json)
}

/// Signs out.
#[utoipa::path(delete, path = "/hoist/v1/session", tag = "session", responses((status = 204), (status = 401, body = Problem)))]
pub async fn sign_out(State(api): State<Api>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(token) = cookie(&headers) {
        api.app.sign_out(token).await?;
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, gone)]).into_response())
}

/// Changes one's own password; every other session ends and this one gets a new cookie. Personal access tokens stay.
/// The audit tells it.
#[utoipa::path(post, path = "/hoist/v1/session/password", tag = "session", request_body = PasswordForm,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn change_password(
    State(api): State<Api>,
    scope: Scope,
    request: Request,
) -> Result<Response<HttpBody>, Problem> {
    let caller = whence(request.headers(), request.extensions());
    let scheme = Scheme::of(&api, &request);
    let bytes = read(request).await?;
    let form: PasswordForm = parse_secret(&bytes)?;
    let user = scope.user()?;
    let who = (user, scope.actor);
    let changed = api.app.change_password(who, &form.current, &form.new, &caller).await;
    let signed_in = changed.map_err(|error| match error {
        ResetError::Password(SignInError::Weak { reason }) => Problem::invalid("weak_password", reason, "/new"),
        other => other.into(),
    })?;
    let view = SessionView::of(&api, user)?;
    Ok(with_cookie(scheme, StatusCode::OK, &signed_in, &view))
}

/// Over what a cookie may be sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// HTTPS only.
    Https,
    /// Any.
    Any,
}

impl Scheme {
    /// By the configuration, or by the way the request came.
    pub fn of(api: &Api, request: &Request) -> Self {
        let came_so = || request.extensions().get::<OverHttps>().is_some();
        match api.config.secure_cookies {
            SecureCookies::Always => Self::Https,
            SecureCookies::ByRequest if came_so() => Self::Https,
            SecureCookies::ByRequest | SecureCookies::Never => Self::Any,
        }
    }
}

/// An answer that sets the session cookie.
pub fn with_cookie(scheme: Scheme, status: StatusCode, signed_in: &SignedIn, view: &SessionView) -> Response<HttpBody> {
    let secure = match scheme {
        Scheme::Https => "; Secure",
        Scheme::Any => "",
    };
    let text = format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{secure}",
        signed_in.token, signed_in.max_age_s
    );
    let mut response = (status, Json(view)).into_response();
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
