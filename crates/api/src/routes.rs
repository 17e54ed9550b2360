//! The URL map: every route of `/hoist/v1` with what it asks for. Nothing else builds a router.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, on};
use hoist_model::permission::Permission as P;
use http::Method;

use crate::Api;
use crate::endpoints::{changes, environments, events, flags, organizations, projects, session, setup};
use crate::guard::{Need, guard};
use crate::problem::Problem;

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

/// Every route.
pub fn routes() -> Vec<Route> {
    use Method as M;
    const PUBLIC: Need = Need::Public;
    const SIGNED_IN: Need = Need::SignedIn;
    const PLANNED: Need = Need::Planned;
    const fn may(permission: P) -> Need {
        Need::Permission(permission)
    }
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

/// The router of the table.
pub fn router(api: Api) -> Router {
    let mut router = Router::new();
    for Route {
        path, need, handler, ..
    } in routes()
    {
        let guarded = handler.route_layer(from_fn_with_state((api.clone(), need), guard));
        router = router.route(path, guarded);
    }
    router
        .method_not_allowed_fallback(|| async {
            Problem::new(
                http::StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "this path has other methods; see /hoist/v1/docs",
            )
        })
        .layer(DefaultBodyLimit::max(api.config.body_limit))
        .with_state(api)
}
