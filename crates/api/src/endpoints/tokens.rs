//! One's own access tokens.

use axum::Json;
use axum::extract::State;
use hoist_model::document::Token;
use hoist_model::record::Kind;

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::access::TokenView;

/// One's own access tokens, oldest first, revoked ones included.
#[utoipa::path(get, path = "/hoist/v1/tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, body = Page<TokenView>), (status = 401, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<TokenView>>, Problem> {
    let state = api.app.world.state();
    let uses = api.app.world.uses();
    let views: Vec<TokenView> = state
        .list(Kind::Token, Some(scope.user()?))
        .filter_map(|doc| Some(TokenView::of(doc, doc.as_a::<Token>()?, uses.last(doc.id))))
        .collect();
    cut(&views, &query, |view| view.id.to_string(), Clone::clone).map(Json)
}
