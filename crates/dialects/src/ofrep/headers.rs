//! Fixed headers and cross-origin rules. Keys travel in headers, never in cookies, so any origin may
//! ask; what a browser may read is listed.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

/// The methods of this dialect's routes together.
pub(super) const METHODS: HeaderValue = HeaderValue::from_static("POST, GET, OPTIONS");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Retry-After");

/// What a preflight is answered. A day is the longest that any browser keeps.
const PREFLIGHT: [(HeaderName, HeaderValue); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN),
    (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "Authorization, X-API-Key, Content-Type, If-None-Match, Last-Event-ID, Cache-Control, Traceparent, Tracestate, Baggage",
        ),
    ),
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
];

/// Headers of a JSON answer.
pub(super) fn json(to: &mut HeaderMap) {
    to.insert(header::CONTENT_TYPE, JSON);
    cross_origin(to);
}

/// Headers that let a page of any origin read the answer.
pub(super) fn cross_origin(to: &mut HeaderMap) {
    to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    to.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// Headers of a stream of events: nothing between us and the client may hold it back.
pub(super) fn events(to: &mut HeaderMap) {
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    to.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    to.insert("x-accel-buffering", HeaderValue::from_static("no"));
    cross_origin(to);
}

/// The answer to a preflight.
pub(super) fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().extend(PREFLIGHT);
    response
}
