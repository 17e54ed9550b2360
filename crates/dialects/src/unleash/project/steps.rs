//! The steps of a flag, taken apart: a switch, what must hold first, and clauses of who gets what.

use hoist_engine::ruleset::{Condition, FlagRules, Gate, Prerequisite, Profile, Serve, Step, Turns};
use hoist_engine::windows::Windows;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::condition::{Said, Segments, Sense, Ways};
use super::constraint;

/// Member of a flag's `foreign`: by a rule's id what its origin said about it.
const RULES: &str = "rules";

/// A flag, taken apart.
pub(super) struct Steps<'r> {
    /// Whether it is off for everybody now.
    pub(super) is_off: bool,
    /// All must hold.
    pub(super) prerequisites: &'r [Prerequisite],
    /// The first that fits decides.
    pub(super) clauses: Vec<Clause<'r>>,
    /// For whom no clause fits; None: nothing is served.
    pub(super) last: Option<&'r Serve>,
}

/// Who, and what they get.
pub(super) struct Clause<'r> {
    pub(super) who: Who<'r>,
    pub(super) gate: Option<&'r Gate>,
    pub(super) serve: &'r Serve,
    /// What the origin said.
    pub(super) origin: Option<&'r Map<String, Json>>,
}

/// Who a clause is about.
#[derive(Clone, Copy)]
pub(super) enum Who<'r> {
    Everybody,
    Subjects(&'r [String]),
    Segment(&'r str),
    Condition(&'r Condition),
}

impl Who<'_> {
    /// The ways in which somebody belongs to them, or does not.
    pub(super) fn ways(self, segments: &Segments<'_>, profile: Profile, sense: Sense) -> Said<Ways> {
        match self {
            Self::Everybody => Ok(sense.constant(true)),
            Self::Subjects(keys) => constraint::subjects(keys, sense),
            Self::Segment(key) => segments.membership(key, sense),
            Self::Condition(condition) => segments.ways(condition, profile, sense),
        }
    }
}

/// The first moment at which something that was said stops being right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Until(pub(super) Option<Timestamp>);

impl Until {
    pub(super) fn note(&mut self, at: Option<Timestamp>) {
        self.0 = match (self.0, at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

impl<'r> Steps<'r> {
    pub(super) fn read(rules: &'r FlagRules, now: Timestamp, until: &mut Until) -> Said<Self> {
        let origins = rules.foreign.get(RULES).and_then(Json::as_object);
        let mut steps = Self {
            is_off: false,
            prerequisites: &[],
            clauses: Vec::new(),
            last: None,
        };
        for step in &rules.steps {
            match step {
                Step::Kill { until: end, .. } => {
                    let holds = end.is_none_or(|end| now < end);
                    until.note(end.filter(|_| holds));
                    steps.turn_off(holds)?;
                }
                Step::Off { .. } => steps.turn_off(true)?,
                Step::Windows { windows, outside, .. } => {
                    let phase = Windows::new(windows, *outside).0.phase(now);
                    until.note(phase.until);
                    steps.turn_off(phase.turns == Turns::Off)?;
                }
                Step::Prerequisites { all, .. } => {
                    steps.first_of_all()?;
                    steps.prerequisites = all;
                }
                Step::Subjects { groups } => {
                    let clauses = groups
                        .iter()
                        .map(|group| plain(Who::Subjects(&group.subjects), &group.serve));
                    steps.clauses.extend(clauses);
                }
                Step::Segments { groups } => {
                    let clauses = groups
                        .iter()
                        .map(|group| plain(Who::Segment(&group.segment), &group.serve));
                    steps.clauses.extend(clauses);
                }
                Step::Rules { rules } => steps.clauses.extend(rules.iter().map(|rule| Clause {
                    who: rule.condition.as_ref().map_or(Who::Everybody, Who::Condition),
                    gate: rule.gate.as_ref(),
                    serve: &rule.serve,
                    origin: origins.and_then(|all| all.get(&rule.id)).and_then(Json::as_object),
                })),
                Step::Serve { serve } => {
                    steps.last = Some(serve);
                    break;
                }
            }
        }
        Ok(steps)
    }

    fn turn_off(&mut self, is_off: bool) -> Said<()> {
        self.is_off |= is_off;
        self.first_of_all()
    }

    /// Switches and prerequisites are for everybody only where nobody was served before.
    fn first_of_all(&self) -> Said<()> {
        if self.clauses.is_empty() {
            return Ok(());
        }
        Err("somebody is served before it is switched off".into())
    }
}

fn plain<'r>(who: Who<'r>, serve: &'r Serve) -> Clause<'r> {
    Clause {
        who,
        gate: None,
        serve,
        origin: None,
    }
}
