//! `/healthz`, `/readyz` and `/metrics`, for those who operate the process.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::response::Response;
use hoist_app::App;
use hoist_model::record::Kind;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::metrics::{self, Gauges, Metrics};

/// An answer of the database counts as long.
const FRESH: Duration = Duration::from_secs(1);
/// Longer than this it may not take.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/healthz`: the process runs and answers.
pub(super) fn health() -> Response {
    answer(StatusCode::OK, "text/plain; charset=utf-8", "ok\n".into())
}

/// Whether the process can do its work.
pub(super) struct Readiness {
    app: Arc<App>,
    last: Mutex<Option<(Instant, Store)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    Answers,
    Silent,
}

impl Readiness {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self {
            app,
            last: Mutex::new(None),
        }
    }

    /// `/readyz`: the world is loaded (else nothing listens) and the store answers. Evaluation goes
    /// on without the store, from what was loaded last.
    pub(super) async fn answer(&self) -> Response {
        let trouble = self.app.world.trouble();
        let (status, word) = match (self.store().await, &trouble) {
            (Store::Answers, None) => (StatusCode::OK, "ready"),
            (Store::Answers, Some(_)) => (StatusCode::SERVICE_UNAVAILABLE, "log_damaged"),
            (Store::Silent, _) => (StatusCode::SERVICE_UNAVAILABLE, "database_unavailable"),
        };
        let revision = self.app.world.state().revision();
        let mut body = json!({ "status": word, "revision": revision });
        if let Some(trouble) = trouble {
            body["reason"] = trouble.as_str().into();
        }
        answer(status, "application/json", body.to_string())
    }

    /// Many who ask at once cause one question to the database.
    async fn store(&self) -> Store {
        let mut last = self.last.lock().await;
        if let Some((at, known)) = *last
            && at.elapsed() < FRESH
        {
            return known;
        }
        let found = match timeout(PATIENCE, self.app.store.ping()).await {
            Ok(Ok(())) => Store::Answers,
            Ok(Err(_)) | Err(_) => Store::Silent,
        };
        if found == Store::Silent && last.is_none_or(|(_, before)| before == Store::Answers) {
            tracing::error!("the database does not answer; what was loaded is served on");
        }
        *last = Some((Instant::now(), found));
        found
    }
}

/// `/metrics`, in the text form of OpenMetrics.
pub(super) fn exposition(app: &App, metrics: &Arc<Metrics>) -> Response {
    let text = metrics::exposition(metrics, gauges(app));
    answer(StatusCode::OK, metrics::CONTENT_TYPE, text)
}

fn gauges(app: &App) -> Gauges {
    let state = app.world.state();
    let flags = state.list_all(Kind::Flag).count();
    Gauges {
        revision: state.revision(),
        flags: u64::try_from(flags).unwrap_or(u64::MAX),
    }
}

fn answer(status: StatusCode, content: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
