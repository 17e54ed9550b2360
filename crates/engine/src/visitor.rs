//! Watching an evaluation.
//!
//! Evaluation is compiled once per visitor, so a visitor that does nothing costs nothing. The
//! engine asks [`Visitor::WATCHES`] before it computes what only an observer needs.
//!
//! How to extend: a method with an empty default body here, its call in `evaluate`.

use jiff::Timestamp;

use crate::ruleset::Turns;
use crate::value::Value;

/// What a visitor wants to be told beyond draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watches {
    /// Nothing.
    Nothing,
    /// Moments at which an answer may change.
    Time,
    /// Everything.
    Everything,
}

/// Told what an evaluation does, in order.
pub trait Visitor {
    /// What has to be computed for this visitor.
    const WATCHES: Watches = Watches::Nothing;

    /// A node whose verdict depends on the moment was visited; it may change at `at`, not before.
    fn time(&mut self, _at: Timestamp) {}

    /// A random draw for this request took part.
    fn drawn(&mut self) {}

    /// A step begins.
    fn step(&mut self, _index: usize, _step: StepKind) {}

    /// The step begun last did or did not decide.
    fn step_done(&mut self, _verdict: StepVerdict) {}

    /// What the windows say, and the one that is open and decides.
    fn windows(&mut self, _turns: Turns, _open: Option<&str>) {}

    /// A rule begins.
    fn rule(&mut self, _index: usize) {}

    /// The rule begun last.
    fn rule_done(&mut self, _verdict: RuleVerdict) {}

    /// A condition (of a rule or segment) begins.
    fn condition(&mut self) {}

    /// The condition begun last.
    fn condition_done(&mut self, _holds: bool) {}

    /// A test, `node` in its condition's program; a segment or placement it asked was told before.
    fn test(&mut self, _node: u32, _seen: TestSeen) {}

    /// A subject was or was not placed.
    fn placed(&mut self, _placed: PlacedSeen<'_>) {}

    /// Another flag begins, asked as a prerequisite.
    fn prerequisite(&mut self, _flag: &str) {}

    /// The prerequisite begun last.
    fn prerequisite_done(&mut self, _seen: PrerequisiteSeen) {}

    /// A segment begins.
    fn segment(&mut self, _slot: u32) {}

    /// The segment begun last.
    fn segment_done(&mut self, _seen: SegmentSeen) {}
}

/// Watches nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVisitor;

impl Visitor for NoVisitor {}

/// The kinds of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named like the cases of `ruleset::Step`")]
pub enum StepKind {
    Kill,
    Off,
    Windows,
    Prerequisites,
    Subjects,
    Segments,
    Rules,
    Serve,
}

/// Whether a step decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepVerdict {
    /// It ended the evaluation.
    Decided,
    /// The next one goes on.
    Passed,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleVerdict {
    /// It decides.
    Matched,
    /// Its condition does not hold, or its split cannot place the subject.
    NotMatched,
    /// Its condition holds, its gate does not let the subject in.
    OutsideGate,
    /// It is broken.
    Error,
}

/// What became of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestSeen {
    /// After negation.
    pub holds: bool,
    /// The attribute, if present.
    pub actual: Option<Value>,
    /// Why it could not be compared, if so.
    pub note: Option<Note>,
}

/// Why an attribute could not be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The context lacks it.
    Missing,
    /// The operator cannot read it.
    WrongType,
    /// The test itself is broken.
    Broken,
}

/// Where a subject was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedSeen<'v> {
    /// In hundredths of a percent, 0–9,999; absent if an input is missing, or where no position exists (a
    /// rendezvous).
    pub position: Option<u16>,
    /// What for.
    pub purpose: PlacedFor<'v>,
}

/// What a placement decides. Shares are in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacedFor<'v> {
    /// Whether a rule's gate lets the subject in.
    Gate(Shared),
    /// Whether a percentage condition holds.
    Percentage(Shared),
    /// Which side of a ramp serves.
    Ramp(Shared),
    /// Which variant a split serves; absent if the subject could not be placed.
    Split(Option<&'v str>),
}

/// A subject against a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// In hundredths of a percent.
    pub share: u16,
    /// Whether the subject is in.
    pub inside: bool,
}

/// What became of a prerequisite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PrerequisiteSeen {
    /// As required.
    Holds,
    /// The other flag answers otherwise.
    Differs,
    /// There is no such flag.
    Missing,
    /// The two flags require each other.
    Cyclic,
    /// The chain is longer than the engine follows.
    TooDeep,
}

/// What became of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentSeen {
    /// The subject is listed.
    Member,
    /// The condition holds.
    Condition,
    /// Neither.
    Outside,
    /// There is no such segment.
    Missing,
    /// Segments refer to each other deeper than the engine follows.
    TooDeep,
}

impl SegmentSeen {
    /// Whether the subject is in.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Member | Self::Condition)
    }
}
