//! Everything that is not an answer, in Unleash's words.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value as Json, json};

/// What is wrong with one part of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detail {
    /// JSON pointer, with `/body` in front; nothing for what is no body.
    path: Option<String>,
    message: String,
}

impl Detail {
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self {
            path: None,
            message: message.into(),
        }
    }

    pub(super) fn at(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: Some(path.to_owned()),
            message: message.into(),
        }
    }

    fn json(&self) -> Json {
        match &self.path {
            Some(path) => json!({"path": path, "message": self.message}),
            None => json!({"message": self.message}),
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No key, or one that opens nothing.
    Unknown,
    /// A public key where a secret one is needed.
    WrongKind,
    /// A header that cannot be read.
    BadHeader(String),
    /// What was sent cannot be read.
    BadData(Vec<Detail>),
    /// A body of another kind.
    ContentType(String),
    /// There is no such flag.
    NoFlag(String),
    /// Another method.
    Method(&'static str),
    /// The body is too large.
    TooLarge(usize),
    /// The body came too slowly.
    TooSlow,
    /// No place for another stream.
    TooMany,
    /// The document could not be made.
    Broken,
}

const INVALID: &str = "Request validation failed: your request body or params contain invalid data";

impl Refusal {
    pub(super) fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.body().to_string()));
        *response.status_mut() = self.status();
        let to = response.headers_mut();
        to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Self::Method(allowed) = self {
            to.insert(header::ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::WrongKind => StatusCode::FORBIDDEN,
            Self::BadHeader(_) | Self::BadData(_) => StatusCode::BAD_REQUEST,
            Self::ContentType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NoFlag(_) => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self) -> Json {
        let named = |name: &str, message: String| {
            let details = [json!({"message": message})];
            json!({"name": name, "message": message, "details": details})
        };
        match self {
            Self::Unknown => {
                json!({"message": "This endpoint requires an API token. Please add an authorization header to your request with a valid token"})
            }
            Self::WrongKind => json!({"message": "invalid token: expected a different token type for this endpoint"}),
            Self::BadHeader(what) => json!({
                "name": "BadDataError",
                "message": format!("{INVALID}: {what}"),
                "details": [{"message": what}],
            }),
            Self::BadData(details) => json!({
                "name": "BadDataError",
                "message": format!("{INVALID}. Refer to the `details` list for more information."),
                "details": details.iter().map(Detail::json).collect::<Vec<_>>(),
            }),
            Self::ContentType(kind) => named(
                "ContentTypeError",
                format!("We do not accept the content-type you provided ({kind}). Send application/json."),
            ),
            Self::NoFlag(name) => named("NotFoundError", format!("Could not find feature flag {name}")),
            Self::Method(allowed) => named("MethodNotAllowedError", format!("This endpoint is for {allowed}.")),
            Self::TooLarge(most) => named(
                "PayloadTooLargeError",
                format!("The body is larger than {most} bytes (limits.body_bytes)."),
            ),
            Self::TooSlow => named("RequestTimeoutError", "The body came too slowly.".into()),
            Self::TooMany => named(
                "TooManyRequestsError",
                "There are too many streams (limits.streams); poll instead.".into(),
            ),
            Self::Broken => named(
                "InternalError",
                "The document could not be made; the server's log says why.".into(),
            ),
        }
    }
}
