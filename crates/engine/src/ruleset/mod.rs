//! The rules of one environment as data: what is published, synced and compiled.
//!
//! This is a wire form: every type here serialises, carries no derived state and is
//! versioned by [`Ruleset::v`]. The compiled form lives in `crate::snapshot`.

mod allocation;
mod condition;
mod serve;
mod window;

pub use allocation::{Allocation, Assign, Curve, CurveShape, Draw, Input, Missing, Pause, Point, Scheme, Share};
pub use condition::{Bound, Condition, Operator, Percentage, Quantifier, Test};
pub use serve::{Arm, Fractional, Ramp, Serve, Split, What};
pub use window::{Outside, Recurrence, Turns, Window};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Flat extra information passed through to clients: strings, numbers, booleans.
pub type Metadata = Map<String, Json>;

/// Everything the engine needs to answer for one environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruleset {
    /// Version of this form; 1 today.
    pub v: u32,
    /// Key of the environment, an input of some allocations.
    pub environment: String,
    /// Its name for people, which Flagsmith's conditions may ask for.
    #[serde(default)]
    pub environment_name: String,
    /// Changes when a backup is restored; part of every revision that leaves the house.
    #[serde(default)]
    pub epoch: String,
    /// Number of the last change that is contained.
    #[serde(default)]
    pub revision: u64,
    /// In any order; compile sorts by key.
    #[serde(default)]
    pub flags: Vec<FlagRules>,
    /// In any order.
    #[serde(default)]
    pub segments: Vec<SegmentRules>,
}

/// One flag, lowered to an ordered list of steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagRules {
    /// What applications ask for; unique in the environment.
    pub key: String,
    /// Small stable integer of the flag in its project; counters index arrays with it.
    pub index: u32,
    /// Type of its values.
    pub kind: Kind,
    /// Meaning of attribute look-up, coercion and missing values in its conditions.
    #[serde(default, skip_serializing_if = "Profile::is_native")]
    pub profile: Profile,
    /// Whether public (client) credentials may see it.
    #[serde(default)]
    pub client_visible: bool,
    /// At most 200.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Variant>,
    /// Run in order; the first step that decides ends the evaluation.
    pub steps: Vec<Step>,
    /// Passed to clients with every answer for this flag.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Metadata,
    /// Revision of the youngest document it was lowered from.
    #[serde(default)]
    pub version: u64,
    /// What its origin knew and we do not use (description, tags, impression data …). Compile
    /// ignores it; dialect projections read nothing else.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub foreign: Map<String, Json>,
}

/// Type of a flag's values. Kept in JSON answers: a float is written with a decimal point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// Whole numbers within ±(2^53 − 1).
    Integer,
    /// 64-bit floating point.
    Float,
    /// A JSON object or list.
    Object,
    /// Values of several types; only imports make it.
    Any,
}

/// A named value of a flag.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Unique in the flag.
    pub key: String,
    /// Absent: the application's own default applies.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "some_json")]
    pub value: Option<Json>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Merged over the flag's metadata when this variant is served.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Metadata,
}

/// One step of a flag's evaluation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// While `now < until` (or for ever): decide with `off`, enabled = false.
    Kill {
        /// End of the kill; absent = until restored.
        until: Option<Timestamp>,
        /// What is served meanwhile.
        off: Serve,
    },
    /// The flag is switched off: decide with `off`, enabled = false. Absent step = on.
    Off {
        /// What is served.
        off: Serve,
    },
    /// While the windows say off: decide with `off`, enabled = false.
    Windows {
        /// Of those that are open the last one listed decides.
        windows: Vec<Window>,
        /// While none is open.
        #[serde(default)]
        outside: Outside,
        /// What is served while they say off.
        off: Serve,
    },
    /// Unless all hold: decide with `off`, enabled = false.
    Prerequisites {
        /// All must hold.
        all: Vec<Prerequisite>,
        /// What is served otherwise.
        off: Serve,
    },
    /// A listed subject key gets its serve.
    Subjects {
        /// Groups of subjects; a subject stands in at most one.
        groups: Vec<SubjectGroup>,
    },
    /// The first listed segment that contains the subject decides.
    Segments {
        /// In order of priority.
        groups: Vec<SegmentGroup>,
    },
    /// The first rule that matches (and whose gate the subject passes) decides.
    Rules {
        /// At most 200.
        rules: Vec<Rule>,
    },
    /// Decides always.
    Serve {
        /// What is served.
        serve: Serve,
    },
}

/// Subjects that share a serve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectGroup {
    /// What they get.
    pub serve: Serve,
    /// Subject keys.
    pub subjects: Vec<String>,
}

/// A segment override.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentGroup {
    /// Key of the segment.
    pub segment: String,
    /// What its subjects get.
    pub serve: Serve,
}

/// Another flag that must be in a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prerequisite {
    /// Key of the other flag.
    pub flag: String,
    /// Required enabled state of the other flag's outcome; absent = not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// One of these variants must be served; empty = any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
}

/// If the condition holds and the gate lets the subject in, serve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable in the flag and environment; names the rule in answers.
    pub id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Absent = everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// A subject outside falls through to the next rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// What is served.
    pub serve: Serve,
}

/// Admits a share of subjects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// How subjects are placed.
    pub allocation: Allocation,
    /// How many are admitted; ignored when `curve` is set.
    #[serde(default)]
    pub share: Share,
    /// The share over time (a ramp).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve: Option<Curve>,
}

/// A named condition and/or member list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRules {
    /// Unique in the project.
    pub key: String,
    /// Small stable integer.
    pub index: u32,
    /// Meaning of its conditions.
    #[serde(default, skip_serializing_if = "Profile::is_native")]
    pub profile: Profile,
    /// Absent = nobody beside the members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Subject keys that belong to it whatever the condition says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// Whose meaning of operators, coercion and missing values applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Ours; see the table in `condition`.
    #[default]
    Native,
    /// Unleash client specification 6.1.0.
    Unleash,
    /// flagd's JsonLogic.
    Flagd,
    /// Flagsmith's Python engine 10.2.
    Flagsmith,
    /// Togglr's features processor of November 2025.
    Togglr,
    /// FluxGate's evaluation engine of 2026.
    #[serde(rename = "fluxgate")]
    FluxGate,
}

impl Profile {
    /// Whether this is our own meaning.
    pub fn is_native(&self) -> bool {
        *self == Self::Native
    }
}

/// Tells an absent value from `null` (both are legal for a variant).
mod some_json {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::Value as Json;

    #[expect(clippy::ref_option, reason = "the signature serde asks for")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Json>, to: S) -> Result<S::Ok, S::Error> {
        value.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
        Json::deserialize(from).map(Some)
    }
}
