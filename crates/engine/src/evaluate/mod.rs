//! Running the steps of a flag.
//!
//! Order is everything here: the first step that decides ends the evaluation, the first rule
//! that matches ends its step. Nothing allocates and nothing recurses without bound: prerequisites
//! and segments go [`DEEPEST`] levels down and spend a budget that all of them share.

mod condition;
mod serve;
mod time;

use jiff::Timestamp;

use crate::block::{At, Span};
use crate::bound::Bound;
use crate::flag::{
    Changes, CompiledFlag, CompiledWindows, Constant, Gate, Leaf, Prerequisite, Rule, RuleAbout, SegmentGroup, State,
    Step, Subjects,
};
use crate::outcome::{Detail, EvalError, Outcome, Reason};
use crate::program::{FAILS, HOLDS};
use crate::ruleset::Turns;
use crate::snapshot::{FlagRef, Snapshot};
use crate::visitor::{PrerequisiteSeen, RuleVerdict, StepKind, StepVerdict, Visitor, Watches};

/// Longest chain of prerequisites or of segments in segments.
pub const DEEPEST: u8 = 10;

/// Prerequisites and segments looked at in one evaluation before the rest counts as not holding.
const BUDGET: u32 = 20_000;

/// What an evaluation knows besides rules and context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: Timestamp,
    /// Source of per-request draws.
    pub seed: u64,
}

/// Why something is served.
#[derive(Clone, Copy)]
struct Why {
    reason: Reason,
    detail: Detail,
    rule: Option<At<RuleAbout>>,
}

/// What a step decided. Small, since it is handed up through every level; the outcome is built from it
/// once, at the end.
#[derive(Clone, Copy)]
struct Decision {
    /// Absent: the application's own default.
    leaf: Option<At<Leaf>>,
    enabled: bool,
    why: Why,
    error: Option<EvalError>,
}

impl Why {
    const fn new(reason: Reason, detail: Detail) -> Self {
        Self {
            reason,
            detail,
            rule: None,
        }
    }
}

/// One evaluation with its nested ones.
struct Run<'s, 'r, V> {
    snapshot: &'s Snapshot,
    bound: &'r Bound<'r>,
    moment: &'r Moment,
    visitor: &'r mut V,
    budget: u32,
    depth: u8,
}

impl Snapshot {
    /// Decides a flag for a context.
    #[inline]
    pub fn evaluate<'s, V: Visitor>(
        &'s self,
        flag: FlagRef<'s>,
        bound: &Bound<'_>,
        moment: &Moment,
        visitor: &mut V,
    ) -> Outcome<'s> {
        Run {
            snapshot: self,
            bound,
            moment,
            visitor,
            budget: BUDGET,
            depth: 0,
        }
        .flag(flag.flag)
    }

    /// Whether the context's subject is in a segment; None if there is no such segment.
    pub fn in_segment<V: Visitor>(
        &self,
        key: &str,
        bound: &Bound<'_>,
        moment: &Moment,
        visitor: &mut V,
    ) -> Option<bool> {
        let slot = self.segment_slot(key)?;
        let mut run = Run {
            snapshot: self,
            bound,
            moment,
            visitor,
            budget: BUDGET,
            depth: 0,
        };
        Some(run.segment(slot))
    }
}

