//! Answers "why?": a visitor that writes down what an evaluation does.
//!
//! Evaluation knows jump targets only; the trees that people wrote are kept beside the programs and
//! filled in here with what was seen.

mod model;
mod tree;

pub use model::{
    AllocationNote, AllocationPurpose, ConditionKind, ConditionNote, Explanation, OutcomeNote, PrerequisiteNote,
    RuleNote, RuleVerdict, SegmentNote, StepNote, StepVerdict, Verdict, WindowsNote,
};

use jiff::Timestamp;

use crate::bound::Bound;
use crate::evaluate::Moment;
use crate::flag::{CompiledFlag, RuleAbout, Step};
use crate::outcome::Outcome;
use crate::ruleset::Turns;
use crate::snapshot::{FlagRef, Snapshot};
use crate::until::UntilVisitor;
use crate::visitor::{
    self, PlacedFor, PlacedSeen, PrerequisiteSeen, SegmentSeen, StepKind, TestSeen, Visitor, Watches,
};
use tree::Frame;

impl Snapshot {
    /// Decides a flag and says why.
    pub fn explain<'s>(&'s self, flag: FlagRef<'s>, bound: &Bound<'_>, moment: &Moment) -> (Outcome<'s>, Explanation) {
        let mut explainer = Explainer::new(self, flag);
        let outcome = self.evaluate(flag, bound, moment, &mut explainer);
        let subject = bound.subject().map(|subject| subject.text.clone().into_owned());
        (outcome, explainer.finish(&outcome, subject))
    }
}

/// Writes down one evaluation of one flag; see [`Snapshot::explain`].
#[derive(Debug)]
pub struct Explainer<'s> {
    snapshot: &'s Snapshot,
    flag: &'s CompiledFlag,
    until: UntilVisitor,
    /// How deep inside prerequisites; what they do is not told.
    elsewhere: u32,
    steps: Vec<StepNote>,
    rules: Vec<RuleNote>,
    prerequisites: Vec<PrerequisiteNote>,
    asked: Vec<String>,
    segments: Vec<SegmentNote>,
    slots: Vec<u32>,
    allocations: Vec<AllocationNote>,
    frames: Vec<Frame>,
    /// The condition that ended last.
    done: Option<(Frame, bool)>,
}

impl<'s> Explainer<'s> {
    /// For one evaluation of this flag.
    pub fn new(snapshot: &'s Snapshot, flag: FlagRef<'s>) -> Self {
        Self {
            snapshot,
            flag: flag.flag,
            until: UntilVisitor::default(),
            elsewhere: 0,
            steps: Vec::new(),
            rules: Vec::new(),
            prerequisites: Vec::new(),
            asked: Vec::new(),
            segments: Vec::new(),
            slots: Vec::new(),
            allocations: Vec::new(),
            frames: Vec::new(),
            done: None,
        }
    }

    /// The explanation, after the evaluation.
    pub fn finish(mut self, outcome: &Outcome<'_>, subject: Option<String>) -> Explanation {
        for step in self.flag.steps().iter().skip(self.steps.len()) {
            let rules = rules_not_reached(self.flag, step);
            self.steps.push(StepNote {
                rules,
                ..step_note(kind_of(step), StepVerdict::NotReached)
            });
        }
        Explanation {
            flag: self.flag.key().into(),
            subject,
            outcome: outcome_note(outcome),
            until: self.until.until(),
            random: self.until.has_drawn(),
            steps: self.steps,
        }
    }

    fn is_elsewhere(&self) -> bool {
        self.elsewhere > 0
    }

    fn current_step(&self) -> Option<&'s Step> {
        self.flag.steps().get(self.steps.len().checked_sub(1)?)
    }

    fn about_rule(&self, at: usize) -> Option<&'s RuleAbout> {
        match self.current_step()? {
            Step::Rules(rules) => self.flag.block.rules_about.get(rules.nth(at)),
            _ => None,
        }
    }
}

