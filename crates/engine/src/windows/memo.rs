//! Remembers the phase that was asked for last.
//!
//! Finding a firing takes microseconds, and between two firings everybody asks for the same phase. The memory
//! is a sequence lock of numbers: a reader that meets a writer computes for itself, and nobody waits. What is
//! remembered is a function of the windows alone, so remembering changes no answer.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;

use super::Phase;
use crate::ruleset::Turns;

/// No end, or no window.
const NONE: i64 = i64::MAX;

/// A phase with its first known moment; moments in microseconds since 1970.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Odd while it is written, 0 while there is nothing.
    version: AtomicU64,
    from: AtomicI64,
    until: AtomicI64,
    /// `2 × window + on`.
    what: AtomicI64,
}

impl Memo {
    pub(super) fn get(&self, now: Timestamp) -> Option<Phase> {
        let before = self.version.load(Ordering::Acquire);
        let (from, until, what) = (
            self.from.load(Ordering::Acquire),
            self.until.load(Ordering::Acquire),
            self.what.load(Ordering::Acquire),
        );
        let is_whole = before != 0 && before.is_multiple_of(2) && self.version.load(Ordering::Acquire) == before;
        let asked = now.as_microsecond();
        if !is_whole || asked < 0 || asked < from || asked >= until {
            return None;
        }
        Some(Phase {
            turns: if what & 1 == 1 { Turns::On } else { Turns::Off },
            window: usize::try_from(what >> 1).ok().filter(|_| what >> 1 != NONE >> 1),
            until: if until == NONE {
                None
            } else {
                Timestamp::from_microsecond(until).ok()
            },
        })
    }

    /// Phases begin and end at whole microseconds; one that does not is not remembered.
    pub(super) fn set(&self, now: Timestamp, phase: Phase) {
        let until = phase.until.map_or(NONE, Timestamp::as_microsecond);
        let is_exact = phase.until.is_none_or(|until| until.subsec_nanosecond() % 1_000 == 0);
        let before = self.version.load(Ordering::Acquire);
        if !is_exact || before % 2 == 1 {
            return;
        }
        let taken = self
            .version
            .compare_exchange(before, before + 1, Ordering::AcqRel, Ordering::Acquire);
        if taken.is_err() {
            return;
        }
        let window = phase.window.and_then(|window| i64::try_from(window).ok());
        let what = window.unwrap_or(NONE >> 1) << 1 | i64::from(phase.turns == Turns::On);
        self.from.store(microsecond_not_before(now), Ordering::Release);
        self.until.store(until, Ordering::Release);
        self.what.store(what, Ordering::Release);
        self.version.store(before + 2, Ordering::Release);
    }
}

/// A moment inside of a microsecond says nothing about its beginning.
fn microsecond_not_before(now: Timestamp) -> i64 {
    let floor = now.as_microsecond();
    floor + i64::from(now.subsec_nanosecond() % 1_000 != 0)
}
