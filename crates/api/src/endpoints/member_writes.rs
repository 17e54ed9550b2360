//! Writing members of organizations and projects: the same acts at two kinds of places, which the scope tells apart.

use axum::extract::State;
use hoist_model::change::{Change, MemberChange};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Api;
use crate::body::Body;
use crate::problem::Problem;
use crate::write::{Changing, Creating, Refused, Write, WriteHeaders, WriteQuery, Written};

/// Who becomes a member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// An account is made when there is none; its one-time password is in the answer.
    #[schema(format = "email")]
    pub email: String,
    /// Key of the role.
    pub role: String,
    /// For people; used for a new account.
    #[serde(default)]
    pub name: String,
}

/// Another role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolePatch {
    /// Key of the role.
    pub role: String,
}

/// Adds a member to the organization.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/members", tag = "members",
    params(("organization" = String, Path), WriteQuery, WriteHeaders), request_body = NewMember, responses(Creating, Refused))]
pub async fn add_to_organization(
    State(api): State<Api>,
    write: Write,
    body: Body<NewMember>,
) -> Result<Written, Problem> {
    add(&api, write, body).await
}

/// Gives a member of the organization another role.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/members/{member}", tag = "members",
    params(("organization" = String, Path), ("member" = String, Path), WriteQuery, WriteHeaders), request_body = RolePatch, responses(Changing, Refused))]
pub async fn edit_in_organization(
    State(api): State<Api>,
    write: Write,
    body: Body<RolePatch>,
) -> Result<Written, Problem> {
    edit(&api, write, body).await
}

/// Removes a member from the organization.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/members/{member}", tag = "members",
    params(("organization" = String, Path), ("member" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn remove_from_organization(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    remove(&api, write).await
}

/// Adds a member to the project.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/members", tag = "members",
    params(("organization" = String, Path), ("project" = String, Path), WriteQuery, WriteHeaders), request_body = NewMember, responses(Creating, Refused))]
pub async fn add_to_project(State(api): State<Api>, write: Write, body: Body<NewMember>) -> Result<Written, Problem> {
    add(&api, write, body).await
}

/// Gives a member of the project another role.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/members/{member}", tag = "members",
    params(("organization" = String, Path), ("project" = String, Path), ("member" = String, Path), WriteQuery, WriteHeaders), request_body = RolePatch, responses(Changing, Refused))]
pub async fn edit_in_project(State(api): State<Api>, write: Write, body: Body<RolePatch>) -> Result<Written, Problem> {
    edit(&api, write, body).await
}

/// Removes a member from the project.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/members/{member}", tag = "members",
    params(("organization" = String, Path), ("project" = String, Path), ("member" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn remove_from_project(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    remove(&api, write).await
}

async fn add(api: &Api, write: Write, body: Body<NewMember>) -> Result<Written, Problem> {
    let form = body.value;
    let change = Change::Member(MemberChange::Add {
        email: form.email,
        role: form.role,
        name: form.name,
    });
    write.create(api, &body.bytes, change).await
}

async fn edit(api: &Api, write: Write, body: Body<RolePatch>) -> Result<Written, Problem> {
    let member = write.id("member")?;
    let role = body.value.role;
    let change = Change::Member(MemberChange::Edit { member, role });
    write.edit(api, &body.bytes, Some(member), change).await
}

async fn remove(api: &Api, write: Write) -> Result<Written, Problem> {
    let member = write.id("member")?;
    let change = Change::Member(MemberChange::Remove { member });
    write.edit(api, &[], Some(member), change).await
}
