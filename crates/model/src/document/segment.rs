//! A segment: a named condition and/or member list.

use hoist_engine::ruleset::{Condition, Profile};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Foreign;
use super::flag::Origin;

/// Shared by the flags of a project. Members are rows beside the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// What rules refer to; fixed.
    pub key: String,
    /// Small stable integer in the project.
    pub index: u32,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Meaning of its condition; fixed at import.
    #[serde(default, skip_serializing_if = "Profile::is_native")]
    pub profile: Profile,
    /// Absent = members only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Archived segments match nobody and cannot be referred to anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// When it was made here.
    pub created_at: Timestamp,
    /// Where it came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// What the origin knew and we do not use.
    #[serde(default, skip_serializing_if = "Foreign::is_empty")]
    pub foreign: Foreign,
}
