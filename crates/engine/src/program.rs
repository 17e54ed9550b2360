//! Compiled conditions: a flat list of tests that jump.
//!
//! `all`, `any` and `not` leave nothing behind but jump targets: every test knows where to go on
//! when it holds and when it does not. Tests lie in the order in which they are tried. What only an
//! explanation needs (names, the tree's shape) is kept apart, out of the way of the cache.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;

use regex::Regex;
use semver::VersionReq;

use crate::bound::Text;
use crate::index::{TextTable, tag};
use crate::names::Slot;
use crate::placement::Placement;
use crate::profile::{flagsmith, textual};
use crate::reading::{Block, Edge, Number, Precedence, Rank};
use crate::ruleset::{Bound, Operator, Quantifier, Share};

/// Where evaluation goes on: a test, or one of [`HOLDS`] and [`FAILS`].
pub(crate) type Target = u32;

/// The condition holds.
pub(crate) const HOLDS: Target = u32::MAX;

/// The condition does not hold.
pub(crate) const FAILS: Target = u32::MAX - 1;

/// The tests of a flag or a segment.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) nodes: Box<[Node]>,
    pub(crate) texts: Texts,
    /// By node.
    pub(crate) about: Box<[About]>,
}

/// The short lists of texts of a program, each list a range of positions.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// Parts of the hashes, side by side for a fast scan.
    pub(crate) tags: Box<[u32]>,
    /// Where each text ends.
    pub(crate) ends: Box<[u32]>,
    /// All texts joined.
    pub(crate) joined: Box<str>,
}

/// One test.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) check: Check,
    pub(crate) slot: Slot,
    pub(crate) then: Target,
    pub(crate) otherwise: Target,
    pub(crate) sense: Sense,
    pub(crate) quantifier: Quantifier,
}

// Two tests of a condition share a cache line.
const _: () = assert!(size_of::<Node>() == 32);

/// Whether a result is taken as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Plain,
    Negated,
}

impl Sense {
    /// Applies the negation.
    #[inline]
    pub(crate) fn apply(self, holds: bool) -> bool {
        match self {
            Self::Plain => holds,
            Self::Negated => !holds,
        }
    }
}

/// What is compared. Two words: what takes more room lies behind a pointer, so that the common tests of a
/// flag share few cache lines.
#[derive(Debug)]
pub(crate) enum Check {
    /// A foreign test that cannot be read, with its profile's verdict.
    Fixed(bool),
    Exists,
    /// Equals one of a few texts: a range of `Program::texts`.
    FewTexts {
        start: u32,
        len: u32,
    },
    /// Equals one of many or mixed values.
    In(Box<Set>),
    Text(Box<TextTest>),
    Matches(Box<Regex>),
    Whole {
        order: Order,
        coercion: Coercion,
        than: i64,
    },
    Fraction {
        order: Order,
        coercion: Coercion,
        than: f64,
    },
    Modulo(Box<ModuloTest>),
    /// Against a version whose rank says it all.
    Release {
        order: Order,
        cell: u32,
        than: Rank,
    },
    Version(Box<VersionTest>),
    VersionRange {
        cell: u32,
        range: Box<VersionReq>,
    },
    Time(Box<TimeTest>),
    Address(Box<AddressTest>),
    Flagsmith(Box<flagsmith::Test>),
    Textual(Box<textual::Test>),
    Segment(u32),
    Percentage(Box<Percentage>),
}

/// A search in text.
#[derive(Debug)]
pub(crate) struct TextTest {
    pub(crate) operator: TextOperator,
    pub(crate) values: Box<[Box<str>]>,
}

/// A test of what is left by a division.
#[derive(Debug)]
pub(crate) struct ModuloTest {
    pub(crate) divisor: i64,
    pub(crate) remainder: i64,
    pub(crate) coercion: Coercion,
}

/// A test of an address.
#[derive(Debug)]
pub(crate) struct AddressTest {
    pub(crate) cell: u32,
    pub(crate) blocks: Box<[Block]>,
}

impl AddressTest {
    pub(crate) fn holds(&self, address: IpAddr) -> bool {
        self.blocks.iter().any(|block| block.contains(address))
    }
}

