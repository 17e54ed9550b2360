//! Where things belong: organization › project › environment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// Unique in the instance; fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Holds flags, segments and environments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Unique in the organization; fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether new flags are visible to client credentials unless said otherwise.
    #[serde(default)]
    pub client_visible_default: bool,
    /// The next small integer for a flag.
    #[serde(default)]
    pub next_flag: u32,
    /// The next small integer for a segment.
    #[serde(default)]
    pub next_segment: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where flags are evaluated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Unique in the project; fixed; an input of some allocations.
    pub key: String,
    /// For people.
    pub name: String,
    /// At most four letters.
    pub code: String,
    /// Colour, 1–6.
    pub hue: u8,
    /// Place in the project's promotion order, from 0.
    pub order: u32,
    /// Changes here are graded as dangerous.
    #[serde(default)]
    pub protected: bool,
    /// When it was made.
    pub created_at: Timestamp,
}
