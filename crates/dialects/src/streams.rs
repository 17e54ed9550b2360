//! What streams of notices have in common: a counted place each, a wait that ends with news, silence or the key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::ports::{Notice, Ports, Seat};

/// Up to so many open streams a notice leaves at once.
pub(crate) const CALM: usize = 2_000;
/// The longest that a notice waits when there are many streams.
const SPREAD_MS: u64 = 1_000;
/// Shortest wait of a client before it comes back; streams differ by up to the same again.
const RETRY_MS: u64 = 1_000;

/// The places of a dialect's streams.
pub(crate) struct Places {
    open: AtomicUsize,
    /// Open at once in this process; more are refused.
    most: usize,
    /// Up to this many open streams a notice leaves at once, beyond it is spread over a second.
    calm: usize,
}

impl Places {
    pub(crate) fn new(most: usize, calm: usize) -> Arc<Self> {
        Arc::new(Self {
            open: AtomicUsize::new(0),
            most,
            calm,
        })
    }

    /// A place, if there is one.
    pub(crate) fn take(self: &Arc<Self>) -> Option<Place> {
        let number = self.open.fetch_add(1, Ordering::Relaxed);
        let place = Place {
            places: Arc::clone(self),
            number,
        };
        (number < self.most).then_some(place)
    }
}

/// A counted place among the open streams; dropping it frees it.
pub(crate) struct Place {
    places: Arc<Places>,
    /// How many streams were open before; spreads streams over time.
    number: usize,
}

impl Place {
    /// A number below `most` that differs between neighbours.
    fn spread(&self, most: u64) -> u64 {
        let mixed = (self.number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        mixed % most
    }

    /// How long a notice waits.
    pub(crate) fn jitter(&self) -> Duration {
        if self.places.open.load(Ordering::Relaxed) <= self.places.calm {
            return Duration::ZERO;
        }
        Duration::from_millis(self.spread(SPREAD_MS))
    }

    /// How long a client waits before it comes back, milliseconds.
    pub(crate) fn retry(&self) -> u64 {
        RETRY_MS + self.spread(RETRY_MS)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A seat's notices.
pub(crate) struct Notices {
    pub(crate) seat: Seat,
    ports: Ports,
    heartbeat: Duration,
    watched: watch::Receiver<Notice>,
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Something that was waited for.
    News,
    /// Nothing for as long as a heartbeat.
    Silence,
}

impl Notices {
    pub(crate) fn new(seat: Seat, ports: Ports, heartbeat: Duration) -> Self {
        let watched = seat.environment.notices(seat.class);
        Self {
            seat,
            ports,
            heartbeat,
            watched,
        }
    }

    pub(crate) fn latest(&mut self) -> Notice {
        *self.watched.borrow_and_update()
    }

    /// Waits for a notice that is news. None: the key does not open the stream any more.
    pub(crate) async fn wait(&mut self, is_news: impl Fn(&Notice) -> bool) -> Option<Heard> {
        let silent = self.silent();
        self.wait_until(silent, is_news).await
    }

    /// When a stream that speaks now has been silent for a heartbeat.
    pub(crate) fn silent(&self) -> Instant {
        Instant::now() + self.heartbeat
    }

    /// The same for who has said nothing since: silence counts from the last word on, whatever wakes the stream
    /// meanwhile.
    pub(crate) async fn wait_until(&mut self, silent: Instant, is_news: impl Fn(&Notice) -> bool) -> Option<Heard> {
        let silence = tokio::time::sleep_until(silent);
        tokio::pin!(silence);
        loop {
            let woken = tokio::select! {
                woken = self.watched.changed() => Some(woken),
                () = &mut silence => None,
            };
            if matches!(woken, Some(Err(_))) || !self.is_open() {
                return None;
            }
            if woken.is_none() {
                return Some(Heard::Silence);
            }
            if is_news(&self.latest()) {
                return Some(Heard::News);
            }
        }
    }

    fn is_open(&self) -> bool {
        let now = (self.ports.now)();
        self.ports.credentials.seat_of(self.seat.credential, now).is_some()
    }
}
