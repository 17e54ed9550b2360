//! A condition as the ways in which it holds: each way is a list of constraints that all hold.
//!
//! Unleash has no deeper nesting than that, so negations are pushed down to the tests and conjunctions multiplied out,
//! as long as that stays small. A segment that is one way stays a segment; others are written out in their place.

use std::collections::HashMap;

use hoist_engine::ruleset::{Condition, Profile, SegmentRules};
use serde_json::Value as Json;

use super::constraint;
use super::size::{MOST_OF_FLAG, size};

/// Why something cannot be said in Unleash's language.
pub(super) type Said<T> = Result<T, String>;

/// Something that must hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Piece {
    /// A constraint.
    Constraint(Json),
    /// Being in the segment with this id.
    Segment(u32),
}

/// At least one of these, in each of which everything holds.
pub(super) type Ways = Vec<Vec<Piece>>;

/// Everybody.
pub(super) fn always() -> Ways {
    vec![Vec::new()]
}

/// Nobody.
pub(super) fn never() -> Ways {
    Vec::new()
}

/// How many ways, and how many constraints in one, are still written out.
const MOST_WAYS: usize = 64;
const MOST_PIECES: usize = 300;

/// How far segments may lead to segments.
const DEEPEST: usize = 16;

/// Whether a result is turned around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// As it is.
    Plain,
    /// Turned around.
    Inverted,
}

impl Sense {
    /// Turned around once more.
    pub(super) fn turned(self, is_turned: bool) -> Self {
        match (self, is_turned) {
            (sense, false) => sense,
            (Self::Plain, true) => Self::Inverted,
            (Self::Inverted, true) => Self::Plain,
        }
    }

    /// What a constant comes to.
    pub(super) fn constant(self, holds: bool) -> Ways {
        if holds == (self == Self::Plain) {
            always()
        } else {
            never()
        }
    }
}

/// Segments of an environment.
pub(super) struct Segments<'r> {
    by_key: HashMap<&'r str, &'r SegmentRules>,
    /// By id: the constraints of those that are one way, and their size.
    said: HashMap<u32, (Vec<Json>, usize)>,
}

impl<'r> Segments<'r> {
    pub(super) fn new(all: &'r [SegmentRules]) -> Self {
        let mut segments = Self {
            by_key: all.iter().map(|segment| (segment.key.as_str(), segment)).collect(),
            said: HashMap::new(),
        };
        let one = |rules| Some((id_of(rules), segments.written(rules)?));
        segments.said = all.iter().filter_map(one).collect();
        segments
    }

    /// The ways in which a condition holds.
    pub(super) fn ways(&self, condition: &Condition, profile: Profile, sense: Sense) -> Said<Ways> {
        let writer = Writer {
            segments: self,
            refers: true,
        };
        writer.condition(condition, profile, sense, 0)
    }

    /// Being in a segment, or not.
    pub(super) fn membership(&self, key: &str, sense: Sense) -> Said<Ways> {
        let writer = Writer {
            segments: self,
            refers: true,
        };
        writer.segment(key, sense, 0)
    }

    /// The constraints of a segment that is one way.
    pub(super) fn constraints(&self, rules: &SegmentRules) -> Option<&[Json]> {
        self.said
            .get(&id_of(rules))
            .map(|(constraints, _)| constraints.as_slice())
    }

    /// About the bytes of what a piece stands for.
    pub(super) fn size_of(&self, piece: &Piece) -> usize {
        match piece {
            Piece::Constraint(constraint) => size(constraint),
            Piece::Segment(id) => self.said.get(id).map_or(0, |(_, size)| *size),
        }
    }

    fn written(&self, rules: &SegmentRules) -> Option<(Vec<Json>, usize)> {
        let writer = Writer {
            segments: self,
            refers: false,
        };
        let mut ways = writer.written_out(rules, Sense::Plain, 0).ok()?;
        let only = ways.pop().filter(|_| ways.is_empty())?;
        let constraints: Vec<Json> = only.into_iter().filter_map(Piece::constraint).collect();
        let size = constraints.iter().map(size).sum();
        Some((constraints, size))
    }
}

impl Piece {
    fn constraint(self) -> Option<Json> {
        match self {
            Self::Constraint(constraint) => Some(constraint),
            Self::Segment(_) => None,
        }
    }

