//! Projects of an organization that one may see.

use axum::Json;
use axum::extract::State;
use hoist_model::authorise::{Place, access};
use hoist_model::document::Project;
use hoist_model::permission::Permission;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::tagged::Tagged;
use crate::wire::place::ProjectView;

/// Projects that one may see, by key.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects", tag = "projects",
    params(("organization" = String, Path), PageQuery),
    responses((status = 200, body = Page<ProjectView>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ProjectView>>, Problem> {
    let state = api.app.world.state();
    let Place::Organization(organization) = scope.place else {
        return Err(Problem::not_found("organization"));
    };
    let seen = |id| access(&*state, &scope.actor, Place::Project(id)).allows(Permission::ProjectView);
    let views: Vec<ProjectView> = state
        .list(Kind::Project, Some(organization))
        .filter(|doc| seen(doc.id))
        .filter_map(|doc| Some(ProjectView::of(doc, doc.as_a::<Project>()?)))
        .collect();
    cut(&views, &query, |view| view.key.clone(), Clone::clone).map(Json)
}

/// One project.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}", tag = "projects",
    params(("organization" = String, Path), ("project" = String, Path)),
    responses((status = 200, body = ProjectView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn get(State(api): State<Api>, scope: Scope) -> Result<Tagged<ProjectView>, Problem> {
    let state = api.app.world.state();
    let doc = state.get(scope.project()?);
    let view = doc.and_then(|doc| {
        Some(Tagged {
            revision: doc.revision,
            body: ProjectView::of(doc, doc.as_a::<Project>()?),
        })
    });
    view.ok_or_else(|| Problem::not_found("project"))
}
