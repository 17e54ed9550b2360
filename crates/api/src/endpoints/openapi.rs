//! The description of this API: as OpenAPI 3.1, and as a page to read.

use std::sync::OnceLock;

use axum::Json;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use serde_json::Value;

use crate::openapi;

/// This document.
#[utoipa::path(get, path = "/hoist/v1/openapi.json", tag = "documentation", responses((status = 200, body = Object)))]
pub async fn document() -> Json<&'static Value> {
    Json(openapi::document())
}

/// The same as a page to read; nothing on it comes from elsewhere.
#[utoipa::path(get, path = "/hoist/v1/docs", tag = "documentation", responses((status = 200, body = String, content_type = "text/html")))]
pub async fn page() -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| crate::docs::render(openapi::document()));
    let style = STANDARD.encode(hoist_app::source::digest(crate::docs::STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(page.as_str())).into_response()
}
