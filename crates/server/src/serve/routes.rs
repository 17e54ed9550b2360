//! Everything that is served, in one place: our API (its own table), mounted dialects (theirs),
//! operations, and the console for what is left. One layer surrounds it all.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hoist_api::ApiConfig;
use hoist_api::importer::{self, ImportProblem, Importer};
use hoist_app::App;
use hoist_compat::{Source, json};

use super::mounts;
use super::operations::{self, Readiness};
use crate::cli::Failure;
use crate::config::Config;
use crate::console::{self, Page};
use crate::http::observe::{self, Observe};
use crate::http::{problem, streams};
use crate::metrics::Metrics;
use crate::ports;

/// What routes are made from.
pub(super) struct House {
    pub(super) app: Arc<App>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) all: Arc<observe::Surroundings>,
    pub(super) page: Page,
}

/// Where health and metrics answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operations {
    /// On the public listener.
    Here,
    /// On their own.
    Elsewhere,
}

/// The public listener.
pub(super) fn public(house: &House, config: &Config, operations: Operations) -> Result<Router, Failure> {
    let mut router = hoist_api::router(Arc::clone(&house.app), api(house, config)).merge(assets(house));
    if operations == Operations::Here {
        router = router.merge(self::operations(house));
    }
    let ports = ports::ports(&house.app, &house.metrics);
    for route in mounts::routes(config, &ports)? {
        router = router.route(&route.path, route.handler);
    }
    let (page, app) = (house.page.clone(), Arc::clone(&house.app));
    let console = move |request: Request| {
        let nonce = || STANDARD.encode(app.maker.bytes::<16>());
        let (parts, _) = request.into_parts();
        let answer = console::answer(&parts, &page, nonce);
        async move { answer }
    };
    Ok(finish(house, router.fallback(console)))
}

/// The admin listener.
pub(super) fn admin(house: &House) -> Router {
    finish(house, operations(house).fallback(|| async { problem::not_found() }))
}

/// Without state left, so that the layer is made once per route.
fn finish(house: &House, router: Router) -> Router {
    router.with_state(()).layer(Observe::new(Arc::clone(&house.all)))
}

fn api(house: &House, config: &Config) -> ApiConfig {
    ApiConfig {
        body_limit: config.limits.body_bytes,
        import_limit: config.limits.import_bytes,
        secure_cookies: config.secure_cookies(),
        importer: Importer::new(read_import),
        horizon: config.limits.horizon,
        streams: streams::places(&house.metrics, house.all.streams, &house.all.shutdown),
        ..ApiConfig::default()
    }
}

/// Reads a file of another system, or of our own, comments allowed.
fn read_import(given: importer::File<'_>) -> Result<importer::Read, ImportProblem> {
    let source = match given.source {
        "unleash" => Source::Unleash,
        "flagd" => Source::Flagd(given.fractional),
        "flagsmith" => Source::Flagsmith,
        "togglr" => Source::Togglr,
        "fluxgate" => Source::FluxGate,
        "toggle-meister" => Source::ToggleMeister,
        "hoist" => {
            let file = hoist_compat::project_file(given.text);
            return file
                .map(|file| (file, Vec::new()))
                .map_err(|error| ImportProblem::Unreadable(error.to_string()));
        }
        _ => {
            let known = vec![
                "unleash",
                "flagd",
                "flagsmith",
                "togglr",
                "fluxgate",
                "toggle-meister",
                "hoist",
            ];
            return Err(ImportProblem::UnknownSource { known });
        }
    };
    let document = json::read(given.text).map_err(|bad| ImportProblem::Unreadable(bad.to_string()))?;
    source
        .import(&document, given.environment)
        .map(|import| (import.project, import.gaps))
        .map_err(|error| ImportProblem::Unreadable(error.to_string()))
}

/// A route of its own, so that metrics tell files from pages.
fn assets(house: &House) -> Router {
    let page = house.page.clone();
    let file = move |request: Request| {
        let (parts, _) = request.into_parts();
        let answer = console::answer(&parts, &page, String::new);
        async move { answer }
    };
    Router::new().route("/assets/{*file}", get(file))
}

fn operations(house: &House) -> Router {
    let readiness = Arc::new(Readiness::new(Arc::clone(&house.app)));
    let (app, metrics) = (Arc::clone(&house.app), Arc::clone(&house.metrics));
    Router::new()
        .route("/healthz", get(|| async { operations::health() }))
        .route("/readyz", get(move || async move { readiness.answer().await }))
        .route(
            "/metrics",
            get(move || async move { operations::exposition(&app, &metrics) }),
        )
}