impl<'s, V: Visitor> Run<'s, '_, V> {
    #[inline]
    fn flag(&mut self, flag: &'s CompiledFlag) -> Outcome<'s> {
        if V::WATCHES != Watches::Everything
            && let Some(constant) = &flag.head.constant
        {
            return outcome(flag, constant.decision());
        }
        let decision = self.steps(flag);
        outcome(flag, readable(flag, decision))
    }

    #[inline(always)]
    fn steps(&mut self, flag: &'s CompiledFlag) -> Decision {
        for (at, step) in flag.steps().iter().enumerate() {
            self.visitor.step(at, kind(step));
            if let Some(decision) = self.step(flag, step) {
                self.visitor.step_done(StepVerdict::Decided);
                return decision;
            }
            self.visitor.step_done(StepVerdict::Passed);
        }
        let why = Why::new(Reason::Unknown, Detail::Undecided);
        Decision {
            leaf: None,
            enabled: false,
            why,
            error: None,
        }
    }

    #[inline(always)]
    fn step(&mut self, flag: &'s CompiledFlag, step: &'s Step) -> Option<Decision> {
        match step {
            Step::Serve { serve } => self.decide(flag, serve, default(flag)),
            Step::Rules(rules) => self.rules(flag, *rules),
            Step::Kill { until, off } if self.is_killed(*until) => self
                .decide(flag, off, Why::new(Reason::Disabled, Detail::Killed))
                .map(disabled),
            Step::Kill { .. } => None,
            Step::Off { off } => self
                .decide(flag, off, Why::new(Reason::Disabled, Detail::Off))
                .map(disabled),
            Step::Windows { windows, off } if self.windows(windows) == Turns::Off => self
                .decide(flag, off, Why::new(Reason::Disabled, Detail::Window))
                .map(disabled),
            Step::Windows { .. } => None,
            Step::Prerequisites { all, off } if !self.prerequisites(flag, all) => self
                .decide(flag, off, Why::new(Reason::Disabled, Detail::Prerequisite))
                .map(disabled),
            Step::Prerequisites { .. } => None,
            Step::Subjects(subjects) => self.subjects(flag, subjects),
            Step::Segments(groups) => self.segments(flag, groups),
        }
    }

    fn is_killed(&mut self, until: Option<Timestamp>) -> bool {
        match until {
            Some(until) if is_over(until, self.moment.now) => false,
            Some(until) => {
                self.visitor.time(until);
                true
            }
            None => true,
        }
    }

    fn windows(&mut self, own: &CompiledWindows) -> Turns {
        let phase = own.windows.phase(self.moment.now);
        phase.until.into_iter().for_each(|until| self.visitor.time(until));
        if V::WATCHES == Watches::Everything {
            let id = phase.window.and_then(|at| own.ids.get(at));
            self.visitor.windows(phase.turns, id.map(|id| &**id));
        }
        phase.turns
    }

    fn subjects(&mut self, flag: &'s CompiledFlag, subjects: &'s Subjects) -> Option<Decision> {
        let subject = self.bound.subject()?;
        let position = subjects.keys.position(subject.hash, &subject.text)?;
        let group = *subjects.group_of.get(position as usize)?;
        let serve = subjects.serves.get(group as usize)?;
        self.serve(flag, serve, Why::new(Reason::TargetingMatch, Detail::SubjectOverride))
    }

    fn segments(&mut self, flag: &'s CompiledFlag, groups: &'s [SegmentGroup]) -> Option<Decision> {
        for group in groups {
            if self.segment(group.segment) {
                let why = Why::new(Reason::TargetingMatch, Detail::SegmentOverride);
                let decision = self.serve(flag, &group.serve, why);
                if decision.is_some() {
                    return decision;
                }
            }
        }
        None
    }

    #[inline(always)]
    fn rules(&mut self, flag: &'s CompiledFlag, rules: Span<Rule>) -> Option<Decision> {
        for (at, rule) in flag.block.rules.all(rules).iter().enumerate() {
            self.visitor.rule(at);
            let (verdict, decision) = self.rule(flag, rule, rules.nth(at));
            self.visitor.rule_done(verdict);
            if decision.is_some() {
                return decision;
            }
        }
        None
    }

    #[inline(always)]
    fn rule(
        &mut self,
        flag: &'s CompiledFlag,
        rule: &'s Rule,
        about: At<RuleAbout>,
    ) -> (RuleVerdict, Option<Decision>) {
        if rule.entry == FAILS
            && V::WATCHES == Watches::Everything
            && flag
                .block
                .rules_about
                .get(about)
                .is_some_and(|about| about.problem.is_some())
        {
            return (RuleVerdict::Error, None);
        }
        if rule.entry != HOLDS && !self.condition(&flag.block.program, rule.entry) {
            return (RuleVerdict::NotMatched, None);
        }
        if let Some(gate) = rule.gate.and_then(|gate| flag.block.gates.get(gate))
            && !self.passes(gate)
        {
            return (RuleVerdict::OutsideGate, None);
        }
        let by_share = rule.entry == HOLDS && rule.gate.is_some();
        let reason = if by_share {
            Reason::Split
        } else {
            Reason::TargetingMatch
        };
        let why = Why {
            reason,
            detail: Detail::Rule,
            rule: Some(about),
        };
        match self.serve(flag, &rule.serve, why) {
            Some(decision) => (RuleVerdict::Matched, Some(decision)),
            None => (RuleVerdict::NotMatched, None),
        }
    }

    fn passes(&mut self, gate: &Gate) -> bool {
        let share = self.admission(&gate.share);
        self.is_admitted(&gate.placement, share)
    }

    fn prerequisites(&mut self, flag: &CompiledFlag, all: &'s [Prerequisite]) -> bool {
        all.iter().all(|one| {
            self.visitor.prerequisite(&one.flag);
            let seen = self.prerequisite(flag, one);
            self.visitor.prerequisite_done(seen);
            seen == PrerequisiteSeen::Holds
        })
    }

    fn prerequisite(&mut self, flag: &CompiledFlag, one: &Prerequisite) -> PrerequisiteSeen {
        let Some(other) = self.snapshot.flag_by_hash(one.flag_hash, &one.flag) else {
            return PrerequisiteSeen::Missing;
        };
        if self.snapshot.is_cyclic(flag.key(), &one.flag) {
            return PrerequisiteSeen::Cyclic;
        }
        let Some(outcome) = self.nested(|run| run.flag(other)) else {
            return PrerequisiteSeen::TooDeep;
        };
        if meets(one, &outcome) {
            PrerequisiteSeen::Holds
        } else {
            PrerequisiteSeen::Differs
        }
    }

    /// One level down; None if that is too deep or too much.
    fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEEPEST || self.budget == 0 {
            return None;
        }
        self.budget -= 1;
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        Some(done)
    }
}

