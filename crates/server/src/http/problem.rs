//! The few problem documents that the server itself writes; the API has its own.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// A problem document.
pub fn problem(status: StatusCode, code: &str, detail: &str, request_id: Option<&str>) -> Response {
    let mut document = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    if let (Some(id), Some(fields)) = (request_id, document.as_object_mut()) {
        fields.insert("request_id".into(), id.into());
    }
    let mut response = Response::new(Body::from(document.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// 404 for paths that nobody serves.
pub fn not_found() -> Response {
    let detail = "nothing is served at this path; the API is below /hoist/v1";
    problem(StatusCode::NOT_FOUND, "not_found", detail, None)
}

/// 500 after a panic.
pub fn panicked(request_id: Option<&str>) -> Response {
    let detail = "something failed here; the server's log has the details under the request id";
    problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail, request_id)
}

/// 503 for one stream too many.
pub fn too_many_streams(request_id: Option<&str>) -> Response {
    let detail = "too many event streams are open (setting limits.streams); poll, or try again later";
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "too_many_streams", detail, request_id);
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}
