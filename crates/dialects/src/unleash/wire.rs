//! The client features document, as unleash-server 8.2 writes it.

use serde::Serialize;
use serde_json::{Map, Value as Json};

/// A flag.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feature {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) enabled: bool,
    pub(super) project: String,
    pub(super) stale: bool,
    pub(super) strategies: Vec<Strategy>,
    pub(super) variants: Vec<Variant>,
    pub(super) description: Option<String>,
    pub(super) impression_data: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dependencies: Vec<Dependency>,
}

/// One way to be enabled. Ids and titles are left out, as by the original: some clients stumble over them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Strategy {
    pub(super) name: String,
    pub(super) constraints: Vec<Json>,
    /// Text only.
    pub(super) parameters: Map<String, Json>,
    pub(super) variants: Vec<Variant>,
    /// Ids, rising.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) segments: Vec<u32>,
}

/// A variant of a flag or a strategy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) weight: u32,
    pub(super) weight_type: &'static str,
    pub(super) stickiness: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<Payload>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) overrides: Vec<Override>,
}

/// What a variant carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Payload {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) value: String,
}

/// Subjects that get a variant whatever the weights say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Override {
    pub(super) context_name: String,
    pub(super) values: Vec<String>,
}

/// Another flag that must be in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Dependency {
    pub(super) feature: String,
    pub(super) enabled: bool,
    pub(super) variants: Vec<String>,
}

/// Constraints with a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Segment {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) constraints: Vec<Json>,
}
