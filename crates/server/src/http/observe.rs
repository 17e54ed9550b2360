//! The layer around every route.
//!
//! In: a request id, the client's address, a span. Out: counts, a log line, the id, security
//! headers, a 500 in place of a panic, and a guard on event streams. Routes of dialects get no span
//! and no address: what happens per evaluation is counted, never logged.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use hoist_api::{ClientAddress, OverHttps, RequestId};
use http::{HeaderValue, Method, StatusCode, header};
use tower::{Layer, Service};
use tracing::Span;

use super::request_id::{self, RequestIds};
use super::{address, problem, streams};
use crate::config::{LoggedRequests, Network};
use crate::metrics::{Metrics, RouteCounts};
use crate::shutdown::Shutdown;

/// Name of everything that no route matches.
const CONSOLE: &str = "(console)";
/// Below this are our own API's routes.
const OURS: &str = "/hoist/";

/// What all routes share.
#[derive(Debug)]
pub struct Surroundings {
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
    /// Names of requests.
    pub ids: RequestIds,
    /// Proxies that are believed.
    pub trusted: Vec<Network>,
    /// Which requests are logged.
    pub logged: LoggedRequests,
    /// Open event streams at most.
    pub streams: u64,
    /// Ends streams.
    pub shutdown: Shutdown,
}

/// The layer.
#[derive(Clone, Debug)]
pub struct Observe(Arc<Surroundings>);

impl Observe {
    /// For all routes.
    pub fn new(surroundings: Arc<Surroundings>) -> Self {
        Self(surroundings)
    }
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        let place = Place {
            surroundings: Arc::clone(&self.0),
            route: OnceLock::new(),
        };
        Observed {
            inner,
            place: Arc::new(place),
        }
    }
}

/// One layered route.
#[derive(Clone, Debug)]
pub struct Observed<S> {
    inner: S,
    place: Arc<Place>,
}

#[derive(Debug)]
struct Place {
    surroundings: Arc<Surroundings>,
    route: OnceLock<Route>,
}

/// What is known of a route after its first request.
#[derive(Debug)]
struct Route {
    counts: Arc<RouteCounts>,
    kind: RouteKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RouteKind {
    /// Takes changes.
    Changes,
    /// Another of our own.
    Ours,
    /// A dialect's, the console's or one for operations.
    Quiet,
}

impl Place {
    fn learn(&self, request: &Request) -> &Route {
        self.route.get_or_init(|| {
            let path = request.extensions().get::<MatchedPath>();
            let name = path.map_or(CONSOLE, MatchedPath::as_str);
            let kind = match name {
                name if !name.starts_with(OURS) => RouteKind::Quiet,
                name if name.ends_with("/changes") => RouteKind::Changes,
                _ => RouteKind::Ours,
            };
            Route {
                counts: self.surroundings.metrics.counts_of(name),
                kind,
            }
        })
    }
}

impl<S, F> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response, Error = Infallible, Future = F>,
    F: Future<Output = Result<Response, Infallible>> + Unpin,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering<F>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Answering<F> {
        let started = Instant::now();
        let id = self.place.surroundings.ids.of(request.headers());
        let route = self.place.learn(&request);
        let span = match route.kind {
            RouteKind::Quiet => Span::none(),
            RouteKind::Changes | RouteKind::Ours => {
                self.introduce(&mut request, &id);
                tracing::info_span!("request", request_id = text(&id), method = %request.method(), route = route.counts.name())
            }
        };
        let asked = Asked {
            place: Arc::clone(&self.place),
            method: request.method().clone(),
            id,
            started,
            span,
        };
        Answering {
            inner: self.inner.call(request),
            asked,
        }
    }
}

impl<S> Observed<S> {
    /// Tells handlers of our own about the request.
    fn introduce(&self, request: &mut Request, id: &HeaderValue) {
        let address = address::client(request, &self.place.surroundings.trusted);
        let is_https = address::came_over_https(request, &self.place.surroundings.trusted);
        let extensions = request.extensions_mut();
        extensions.insert(RequestId(text(id).to_owned()));
        if let Some(address) = address {
            extensions.insert(ClientAddress(address.to_string()));
        }
        if is_https {
            extensions.insert(OverHttps);
        }
    }
}

/// Ids are ASCII by their making.
fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

/// What is remembered of a request until it is answered.
struct Asked {
    place: Arc<Place>,
    method: Method,
    id: HeaderValue,
    started: Instant,
    span: Span,
}

/// An answer in the making.
pub struct Answering<F> {
    inner: F,
    asked: Asked,
}

