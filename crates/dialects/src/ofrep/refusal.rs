//! Everything that is not an answer. Clients parse the body of every status, so each refusal has one.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::headers;
use crate::text::{push, push_string};

/// Why a question is not answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The body is no JSON object.
    Unreadable(String),
    /// The context is not what it should be.
    Context(String),
    /// The body is too large.
    TooLarge {
        /// Bytes that are allowed.
        most: usize,
        /// Where that is set.
        setting: &'static str,
    },
    /// The body is packed.
    Packed,
    /// The body came too slowly.
    TooSlow,
    /// No key, or one that opens nothing.
    Unknown,
    /// A stream's capability that opens nothing any more.
    Revoked,
    /// Another method than the route has.
    Method,
    /// Too many streams.
    Full,
}

/// Seconds after which a refused stream may come again.
const FULL_RETRY_S: &str = "30";

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) | Self::Context(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Packed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unknown | Self::Revoked => StatusCode::UNAUTHORIZED,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "PARSE_ERROR",
            Self::Context(_) => "INVALID_CONTEXT",
            Self::TooLarge { .. }
            | Self::Packed
            | Self::TooSlow
            | Self::Unknown
            | Self::Revoked
            | Self::Method
            | Self::Full => "GENERAL",
        }
    }

    fn details(&self) -> String {
        match self {
            Self::Unreadable(why) | Self::Context(why) => why.clone(),
            Self::TooLarge { most, setting } => {
                format!("the body is larger than {most} bytes ({setting}); send less at once")
            }
            Self::Packed => "bodies are not unpacked here: send it without Content-Encoding".into(),
            Self::TooSlow => "the body came too slowly; send it again, or in smaller parts".into(),
            Self::Unknown => "no known key: send one as `Authorization: Bearer KEY` or `X-API-Key: KEY`".into(),
            Self::Revoked => "this stream is closed: ask for all flags again to get the address of another".into(),
            Self::Method => "this method is not allowed here".into(),
            Self::Full => "too many streams are open; flags can still be asked for".into(),
        }
    }

    /// The refusal as a response; `key` is the flag that was asked for, if it was one.
    pub(super) fn response(&self, key: Option<&str>) -> Response {
        let mut json = Vec::with_capacity(192);
        push_failure(&mut json, key, self.code(), &self.details());
        let mut response = Response::new(Body::from(json));
        *response.status_mut() = self.status();
        let to = response.headers_mut();
        headers::json(to);
        match self {
            Self::Unknown => drop(to.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::Full => drop(to.insert(header::RETRY_AFTER, HeaderValue::from_static(FULL_RETRY_S))),
            Self::Method => drop(to.insert(header::ALLOW, headers::METHODS)),
            Self::Unreadable(_)
            | Self::Context(_)
            | Self::TooLarge { .. }
            | Self::Packed
            | Self::TooSlow
            | Self::Revoked => {}
        }
        response
    }
}

/// Appends a failure without metadata.
pub(super) fn push_failure(to: &mut Vec<u8>, key: Option<&str>, code: &str, details: &str) {
    push!(to, "{");
    if let Some(key) = key {
        push!(to, "\"key\":");
        push_string(to, key);
        push!(to, ",");
    }
    push!(to, "\"errorCode\":\"", code, "\",\"errorDetails\":");
    push_string(to, details);
    push!(to, ",\"metadata\":{}}");
}
