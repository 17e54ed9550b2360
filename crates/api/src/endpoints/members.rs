//! Who belongs to an organization or a project.

use axum::Json;
use axum::extract::State;
use hoist_model::Id;
use hoist_model::document::Member;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::access::MemberView;

/// Members of a project, by e-mail; members of its organization are not repeated here.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/members", tag = "members",
    params(("organization" = String, Path), ("project" = String, Path), PageQuery),
    responses((status = 200, body = Page<MemberView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn in_project(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MemberView>>, Problem> {
    list(&api, scope.project()?, &query)
}

/// Members of an organization, by e-mail.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/members", tag = "members",
    params(("organization" = String, Path), PageQuery),
    responses((status = 200, body = Page<MemberView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn in_organization(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<MemberView>>, Problem> {
    list(&api, scope.organization()?, &query)
}

fn list(api: &Api, place: Id, query: &PageQuery) -> Result<Json<Page<MemberView>>, Problem> {
    let state = api.app.world.state();
    let mut views: Vec<MemberView> = state
        .list(Kind::Member, Some(place))
        .filter_map(|doc| MemberView::of(&state, doc, doc.as_a::<Member>()?))
        .collect();
    views.sort_by(|a, b| a.user.email.cmp(&b.user.email));
    cut(&views, query, |view| view.user.email.clone(), Clone::clone).map(Json)
}