impl<F> Future for Answering<F>
where
    F: Future<Output = Result<Response, Infallible>> + Unpin,
{
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let inner = &mut this.inner;
        // The line about the answer says all that the span says, so it stands outside of it.
        let polled = this
            .asked
            .span
            .in_scope(|| catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll(context))));
        let response = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(Ok(response))) => response,
            Ok(Poll::Ready(Err(never))) => match never {},
            Err(_) => this.asked.after_panic(),
        };
        Poll::Ready(Ok(this.asked.finish(response)))
    }
}

impl Asked {
    fn after_panic(&self) -> Response {
        self.place.surroundings.metrics.panics.fetch_add(1, Ordering::Relaxed);
        problem::panicked(Some(text(&self.id)))
    }

    /// Once, at the end: the id goes along with the answer.
    fn finish(&mut self, response: Response) -> Response {
        let mut response = self.guard_stream(response);
        let (status, took) = (response.status(), self.started.elapsed());
        self.count(status, took);
        self.log(status, took);
        let headers = response.headers_mut();
        let id = std::mem::replace(&mut self.id, HeaderValue::from_static(""));
        headers.insert(request_id::HEADER, id);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }

    fn guard_stream(&self, response: Response) -> Response {
        if !streams::is_stream(&response) {
            return response;
        }
        let all = &self.place.surroundings;
        streams::guarded(response, &all.metrics, all.streams, &all.shutdown)
            .unwrap_or_else(|| problem::too_many_streams(Some(text(&self.id))))
    }

    fn count(&self, status: StatusCode, took: Duration) {
        let Some(route) = self.place.route.get() else { return };
        route.counts.count(&self.method, status, took);
        if route.kind == RouteKind::Changes && status.is_client_error() {
            let refused = &self.place.surroundings.metrics.changes_refused;
            refused.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn log(&self, status: StatusCode, took: Duration) {
        let Some(route) = self.place.route.get() else { return };
        let (name, number) = (route.counts.name(), status.as_u16());
        let took_ms = took.as_secs_f64() * 1e3;
        let (request_id, method) = (text(&self.id), self.method.as_str());
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(
                request_id,
                method,
                route = name,
                status = number,
                took_ms,
                "failed a request"
            );
        } else if status.is_server_error() {
            tracing::warn!(
                request_id,
                method,
                route = name,
                status = number,
                took_ms,
                "could not serve a request"
            );
        } else if route.kind != RouteKind::Quiet && self.place.surroundings.logged == LoggedRequests::All {
            tracing::info!(
                request_id,
                method,
                route = name,
                status = number,
                took_ms,
                "answered a request"
            );
        } else {
            tracing::debug!(
                request_id,
                method,
                route = name,
                status = number,
                took_ms,
                "answered a request"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::shutdown::shutdown;

    async fn panics() -> &'static str {
        panic!("a secret")
    }

    async fn ask(metrics: &Arc<Metrics>, path: &str) -> Response {
        let (_trigger, shutdown) = shutdown();
        let all = Surroundings {
            metrics: Arc::clone(metrics),
            ids: RequestIds::new(1),
            trusted: Vec::new(),
            logged: LoggedRequests::All,
            streams: 1,
            shutdown,
        };
        let routes = [("/hoist/v1/fails/{it}", get(panics)), ("/works", get(async || "works"))];
        let router = routes.into_iter().fold(Router::new(), |router, (path, handler)| {
            Router::route(router, path, handler)
        });
        let router = router.layer(Observe::new(Arc::new(all)));
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = path.parse().expect("a path");
        request
            .headers_mut()
            .insert(request_id::HEADER, HeaderValue::from_static("mine"));
        router.oneshot(request).await.expect("infallible")
    }

    #[tokio::test]
    async fn a_panic_is_a_500_without_its_message() {
        let metrics = Arc::new(Metrics::default());
        let response = ask(&metrics, "/hoist/v1/fails/7").await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[request_id::HEADER], "mine");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let text = String::from_utf8_lossy(&body);
        assert!(
            text.contains("\"request_id\":\"mine\"") && !text.contains("secret"),
            "{text}"
        );
        let answers: Vec<_> = metrics.counts_of("/hoist/v1/fails/{it}").answers().collect();
        assert_eq!(answers, [("GET", "5xx", 1)]);
        assert_eq!(metrics.panics.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn answers_are_counted_by_route() {
        let metrics = Arc::new(Metrics::default());
        assert_eq!(
            ask(&metrics, "/works").await.headers()[header::X_CONTENT_TYPE_OPTIONS],
            "nosniff"
        );
        assert_eq!(ask(&metrics, "/elsewhere").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(metrics.counts_of("/works").answers().next(), Some(("GET", "2xx", 1)));
        assert_eq!(metrics.counts_of(CONSOLE).answers().next(), Some(("GET", "4xx", 1)));
    }
}
