//! What has changed between two states of an environment, as events: `GET /api/client/delta`.
//!
//! Of the last states only digests are kept. Who names one of them is told what has changed since; everybody else is told
//! everything.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use serde::Serialize;
use serde_json::{Value as Json, json};
use xxhash_rust::xxh3::xxh3_64;

use super::Unleash;
use super::features::{Form, Made};
use super::query::{self, Filter};
use super::refusal::Refusal;
use super::wire::{Feature, Segment};
use crate::ports::{EnvironmentId, Seat};

/// How many states of an environment are remembered.
const REMEMBERED: usize = 20;

/// Digests of what a state consists of.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By name: digest and project.
    features: BTreeMap<Box<str>, (u64, Box<str>)>,
    /// By id.
    segments: BTreeMap<u32, u64>,
}

/// A state by the tag of its document.
type Named = (HeaderValue, Arc<State>);

/// States that were told, by environment, the youngest last.
#[derive(Default)]
pub(super) struct History(Mutex<HashMap<EnvironmentId, VecDeque<Named>>>);

impl State {
    pub(super) fn new(features: &[Feature], segments: &BTreeMap<u32, Segment>) -> Self {
        let feature = |own: &Feature| (own.name.as_str().into(), (digest(own), own.project.as_str().into()));
        Self {
            features: features.iter().map(feature).collect(),
            segments: segments.iter().map(|(id, own)| (*id, digest(own))).collect(),
        }
    }
}

fn digest(part: &impl Serialize) -> u64 {
    xxh3_64(&serde_json::to_vec(part).unwrap_or_default())
}

/// A tag without quotes and mark of weakness: clients send it in any form.
fn bare(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/").trim_matches('"')
}

impl History {
    /// Remembers a state that is told.
    fn keep(&self, environment: EnvironmentId, made: &Made) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let states = all.entry(environment).or_default();
        if states.iter().all(|(tag, _)| *tag != made.all.tag) {
            states.push_back((made.all.tag.clone(), Arc::clone(&made.state)));
        }
        if states.len() > REMEMBERED {
            states.pop_front();
        }
    }

    /// The state that somebody names: quoted or not, marked weak or not.
    fn find(&self, environment: EnvironmentId, named: &str) -> Option<Arc<State>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut states = all.get(&environment)?.iter();
        let is_it = |tag: &HeaderValue| tag.to_str().is_ok_and(|tag| bare(tag) == bare(named));
        states.find(|(tag, _)| is_it(tag)).map(|(_, state)| Arc::clone(state))
    }
}

/// What a client is told, and the name of the state that it then has.
pub(super) struct Told {
    pub(super) events: Vec<Json>,
    pub(super) made: Arc<Made>,
}

impl Told {
    /// As one object.
    pub(super) fn json(&self) -> String {
        json!({"events": self.events}).to_string()
    }
}

impl Unleash {
    /// The state that an environment is in, and what has changed since the one that is named.
    pub(super) async fn told(&self, seat: &Seat, named: Option<&str>, filter: &Filter) -> Result<Told, Refusal> {
        let id = seat.environment.id();
        let known = named.and_then(|named| self.history.find(id, named));
        let made = self.made(seat, Form::Segments, (self.ports.now)()).await?;
        self.history.keep(id, &made);
        let number = u32::try_from(seat.environment.snapshot().revision()).unwrap_or(u32::MAX);
        let events = match known {
            Some(known) => made.since(&known, filter, number),
            None => vec![made.hydration(filter, number)],
        };
        Ok(Told { events, made })
    }

    pub(super) async fn delta(&self, parts: &Parts) -> Result<Response, Refusal> {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(Refusal::Method("GET, HEAD"));
        }
        let seat = query::server_seat(&parts.headers, &*self.ports.credentials, (self.ports.now)())?;
        let filter = Filter::of(&parts.headers, parts.uri.query())?;
        let named = parts.headers.get(header::IF_NONE_MATCH);
        let named = named.and_then(|named| named.to_str().ok());
        let told = self.told(&seat, named, &filter).await?;
        let tag = told.made.all.tag.clone();
        let is_known = named.is_some_and(|named| tag.to_str().is_ok_and(|tag| bare(tag) == bare(named)));
        let text = if is_known || parts.method == Method::HEAD {
            Body::empty()
        } else {
            Body::from(told.json())
        };
        let mut response = Response::new(text);
        let to = response.headers_mut();
        to.insert(header::ETAG, tag);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            to.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
            to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(response)
    }
}

impl Made {
    /// Everything.
    fn hydration(&self, filter: &Filter, number: u32) -> Json {
        let features: Vec<&Feature> = self.wanted(filter).collect();
        let segments = self.segments_of(&features);
        json!({"eventId": number, "type": "hydration", "features": features, "segments": segments})
    }

    /// What has changed since a state: segments before the features that ask for them, what is gone last.
    pub(super) fn since(&self, known: &State, filter: &Filter, number: u32) -> Vec<Json> {
        let mut events = Vec::new();
        for (id, segment) in &self.segments {
            if known.segments.get(id) != self.state.segments.get(id) {
                events.push(json!({"eventId": number, "type": "segment-updated", "segment": segment}));
            }
        }
        for feature in self.wanted(filter) {
            let before = known.features.get(feature.name.as_str());
            if before != self.state.features.get(feature.name.as_str()) {
                events.push(json!({"eventId": number, "type": "feature-updated", "feature": feature}));
            }
        }
        for (name, (_, project)) in &known.features {
            let was_wanted = self.is_wanted(name, project, filter);
            let now = self.state.features.get(name);
            let is_wanted = now.is_some_and(|(_, project)| self.is_wanted(name, project, filter));
            if was_wanted && !is_wanted {
                let gone =
                    json!({"eventId": number, "type": "feature-removed", "featureName": name, "project": project});
                events.push(gone);
            }
        }
        for id in known.segments.keys().filter(|id| !self.segments.contains_key(id)) {
            events.push(json!({"eventId": number, "type": "segment-removed", "segmentId": id}));
        }
        events
    }
}
