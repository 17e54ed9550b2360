//! The past beyond one project: of an organization, of the instance.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use hoist_app::history::{HistoryFilter, Logged};
use hoist_model::Id;
use hoist_model::authorise::{Place, access};
use hoist_model::brief::Brief;
use hoist_model::permission::Permission;
use hoist_model::record::Kind;

use super::history::{HistoryQuery, page};
use crate::Api;
use crate::guard::Scope;
use crate::page::Page;
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::history::HistoryItem;

/// Changes of an organization and of those of its projects whose history one may read, newest first.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/audit", tag = "history",
    params(("organization" = String, Path), HistoryQuery),
    responses((status = 200, body = Page<HistoryItem>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn of_organization(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    let organization = scope.organization()?;
    let filter = {
        let state = api.app.world.state();
        let projects = state
            .list(Kind::Project, Some(organization))
            .filter(|doc| access(&*state, &scope.actor, Place::Project(doc.id)).allows(Permission::AuditView))
            .map(|doc| doc.id);
        HistoryFilter {
            projects: projects.collect(),
            or_no_project: true,
            ..query.filter(&state)?
        }
    };
    let environments = named(&api, &query);
    page(&api, &filter, &query, |logged| match logged {
        Logged::Intact(brief) => {
            let here = brief.project.is_some() || brief.organizations.contains(&organization);
            here && touches(brief, environments.as_ref())
        }
        // Without its body nobody knows which organization it is about.
        Logged::Damaged { project, .. } => project.is_some(),
    })
    .await
    .map(Json)
}

/// Every change of the instance, newest first; for operators.
#[utoipa::path(get, path = "/hoist/v1/audit", tag = "history", params(HistoryQuery),
    responses((status = 200, body = Page<HistoryItem>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn of_instance(
    State(api): State<Api>,
    _scope: Scope,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    let filter = query.filter(&api.app.world.state())?;
    let environments = named(&api, &query);
    page(&api, &filter, &query, |logged| {
        logged.brief().is_none_or(|brief| touches(brief, environments.as_ref()))
    })
    .await
    .map(Json)
}

/// Environments of the asked key, in any project; absent when none was asked for.
fn named(api: &Api, query: &HistoryQuery) -> Option<HashSet<Id>> {
    let key = query.environment.as_deref()?;
    let state = api.app.world.state();
    let found = state.list_all(Kind::Environment).filter(|doc| &*doc.key == key);
    Some(found.map(|doc| doc.id).collect())
}

fn touches(brief: &Brief, environments: Option<&HashSet<Id>>) -> bool {
    environments.is_none_or(|wanted| brief.environments.iter().any(|id| wanted.contains(id)))
}
