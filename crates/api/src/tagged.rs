//! One document with its revision as ETag: what `If-Match` wants back.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use serde::Serialize;

/// An answer about one document.
pub struct Tagged<T> {
    /// The change that wrote the document.
    pub revision: u64,
    /// The answer.
    pub body: T,
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        if let Some(etag) = etag(self.revision) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

/// The revision in quotes.
pub fn etag(revision: u64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{revision}\"")).ok()
}
