//! The stream of notices: it says when to ask again, never what has changed.
//!
//! Each stream keeps one position (how far its client was told) and sees only the latest state of its
//! environment, so a slow reader costs nothing and misses nothing. Event ids are positions: who comes
//! back with one, or without one shortly after a change, is told at once what it may have missed.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::unfold;
use http::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};

use super::refusal::Refusal;
use super::{Ofrep, headers, token};
use crate::ports::Notice;
use crate::streams::{Heard, Notices, Place};
use crate::text::{push, push_decimal, push_string};

/// A client without a position may have missed a change that is younger than this.
const RECENT: SignedDuration = SignedDuration::from_secs(60);
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
    let Some(place) = ofrep.places.take() else {
        return Refusal::Full.response(None);
    };
    let notices = Notices::new(seat, ofrep.ports.clone(), ofrep.settings.heartbeat);
    let listener = Listener::new(place, notices, Position::of_header(request.headers()), now);
    let mut response = Response::new(Body::from_stream(unfold(listener, Listener::next)));
    headers::events(response.headers_mut());
    response
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
    notices: Notices,
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
    fn new(place: Place, mut notices: Notices, known: Option<(String, Position)>, now: Timestamp) -> Self {
        let notice = notices.latest();
        let told = Position::of_notice(&notice);
        let snapshot = notices.seat.environment.snapshot();
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
        let told = self.told;
        let is_news = |notice: &Notice| told.is_behind(Position::of_notice(notice));
        if self.notices.wait(is_news).await? == Heard::Silence {
            return Some(b":\n\n".to_vec());
        }
        tokio::time::sleep(self.place.jitter()).await;
        self.told = Position::of_notice(&self.notices.latest());
        Some(self.event("refetchEvaluation"))
    }

    fn greeting(&self) -> Vec<u8> {
        let mut piece = Vec::with_capacity(128);
        push!(piece, "retry: ");
        push_decimal(&mut piece, self.place.retry());
        push!(piece, "\n");
        piece.extend(self.event("connected"));
        piece
    }

    fn event(&self, kind: &str) -> Vec<u8> {
        let mut piece = Vec::with_capacity(96);
        push!(piece, "id: ", self.notices.seat.environment.snapshot().epoch(), ".");
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
