//! Environments of a project.

use axum::Json;
use axum::extract::State;
use hoist_model::document::Environment;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::Page;
use crate::problem::Problem;
use crate::tagged::Tagged;
use crate::wire::place::EnvironmentView;

/// Environments in promotion order; all on one page.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/environments", tag = "environments",
    params(("organization" = String, Path), ("project" = String, Path)),
    responses((status = 200, body = Page<EnvironmentView>), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn list(State(api): State<Api>, scope: Scope) -> Result<Json<Page<EnvironmentView>>, Problem> {
    let state = api.app.world.state();
    let items: Vec<EnvironmentView> = state
        .environments(scope.project()?)
        .into_iter()
        .map(|(doc, body)| EnvironmentView::of(doc, body))
        .collect();
    Ok(Json(Page {
        total: Some(items.len()),
        items,
        next: None,
    }))
}

/// One environment.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/environments/{environment}", tag = "environments",
    params(("organization" = String, Path), ("project" = String, Path), ("environment" = String, Path)),
    responses((status = 200, body = EnvironmentView), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn get(State(api): State<Api>, scope: Scope) -> Result<Tagged<EnvironmentView>, Problem> {
    let state = api.app.world.state();
    let found = state.find(Kind::Environment, Some(scope.project()?), scope.param("environment"));
    let view = found.and_then(|doc| {
        Some(Tagged {
            revision: doc.revision,
            body: EnvironmentView::of(doc, doc.as_a::<Environment>()?),
        })
    });
    view.ok_or_else(|| Problem::not_found("environment"))
}
