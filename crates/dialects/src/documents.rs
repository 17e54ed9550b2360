//! Documents made of an environment's rules: once for each of its states, kept until something changes.
//!
//! How to extend: a dialect names the forms in which it tells an environment (a key `K`, few of them) and what it
//! makes of the rules (`D`); texts that leave the house as they are made are a [`Document`].

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use hoist_engine::Snapshot;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value as Json;
use tokio::sync::Mutex as AsyncMutex;
use xxhash_rust::xxh3::xxh3_128;

use crate::ports::{Environment, EnvironmentId};

/// How many gaps a document has; another document names them.
pub(crate) const GAPS: HeaderName = HeaderName::from_static("hoist-gaps");

/// Whoever keeps an answer asks whether it is still right before using it.
pub(crate) const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A text, ready to be sent.
pub(crate) struct Document {
    pub(crate) text: Bytes,
    /// Strong: of the bytes themselves.
    pub(crate) tag: HeaderValue,
}

impl Document {
    pub(crate) fn new(document: &Json) -> Self {
        Self::of_text(document.to_string())
    }

    pub(crate) fn of_text(text: impl Into<Bytes>) -> Self {
        let text = text.into();
        let tag = format!("\"{:032x}\"", xxh3_128(&text));
        Self {
            text,
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
        }
    }

    /// Whether a request says that it has this text: lists, `*` and the weakness marks of proxies that compress are
    /// understood.
    pub(crate) fn is_known(&self, headers: &HeaderMap) -> bool {
        let known = headers.get_all(header::IF_NONE_MATCH).iter();
        let mut tags = known
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        tags.any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.tag.as_bytes()
        })
    }
}

/// Epoch and revision; a snapshot would be kept alive for it.
type State = (String, u64);

/// What was made, and of which state.
type Made<D> = Arc<AsyncMutex<Option<(State, Arc<D>)>>>;

/// Made by the first who asks after a change; the others wait for it.
struct Place<D> {
    /// Gone, and the place with it, when there is no such environment any more.
    environment: Weak<dyn Environment>,
    made: Made<D>,
}

/// One for each environment and form that was asked for.
pub(crate) struct Documents<K, D>(Mutex<HashMap<(EnvironmentId, K), Place<D>>>);

impl<K, D> Default for Documents<K, D> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash, D: Send + Sync + 'static> Documents<K, D> {
    /// What is served now, in this form. None: it could not be made.
    pub(crate) async fn get<M>(&self, environment: &Arc<dyn Environment>, form: K, make: M) -> Option<Arc<D>>
    where
        M: FnOnce(&dyn Environment) -> D + Send + 'static,
    {
        self.get_while(environment, form, |_| true, make).await
    }

    /// The same of what time alone can make wrong.
    pub(crate) async fn get_while<M>(
        &self,
        environment: &Arc<dyn Environment>,
        form: K,
        still_right: impl Fn(&D) -> bool + Send,
        make: M,
    ) -> Option<Arc<D>>
    where
        M: FnOnce(&dyn Environment) -> D + Send + 'static,
    {
        let mut made = self.place(environment, form).lock_owned().await;
        // Before the rules: what is made of younger rules is made again, never the other way round.
        let now = state(&environment.snapshot());
        if let Some((_, document)) = made.as_ref().filter(|(of, own)| *of == now && still_right(own)) {
            return Some(Arc::clone(document));
        }
        let environment = Arc::clone(environment);
        // Goes on where nobody waits any longer, so that whoever comes next finds it made.
        let making = tokio::task::spawn_blocking(move || {
            let fresh = Arc::new(make(&*environment));
            *made = Some((now, Arc::clone(&fresh)));
            fresh
        });
        making.await.ok()
    }

    fn place(&self, environment: &Arc<dyn Environment>, form: K) -> Made<D> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (environment.id(), form);
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
