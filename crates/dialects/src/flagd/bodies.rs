//! Documents, made once for each state of an environment and kept until something changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use hoist_engine::Snapshot;
use hoist_engine::ruleset::Fractional;
use http::HeaderValue;
use serde_json::{Value as Json, json};
use tokio::sync::Mutex as AsyncMutex;
use xxhash_rust::xxh3::xxh3_128;

use super::project::{Export, export};
use crate::ports::{Environment, EnvironmentId};

/// Epoch and revision; a snapshot would be kept alive for it.
type State = (String, u64);

/// What is sent, ready.
pub(super) struct Body {
    pub(super) text: Bytes,
    /// Strong: of the bytes themselves.
    pub(super) tag: HeaderValue,
}

impl Body {
    fn new(document: &Json) -> Self {
        let text = Bytes::from(document.to_string());
        let tag = format!("\"{:032x}\"", xxh3_128(&text));
        Self {
            text,
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }
}

/// An environment as it is served now.
pub(super) struct Made {
    /// Of this state: epoch and revision.
    of: State,
    pub(super) flags: Body,
    pub(super) gaps: Body,
    /// How many gaps there are.
    pub(super) missing: usize,
}

/// Made by the first who asks after a change; the others wait for it.
struct Place {
    /// Gone, and the place with it, when there is no such environment any more.
    environment: Weak<dyn Environment>,
    made: Arc<AsyncMutex<Option<Arc<Made>>>>,
}

/// One document for each environment and generation that was asked for.
#[derive(Default)]
pub(super) struct Bodies(Mutex<HashMap<(EnvironmentId, Fractional), Place>>);

impl Bodies {
    /// The document of what is served now. None: it could not be made.
    pub(super) async fn get(&self, environment: &Arc<dyn Environment>, fractional: Fractional) -> Option<Arc<Made>> {
        let mut made = self.place(environment, fractional).lock_owned().await;
        // Before the rules: what is made of younger rules is made again, never the other way round.
        let state = state(&environment.snapshot());
        if let Some(made) = made.as_ref().filter(|made| made.of == state) {
            return Some(Arc::clone(made));
        }
        let environment = Arc::clone(environment);
        // Goes on where nobody waits any longer, so that whoever comes next finds it made.
        let making = tokio::task::spawn_blocking(move || {
            let fresh = Arc::new(make(&*environment, state, fractional));
            *made = Some(Arc::clone(&fresh));
            fresh
        });
        making.await.ok()
    }

    fn place(&self, environment: &Arc<dyn Environment>, fractional: Fractional) -> Arc<AsyncMutex<Option<Arc<Made>>>> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (environment.id(), fractional);
        if let Some(place) = places.get(&key).filter(|place| place.environment.strong_count() > 0) {
            return Arc::clone(&place.made);
        }
        places.retain(|_, place| place.environment.strong_count() > 0);
        let place = Place {
            environment: Arc::downgrade(environment),
            made: Arc::default(),
        };
        let made = Arc::clone(&place.made);
        places.insert(key, place);
        made
    }
}

fn state(snapshot: &Snapshot) -> State {
    (snapshot.epoch().to_owned(), snapshot.revision())
}

fn make(environment: &dyn Environment, of: State, fractional: Fractional) -> Made {
    let Export { document, gaps } = export(&environment.rules(), environment.flag_set(), fractional);
    Made {
        of,
        flags: Body::new(&document),
        missing: gaps.len(),
        gaps: Body::new(&json!({ "gaps": gaps })),
    }
}