/// Whether a kill has ended.
fn is_over(until: Timestamp, now: Timestamp) -> bool {
    now >= until
}

fn meets(one: &Prerequisite, outcome: &Outcome<'_>) -> bool {
    let enabled = one.enabled.is_none_or(|enabled| enabled == outcome.enabled);
    let served = || {
        outcome
            .variant()
            .is_some_and(|variant| one.variants.iter().any(|own| **own == *variant))
    };
    enabled && (one.variants.is_empty() || served())
}

impl Constant {
    /// What the first step of the flag decides, always.
    #[inline(always)]
    fn decision(&self) -> Decision {
        let why = Why::new(self.reason, self.detail);
        Decision {
            leaf: Some(self.leaf),
            enabled: self.enabled,
            why,
            error: None,
        }
    }
}

fn default(flag: &CompiledFlag) -> Why {
    match flag.head.changes {
        Changes::Never => Why::new(Reason::Static, Detail::Default),
        Changes::WithContextOrTime => Why::new(Reason::Default, Detail::Default),
    }
}

#[inline(always)]
fn disabled(decision: Decision) -> Decision {
    Decision {
        enabled: false,
        ..decision
    }
}

#[inline(always)]
fn readable(flag: &CompiledFlag, decision: Decision) -> Decision {
    match flag.head.state {
        State::Readable => decision,
        State::Unreadable => Decision {
            leaf: decision.leaf,
            enabled: false,
            why: Why::new(Reason::Error, Detail::Unreadable),
            error: Some(EvalError::General),
        },
    }
}

#[inline(always)]
fn outcome<'s>(flag: &'s CompiledFlag, decision: Decision) -> Outcome<'s> {
    Outcome {
        enabled: decision.enabled,
        reason: decision.why.reason,
        detail: decision.why.detail,
        error: decision.error,
        flag,
        leaf: decision.leaf,
        by: decision.why.rule,
    }
}

/// The name of a step.
pub(crate) fn kind(step: &Step) -> StepKind {
    match step {
        Step::Kill { .. } => StepKind::Kill,
        Step::Off { .. } => StepKind::Off,
        Step::Windows { .. } => StepKind::Windows,
        Step::Prerequisites { .. } => StepKind::Prerequisites,
        Step::Subjects(_) => StepKind::Subjects,
        Step::Segments(_) => StepKind::Segments,
        Step::Rules(_) => StepKind::Rules,
        Step::Serve { .. } => StepKind::Serve,
    }
}
