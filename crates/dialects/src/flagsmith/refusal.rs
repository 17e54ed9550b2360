//! Everything that is not an answer, in the shape of Django REST framework's errors, which Flagsmith's clients expect.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value as Json, json};

use super::headers;

/// Why a question is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No key, or one that opens nothing.
    Unknown,
    /// A public key where a secret one is needed.
    Public,
    /// A secret key where addresses are written down.
    SecretInPath,
    /// Traits are not stored.
    NotStored,
    /// Too many streams.
    Full,
    /// Another method than the route has; those that it has.
    Method(&'static str),
    /// No such flag for this key.
    Feature,
    /// Whom it is about is not said.
    Identifier,
    /// The body is not JSON.
    Unreadable(String),
    /// A field is not what it should be.
    Field {
        /// Its name.
        name: &'static str,
        /// What is wrong.
        why: String,
    },
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
    /// The answer could not be made.
    Broken,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unknown => StatusCode::UNAUTHORIZED,
            Self::Public | Self::SecretInPath | Self::NotStored => StatusCode::FORBIDDEN,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Feature => StatusCode::NOT_FOUND,
            Self::Identifier | Self::Unreadable(_) | Self::Field { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Packed => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn body(&self) -> Json {
        let detail = match self {
            Self::Field { name, why } => {
                return Map::from_iter([((*name).to_owned(), json!([why]))]).into();
            }
            Self::Unknown => "Invalid or missing Environment Key".to_owned(),
            Self::Public => "This is for server-side keys only.".to_owned(),
            Self::SecretInPath => "Streams are opened with a client-side key: addresses are written down.".to_owned(),
            Self::NotStored => "Traits are not stored here: send them to /identities/, where they count.".to_owned(),
            Self::Full => "Too many streams are open; flags can still be asked for.".to_owned(),
            Self::Method(allowed) => format!("Method not allowed. Allowed: {allowed}."),
            Self::Feature => "Given feature not found".to_owned(),
            Self::Identifier => "Missing identifier".to_owned(),
            Self::Unreadable(why) => format!("JSON parse error - {why}"),
            Self::TooLarge { most, setting } => {
                format!("The body is larger than {most} bytes ({setting}); send less at once.")
            }
            Self::Packed => "Bodies are not unpacked here: send it without Content-Encoding.".to_owned(),
            Self::TooSlow => "The body came too slowly; send it again.".to_owned(),
            Self::Broken => "The answer could not be made; the server's log says why.".to_owned(),
        };
        json!({ "detail": detail })
    }

    pub(super) fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.body().to_string()));
        *response.status_mut() = self.status();
        let to = response.headers_mut();
        headers::json(to);
        match self {
            Self::Method(allowed) => drop(to.insert(header::ALLOW, HeaderValue::from_static(allowed))),
            Self::Full => drop(to.insert(header::RETRY_AFTER, HeaderValue::from_static("30"))),
            _ => {}
        }
        response
    }
}
