//! The URL map: every route of `/hoist/v1` with what it asks for. Nothing else builds a router.

mod reading;

use std::convert::Infallible;

use axum::extract::{DefaultBodyLimit, Request};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, any, on};
use axum::{Extension, Router};
use hoist_model::permission::Permission as P;
use http::Method;

use crate::Api;
use crate::RequestId;
use crate::cross_origin;
use crate::endpoints::{
    changes, config, credential_writes, environment_writes, environments, events, flags, member_writes, openapi,
    organization_writes, organizations, project_writes, projects, restore, segment_writes, session, setup, socket,
    timeline, token_writes, undo, user_writes,
};
use crate::guard::{Asked, Need, guard};
use crate::limit::Limit;
use crate::openapi::query_names;
use crate::problem::Problem;

/// How problems are typed.
const PROBLEM: &str = "application/problem+json";

/// One route.
pub struct Route {
    /// How.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// What it asks for.
    pub need: Need,
    handler: MethodRouter<Api>,
}

fn route<H, T>(method: Method, path: &'static str, need: Need, handler: H) -> Route
where
    H: Handler<T, Api>,
    T: 'static,
{
    let filter = axum::routing::MethodFilter::try_from(method.clone()).unwrap_or(axum::routing::MethodFilter::GET);
    Route {
        method,
        path,
        need,
        handler: on(filter, handler),
    }
}

const PUBLIC: Need = Need::Public;
const SIGNED_IN: Need = Need::SignedIn;
const OPERATOR: Need = Need::Operator;
const PLANNED: Need = Need::Planned;
const fn may(permission: P) -> Need {
    Need::Permission(permission)
}

/// Every route.
pub fn routes() -> Vec<Route> {
    let mut all = reads();
    all.extend(writes());
    all.extend(reading::routes());
    all
}

/// Sessions, batches, and what is read.
fn reads() -> Vec<Route> {
    use Method as M;
    vec![
        // First run and sessions
        route(M::GET, "/hoist/v1/setup", PUBLIC, setup::status),
        route(M::POST, "/hoist/v1/setup", PUBLIC, setup::set_up),
        route(M::POST, "/hoist/v1/session", PUBLIC, session::sign_in),
        route(M::GET, "/hoist/v1/session", SIGNED_IN, session::who),
        route(M::DELETE, "/hoist/v1/session", SIGNED_IN, session::sign_out),
        route(
            M::POST,
            "/hoist/v1/session/password",
            SIGNED_IN,
            session::change_password,
        ),
        // Changes: authorised one by one when they are planned
        route(M::POST, "/hoist/v1/changes", SIGNED_IN, changes::in_instance),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/changes",
            PLANNED,
            changes::in_organization,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/changes",
            PLANNED,
            changes::in_project,
        ),
        route(M::GET, "/hoist/v1/events", SIGNED_IN, events::stream),
        route(M::GET, "/hoist/v1/ws", SIGNED_IN, socket::socket),
        // Places
        route(M::GET, "/hoist/v1/organizations", SIGNED_IN, organizations::list),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}",
            may(P::OrganizationView),
            organizations::get,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects",
            may(P::OrganizationView),
            projects::list,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}",
            may(P::ProjectView),
            projects::get,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/environments",
            may(P::ProjectView),
            environments::list,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}",
            may(P::ProjectView),
            environments::get,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}/timeline",
            may(P::ProjectView),
            timeline::get,
        ),
        // Flags
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags",
            may(P::ProjectView),
            flags::list::list,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}",
            may(P::ProjectView),
            flags::get::get,
        ),
    ]
}

