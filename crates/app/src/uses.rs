//! When keys of software and access tokens were used last, to the minute.
//!
//! A fact, not a change: noting a use is one load of an atomic, and mostly nothing else. What is new
//! is written in one statement now and then ([`crate::App::save_uses`]); a crash loses that much.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use hoist_model::Id;
use jiff::Timestamp;

/// Seconds in what uses are counted by.
const MINUTE: i64 = 60;

/// Of every key that was ever used, as far as this node knows.
#[derive(Debug, Default)]
pub struct Uses(RwLock<HashMap<Id, Used>>);

/// Of one key.
#[derive(Clone, Debug)]
pub(crate) struct Used(Arc<Slot>);

#[derive(Debug)]
struct Slot {
    /// Minutes since 1970.
    latest: AtomicI64,
    /// What the database has.
    saved: AtomicI64,
}

impl Used {
    fn never() -> Self {
        Self(Arc::new(Slot {
            latest: AtomicI64::new(i64::MIN),
            saved: AtomicI64::new(i64::MIN),
        }))
    }

    /// Notes a use. Within one minute only the first one writes.
    pub(crate) fn note(&self, now: Timestamp) {
        let minute = now.as_second().div_euclid(MINUTE);
        if self.0.latest.load(Ordering::Relaxed) < minute {
            self.0.latest.fetch_max(minute, Ordering::Relaxed);
        }
    }
}

impl Uses {
    /// Where the uses of a key are noted.
    pub(crate) fn of(&self, id: Id) -> Used {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        known.unwrap_or_else(|| {
            let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
            all.entry(id).or_insert_with(Used::never).clone()
        })
    }

    /// When a key was used last, to the minute.
    pub fn last(&self, id: Id) -> Option<Timestamp> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let minute = all.get(&id)?.0.latest.load(Ordering::Relaxed);
        Timestamp::from_second(minute.checked_mul(MINUTE)?).ok()
    }

    /// What the database says, of this node or of another.
    pub(crate) fn learn(&self, id: Id, minute: i64) {
        let slot = self.of(id).0;
        slot.latest.fetch_max(minute, Ordering::Relaxed);
        slot.saved.fetch_max(minute, Ordering::Relaxed);
    }

    /// What the database does not know yet.
    pub(crate) fn unsaved(&self) -> Vec<(Id, i64)> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = all.iter().filter_map(|(id, Used(slot))| {
            let latest = slot.latest.load(Ordering::Relaxed);
            (latest > slot.saved.load(Ordering::Relaxed)).then_some((*id, latest))
        });
        fresh.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_latest_minute_counts_and_is_saved_once() {
        let (uses, id) = (Uses::default(), Id::from_parts(1, [1; 10]));
        assert_eq!(uses.last(id), None);
        let used = uses.of(id);
        assert_eq!((uses.last(id), uses.unsaved()), (None, Vec::new()));
        used.note(at("2026-11-21T12:34:56Z"));
        used.note(at("2026-11-21T12:30:00Z"));
        assert_eq!(uses.last(id), Some(at("2026-11-21T12:34:00Z")));
        let minute = at("2026-11-21T12:34:00Z").as_second() / 60;
        assert_eq!(uses.unsaved(), [(id, minute)]);
        uses.learn(id, minute);
        assert_eq!(uses.unsaved(), []);
        used.note(at("2026-11-21T12:34:59Z"));
        assert_eq!(uses.unsaved(), [], "the same minute");
        uses.learn(id, minute + 5);
        assert_eq!(uses.last(id), Some(at("2026-11-21T12:39:00Z")), "used on another node");
    }
}
