//! Accounts of the instance, for its operators.

use axum::Json;
use axum::extract::State;
use hoist_model::document::User;
use hoist_model::record::Kind;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::access::UserView;

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// Occurs in the e-mail address or name, whatever the case.
    #[serde(default)]
    pub q: String,
    /// Items on the page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// Accounts by e-mail; for operators.
#[utoipa::path(get, path = "/hoist/v1/users", tag = "users", params(UsersQuery),
    responses((status = 200, body = Page<UserView>), (status = 401, body = Problem), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    _scope: Scope,
    Query(query): Query<UsersQuery>,
) -> Result<Json<Page<UserView>>, Problem> {
    let state = api.app.world.state();
    let wanted = query.q.trim().to_lowercase();
    let views: Vec<UserView> = state
        .list(Kind::User, None)
        .filter_map(|doc| Some(UserView::of(doc, doc.as_a::<User>()?)))
        .filter(|view| view.email.contains(&wanted) || view.name.to_lowercase().contains(&wanted))
        .collect();
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    cut(&views, &page, |view| view.email.clone(), Clone::clone).map(Json)
}
