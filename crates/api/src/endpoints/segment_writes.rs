//! Writing segments and their members.

use axum::extract::State;
use hoist_model::change::{Change, SegmentChange};
use hoist_model::record::Kind;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::endpoints::find;
use crate::problem::Problem;
use crate::wire::schema::{Condition, SegmentPatch};
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// What a new segment needs.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// What rules refer to; fixed.
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9][A-Za-z0-9._:@-]*$")]
    pub key: String,
    /// For people.
    #[serde(default)]
    pub name: String,
    /// For people.
    #[serde(default)]
    pub description: String,
    /// Absent = members only.
    #[serde(default)]
    #[schema(value_type = Option<Condition>)]
    pub condition: Option<hoist_engine::ruleset::Condition>,
    /// Subject keys.
    #[serde(default)]
    pub members: Vec<String>,
}

/// Subject keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembersForm {
    /// Those that join or leave.
    pub members: Vec<String>,
}

/// Makes a segment.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = NewSegment, responses(Creating, Refused))]
pub async fn create(State(api): State<Api>, write: Write, body: Body<NewSegment>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Segment(SegmentChange::Create {
        key: form.key,
        name: form.name,
        description: form.description,
        condition: form.condition,
        members: form.members,
    });
    write.create(&api, &body.bytes, change).await
}

/// Changes a segment’s name, description or condition.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), WriteQuery, WriteHeaders), request_body = SegmentPatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::by_key(&api, &write, Kind::Segment, "segment");
    let change = Change::Segment(SegmentChange::Edit {
        segment: write.param("segment"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Archives a segment that nothing uses.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/archive", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn archive(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Segment, "segment");
    let change = Change::Segment(SegmentChange::Archive {
        segment: write.param("segment"),
    });
    write.edit(&api, &[], document, change).await
}

/// Brings an archived segment back.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/restore", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn restore(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Segment, "segment");
    let change = Change::Segment(SegmentChange::Restore {
        segment: write.param("segment"),
    });
    write.edit(&api, &[], document, change).await
}

/// Deletes an archived segment that nothing uses.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn delete(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::by_key(&api, &write, Kind::Segment, "segment");
    let change = Change::Segment(SegmentChange::Delete {
        segment: write.param("segment"),
    });
    write.edit(&api, &[], document, change).await
}

/// Adds members; those that are in already stay.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/members", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), WriteQuery, WriteHeaders), request_body = MembersForm, responses(Changing, Refused))]
pub async fn add_members(State(api): State<Api>, write: Write, body: Body<MembersForm>) -> Result<Written, Problem> {
    let form = body.value;
    let document = find::by_key(&api, &write, Kind::Segment, "segment");
    let change = Change::Segment(SegmentChange::AddMembers {
        segment: write.param("segment"),
        members: form.members,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Removes members; those that are not in are passed over.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/members", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), WriteQuery, WriteHeaders), request_body = MembersForm, responses(Changing, Refused))]
pub async fn remove_members(State(api): State<Api>, write: Write, body: Body<MembersForm>) -> Result<Written, Problem> {
    let form = body.value;
    let document = find::by_key(&api, &write, Kind::Segment, "segment");
    let change = Change::Segment(SegmentChange::RemoveMembers {
        segment: write.param("segment"),
        members: form.members,
    });
    write.edit(&api, &body.bytes, document, change).await
}