impl Visitor for Explainer<'_> {
    const WATCHES: Watches = Watches::Everything;

    fn time(&mut self, at: Timestamp) {
        self.until.time(at);
    }

    fn drawn(&mut self) {
        self.until.drawn();
    }

    fn step(&mut self, _index: usize, step: StepKind) {
        if !self.is_elsewhere() {
            self.steps.push(step_note(step, StepVerdict::Passed));
        }
    }

    fn step_done(&mut self, verdict: visitor::StepVerdict) {
        if self.is_elsewhere() {
            return;
        }
        let step = self.current_step();
        let rest = step.map(|step| rules_not_reached(self.flag, step)).unwrap_or_default();
        self.rules.extend(rest.into_iter().skip(self.rules.len()));
        if let Some(note) = self.steps.last_mut() {
            note.rules = std::mem::take(&mut self.rules);
            note.prerequisites = std::mem::take(&mut self.prerequisites);
            note.segments = std::mem::take(&mut self.segments);
            note.allocations = std::mem::take(&mut self.allocations);
            if verdict == visitor::StepVerdict::Decided {
                note.verdict = StepVerdict::Decided;
            }
        }
    }

    fn windows(&mut self, turns: Turns, open: Option<&str>) {
        if !self.is_elsewhere()
            && let Some(step) = self.steps.last_mut()
        {
            let open = open.map(str::to_owned);
            step.windows = Some(WindowsNote { turns, open });
        }
    }

    fn rule_done(&mut self, verdict: visitor::RuleVerdict) {
        if self.is_elsewhere() {
            return;
        }
        let Some(about) = self.about_rule(self.rules.len()) else {
            return;
        };
        let mut note = rule_note(about, rule_verdict(verdict));
        let shape = about.shape.as_ref();
        note.condition = shape.zip(self.done.take()).map(|(shape, (frame, holds))| {
            tree::condition(shape, &self.flag.block.program, frame, tree::verdict(holds))
        });
        note.allocations = std::mem::take(&mut self.allocations);
        self.rules.push(note);
    }

    fn condition(&mut self) {
        if !self.is_elsewhere() {
            self.frames.push(Frame::new(&self.segments, &self.allocations));
        }
    }

    fn condition_done(&mut self, holds: bool) {
        if !self.is_elsewhere() {
            self.done = self.frames.pop().map(|frame| (frame, holds));
        }
    }

    fn test(&mut self, node: u32, seen: TestSeen) {
        if self.is_elsewhere() {
            return;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.add(node, seen, &mut self.segments, &mut self.allocations);
        }
    }

    fn placed(&mut self, placed: PlacedSeen<'_>) {
        if !self.is_elsewhere() {
            self.allocations.push(allocation_note(placed));
        }
    }

    fn prerequisite(&mut self, flag: &str) {
        if !self.is_elsewhere() {
            self.asked.push(flag.into());
        }
        self.elsewhere += 1;
    }

    fn prerequisite_done(&mut self, seen: PrerequisiteSeen) {
        self.elsewhere = self.elsewhere.saturating_sub(1);
        if !self.is_elsewhere()
            && let Some(flag) = self.asked.pop()
        {
            self.prerequisites.push(PrerequisiteNote { flag, verdict: seen });
        }
    }

    fn segment(&mut self, slot: u32) {
        if !self.is_elsewhere() {
            self.slots.push(slot);
        }
    }

    fn segment_done(&mut self, seen: SegmentSeen) {
        if self.is_elsewhere() {
            return;
        }
        let segment = self.slots.pop().and_then(|slot| self.snapshot.segment_at(slot));
        let Some(segment) = segment else { return };
        let own = segment
            .condition
            .as_ref()
            .and_then(|own| Some((own, own.shape.as_ref()?)));
        let condition = own
            .zip(self.done.take())
            .map(|((own, shape), (frame, holds))| tree::condition(shape, &own.program, frame, tree::verdict(holds)));
        let problem = segment
            .condition
            .as_ref()
            .and_then(|own| own.problem.as_deref())
            .map(str::to_owned);
        self.segments.push(SegmentNote {
            segment: segment.key.as_ref().into(),
            verdict: seen,
            problem,
            condition,
        });
    }
}

fn step_note(step: StepKind, verdict: StepVerdict) -> StepNote {
    let step = match step {
        StepKind::Kill => "kill",
        StepKind::Off => "off",
        StepKind::Windows => "windows",
        StepKind::Prerequisites => "prerequisites",
        StepKind::Subjects => "subjects",
        StepKind::Segments => "segments",
        StepKind::Rules => "rules",
        StepKind::Serve => "serve",
    };
    StepNote {
        step,
        verdict,
        windows: None,
        prerequisites: vec![],
        segments: vec![],
        rules: vec![],
        allocations: vec![],
    }
}

fn kind_of(step: &Step) -> StepKind {
    crate::evaluate::kind(step)
}

fn rules_not_reached(flag: &CompiledFlag, step: &Step) -> Vec<RuleNote> {
    let Step::Rules(rules) = step else { return Vec::new() };
    flag.block
        .rules_about
        .beside(*rules)
        .iter()
        .map(|about| rule_note(about, RuleVerdict::NotReached))
        .collect()
}

fn rule_note(about: &RuleAbout, verdict: RuleVerdict) -> RuleNote {
    RuleNote {
        id: about.id.as_ref().into(),
        name: about.name.as_ref().into(),
        verdict,
        problem: about.problem.as_deref().map(str::to_owned),
        condition: None,
        allocations: Vec::new(),
    }
}

fn rule_verdict(verdict: visitor::RuleVerdict) -> RuleVerdict {
    match verdict {
        visitor::RuleVerdict::Matched => RuleVerdict::Matched,
        visitor::RuleVerdict::NotMatched => RuleVerdict::NotMatched,
        visitor::RuleVerdict::OutsideGate => RuleVerdict::OutsideGate,
        visitor::RuleVerdict::Error => RuleVerdict::Error,
    }
}

fn allocation_note(placed: PlacedSeen<'_>) -> AllocationNote {
    let (purpose, shared, arm) = match placed.purpose {
        PlacedFor::Gate(shared) => (AllocationPurpose::Gate, Some(shared), None),
        PlacedFor::Percentage(shared) => (AllocationPurpose::Percentage, Some(shared), None),
        PlacedFor::Ramp(shared) => (AllocationPurpose::Ramp, Some(shared), None),
        PlacedFor::Split(arm) => (AllocationPurpose::Split, None, arm),
    };
    AllocationNote {
        purpose,
        position: placed.position,
        share: shared.map(|shared| shared.share),
        inside: shared.map(|shared| shared.inside),
        arm: arm.map(str::to_owned),
    }
}

fn outcome_note(outcome: &Outcome<'_>) -> OutcomeNote {
    OutcomeNote {
        enabled: outcome.enabled,
        variant: outcome.variant().map(str::to_owned),
        value: outcome.value().cloned(),
        reason: outcome.reason.as_str(),
        detail: outcome.detail(),
        rule: outcome.rule().map(str::to_owned),
        error: outcome.error.map(|error| error.code()),
    }
}
