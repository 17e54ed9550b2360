//! Flags that were compiled together, part by part.
//!
//! Evaluating a large environment is mostly waiting for memory. So the parts of all its flags lie in a few
//! long lists, in the order in which evaluations read them, and name each other by position; what only an
//! explanation reads has lists of its own. Next to nothing is an allocation by itself.
//!
//! A block never changes. A patch makes a small one of the flags that it names; a block is dropped with its
//! last flag. At worst, then, every flag lies once in the block it began in and once in its newest.
//!
//! How to extend: a new kind of part is a list in [`Block`] and one in `compile::block`.

use std::marker::PhantomData;
use std::num::NonZeroU32;

use crate::flag::{Arm, FlagAbout, Gate, JsonLogic, Leaf, Ramp, Rule, RuleAbout, Split, Step};
use crate::program::Program;

/// The parts of some flags.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) steps: List<Step>,
    pub(crate) rules: List<Rule>,
    pub(crate) program: Program,
    pub(crate) gates: List<Gate>,
    pub(crate) splits: List<Split>,
    pub(crate) arms: List<Arm>,
    pub(crate) ramps: List<Ramp>,
    pub(crate) expressions: List<JsonLogic>,
    pub(crate) leaves: List<Leaf>,
    /// Everything that flags and leaves say.
    pub(crate) text: Box<str>,
    pub(crate) flags_about: List<FlagAbout>,
    /// By position of the rule.
    pub(crate) rules_about: List<RuleAbout>,
}

impl Block {
    /// A stretch of the text.
    #[inline]
    pub(crate) fn text(&self, start: u32, end: u32) -> &str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Parts of one kind.
#[derive(Debug)]
pub(crate) struct List<T>(Box<[T]>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Box::default())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(parts: Vec<T>) -> Self {
        Self(parts.into())
    }
}

impl<T> List<T> {
    /// The part at a position.
    #[inline]
    pub(crate) fn get(&self, at: At<T>) -> Option<&T> {
        self.0.get(at.index())
    }

    /// Neighbouring parts.
    #[inline]
    pub(crate) fn all(&self, span: Span<T>) -> &[T] {
        let start = span.start as usize;
        self.0.get(start..start + span.len as usize).unwrap_or_default()
    }

    /// The parts that lie at the same positions as those of another list.
    pub(crate) fn beside<U>(&self, span: Span<U>) -> &[T] {
        self.all(Span::new(span.start as usize, span.len as usize))
    }
}

/// The position of a part in its list.
pub(crate) struct At<T> {
    /// One more than the position, so that an optional position takes no more room.
    next: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

impl<T> At<T> {
    /// Positions beyond 32 bits do not occur: blocks are closed long before.
    pub(crate) fn new(index: usize) -> Self {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        Self {
            next: NonZeroU32::MIN.saturating_add(index),
            of: PhantomData,
        }
    }

    #[inline]
    fn index(self) -> usize {
        self.next.get() as usize - 1
    }
}

/// So many parts from a position on.
pub(crate) struct Span<T> {
    start: u32,
    len: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Span<T> {
    pub(crate) fn new(start: usize, len: usize) -> Self {
        Self {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            len: u32::try_from(len).unwrap_or(u32::MAX),
            of: PhantomData,
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// These parts, or those beside them, of a list under way.
    pub(crate) fn of_mut<U>(self, list: &mut [U]) -> &mut [U] {
        let start = self.start as usize;
        list.get_mut(start..start + self.len as usize).unwrap_or_default()
    }

    /// The position of the part that is `nth` here, in a list beside this one.
    #[inline]
    pub(crate) fn nth<U>(self, nth: usize) -> At<U> {
        At::new(self.start as usize + nth)
    }
}

// Derived, these would ask the same of `T`.
impl<T> Clone for At<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<T> {}

impl<T> std::fmt::Debug for At<T> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}", self.index())
    }
}

impl<T> Clone for Span<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Span<T> {}

impl<T> std::fmt::Debug for Span<T> {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}..{}", self.start, u64::from(self.start) + u64::from(self.len))
    }
}
