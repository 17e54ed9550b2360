//! The frontend API, which evaluates for clients that do not: `/api/frontend`, and `/api/proxy` as Unleash's Edge has it.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use hoist_engine::{Context, FlagRef, Moment, NoVisitor, Snapshot};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use super::faces::{Face, NONE, Seen};
use super::refusal::Refusal;
use super::wire::Payload;
use super::{Unleash, context, query};
use crate::documents::Document;
use crate::ports::{Class, Environment, Seat};

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// What is enabled.
    Enabled,
    /// Everything.
    All,
    /// One flag.
    One,
}

/// Faces of an environment's flags, by key.
pub(super) type Faces = HashMap<String, Face>;

#[derive(Serialize)]
struct Toggles<'f> {
    toggles: Vec<Toggle<'f>>,
}

/// A flag's answer; both spellings, since clients of the server and of its Edge read different ones.
#[derive(Serialize)]
struct Toggle<'f> {
    name: &'f str,
    enabled: bool,
    variant: Chosen<'f>,
    #[serde(rename = "impressionData")]
    impression_data: bool,
    #[serde(rename = "impression_data")]
    impression_data_of_edge: bool,
}

#[derive(Serialize)]
struct Chosen<'f> {
    name: &'f str,
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'f Payload>,
    feature_enabled: bool,
    #[serde(rename = "featureEnabled")]
    feature_enabled_too: bool,
}

impl Unleash {
    pub(super) async fn frontend(
        &self,
        parts: &Parts,
        body: Body,
        asked: Asked,
        name: &str,
    ) -> Result<Response, Refusal> {
        let now = (self.ports.now)();
        let seat = match parts.method {
            Method::GET | Method::HEAD | Method::POST => query::seat(&parts.headers, &*self.ports.credentials, now)?,
            _ => return Err(Refusal::Method("GET, POST")),
        };
        let seed = self.seeds.next(now);
        let caller = (self.settings.caller)(parts);
        let mut context = if parts.method == Method::POST {
            let body = self.read(&parts.headers, body).await?;
            context::of_body(&body, caller)?
        } else {
            context::of_query(parts.uri.query(), caller)
        };
        self.ports.identities.enrich(&*seat.environment, &mut context);
        let faces = self.faces(&seat).await?;
        let snapshot = seat.environment.snapshot();
        let asking = Asking {
            snapshot: &snapshot,
            faces: &faces,
            class: seat.class,
            filter: query::Filter::of(&parts.headers, None)?,
            project: seat.environment.flag_set().split('/').nth(1).unwrap_or_default(),
            moment: Moment { now, seed },
        };
        let text = match asked {
            Asked::One => {
                let toggle = asking.one(name, &context);
                let toggle = toggle.ok_or_else(|| Refusal::NoFlag(name.to_owned()))?;
                serde_json::to_string(&toggle)
            }
            Asked::Enabled | Asked::All => {
                let toggles = asking.all(&context, asked);
                serde_json::to_string(&Toggles { toggles })
            }
        };
        Ok(respond(parts, &Document::of_text(text.unwrap_or_default())))
    }

    pub(super) async fn faces(&self, seat: &Seat) -> Result<Arc<Faces>, Refusal> {
        let make = |environment: &dyn Environment| {
            let rules = environment.rules();
            rules
                .flags
                .iter()
                .map(|flag| (flag.key.clone(), Face::new(flag)))
                .collect()
        };
        let faces = self.faces.get(&seat.environment, (), make).await;
        faces.ok_or(Refusal::Broken)
    }
}

/// One request.
struct Asking<'a> {
    snapshot: &'a Snapshot,
    faces: &'a Faces,
    class: Class,
    /// What the token is for.
    filter: query::Filter,
    /// Ours.
    project: &'a str,
    moment: Moment,
}

impl<'a> Asking<'a> {
    fn is_visible(&self, flag: FlagRef<'_>) -> bool {
        let project = self.faces.get(flag.key()).and_then(|face| face.project.as_deref());
        let is_seen = self.class == Class::Server || flag.client_visible();
        is_seen && self.filter.admits(project, self.project)
    }

    fn one(&self, name: &str, context: &Context) -> Option<Toggle<'a>> {
        let flag = self.snapshot.flag(name).filter(|flag| self.is_visible(*flag))?;
        Some(self.toggle(flag, &self.snapshot.bind(context)))
    }

    fn all(&self, context: &Context, asked: Asked) -> Vec<Toggle<'a>> {
        let bound = self.snapshot.bind(context);
        let visible = self.snapshot.flags().filter(|flag| self.is_visible(*flag));
        let toggles = visible.map(|flag| self.toggle(flag, &bound));
        toggles.filter(|toggle| toggle.enabled || asked == Asked::All).collect()
    }

    fn toggle(&self, flag: FlagRef<'a>, bound: &hoist_engine::Bound<'_>) -> Toggle<'a> {
        let outcome = self.snapshot.evaluate(flag, bound, &self.moment, &mut NoVisitor);
        let face = self.faces.get(flag.key());
        let seen = face.map_or(Seen::Off, |face| match outcome.variant() {
            Some(key) => face.of_variant(key, outcome.enabled),
            None => face.of_value(outcome.value(), outcome.enabled),
        });
        let (enabled, shown) = match seen {
            Seen::Off => (false, None),
            Seen::On(shown) => (true, shown),
        };
        let impression_data = face.is_some_and(|face| face.impression_data);
        Toggle {
            name: flag.key(),
            enabled,
            variant: Chosen {
                name: shown.map_or(NONE, |shown| &shown.name),
                enabled: shown.is_some(),
                payload: shown.and_then(|shown| shown.payload.as_ref()),
                feature_enabled: enabled,
                feature_enabled_too: enabled,
            },
            impression_data,
            impression_data_of_edge: impression_data,
        }
    }
}

fn respond(parts: &Parts, document: &Document) -> Response {
    let is_known = parts.method != Method::POST && document.is_known(&parts.headers);
    let text = if is_known || parts.method == Method::HEAD {
        Body::empty()
    } else {
        Body::from(document.text.clone())
    };
    let mut response = Response::new(text);
    let to = response.headers_mut();
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Weak, as Unleash's own: what proxies compress keeps it.
    let tag = [b"W/", document.tag.as_bytes()].concat();
    if let Ok(tag) = HeaderValue::from_bytes(&tag) {
        to.insert(header::ETAG, tag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// Lets a page of any origin read an answer: keys travel in headers, never in cookies.
pub(super) fn cross_origin(to: &mut HeaderMap) {
    to.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    to.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("ETag"));
}

/// The answer to a preflight. Clients may call the header of their key as they like, so every name is allowed that is
/// asked for.
pub(super) fn preflight(asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let to = response.headers_mut();
    cross_origin(to);
    to.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, HEAD, POST, OPTIONS"),
    );
    let names = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    to.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        names.unwrap_or(HeaderValue::from_static("Authorization, Content-Type, If-None-Match")),
    );
    to.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    to.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    response
}
