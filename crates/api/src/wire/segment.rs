//! Segments.

use hoist_engine::ruleset::{Condition, Profile};
use hoist_model::Id;
use hoist_model::document::{Origin, Segment};
use hoist_model::state::{Doc, State};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

/// A segment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Segment)]
pub struct SegmentView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// What rules refer to; fixed.
    pub key: String,
    /// Small stable integer.
    pub index: u32,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Meaning of its condition.
    #[schema(value_type = crate::wire::schema::Profile)]
    pub profile: Profile,
    /// Absent = members only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::wire::schema::Condition>)]
    pub condition: Option<Condition>,
    /// Listed members.
    pub member_count: usize,
    /// Archived segments match nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    /// Where it came from.
    #[schema(value_type = Vec<crate::wire::schema::Origin>)]
    pub origins: Vec<Origin>,
    /// What the origin knew and we do not use.
    #[schema(value_type = Object)]
    pub foreign: Map<String, Json>,
    /// The change that wrote it.
    pub revision: u64,
}

impl SegmentView {
    /// From the document.
    pub fn of(state: &State, doc: &Doc, body: &Segment) -> Self {
        Self {
            id: doc.id,
            key: body.key.clone(),
            index: body.index,
            name: body.name.clone(),
            description: body.description.clone(),
            profile: body.profile,
            condition: body.condition.clone(),
            member_count: state.members(doc.id).map_or(0, std::collections::HashSet::len),
            archived_at: body.archived_at,
            origins: body.origins.clone(),
            foreign: body.foreign.to_map(),
            revision: doc.revision,
        }
    }
}
