//! A flag: its definition, its configuration in each environment, overrides and kills.

use hoist_engine::ruleset::{
    self, Condition, Gate, Metadata, Prerequisite, Profile, SegmentGroup, Serve, SubjectGroup, Variant,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::{Foreign, Schedule};
use crate::Id;

/// What a flag is, in every environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// What applications ask for; fixed.
    pub key: String,
    /// Small stable integer in the project.
    pub index: u32,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Type of its values; fixed.
    pub kind: ruleset::Kind,
    /// What it can serve.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// For finding it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Person or team that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Why it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Whether client credentials may see it.
    #[serde(default)]
    pub client_visible: bool,
    /// Meaning of its conditions; fixed at import.
    #[serde(default, skip_serializing_if = "Profile::is_native")]
    pub profile: Profile,
    /// Archived flags are not served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When it was made here.
    pub created_at: Timestamp,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// Passed to clients.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Metadata,
    /// What the origin knew and we do not use.
    #[serde(default, skip_serializing_if = "Foreign::is_empty")]
    pub foreign: Foreign,
}

/// Why a flag exists; sets when it counts as stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Brings something new to everybody.
    Release,
    /// Compares variants.
    Experiment,
    /// Steers the running system.
    Operational,
    /// Decides who may.
    Permission,
}

/// The same thing in another system.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Such as `unleash` or `flagd`.
    pub system: String,
    /// Its id or name there.
    pub id: String,
}

/// A flag in an environment. Absent = off, serving the flag's last variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The flag document.
    pub flag: Id,
    /// The environment document.
    pub environment: Id,
    /// The switch.
    pub enabled: bool,
    /// Served while switched off, killed or when a prerequisite does not hold.
    pub off: Serve,
    /// When it is on by itself while the switch is on.
    #[serde(default, skip_serializing_if = "Schedule::is_empty")]
    pub schedule: Schedule,
    /// Other flags that must be in a state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<Prerequisite>,
    /// The first that matches decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ConfigRule>,
    /// Served when no rule decides.
    pub default: Serve,
    /// What the origin knew about the flag in this environment and we do not use.
    #[serde(default, skip_serializing_if = "Foreign::is_empty")]
    pub foreign: Foreign,
}

impl Config {
    /// What holds before anybody configured anything: off, serving the last variant; once
    /// switched on, the first variant.
    pub fn initial(flag: Id, environment: Id, variants: &[Variant]) -> Self {
        let serve = |variant: Option<&Variant>| match variant {
            Some(variant) => Serve::variant(variant.key.as_str()),
            None => Serve {
                what: ruleset::What::CodeDefault,
                enabled: true,
                metadata: Map::new(),
            },
        };
        Self {
            flag,
            environment,
            enabled: false,
            off: serve(variants.last()),
            schedule: Schedule::default(),
            prerequisites: Vec::new(),
            rules: Vec::new(),
            default: serve(variants.first()),
            foreign: Foreign::default(),
        }
    }
}

impl Config {
    /// The ramps of rules that are run, and of the default, in the order in which they are tried.
    pub fn curves(&self) -> impl Iterator<Item = &ruleset::Curve> {
        let live = self.rules.iter().filter(|rule| !rule.disabled);
        let of_rules = live.flat_map(|rule| {
            let gate = rule.gate.as_ref().and_then(|gate| gate.curve.as_ref());
            gate.into_iter().chain(ramp(&rule.serve))
        });
        of_rules.chain(ramp(&self.default))
    }
}

fn ramp(serve: &Serve) -> Option<&ruleset::Curve> {
    match &serve.what {
        ruleset::What::Ramp(ramp) => Some(&ramp.curve),
        _ => None,
    }
}

/// A rule with what only people need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigRule {
    /// Stable in the configuration.
    pub id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Kept but not run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Absent = everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Subjects outside fall through to the next rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// What is served.
    pub serve: Serve,
    /// What the origin knew and we do not use.
    #[serde(default, skip_serializing_if = "Foreign::is_empty")]
    pub foreign: Foreign,
}

/// Fixed serves for a flag in an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    /// The flag document.
    pub flag: Id,
    /// The environment document.
    pub environment: Id,
    /// Win over segments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectGroup>,
    /// In order of priority.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentGroup>,
}

impl Overrides {
    /// What holds before anybody fixed anything.
    pub const fn initial(flag: Id, environment: Id) -> Self {
        Self {
            flag,
            environment,
            subjects: Vec::new(),
            segments: Vec::new(),
        }
    }
}

/// A kill: an overlay, so that edits made meanwhile survive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kill {
    /// The flag document.
    pub flag: Id,
    /// The environment document.
    pub environment: Id,
    /// Ends by itself; absent = until lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// When it began.
    pub at: Timestamp,
}