/// Documentation, and writes to one resource each.
fn writes() -> Vec<Route> {
    use Method as M;
    vec![
        // Documentation
        route(M::GET, "/hoist/v1/openapi.json", PUBLIC, openapi::document),
        route(M::GET, "/hoist/v1/docs", PUBLIC, openapi::page),
        // Writing, one change each
        route(
            M::POST,
            "/hoist/v1/organizations",
            OPERATOR,
            organization_writes::create,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}",
            may(P::OrganizationManage),
            organization_writes::edit,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects",
            may(P::ProjectCreate),
            project_writes::create,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}",
            may(P::ProjectManage),
            project_writes::edit,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}",
            may(P::ProjectDelete),
            project_writes::delete,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/environments",
            may(P::EnvironmentManage),
            environment_writes::create,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}",
            may(P::EnvironmentManage),
            environment_writes::edit,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}",
            may(P::EnvironmentManage),
            environment_writes::delete,
        ),
        route(
            M::PUT,
            "/hoist/v1/organizations/{organization}/projects/{project}/environment_order",
            may(P::EnvironmentManage),
            environment_writes::order,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags",
            may(P::FlagCreate),
            flags::write::create,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}",
            may(P::FlagEdit),
            flags::write::edit,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}",
            may(P::FlagDelete),
            flags::write::delete,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/archive",
            may(P::FlagArchive),
            flags::write::archive,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/restore",
            may(P::FlagArchive),
            flags::write::restore,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}",
            may(P::ProjectView),
            config::get,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}",
            may(P::FlagConfigure),
            config::edit,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/switch",
            may(P::FlagSwitch),
            config::switch,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/overrides",
            may(P::FlagOverride),
            config::overrides,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/kill",
            may(P::FlagKill),
            config::kill,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/kill",
            may(P::FlagKill),
            config::lift,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments",
            may(P::SegmentCreate),
            segment_writes::create,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}",
            may(P::SegmentEdit),
            segment_writes::edit,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}",
            may(P::SegmentDelete),
            segment_writes::delete,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/archive",
            may(P::SegmentDelete),
            segment_writes::archive,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/restore",
            may(P::SegmentDelete),
            segment_writes::restore,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/members",
            may(P::SegmentEdit),
            segment_writes::add_members,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/members",
            may(P::SegmentEdit),
            segment_writes::remove_members,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/credentials",
            may(P::CredentialManage),
            credential_writes::create,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/credentials/{credential}",
            may(P::CredentialManage),
            credential_writes::edit,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/credentials/{credential}",
            may(P::CredentialManage),
            credential_writes::revoke,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/members",
            may(P::MemberManage),
            member_writes::add_to_organization,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/members/{member}",
            may(P::MemberManage),
            member_writes::edit_in_organization,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/members/{member}",
            may(P::MemberManage),
            member_writes::remove_from_organization,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/members",
            may(P::MemberManage),
            member_writes::add_to_project,
        ),
        route(
            M::PATCH,
            "/hoist/v1/organizations/{organization}/projects/{project}/members/{member}",
            may(P::MemberManage),
            member_writes::edit_in_project,
        ),
        route(
            M::DELETE,
            "/hoist/v1/organizations/{organization}/projects/{project}/members/{member}",
            may(P::MemberManage),
            member_writes::remove_from_project,
        ),
        route(M::POST, "/hoist/v1/tokens", SIGNED_IN, token_writes::create),
        route(M::DELETE, "/hoist/v1/tokens/{token}", SIGNED_IN, token_writes::revoke),
        route(M::POST, "/hoist/v1/users", OPERATOR, user_writes::create),
        route(M::PATCH, "/hoist/v1/users/{user}", OPERATOR, user_writes::edit),
        route(
            M::POST,
            "/hoist/v1/users/{user}/password",
            OPERATOR,
            user_writes::reset_password,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/history/{revision}/undo",
            may(P::AuditView),
            undo::undo,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/history/{revision}/restore",
            may(P::ProjectManage),
            restore::restore_project,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/history/{revision}/restore",
            may(P::AuditView),
            restore::restore_flag,
        ),
    ]
}

/// The router of the table.
pub fn router(api: Api) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let limit = Limit::of(route.path, &api.config);
        let asked = Asked {
            need: route.need,
            query: query_names(&route).into(),
        };
        let Route {
            path, need, handler, ..
        } = route;
        let guarded = handler
            .route_layer(from_fn_with_state((api.clone(), asked), guard))
            .layer::<_, Infallible>(Extension(limit))
            .layer(DefaultBodyLimit::max(limit.bytes));
        let opened = match need {
            Need::Credential => cross_origin::opened(guarded),
            _ => guarded,
        };
        router = router.route(path, opened);
    }
    router
        .route("/hoist/v1", any(nothing_here))
        .route("/hoist/v1/{*rest}", any(nothing_here))
        .method_not_allowed_fallback(|| async {
            Problem::new(
                http::StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this path has other methods; see /hoist/v1/docs",
            )
        })
        .layer(from_fn(name_request))
        .with_state(api)
}

async fn nothing_here() -> Problem {
    Problem::new(
        http::StatusCode::NOT_FOUND,
        "no_route",
        "nothing is served at this path; see /hoist/v1/docs",
    )
}

/// Writes the request's name into problems, so that they can be found in the log.
async fn name_request(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let is_problem = response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| value == PROBLEM);
    let Some(RequestId(id)) = id.filter(|_| is_problem) else {
        return response;
    };
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let named = match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes) {
        Ok(mut fields) => {
            fields.insert("request_id".into(), id.into());
            serde_json::to_vec(&fields).unwrap_or_default().into()
        }
        Err(_) => bytes,
    };
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Response::from_parts(parts, axum::body::Body::from(named))
}
