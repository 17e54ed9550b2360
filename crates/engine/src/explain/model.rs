//! The form of an explanation: stable as JSON, readable for people.
//!
//! Fields are only added. Absent means "does not apply". Shares and positions are in hundredths of
//! a percent.

use serde::Serialize;
use serde_json::Value as Json;

use crate::ruleset::{Operator, Turns};
use crate::value::Value;
use crate::visitor::{Note, PrerequisiteSeen, SegmentSeen};

/// Why a flag answered as it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// Key of the flag.
    pub flag: String,
    /// The subject key, if the context has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What was answered.
    pub outcome: OutcomeNote,
    /// When the answer may change by itself; absent = as long as the rules stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<jiff::Timestamp>,
    /// Whether chance took part: the next request may be answered otherwise.
    pub random: bool,
    /// All steps of the flag in order.
    pub steps: Vec<StepNote>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeNote {
    /// Independent of the value.
    pub enabled: bool,
    /// Key of the variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Absent: the application's own default applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
    /// In OpenFeature's words.
    pub reason: &'static str,
    /// More exact.
    pub detail: &'static str,
    /// Id of the rule that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// OpenFeature's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<&'static str>,
}

/// A step of the flag.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepNote {
    /// `kill`, `off`, `windows`, `prerequisites`, `subjects`, `segments`, `rules` or `serve`.
    pub step: &'static str,
    /// What became of it.
    pub verdict: StepVerdict,
    /// Of a step of windows: what they say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub windows: Option<WindowsNote>,
    /// Of a step of prerequisites: those looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<PrerequisiteNote>,
    /// Of a step of segments: those looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentNote>,
    /// Of a step of rules: all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleNote>,
    /// How the subject was placed by what the step serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<AllocationNote>,
}

/// What windows say at the moment of the evaluation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WindowsNote {
    /// On or off.
    pub turns: Turns,
    /// Id of the window that is open and decides; absent if none is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepVerdict {
    /// It ended the evaluation.
    Decided,
    /// The next step goes on.
    Passed,
    /// An earlier one decided.
    NotReached,
}

/// Another flag that must be in a state.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrerequisiteNote {
    /// Key of the other flag.
    pub flag: String,
    /// What became of it.
    pub verdict: PrerequisiteSeen,
}

/// A segment that was asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentNote {
    /// Key of the segment.
    pub segment: String,
    /// What became of it.
    pub verdict: SegmentSeen,
    /// Why its condition is broken, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Its condition, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<ConditionNote>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleNote {
    /// Stable in the flag.
    pub id: String,
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What became of it.
    pub verdict: RuleVerdict,
    /// Why it is broken, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Its condition, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<ConditionNote>,
    /// Gate first, then what the rule serves.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<AllocationNote>,
}

/// What became of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleVerdict {
    /// It decided.
    Matched,
    /// Its condition does not hold, or its split cannot place the subject.
    NotMatched,
    /// Its condition holds, its gate does not let the subject in.
    OutsideGate,
    /// An earlier one decided.
    NotReached,
    /// It is broken.
    Error,
}

/// A node of a condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConditionNote {
    /// JSON pointer to this node inside the rule's or segment's condition.
    pub path: String,
    /// What it is.
    pub kind: ConditionKind,
    /// Whether it holds, negation included.
    pub verdict: Verdict,
    /// Of a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Of a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<Operator>,
    /// Of a segment: its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the context has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<Value>,
    /// Why it could not be compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Why it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Of a segment that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<Box<SegmentNote>>,
    /// Of a percentage that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allocation: Option<AllocationNote>,
    /// Of `all`, `any` and `not`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ConditionNote>,
}

/// The kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionKind {
    /// Every child.
    All,
    /// At least one child.
    Any,
    /// Not the child.
    Not,
    /// An attribute.
    Test,
    /// A segment.
    Segment,
    /// A share of subjects.
    Percentage,
    /// A foreign condition that cannot be read.
    Broken,
}

/// Whether a node holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does.
    Holds,
    /// It does not.
    Fails,
    /// The rest had decided already.
    NotReached,
}

/// How a subject was placed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AllocationNote {
    /// What for.
    pub purpose: AllocationPurpose,
    /// Absent: an input is missing, or the draw knows no position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u16>,
    /// Who is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
    /// Whether the subject is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inside: Option<bool>,
    /// The variant a split chose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
}

/// What a placement decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AllocationPurpose {
    /// Whether a rule admits.
    Gate,
    /// Whether a condition holds.
    Percentage,
    /// Which of two variants.
    Ramp,
    /// Which of several variants.
    Split,
}
