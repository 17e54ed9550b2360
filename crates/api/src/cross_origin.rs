//! Cross-origin rules of what software asks with a key. Keys travel in headers, never in cookies,
//! so a page of any origin may ask; what the console asks with its cookie stays closed.

use axum::body::Body;
use axum::middleware::map_response;
use axum::response::Response;
use axum::routing::MethodRouter;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::Api;

const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static("Retry-After, X-Request-Id");

/// What a preflight is answered. A day is the longest that any browser keeps.
const PREFLIGHT: [(HeaderName, HeaderValue); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN),
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("POST, OPTIONS"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("Authorization, X-API-Key, Content-Type, Traceparent, Tracestate, Baggage"),
    ),
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
];

/// Opens a route to pages of any origin, its refusals included.
pub(crate) fn opened(route: MethodRouter<Api>) -> MethodRouter<Api> {
    route.layer(map_response(allow)).options(preflight)
}

async fn allow(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}

async fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().extend(PREFLIGHT);
    response
}
