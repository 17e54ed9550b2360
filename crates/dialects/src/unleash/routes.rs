//! The route table.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use http::Method;

use super::refusal::Refusal;
use super::reports::{From, Report};
use super::{Unleash, features, frontend, streaming};
use crate::query::decoded;
use crate::{Access, DialectRoute};

/// Where browsers ask, and where they asked Unleash's Edge.
const FRONTENDS: [&str; 2] = ["/api/frontend", "/api/proxy"];

/// The route table.
pub fn routes(unleash: &Arc<Unleash>) -> Vec<DialectRoute> {
    let mut table = Table {
        unleash: Arc::clone(unleash),
        routes: Vec::new(),
    };
    table.client();
    for base in FRONTENDS {
        table.frontend(base);
    }
    table.routes
}

struct Table {
    unleash: Arc<Unleash>,
    routes: Vec<DialectRoute>,
}

impl Table {
    fn add(&mut self, methods: &[(Method, Access)], below: &str, handler: MethodRouter) {
        self.routes.push(DialectRoute {
            methods: methods.to_vec(),
            path: format!("{}{below}", self.unleash.settings.path),
            handler,
        });
    }

    fn client(&mut self) {
        let read = [(Method::GET, Access::Credential), (Method::HEAD, Access::Credential)];
        let write = [(Method::POST, Access::Credential)];
        let features = [
            ("/api/client/features", features::Asked::All),
            ("/api/client/features/{*name}", features::Asked::One),
            ("/api/client/gaps.json", features::Asked::Gaps),
        ];
        for (path, asked) in features {
            let handler = self.features(asked);
            self.add(&read, path, handler);
        }
        let own = Arc::clone(&self.unleash);
        let delta = any(move |request: Request| async move {
            let (parts, _) = request.into_parts();
            answered(own.delta(&parts).await)
        });
        self.add(&read, "/api/client/delta", delta);
        let own = Arc::clone(&self.unleash);
        let stream = any(move |request: Request| async move {
            let (parts, _) = request.into_parts();
            answered(streaming::open(&own, &parts).await)
        });
        self.add(&[(Method::GET, Access::Credential)], "/api/client/streaming", stream);
        let reports = [
            ("/api/client/register", Report::Register),
            ("/api/client/metrics", Report::Metrics),
            ("/api/client/metrics/bulk", Report::Bulk),
            ("/api/client/metrics/edge", Report::Edge),
            ("/api/client/edge-licensing/heartbeat", Report::Edge),
        ];
        for (path, what) in reports {
            let handler = self.report(what, From::Backend);
            self.add(&write, path, handler);
        }
        let own = Arc::clone(&self.unleash);
        let validate = any(move |request: Request| async move {
            let (parts, body) = request.into_parts();
            answered(own.validate(&parts, body).await)
        });
        self.add(&[(Method::POST, Access::Public)], "/edge/validate", validate);
    }

    fn frontend(&mut self, base: &str) {
        let ask = [
            (Method::GET, Access::Credential),
            (Method::HEAD, Access::Credential),
            (Method::POST, Access::Credential),
            (Method::OPTIONS, Access::Public),
        ];
        let write = [(Method::POST, Access::Credential), (Method::OPTIONS, Access::Public)];
        let asked = [
            ("", frontend::Asked::Enabled),
            ("/all", frontend::Asked::All),
            ("/features/{*name}", frontend::Asked::One),
        ];
        for (below, asked) in asked {
            let handler = self.toggles(asked);
            self.add(&ask, &format!("{base}{below}"), handler);
        }
        for under in ["", "/all"] {
            for (below, what) in [("register", Report::Register), ("metrics", Report::Metrics)] {
                let handler = self.report(what, From::Frontend);
                self.add(&write, &format!("{base}{under}/client/{below}"), handler);
            }
        }
    }

    fn features(&self, asked: features::Asked) -> MethodRouter {
        let own = Arc::clone(&self.unleash);
        any(move |request: Request| async move {
            let (parts, _) = request.into_parts();
            let name = own.name_in(parts.uri.path());
            answered(own.features(&parts, asked, &name).await)
        })
    }

    fn report(&self, what: Report, from: From) -> MethodRouter {
        let own = Arc::clone(&self.unleash);
        any(move |request: Request| async move {
            let (parts, body) = request.into_parts();
            if from == From::Backend {
                return answered(own.report(&parts, body, what, from).await);
            }
            if parts.method == Method::OPTIONS {
                return frontend::preflight(&parts.headers);
            }
            crossing(answered(own.report(&parts, body, what, from).await))
        })
    }

    fn toggles(&self, asked: frontend::Asked) -> MethodRouter {
        let own = Arc::clone(&self.unleash);
        any(move |request: Request| async move {
            let (parts, body) = request.into_parts();
            if parts.method == Method::OPTIONS {
                return frontend::preflight(&parts.headers);
            }
            let name = own.name_in(parts.uri.path());
            crossing(answered(own.frontend(&parts, body, asked, &name).await))
        })
    }
}

fn answered(answer: Result<Response, Refusal>) -> Response {
    answer.unwrap_or_else(|refusal| refusal.response())
}

fn crossing(mut response: Response) -> Response {
    frontend::cross_origin(response.headers_mut());
    response
}

impl Unleash {
    /// What follows `/features/` below the mount: names of flags may hold slashes.
    fn name_in(&self, path: &str) -> String {
        let below = path.strip_prefix(&self.settings.path).unwrap_or(path);
        let rest = below.split_once("/features/").map_or("", |(_, rest)| rest);
        decoded(rest).into_owned()
    }
}
