//! The stream of changes: it says since when what is served is what it is, never what has changed.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use http::{HeaderValue, header};
use jiff::Timestamp;

use super::refusal::Refusal;
use super::routes::{last_change, seconds};
use super::{Flagsmith, headers};
use crate::ports::Class;
use crate::query::decoded;
use crate::streams::{Heard, Notices, Place};
use crate::text::{push, push_decimal};

/// Opens a stream; the key stands in the path, between `environments` and `stream`.
pub(super) fn listen(flagsmith: &Arc<Flagsmith>, path: &str) -> Result<Response, Refusal> {
    let key = path.trim_end_matches('/').rsplit('/').nth(1).unwrap_or_default();
    let now = (flagsmith.ports.now)();
    let seat = flagsmith.ports.credentials.seat(&decoded(key), now);
    let seat = seat.ok_or(Refusal::Unknown)?;
    if seat.class != Class::Client {
        return Err(Refusal::SecretInPath);
    }
    let place = flagsmith.places.take().ok_or(Refusal::Full)?;
    let notices = Notices::new(seat, flagsmith.ports.clone(), flagsmith.settings.heartbeat);
    let listener = Listener {
        place,
        notices,
        told: None,
    };
    let mut response = Response::new(Body::from_stream(unfold(listener, Listener::next)));
    let to = response.headers_mut();
    headers::common(to);
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
    place: Place,
    notices: Notices,
    /// The change that the client was told of last.
    told: Option<Timestamp>,
}

impl Listener {
    /// The next piece of the stream; None ends it.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let mut piece = Vec::with_capacity(96);
        match self.told {
            // Clients compare: who has the latest does nothing, and who missed something asks again.
            None => {
                push!(piece, "retry: ");
                push_decimal(&mut piece, self.place.retry());
                push!(piece, "\n\n");
            }
            Some(told) => {
                let heard = self.notices.wait(|notice| last_change(notice) > told).await?;
                if heard == Heard::Silence {
                    // A comment: some clients take every event for a change.
                    return Some((Ok(Bytes::from_static(b":\n\n")), self));
                }
                tokio::time::sleep(self.place.jitter()).await;
            }
        }
        let changed_at = last_change(&self.notices.latest());
        self.told = Some(changed_at);
        push!(
            piece,
            "event: environment_updated\ndata: {\"updated_at\": ",
            seconds(changed_at),
            "}\n\n"
        );
        Some((Ok(Bytes::from(piece)), self))
    }
}
