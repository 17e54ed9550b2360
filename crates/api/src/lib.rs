//! Hoist's own REST API under `/hoist/v1`.
//!
//! Architecture invariants: every route stands in [`routes`], the one table that says which
//! permission it asks for; nothing else builds a router. Handlers see a [`guard::Scope`] that the
//! table's guard has already checked. Wire shapes live in `wire` and are converted by hand, so
//! that what is stored may change without breaking clients.
//!
//! How to add an endpoint: a file under `endpoints` (types, docs, handler), a line in
//! [`routes`]; the permission walk and the OpenAPI test do the rest.

pub mod answer;
pub mod body;
pub mod caller;
mod cross_origin;
mod docs;
pub mod endpoints;
pub mod guard;
pub mod importer;
pub mod limit;
pub mod listener;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod query;
pub mod routes;
pub mod streams;
pub mod tagged;
pub mod travel;
pub mod wire;
pub mod write;

use std::sync::Arc;

use axum::Router;
use hoist_app::App;

/// How the API behaves, from the configuration.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Bytes of a request body, imports and batches excepted.
    pub body_limit: usize,
    /// Bytes of an import or batch body.
    pub import_limit: usize,
    /// Whether cookies carry `Secure`.
    pub secure_cookies: SecureCookies,
    /// Reads other systems' files.
    pub importer: importer::Importer,
    /// How far one may look back and ahead.
    pub horizon: travel::Horizon,
    /// Where connections that stay open have their places.
    pub streams: streams::Streams,
    /// How often a WebSocket is asked whether somebody is there; nothing for as long again ends it.
    pub ping: std::time::Duration,
}

/// Whether cookies carry `Secure`, so that browsers send them over HTTPS only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecureCookies {
    /// Yes.
    Always,
    /// No.
    Never,
    /// Where the request came over HTTPS.
    ByRequest,
}

/// The request came over HTTPS, as the server decided it (proxies considered). Put into the
/// request's extensions by whoever runs the router.
#[derive(Clone, Copy, Debug)]
pub struct OverHttps;

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            body_limit: 1 << 20,
            import_limit: 32 << 20,
            secure_cookies: SecureCookies::ByRequest,
            importer: importer::Importer::default(),
            horizon: travel::Horizon::default(),
            streams: streams::Streams::default(),
            ping: std::time::Duration::from_secs(20),
        }
    }
}

/// What every handler has at hand.
#[derive(Clone)]
pub struct Api {
    /// The application.
    pub app: Arc<App>,
    /// The configuration.
    pub config: Arc<ApiConfig>,
}

/// The network address of the caller, as the server decided it (proxies considered). Put into the
/// request's extensions by whoever runs the router.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// Id of the request, for logs and problems. Put into the request's extensions likewise.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The whole of `/hoist/v1`.
pub fn router(app: Arc<App>, config: ApiConfig) -> Router {
    routes::router(Api {
        app,
        config: Arc::new(config),
    })
}
