//! Keys of software.

use axum::Json;
use axum::extract::State;
use hoist_model::document::Credential;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::access::CredentialView;

/// Keys of a project's environments, oldest first; secrets of server keys are not among them.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/credentials", tag = "credentials",
    params(("organization" = String, Path), ("project" = String, Path), PageQuery),
    responses((status = 200, body = Page<CredentialView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CredentialView>>, Problem> {
    let state = api.app.world.state();
    let uses = api.app.world.uses();
    // Keys of these documents are their ids, which sort by time.
    let views: Vec<CredentialView> = state
        .list(Kind::Credential, Some(scope.project()?))
        .filter_map(|doc| {
            Some(CredentialView::of(
                &state,
                doc,
                doc.as_a::<Credential>()?,
                uses.last(doc.id),
            ))
        })
        .collect();
    cut(&views, &query, |view| view.id.to_string(), Clone::clone).map(Json)
}
