//! What has changed between two states of an environment, as events: `GET /api/client/delta`.
//!
//! Of the last states only digests are kept. Who names one of them is told what has changed since; everybody else is told
//! everything.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

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
use crate::documents::ASK_AGAIN;
use crate::ports::{Environment, EnvironmentId, Seat};

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

/// States of an environment that were told, the one told last at the end.
struct Remembered {
    /// Gone, and the states with it, when there is no such environment any more.
    environment: Weak<dyn Environment>,
    states: VecDeque<Named>,
}

/// States that were told, by environment.
#[derive(Default)]
pub(super) struct History(Mutex<HashMap<EnvironmentId, Remembered>>);

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
    fn keep(&self, environment: &Arc<dyn Environment>, tag: &HeaderValue, state: &Arc<State>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = environment.id();
        if all.get(&id).is_none_or(|own| own.environment.strong_count() == 0) {
            all.retain(|_, own| own.environment.strong_count() > 0);
        }
        let own = all.entry(id).or_insert_with(|| Remembered {
            environment: Arc::downgrade(environment),
            states: VecDeque::new(),
        });
        own.states.retain(|(known, _)| known != tag);
        own.states.push_back((tag.clone(), Arc::clone(state)));
        if own.states.len() > REMEMBERED {
            own.states.pop_front();
        }
    }

    /// The state that somebody names: quoted or not, marked weak or not.
    fn find(&self, environment: EnvironmentId, named: &str) -> Option<Arc<State>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut states = all.get(&environment)?.states.iter();
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
        self.history.keep(&seat.environment, &made.all.tag, &made.state);
        let number = u32::try_from(seat.environment.snapshot().revision()).unwrap_or(u32::MAX);
        let events = match known {
            _ if named.is_some_and(|named| made.is_called(named)) => Vec::new(),
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
        let is_known = named.is_some_and(|named| told.made.is_called(named));
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
            to.insert(header::CACHE_CONTROL, ASK_AGAIN);
            to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(response)
    }
}

impl Made {
    /// Whether somebody means this state.
    fn is_called(&self, named: &str) -> bool {
        self.all.tag.to_str().is_ok_and(|tag| bare(tag) == bare(named))
    }

    /// Everything.
    fn hydration(&self, filter: &Filter, number: u32) -> Json {
        let features: Vec<&Feature> = self.wanted(filter).collect();
        let segments = self.segments_of(&features);
        json!({"eventId": number, "type": "hydration", "features": features, "segments": segments})
    }

    /// What has changed since a state: segments before the features that ask for them, what is gone last.
    pub(super) fn since(&self, known: &State, filter: &Filter, number: u32) -> Vec<Json> {
        let mut events = Vec::new();
        let is_changed = |feature: &&Feature| {
            let name = feature.name.as_str();
            known.features.get(name) != self.state.features.get(name)
        };
        let changed: Vec<&Feature> = self.wanted(filter).filter(is_changed).collect();
        // Who asks for some features has the segments of those only: what a changed one refers to may be new to them.
        let of = |features: &mut dyn Iterator<Item = &Feature>| -> HashSet<u32> {
            features.flat_map(Feature::segments).collect()
        };
        let of_wanted = of(&mut self.wanted(filter));
        let of_changed = if filter.is_open() {
            HashSet::new()
        } else {
            of(&mut changed.iter().copied())
        };
        for (id, segment) in self.segments.iter().filter(|(id, _)| of_wanted.contains(id)) {
            if of_changed.contains(id) || known.segments.get(id) != self.state.segments.get(id) {
                events.push(json!({"eventId": number, "type": "segment-updated", "segment": segment}));
            }
        }
        for feature in changed {
            events.push(json!({"eventId": number, "type": "feature-updated", "feature": feature}));
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

#[cfg(test)]
mod tests {
    use hoist_engine::Snapshot;
    use hoist_engine::ruleset::Ruleset;
    use tokio::sync::watch;

    use super::*;
    use crate::ports::{Class, Notice};

    /// Nothing but its id is asked for.
    struct Place(u128);

    impl Environment for Place {
        fn id(&self) -> EnvironmentId {
            EnvironmentId(self.0)
        }

        fn flag_set(&self) -> &str {
            ""
        }

        fn snapshot(&self) -> Arc<Snapshot> {
            unreachable!("histories hold states")
        }

        fn rules(&self) -> Ruleset {
            unreachable!("histories hold states")
        }

        fn visible_revision(&self, _: Class, _: &Arc<Snapshot>) -> u64 {
            0
        }

        fn notices(&self, _: Class) -> watch::Receiver<Notice> {
            unreachable!("histories hold states")
        }
    }

    #[test]
    fn environments_that_are_gone_are_forgotten() {
        let history = History::default();
        let state = Arc::new(State::default());
        let keep = |place: &Arc<dyn Environment>| history.keep(place, &HeaderValue::from_static("\"a\""), &state);
        let (gone, stays): (Arc<dyn Environment>, Arc<dyn Environment>) = (Arc::new(Place(1)), Arc::new(Place(2)));
        keep(&gone);
        keep(&stays);
        assert!(history.find(gone.id(), "a").is_some());
        drop(gone);
        keep(&(Arc::new(Place(3)) as Arc<dyn Environment>));
        assert!(history.find(EnvironmentId(1), "a").is_none());
        assert!(history.find(stays.id(), "W/\"a\"").is_some());
        assert_eq!(
            Arc::strong_count(&state),
            3,
            "this one, and one of each environment since"
        );
    }
}
