//! The stream of notices: it says when to ask again, never what has changed.
//!
//! Each stream keeps one position (how far its client was told) and sees only the latest state of its
//! environment, so a slow reader costs nothing and misses nothing. Event ids are positions: who comes
//! back with one, or without one shortly after a change, is told at once what it may have missed.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use http::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::refusal::Refusal;
use super::{Ofrep, headers, token};
use crate::ports::{Notice, Seat};
use crate::text::{push, push_decimal, push_string};

/// A client without a position may have missed a change that is younger than this.
const RECENT: SignedDuration = SignedDuration::from_secs(60);
/// The longest that a notice waits when there are many streams.
const SPREAD_MS: u64 = 1_000;
/// Shortest wait of a client before it comes back; streams differ by up to the same again.
const RETRY_MS: u64 = 1_000;

/// Opens a stream.
pub(super) fn listen(ofrep: &Arc<Ofrep>, request: &Request) -> Response {
    match *request.method() {
        Method::OPTIONS => return headers::preflight(),
        Method::GET => {}
        _ => return Refusal::Method.response(None),
    }
    let now = (ofrep.ports.now)();
    let token = request.uri().path().rsplit('/').next().unwrap_or_default();
    let Some(seat) = token::open(&*ofrep.ports.credentials, token, now) else {
        return Refusal::Revoked.response(None);
    };
    let Some(place) = Place::take(ofrep) else {
        return Refusal::Full.response(None);
    };
    let listener = Listener::new(place, seat, Position::of_header(request.headers()), now);
    let mut response = Response::new(Body::from_stream(unfold(listener, Listener::next)));
    headers::events(response.headers_mut());
    response
}

/// A counted place among the open streams; dropping it frees it.
struct Place {
    ofrep: Arc<Ofrep>,
    /// How many streams were open before; spreads streams over time.
    number: usize,
}

impl Place {
    fn take(ofrep: &Arc<Ofrep>) -> Option<Self> {
        let number = ofrep.streams.fetch_add(1, Ordering::Relaxed);
        let place = Self {
            ofrep: Arc::clone(ofrep),
            number,
        };
        (number < ofrep.settings.most_streams).then_some(place)
    }

    /// A number below `most` that differs between neighbours.
    fn spread(&self, most: u64) -> u64 {
        let mixed = (self.number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        mixed % most
    }

    /// How long a notice waits.
    fn jitter(&self) -> Duration {
        if self.ofrep.streams.load(Ordering::Relaxed) <= self.ofrep.settings.calm_streams {
            return Duration::ZERO;
        }
        Duration::from_millis(self.spread(SPREAD_MS))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let open: &AtomicUsize = &self.ofrep.streams;
        open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How far a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    revision: u64,
    /// Seconds since 1970 of the last turn by time alone.
    turned: u64,
}

impl Position {
    fn of_notice(notice: &Notice) -> Self {
        Self {
            revision: notice.revision,
            turned: u64::try_from(notice.turned_at.as_second()).unwrap_or_default(),
        }
    }

    /// What `Last-Event-ID` says: epoch and position; a text that is neither counts as very old.
    fn of_header(headers: &HeaderMap) -> Option<(String, Self)> {
        let text = headers.get("last-event-id")?.to_str().ok()?;
        let old = Self { revision: 0, turned: 0 };
        Some(Self::read(text).unwrap_or((String::new(), old)))
    }

    fn read(text: &str) -> Option<(String, Self)> {
        let (rest, turned) = text.rsplit_once('.')?;
        let (epoch, revision) = rest.rsplit_once('.')?;
        let position = Self {
            revision: revision.parse().ok()?,
            turned: turned.parse().ok()?,
        };
        Some((epoch.to_owned(), position))
    }

    fn is_behind(self, other: Self) -> bool {
        self.revision < other.revision || self.turned < other.turned
    }
}

/// One open stream.
struct Listener {
    place: Place,
    seat: Seat,
    notices: watch::Receiver<Notice>,
    told: Position,
    next: Next,
}

/// What the stream says next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The greeting alone.
    Greeting,
    /// The greeting and what was missed.
    GreetingAndNotice,
    /// Whatever happens.
    Wait,
}

impl Listener {
    fn new(place: Place, seat: Seat, known: Option<(String, Position)>, now: Timestamp) -> Self {
        let mut notices = seat.environment.notices(seat.class);
        let notice = *notices.borrow_and_update();
        let told = Position::of_notice(&notice);
        let snapshot = seat.environment.snapshot();
        let missed = match known {
            Some((epoch, position)) => epoch != snapshot.epoch() || position.is_behind(told),
            None => [notice.changed_at, notice.turned_at]
                .iter()
                .any(|at| now.duration_since(*at) < RECENT),
        };
        let next = if missed {
            Next::GreetingAndNotice
        } else {
            Next::Greeting
        };
        Self {
            place,
            seat,
            notices,
            told,
            next,
        }
    }

    /// The next piece of the stream; None ends it.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let piece = match std::mem::replace(&mut self.next, Next::Wait) {
            Next::Greeting => self.greeting(),
            Next::GreetingAndNotice => [self.greeting(), self.event("refetchEvaluation")].concat(),
            Next::Wait => self.wait().await?,
        };
        Some((Ok(Bytes::from(piece)), self))
    }

    async fn wait(&mut self) -> Option<Vec<u8>> {
        // From the last word on, whatever wakes the stream meanwhile.
        let silence = tokio::time::sleep(self.place.ofrep.settings.heartbeat);
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
            if self.told.is_behind(self.latest()) {
                tokio::time::sleep(self.place.jitter()).await;
                self.told = self.latest();
                return Some(self.event("refetchEvaluation"));
            }
        }
    }

    fn latest(&mut self) -> Position {
        Position::of_notice(&self.notices.borrow_and_update())
    }

    fn is_open(&self) -> bool {
        let ports = &self.place.ofrep.ports;
        ports.credentials.seat_of(self.seat.credential, (ports.now)()).is_some()
    }

    fn greeting(&self) -> Vec<u8> {
        let mut piece = Vec::with_capacity(128);
        push!(piece, "retry: ");
        push_decimal(&mut piece, RETRY_MS + self.place.spread(RETRY_MS));
        push!(piece, "\n");
        piece.extend(self.event("connected"));
        piece
    }

    fn event(&self, kind: &str) -> Vec<u8> {
        let mut piece = Vec::with_capacity(96);
        push!(piece, "id: ", self.seat.environment.snapshot().epoch(), ".");
        push_decimal(&mut piece, self.told.revision);
        push!(piece, ".");
        push_decimal(&mut piece, self.told.turned);
        push!(piece, "\nevent: message\ndata: {\"type\":");
        push_string(&mut piece, kind);
        push!(piece, "}\n\n");
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_back_and_compared() {
        let position = |revision, turned| Position { revision, turned };
        assert_eq!(Position::read("a.b.7.9"), Some(("a.b".to_owned(), position(7, 9))));
        for nonsense in ["", "7", "7.9", "e.x.9", "e.7.-1"] {
            assert_eq!(Position::read(nonsense), None, "{nonsense}");
        }
        assert!(position(6, 9).is_behind(position(7, 9)));
        assert!(position(7, 8).is_behind(position(7, 9)));
        assert!(!position(8, 9).is_behind(position(7, 9)));
    }
}
