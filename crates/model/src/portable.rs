//! The portable form of a project: what `hoist export`, `hoist import` and `hoist eval` use.
//!
//! It holds definitions, salts, origins, small integers, kills in force and member rows with keys
//! sorted, and leaves out revisions, times of change, actors, secrets and facts. Out of a state it
//! is made by [`ProjectFile::of`], into one it comes as [`crate::change::Import`], and
//! [`text`] writes and reads it as JSON or YAML.

mod export;
pub mod text;

use std::collections::BTreeMap;

use hoist_engine::ruleset::{
    Condition, Kind, Metadata, Prerequisite, Profile, SegmentGroup, Serve, SubjectGroup, Variant,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::document::{ConfigRule, Origin, Purpose, Schedule};

/// Format marker of the first line.
pub const FORMAT: &str = "hoist-project/1";

/// One project, everything by key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectFile {
    /// Always [`FORMAT`].
    pub format: String,
    /// Key of the project.
    #[serde(default)]
    pub project: String,
    /// Of the project itself.
    #[serde(default, skip_serializing_if = "SettingsEntry::is_empty")]
    pub settings: SettingsEntry,
    /// By key.
    #[serde(default)]
    pub environments: BTreeMap<String, EnvironmentEntry>,
    /// By key.
    #[serde(default)]
    pub flags: BTreeMap<String, FlagEntry>,
    /// By key.
    #[serde(default)]
    pub segments: BTreeMap<String, SegmentEntry>,
}

/// What a project is; what is absent stays as it is, or has the default of a new project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsEntry {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether new flags are visible to client credentials unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_visible_default: Option<bool>,
    /// The next small integer for a flag: those below are never given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_flag: Option<u32>,
    /// The next small integer for a segment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_segment: Option<u32>,
}

impl SettingsEntry {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An environment; what is absent stays as it is, or has the default of a new environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentEntry {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most four letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Colour, 1–6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hue: Option<u8>,
    /// Place in the promotion order, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// Changes here are graded as dangerous.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
}

/// A flag with its configuration in each environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagEntry {
    /// Small stable integer.
    #[serde(default)]
    pub index: u32,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Type of its values.
    pub kind: Kind,
    /// What it can serve.
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// For finding it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Why it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Whether client credentials may see it.
    #[serde(default)]
    pub client_visible: bool,
    /// Meaning of its conditions.
    #[serde(default, skip_serializing_if = "Profile::is_native")]
    pub profile: Profile,
    /// Archived flags are not served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// Passed to clients.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub metadata: Metadata,
    /// What the origin knew and we do not use.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub foreign: Map<String, Json>,
    /// By environment key; absent where the flag was never configured.
    #[serde(default)]
    pub environments: BTreeMap<String, ConfigEntry>,
    /// Overrides in environments where nothing else was ever configured; elsewhere they stand with the rest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, OverridesEntry>,
    /// Kills in force, by environment key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub kills: BTreeMap<String, KillEntry>,
}

/// Overrides alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverridesEntry {
    /// Subject overrides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectGroup>,
    /// Segment overrides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentGroup>,
}

/// A kill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KillEntry {
    /// Ends by itself; absent = until lifted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A flag's configuration in one environment, overrides included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigEntry {
    /// The switch.
    pub enabled: bool,
    /// Served while off.
    pub off: Serve,
    /// When it is on by itself while the switch is on.
    #[serde(default, skip_serializing_if = "Schedule::is_empty")]
    pub schedule: Schedule,
    /// Other flags that must be in a state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<Prerequisite>,
    /// Subject overrides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SubjectGroup>,
    /// Segment overrides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentGroup>,
    /// The first that matches decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ConfigRule>,
    /// Served when no rule decides.
    pub default: Serve,
    /// What the origin knew about this environment and we do not use.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub foreign: Map<String, Json>,
}

/// A segment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentEntry {
    /// Small stable integer.
    pub index: u32,
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Meaning of its condition.
    #[serde(skip_serializing_if = "Profile::is_native")]
    pub profile: Profile,
    /// Absent = members only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Subject keys, sorted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
    /// Archived segments match nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Where it came from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// What the origin knew and we do not use.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub foreign: Map<String, Json>,
}

/// Something that a conversion could not carry over with its full meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Stable word, such as `unknown_strategy`.
    pub code: String,
    /// The flag concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// The segment concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// What is different, for people.
    pub text: String,
}