    fn own_size(&self) -> usize {
        match self {
            Self::Constraint(constraint) => size(constraint),
            Self::Segment(_) => 0,
        }
    }
}

/// The id of a segment in the document.
pub(super) fn id_of(segment: &SegmentRules) -> u32 {
    segment.index.saturating_add(1)
}

struct Writer<'s, 'r> {
    segments: &'s Segments<'r>,
    /// Whether segments may be named.
    refers: bool,
}

impl Writer<'_, '_> {
    fn condition(&self, condition: &Condition, profile: Profile, sense: Sense, depth: usize) -> Said<Ways> {
        match condition {
            Condition::All(inner) => self.several(inner, profile, sense, (Sense::Plain, depth)),
            Condition::Any(inner) => self.several(inner, profile, sense, (Sense::Inverted, depth)),
            Condition::Not(inner) => self.condition(inner, profile, sense.turned(true), depth),
            Condition::Test(test) => constraint::ways(test, profile, sense),
            Condition::Segment(key) => self.segment(key, sense, depth),
            Condition::Percentage(_) => Err("Unleash has no share as a condition".into()),
            Condition::Broken { verdict, .. } => Ok(sense.constant(*verdict)),
        }
    }

    /// A conjunction in the sense `all_in`, else a disjunction.
    fn several(
        &self,
        inner: &[Condition],
        profile: Profile,
        sense: Sense,
        (all_in, depth): (Sense, usize),
    ) -> Said<Ways> {
        let mut each = inner.iter().map(|inner| self.condition(inner, profile, sense, depth));
        if sense == all_in {
            each.try_fold(always(), |ways, next| both(&ways, &next?))
        } else {
            each.try_fold(never(), |ways, next| either(ways, next?))
        }
    }

    fn segment(&self, key: &str, sense: Sense, depth: usize) -> Said<Ways> {
        let Some(rules) = self.segments.by_key.get(key).copied() else {
            return Ok(sense.constant(false));
        };
        if self.refers && sense == Sense::Plain && self.segments.constraints(rules).is_some() {
            return Ok(vec![vec![Piece::Segment(id_of(rules))]]);
        }
        self.written_out(rules, sense, depth)
    }

    /// Its members and those who meet its condition.
    fn written_out(&self, rules: &SegmentRules, sense: Sense, depth: usize) -> Said<Ways> {
        if depth >= DEEPEST {
            return Err(format!("segments lead to segments more than {DEEPEST} times"));
        }
        let inside = Self {
            segments: self.segments,
            refers: false,
        };
        let members = constraint::subjects(&rules.members, sense)?;
        let condition = match &rules.condition {
            Some(condition) => inside.condition(condition, rules.profile, sense, depth + 1)?,
            None => sense.constant(false),
        };
        match sense {
            Sense::Plain => either(members, condition),
            Sense::Inverted => both(&members, &condition),
        }
    }
}

/// Both hold.
pub(super) fn both(one: &Ways, other: &Ways) -> Said<Ways> {
    // Before anything is copied.
    let total = |ways: &Ways| ways.iter().flatten().map(Piece::own_size).sum::<usize>();
    let copied = total(one).saturating_mul(other.len()) + total(other).saturating_mul(one.len());
    if copied > MOST_OF_FLAG {
        return Err(format!("written out it would be larger than {MOST_OF_FLAG} bytes"));
    }
    let joined = one.iter().flat_map(|first| {
        other.iter().map(move |second| {
            let mut way = first.clone();
            way.extend(second.iter().filter(|piece| !first.contains(piece)).cloned());
            way
        })
    });
    if one.len().saturating_mul(other.len()) > MOST_WAYS {
        return Err(format!("written out it would have more than {MOST_WAYS} strategies"));
    }
    let joined: Ways = joined.collect();
    if joined.iter().any(|way| way.len() > MOST_PIECES) {
        return Err(format!(
            "written out a strategy would have more than {MOST_PIECES} constraints"
        ));
    }
    Ok(joined)
}

/// At least one holds.
pub(super) fn either(mut one: Ways, other: Ways) -> Said<Ways> {
    one.extend(other);
    if one.len() > MOST_WAYS {
        return Err(format!("written out it would have more than {MOST_WAYS} strategies"));
    }
    // Who meets nothing else needs to meet nothing at all.
    if one.iter().any(Vec::is_empty) {
        return Ok(always());
    }
    Ok(one)
}
