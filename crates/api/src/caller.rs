//! Who asks: a signed-in person by cookie, or a script by personal access token.

use hoist_app::App;
use hoist_app::sessions::{Caller as Whence, Endings};
use hoist_model::log::Actor;
use http::header::{self, HeaderMap};
use http::{Extensions, Method};

use crate::OverHttps;
use crate::problem::Problem;

/// Name of the session cookie.
pub const COOKIE: &str = "hoist_session";
/// Header that only our own pages can send; its absence makes a cookie useless for changes.
pub const CSRF_HEADER: &str = "hoist-csrf";

/// Finds out who asks; absent when nobody is signed in.
///
/// # Errors
/// 401 for a token that is not known, 403 for a cookie without the CSRF header, 503.
pub async fn identify(app: &App, method: &Method, headers: &HeaderMap) -> Result<Option<Actor>, Problem> {
    if let Some(token) = bearer(headers) {
        let actor = app.world.keys().actor(token, app.clock.now());
        return actor.map(Some).ok_or_else(Problem::unauthorized);
    }
    let Some(token) = cookie(headers) else { return Ok(None) };
    let user = app.session_user(token).await?;
    if user.is_some() && !method.is_safe() {
        check_same_site(headers)?;
    }
    Ok(user.map(|id| Actor::User { id }))
}

/// A request that changes something must come from our own pages.
pub fn check_same_site(headers: &HeaderMap) -> Result<(), Problem> {
    let refused = || {
        Problem::new(
            http::StatusCode::FORBIDDEN,
            "cross_site",
            "a change with a cookie comes from the console: send the header Hoist-Csrf: 1",
        )
    };
    if headers.get(CSRF_HEADER).is_none() {
        return Err(refused());
    }
    match headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        Some("same-origin" | "none") | None => Ok(()),
        Some(_) => Err(refused()),
    }
}

/// What a browser opens to anybody, cookie and all, must come from our own pages: a page says its origin, and cannot
/// say another. A token is not sent by itself, and our own header is not sent by foreign pages.
///
/// # Errors
/// 403.
pub fn check_origin(headers: &HeaderMap, over_https: Option<OverHttps>) -> Result<(), Problem> {
    if bearer(headers).is_some() {
        return Ok(());
    }
    if headers.contains_key(CSRF_HEADER) {
        return check_same_site(headers);
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let own = text(header::HOST).unwrap_or_default();
    let is_own = match text(header::ORIGIN).and_then(|origin| origin.split_once("://")) {
        Some((scheme, authority)) => authority.eq_ignore_ascii_case(own) && (scheme == "https" || over_https.is_none()),
        None => false,
    };
    if is_own {
        return Ok(());
    }
    Err(Problem::new(
        http::StatusCode::FORBIDDEN,
        "cross_site",
        "with a cookie this is for pages of Hoist's own origin; a tool sends a token as Authorization: Bearer hst_…",
    ))
}

/// The token of an `Authorization: Bearer` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The session token of the cookie header.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// Address and browser of the request.
pub fn whence(headers: &HeaderMap, extensions: &Extensions) -> Whence {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let address = extensions
        .get::<crate::ClientAddress>()
        .map_or_else(String::new, |address| address.0.clone());
    Whence {
        address,
        agent: agent.to_owned(),
    }
}

/// What a long answer was opened with, to see whether it still opens.
pub enum Pass {
    /// A personal access token.
    Token(String),
    /// The token of a session.
    Session(String),
}

impl Pass {
    /// What a request has shown.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let token = bearer(headers).map(|token| Self::Token(token.to_owned()));
        token.or_else(|| cookie(headers).map(|token| Self::Session(token.to_owned())))
    }

    /// Whether it still is the actor's. A database that does not answer ends nothing.
    pub async fn holds(&self, app: &App, actor: &Actor) -> bool {
        match self {
            Self::Token(token) => app.world.keys().actor(token, app.clock.now()).as_ref() == Some(actor),
            Self::Session(token) => app.session_lives(token).await.unwrap_or(true),
        }
    }

    /// Waits until its owner signs out.
    pub async fn signed_out(&self, endings: &mut Endings) {
        match self {
            Self::Token(_) => std::future::pending().await,
            Self::Session(token) => endings.of(token).await,
        }
    }
}