/// A test against any version.
#[derive(Debug)]
pub(crate) struct VersionTest {
    pub(crate) cell: u32,
    pub(crate) order: Order,
    pub(crate) than: Precedence,
}

/// Whether text counts as the number it spells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coercion {
    Strict,
    FromText,
}

/// Order of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Order {
    /// Whether `attribute` compared with the rule's value is as asked.
    #[inline]
    pub(crate) fn holds(self, attribute: Ordering) -> bool {
        match self {
            Self::Equal => attribute.is_eq(),
            Self::Less => attribute.is_lt(),
            Self::AtMost => attribute.is_le(),
            Self::Greater => attribute.is_gt(),
            Self::AtLeast => attribute.is_ge(),
        }
    }
}

/// How text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextOperator {
    Contains,
    StartsWith,
    EndsWith,
}

impl TextOperator {
    pub(crate) fn holds(self, text: &str, value: &str) -> bool {
        match self {
            Self::Contains => text.contains(value),
            Self::StartsWith => text.starts_with(value),
            Self::EndsWith => text.ends_with(value),
        }
    }
}

/// Values to be equal to, by type.
#[derive(Debug, Default)]
pub(crate) struct Set {
    pub(crate) texts: TextTable,
    /// Sorted by [`Number::compare`].
    pub(crate) numbers: Box<[Number]>,
    pub(crate) falsity: bool,
    pub(crate) truth: bool,
}

impl Set {
    pub(crate) fn has_text(&self, text: &Text<'_>) -> bool {
        self.texts.position(text.hash, &text.text).is_some()
    }

    pub(crate) fn has_number(&self, number: Number) -> bool {
        self.numbers.binary_search_by(|own| own.compare(number)).is_ok()
    }

    pub(crate) fn has_bool(&self, value: bool) -> bool {
        if value { self.truth } else { self.falsity }
    }
}

impl Texts {
    /// Whether the text is one of a range.
    #[inline]
    pub(crate) fn contain(&self, start: u32, len: u32, text: &Text<'_>) -> bool {
        let (start, end) = (start as usize, start as usize + len as usize);
        let Some(tags) = self.tags.get(start..end) else {
            return false;
        };
        let wanted = tag(text.hash);
        if !tags.contains(&wanted) {
            return false;
        }
        let alike = (start..).zip(tags).filter(|(_, own)| **own == wanted);
        alike.into_iter().any(|(at, _)| self.get(at) == Some(&text.text))
    }

    fn get(&self, at: usize) -> Option<&str> {
        let start = if at == 0 { 0 } else { *self.ends.get(at - 1)? };
        self.joined.get(start as usize..*self.ends.get(at)? as usize)
    }
}

/// A test of a moment.
#[derive(Debug)]
pub(crate) struct TimeTest {
    pub(crate) cell: u32,
    pub(crate) source: TimeSource,
    pub(crate) relation: Relation,
}

/// Which moment is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeSource {
    Attribute,
    /// The moment of evaluation.
    Now,
    /// The attribute, and if it is missing the moment of evaluation.
    AttributeOrNow,
}

/// How a moment must lie.
#[derive(Clone, Debug)]
pub(crate) enum Relation {
    Before(Edge),
    After(Edge),
    /// From inclusive to exclusive.
    Within(Edge, Edge),
}

/// A share as a condition.
#[derive(Debug)]
pub(crate) struct Percentage {
    pub(crate) placement: Placement,
    pub(crate) share: Share,
    pub(crate) bound: Bound,
}

/// What an explanation says about a test.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) what: What,
    /// Why it can never hold, if so.
    pub(crate) problem: Option<Box<str>>,
}

/// What is tested.
#[derive(Debug)]
pub(crate) enum What {
    Attribute(Arc<str>, Operator),
    Segment(Arc<str>),
    Percentage,
    Broken,
}

/// The tree a condition was written as.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    All(Box<[Shape]>),
    Any(Box<[Shape]>),
    Not(Box<Shape>),
    /// Index of a node.
    Test(u32),
}
