//! Fixed headers and cross-origin rules. Keys travel in a header of their own, never in cookies, so any origin may ask.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::wire::KEY;

/// When what is served last changed, in seconds since 1970 with a fraction.
pub(super) const UPDATED_AT: HeaderName = HeaderName::from_static("x-flagsmith-document-updated-at");

const VERSION: HeaderName = HeaderName::from_static("flagsmith-version");
/// The version that is spoken.
pub(super) const VERSION_SPOKEN: &str = "2.265.0";
const SPOKEN: HeaderValue = HeaderValue::from_static(VERSION_SPOKEN);

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const NEVER_KEPT: HeaderValue = HeaderValue::from_static("max-age=0, no-cache, no-store, must-revalidate, private");
const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
/// Flagsmith hides the moment of the last change from pages of other origins, though its own client reads it.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("X-Flagsmith-Document-Updated-At, Flagsmith-Version, ETag, Last-Modified, Retry-After");

/// What a preflight is answered. A day is the longest that any browser keeps.
const PREFLIGHT: [(HeaderName, HeaderValue); 4] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN),
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, PUT, OPTIONS"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(
            "X-Environment-Key, Content-Type, Accept, Authorization, User-Agent, Flagsmith-SDK-User-Agent, \
             Flagsmith-Application-Name, Flagsmith-Application-Version, Cache-Control, Last-Event-ID, If-None-Match, \
             If-Modified-Since, Sentry-Trace, Traceparent, Tracestate, Baggage",
        ),
    ),
    (header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400")),
];

/// Headers of a JSON answer that nobody keeps.
pub(super) fn json(to: &mut HeaderMap) {
    to.insert(header::CONTENT_TYPE, JSON);
    to.insert(header::CACHE_CONTROL, NEVER_KEPT);
    to.insert(header::VARY, HeaderValue::from_static(KEY));
    common(to);
}

/// Headers of every answer.
pub(super) fn common(to: &mut HeaderMap) {
    to.insert(VERSION, SPOKEN);
    to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    to.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
}

/// The answer to a preflight.
pub(super) fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().extend(PREFLIGHT);
    response
}
