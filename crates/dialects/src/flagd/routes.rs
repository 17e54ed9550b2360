//! The route table and the handler.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use hoist_engine::ruleset::Fractional;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::Flagd;
use super::project::{Export, export};
use crate::documents::{ASK_AGAIN, Document, GAPS};
use crate::ports::{Class, Environment, Seat};
use crate::{Access, DialectRoute};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What is asked for.
#[derive(Clone, Copy)]
enum Asked {
    Flags,
    Gaps,
}

/// An environment as it is served now.
pub(super) struct Made {
    flags: Document,
    gaps: Document,
    /// How many gaps there are.
    missing: usize,
}

impl Made {
    fn new(environment: &dyn Environment, fractional: Fractional) -> Self {
        let Export { document, gaps } = export(&environment.rules(), environment.flag_set(), fractional);
        Self {
            flags: Document::new(&document),
            missing: gaps.len(),
            gaps: Document::new(&json!({ "gaps": gaps })),
        }
    }
}

/// The route table.
pub fn routes(flagd: &Arc<Flagd>) -> Vec<DialectRoute> {
    let route = |name: &str, asked: Asked| {
        let own = Arc::clone(flagd);
        DialectRoute {
            methods: vec![(Method::GET, Access::Credential), (Method::HEAD, Access::Credential)],
            path: format!("{}/{name}", flagd.path),
            handler: any(move |request: Request| async move {
                let (parts, _) = request.into_parts();
                own.answer(&parts, asked).await.unwrap_or_else(Refusal::response)
            }),
        }
    };
    vec![route("flags.json", Asked::Flags), route("gaps.json", Asked::Gaps)]
}

impl Flagd {
    async fn answer(&self, parts: &Parts, asked: Asked) -> Result<Response, Refusal> {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(Refusal::Method);
        }
        let seat = self.seat(&parts.headers)?;
        let fractional = generation(parts.uri.query())?;
        let make = move |environment: &dyn Environment| Made::new(environment, fractional);
        let made = self.made.get(&seat.environment, fractional, make).await;
        let made = made.ok_or(Refusal::Broken)?;
        Ok(respond(parts, asked, &made))
    }

    /// Rules leave the house: that is for secret keys only.
    fn seat(&self, headers: &HeaderMap) -> Result<Seat, Refusal> {
        let now = (self.ports.now)();
        let seat = crate::keys::presented(headers).find_map(|key| self.ports.credentials.seat(key, now));
        let seat = seat.ok_or(Refusal::Unknown)?;
        match seat.class {
            Class::Server => Ok(seat),
            Class::Client => Err(Refusal::Public),
        }
    }
}

fn respond(parts: &Parts, asked: Asked, made: &Made) -> Response {
    let body = match asked {
        Asked::Flags => &made.flags,
        Asked::Gaps => &made.gaps,
    };
    let is_known = body.is_known(&parts.headers);
    let text = if is_known || parts.method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(body.text.clone())
    };
    let mut response = Response::new(text);
    let to = response.headers_mut();
    to.insert(header::ETAG, body.tag.clone());
    to.insert(header::CACHE_CONTROL, ASK_AGAIN);
    to.insert(header::VARY, HeaderValue::from_static("Authorization, X-API-Key"));
    to.insert(GAPS, HeaderValue::from(made.missing));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        to.insert(header::CONTENT_TYPE, JSON);
        if parts.method == Method::HEAD {
            to.insert(header::CONTENT_LENGTH, HeaderValue::from(body.text.len()));
        }
    }
    response
}

/// `?fractional=3` says that the client's `fractional` is of the third generation.
fn generation(query: Option<&str>) -> Result<Fractional, Refusal> {
    let mut pairs = query.unwrap_or_default().split('&');
    match pairs.find_map(|pair| pair.strip_prefix("fractional=")) {
        None => Ok(Fractional::default()),
        Some(number) => number
            .parse()
            .ok()
            .and_then(Fractional::numbered)
            .ok_or(Refusal::Generation),
    }
}

/// Why there is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// No key, or one that opens nothing.
    Unknown,
    /// A public key.
    Public,
    /// Another method than GET.
    Method,
    /// A generation that is not known.
    Generation,
    /// The document could not be made.
    Broken,
}

impl Refusal {
    fn response(self) -> Response {
        let (status, details) = match self {
            Self::Unknown => (
                StatusCode::UNAUTHORIZED,
                "no known key: send one as `Authorization: Bearer KEY` or `X-API-Key: KEY`",
            ),
            Self::Public => (
                StatusCode::FORBIDDEN,
                "this is a client key, and rules are for servers only: send a server key",
            ),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "this is read with GET"),
            Self::Generation => (StatusCode::BAD_REQUEST, "fractional is 2 or 3"),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "the definition could not be made; the server's log says why",
            ),
        };
        let mut response = Response::new(Body::from(json!({ "error": details }).to_string()));
        *response.status_mut() = status;
        let to = response.headers_mut();
        to.insert(header::CONTENT_TYPE, JSON);
        match self {
            Self::Unknown => drop(to.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::Method => drop(to.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"))),
            Self::Public | Self::Generation | Self::Broken => {}
        }
        response
    }
}
