//! Organizations that one may see.

use axum::Json;
use axum::extract::State;
use hoist_model::authorise::{Place, access};
use hoist_model::document::Organization;
use hoist_model::permission::Permission;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::tagged::Tagged;
use crate::wire::place::OrganizationView;

/// Organizations that one may see, by key.
#[utoipa::path(get, path = "/hoist/v1/organizations", tag = "organizations", params(PageQuery),
    responses((status = 200, body = Page<OrganizationView>), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<OrganizationView>>, Problem> {
    let state = api.app.world.state();
    let seen = |id| access(&*state, &scope.actor, Place::Organization(id)).allows(Permission::OrganizationView);
    let views: Vec<OrganizationView> = state
        .list(Kind::Organization, None)
        .filter(|doc| seen(doc.id))
        .filter_map(|doc| Some(OrganizationView::of(doc, doc.as_a::<Organization>()?)))
        .collect();
    cut(&views, &query, |view| view.key.clone(), Clone::clone).map(Json)
}

/// One organization.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}", tag = "organizations", params(("organization" = String, Path)),
    responses((status = 200, body = OrganizationView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn get(State(api): State<Api>, scope: Scope) -> Result<Tagged<OrganizationView>, Problem> {
    let state = api.app.world.state();
    let found = state.find(Kind::Organization, None, scope.param("organization"));
    let view = found.and_then(|doc| {
        Some(Tagged {
            revision: doc.revision,
            body: OrganizationView::of(doc, doc.as_a::<Organization>()?),
        })
    });
    view.ok_or_else(|| Problem::not_found("organization"))
}
