//! `GET /api/client/streaming`: everything once, then what changes, as it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use http::request::Parts;
use http::{HeaderValue, Method, header};
use tokio::sync::watch;

use super::Unleash;
use super::changes::Told;
use super::query::{self, Filter};
use super::refusal::Refusal;
use crate::ports::{Notice, Seat};

/// Silence before a comment shows that a stream lives; clients give up after a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Opens a stream.
pub(super) async fn open(unleash: &Arc<Unleash>, parts: &Parts) -> Result<Response, Refusal> {
    if parts.method != Method::GET {
        return Err(Refusal::Method("GET"));
    }
    let now = (unleash.ports.now)();
    let seat = query::server_seat(&parts.headers, &*unleash.ports.credentials, now)?;
    let filter = Filter::of(&parts.headers, parts.uri.query())?;
    let place = Place::take(unleash).ok_or(Refusal::TooMany)?;
    let last = parts.headers.get("last-event-id").and_then(|last| last.to_str().ok());
    let mut notices = seat.environment.notices(seat.class);
    // Before the state: what changes after it wakes the stream.
    notices.borrow_and_update();
    let told = unleash.told(&seat, last, &filter).await?;
    let first = event("unleash-connected", &told);
    let listener = Listener {
        place,
        seat,
        filter,
        notices,
        told: tag_of(&told),
        first: Some(first),
    };
    let mut response = Response::new(Body::from_stream(unfold(listener, Listener::next)));
    let to = response.headers_mut();
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    to.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("no-cache, no-transform"),
    );
    to.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// A counted place among the open streams; dropping it frees it.
struct Place(Arc<Unleash>);

impl Place {
    fn take(unleash: &Arc<Unleash>) -> Option<Self> {
        let before = unleash.streams.fetch_add(1, Ordering::Relaxed);
        let place = Self(Arc::clone(unleash));
        (before < unleash.settings.most_streams).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One open stream.
struct Listener {
    place: Place,
    seat: Seat,
    filter: Filter,
    notices: watch::Receiver<Notice>,
    /// The state that the client was told.
    told: String,
    first: Option<Vec<u8>>,
}

impl Listener {
    /// The next piece of the stream; None ends it.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let piece = match self.first.take() {
            Some(first) => first,
            None => self.wait().await?,
        };
        Some((Ok(Bytes::from(piece)), self))
    }

    async fn wait(&mut self) -> Option<Vec<u8>> {
        let silence = tokio::time::sleep(HEARTBEAT);
        tokio::pin!(silence);
        loop {
            let woken = tokio::select! {
                woken = self.notices.changed() => Some(woken),
                () = &mut silence => None,
            };
            if matches!(woken, Some(Err(_))) || !self.is_open() {
                return None;
            }
            if woken.is_none() {
                return Some(b":\n\n".to_vec());
            }
            self.notices.borrow_and_update();
            let told = self
                .place
                .0
                .told(&self.seat, Some(&self.told), &self.filter)
                .await
                .ok()?;
            self.told = tag_of(&told);
            if !told.events.is_empty() {
                return Some(event("unleash-updated", &told));
            }
        }
    }

    fn is_open(&self) -> bool {
        let ports = &self.place.0.ports;
        ports.credentials.seat_of(self.seat.credential, (ports.now)()).is_some()
    }
}

fn tag_of(told: &Told) -> String {
    let tag = told.made.all.tag.to_str().unwrap_or_default();
    tag.trim_matches('"').to_owned()
}

fn event(kind: &str, told: &Told) -> Vec<u8> {
    format!("id: {}\nevent: {kind}\ndata: {}\n\n", tag_of(told), told.json()).into_bytes()
}
