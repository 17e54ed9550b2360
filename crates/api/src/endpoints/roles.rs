//! Named sets of permissions.

use axum::Json;
use axum::extract::State;
use hoist_model::document::Role;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::access::RoleView;

/// Roles that members of an organization can have, by key.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/roles", tag = "members",
    params(("organization" = String, Path), PageQuery),
    responses((status = 200, body = Page<RoleView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    _scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RoleView>>, Problem> {
    let state = api.app.world.state();
    let views: Vec<RoleView> = state
        .list(Kind::Role, None)
        .filter_map(|doc| Some(RoleView::of(doc.as_a::<Role>()?)))
        .collect();
    cut(&views, &query, |view| view.key.clone(), Clone::clone).map(Json)
}
