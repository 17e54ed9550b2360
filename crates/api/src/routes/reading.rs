//! Routes that read, and those that take or answer more than one document.

use hoist_model::permission::Permission as P;
use http::Method as M;

use super::{Route, may, route};
use crate::endpoints::{
    attributes, audit, credentials, evaluate, explain, export, history, import, members, roles, segments, tokens, users,
};
use crate::guard::Need;

/// Every route of this part.
pub(super) fn routes() -> Vec<Route> {
    vec![
        // Segments
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments",
            may(P::ProjectView),
            segments::list,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}",
            may(P::ProjectView),
            segments::get,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/members",
            may(P::ProjectView),
            segments::members,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/attributes",
            may(P::ProjectView),
            attributes::list,
        ),
        // Who may
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/credentials",
            may(P::CredentialView),
            credentials::list,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/members",
            may(P::MemberView),
            members::in_project,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/members",
            may(P::MemberView),
            members::in_organization,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/roles",
            may(P::MemberView),
            roles::list,
        ),
        route(M::GET, "/hoist/v1/tokens", Need::SignedIn, tokens::list),
        route(M::GET, "/hoist/v1/users", Need::Operator, users::list),
        // The past
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/history",
            may(P::AuditView),
            history::list,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/history/{revision}",
            may(P::AuditView),
            history::get,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/audit",
            may(P::AuditView),
            audit::of_organization,
        ),
        route(M::GET, "/hoist/v1/audit", Need::Operator, audit::of_instance),
        // Evaluation and import
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/explain",
            may(P::ExplainRun),
            explain::explain,
        ),
        route(M::POST, "/hoist/v1/evaluate", Need::Credential, evaluate::evaluate),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/projects/{project}/import",
            may(P::ImportRun),
            import::import,
        ),
        route(
            M::POST,
            "/hoist/v1/organizations/{organization}/import",
            may(P::ImportRun),
            import::import_new,
        ),
        route(
            M::GET,
            "/hoist/v1/organizations/{organization}/projects/{project}/export",
            may(P::ProjectView),
            export::export,
        ),
    ]
}
