//! Tests of moments, and when their verdicts change.
//!
//! Only what depends on `now` is reported: the curve of a share, tests of `$now`, tests against a
//! moment relative to now.

use jiff::{SignedDuration, Timestamp};

use super::Run;
use crate::curve::Curve;
use crate::program::Relation;
use crate::reading::Edge;
use crate::visitor::{Visitor, Watches};

/// Years and months differ in length by at most this much around one date.
const CALENDAR_SLACK: SignedDuration = SignedDuration::from_hours(24 * 4);

/// How long an answer counts as valid when its end is near but not exactly known.
const NEAR: SignedDuration = SignedDuration::from_secs(60);

/// The smallest step of a moment.
const TICK: SignedDuration = SignedDuration::from_nanos(1);

/// The moment a test is about.
#[derive(Clone, Copy)]
pub(super) enum Tested {
    Now,
    Attribute(Timestamp),
}

impl<V: Visitor> Run<'_, '_, V> {
    pub(super) fn watch_curve(&mut self, curve: &Curve) {
        if V::WATCHES != Watches::Nothing
            && let Some(at) = curve.changes(self.moment.now)
        {
            self.visitor.time(at);
        }
    }

    pub(super) fn watch_next_second(&mut self) {
        if let Ok(at) = Timestamp::from_second(self.moment.now.as_second().saturating_add(1)) {
            self.visitor.time(at);
        }
    }

    /// Whether the tested moment lies as asked; never so where the rule's moment is beyond all calendars.
    pub(super) fn is_in_time(&mut self, relation: &Relation, tested: Tested) -> bool {
        let now = self.moment.now;
        if V::WATCHES != Watches::Nothing {
            self.watch_relation(relation, tested);
        }
        let at = match tested {
            Tested::Now => now,
            Tested::Attribute(at) => at,
        };
        let resolved = |edge: &Edge| edge.resolve(now);
        match relation {
            Relation::Before(edge) => resolved(edge).is_some_and(|edge| at < edge),
            Relation::After(edge) => resolved(edge).is_some_and(|edge| at > edge),
            Relation::Within(from, to) => {
                resolved(from).is_some_and(|from| from <= at) && resolved(to).is_some_and(|to| at < to)
            }
        }
    }

    fn watch_relation(&mut self, relation: &Relation, tested: Tested) {
        match relation {
            Relation::Before(edge) | Relation::After(edge) => self.watch_edge(edge, tested),
            Relation::Within(from, to) => {
                self.watch_edge(from, tested);
                self.watch_edge(to, tested);
            }
        }
    }

    fn watch_edge(&mut self, edge: &Edge, tested: Tested) {
        let now = self.moment.now;
        let turns = match (tested, edge) {
            (Tested::Now, Edge::At(at)) => Some(*at),
            (Tested::Attribute(at), Edge::FromNow(span)) => {
                let turns = Edge::FromNow(span.negate()).resolve(at);
                if edge.follows_calendar() {
                    turns.map(|at| with_slack(at, now))
                } else {
                    turns
                }
            }
            (Tested::Now, Edge::FromNow(_)) | (Tested::Attribute(_), Edge::At(_)) => None,
        };
        // Some verdicts turn at the moment itself, strict ones one tick after it.
        let turns = turns.into_iter().flat_map(|at| [Some(at), at.checked_add(TICK).ok()]);
        if let Some(next) = turns.flatten().find(|at| *at > now) {
            self.visitor.time(next);
        }
    }
}

/// A moment that is certainly not after the turn.
fn with_slack(at: Timestamp, now: Timestamp) -> Timestamp {
    let early = at.checked_sub(CALENDAR_SLACK).unwrap_or(at);
    let late = at.checked_add(CALENDAR_SLACK).unwrap_or(at);
    if early > now {
        early
    } else if late > now {
        now.checked_add(NEAR).unwrap_or(at)
    } else {
        at
    }
}
