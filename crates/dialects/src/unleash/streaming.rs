//! `GET /api/client/streaming`: everything once, then what changes, as it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use http::request::Parts;
use http::{HeaderValue, Method, header};

use super::Unleash;
use super::changes::Told;
use super::query::{self, Filter};
use super::refusal::Refusal;
use crate::ports::Notice;
use crate::streams::{Heard, Notices, Place};

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
    let place = unleash.places.take().ok_or(Refusal::TooMany)?;
    let last = parts.headers.get("last-event-id").and_then(|last| last.to_str().ok());
    let mut notices = Notices::new(seat, unleash.ports.clone(), HEARTBEAT);
    // Before the state: what changes after it wakes the stream.
    let seen = notices.latest();
    let told = unleash.told(&notices.seat, last, &filter).await?;
    let first = event("unleash-connected", &told);
    let listener = Listener {
        unleash: Arc::clone(unleash),
        place,
        notices,
        seen,
        filter,
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

/// One open stream.
struct Listener {
    unleash: Arc<Unleash>,
    place: Place,
    notices: Notices,
    /// Nothing younger is in what the client was told.
    seen: Notice,
    filter: Filter,
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
        let silent = self.notices.silent();
        loop {
            let heard = self.notices.wait_until(silent, |notice| *notice != self.seen).await?;
            if heard == Heard::Silence {
                return Some(b":\n\n".to_vec());
            }
            tokio::time::sleep(self.place.jitter()).await;
            self.seen = self.notices.latest();
            let told = self
                .unleash
                .told(&self.notices.seat, Some(&self.told), &self.filter)
                .await
                .ok()?;
            self.told = tag_of(&told);
            if !told.events.is_empty() {
                return Some(event("unleash-updated", &told));
            }
        }
    }
}

fn tag_of(told: &Told) -> String {
    let tag = told.made.all.tag.to_str().unwrap_or_default();
    tag.trim_matches('"').to_owned()
}

fn event(kind: &str, told: &Told) -> Vec<u8> {
    format!("id: {}\nevent: {kind}\ndata: {}\n\n", tag_of(told), told.json()).into_bytes()
}
