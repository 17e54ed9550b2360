//! The API's description: OpenAPI 3.1, made from the handlers and the route table.
//!
//! How to add an endpoint: its handler in [`Handlers`]. Permissions, security, operation ids and
//! the errors that any route may answer are put in here, from the table.

use std::sync::OnceLock;

use hoist_model::permission::Permission;
use http::Method;
use serde_json::{Map, Value as Json, json};
use utoipa::OpenApi;

use crate::endpoints as e;
use crate::guard::Need;
use crate::routes::{Route, routes};
use crate::wire::schema::{by_hand, examples};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hoist",
        description = "Administration of feature flags. Every error is a problem document (RFC 9457). Writes answer one union; `?dry_run=true` only plans."
    ),
    components(schemas(crate::problem::Problem, e::export::ExportFormat, e::flags::list::Sort)),
    paths(
        e::setup::status,
        e::setup::set_up,
        e::session::sign_in,
        e::session::who,
        e::session::sign_out,
        e::session::change_password,
        e::changes::in_instance,
        e::changes::in_organization,
        e::changes::in_project,
        e::events::stream,
        e::socket::socket,
        e::openapi::document,
        e::openapi::page,
        e::organizations::list,
        e::organizations::get,
        e::organization_writes::create,
        e::organization_writes::edit,
        e::projects::list,
        e::projects::get,
        e::project_writes::create,
        e::project_writes::edit,
        e::project_writes::delete,
        e::environments::list,
        e::environments::get,
        e::timeline::get,
        e::environment_writes::create,
        e::environment_writes::edit,
        e::environment_writes::delete,
        e::environment_writes::order,
        e::flags::list::list,
        e::flags::get::get,
        e::flags::write::create,
        e::flags::write::edit,
        e::flags::write::delete,
        e::flags::write::archive,
        e::flags::write::restore,
        e::config::get,
        e::config::edit,
        e::config::switch,
        e::config::overrides,
        e::config::kill,
        e::config::lift,
        e::segment_writes::create,
        e::segment_writes::edit,
        e::segment_writes::delete,
        e::segment_writes::archive,
        e::segment_writes::restore,
        e::segment_writes::add_members,
        e::segment_writes::remove_members,
        e::credential_writes::create,
        e::credential_writes::edit,
        e::credential_writes::revoke,
        e::member_writes::add_to_organization,
        e::member_writes::edit_in_organization,
        e::member_writes::remove_from_organization,
        e::member_writes::add_to_project,
        e::member_writes::edit_in_project,
        e::member_writes::remove_from_project,
        e::token_writes::create,
        e::token_writes::revoke,
        e::user_writes::create,
        e::user_writes::edit,
        e::user_writes::reset_password,
        e::undo::undo,
        e::restore::restore_flag,
        e::restore::restore_project,
        e::attributes::list,
        e::audit::of_organization,
        e::audit::of_instance,
        e::credentials::list,
        e::evaluate::evaluate,
        e::explain::explain,
        e::history::list,
        e::history::get,
        e::export::export,
        e::import::import,
        e::import::import_new,
        e::members::in_project,
        e::members::in_organization,
        e::roles::list,
        e::segments::list,
        e::segments::get,
        e::segments::members,
        e::tokens::list,
        e::users::list,
    )
)]
struct Handlers;

/// The document, made once.
pub fn document() -> &'static Json {
    static DOCUMENT: OnceLock<Json> = OnceLock::new();
    DOCUMENT.get_or_init(make)
}

fn make() -> Json {
    let mut document = serde_json::to_value(Handlers::openapi()).unwrap_or_default();
    if let Some(schemas) = document
        .pointer_mut("/components/schemas")
        .and_then(Json::as_object_mut)
    {
        schemas.extend(by_hand());
    }
    if let Some(components) = document.pointer_mut("/components").and_then(Json::as_object_mut) {
        components.insert("securitySchemes".into(), security_schemes());
    }
    let mut examples = examples();
    for route in routes() {
        let operation = document
            .get_mut("paths")
            .and_then(|paths| paths.get_mut(route.path))
            .and_then(|item| item.get_mut(route.method.as_str().to_lowercase()))
            .and_then(Json::as_object_mut);
        if let Some(operation) = operation {
            complete(operation, &route);
            let example = examples.remove(&operation_id(&route));
            let content = operation
                .get_mut("requestBody")
                .and_then(|body| body.pointer_mut("/content/application~1json"));
            if let (Some(content), Some(example)) = (content, example) {
                content["example"] = example;
            }
        }
    }
    document
}

fn security_schemes() -> Json {
    json!({
        "cookie": {"type": "apiKey", "in": "cookie", "name": crate::caller::COOKIE,
            "description": "A session. Requests that write also need the header Hoist-CSRF: 1."},
        "bearer": {"type": "http", "scheme": "bearer", "description": "A personal access token."},
        "credential": {"type": "apiKey", "in": "header", "name": "X-API-Key",
            "description": "A key of software; as a bearer token, too."},
    })
}

/// Refusals that follow from the route table.
const TABLES: [(&str, &str); 7] = [
    ("400", "The request cannot be read."),
    ("401", "Nobody is signed in."),
    ("403", "Visible, but not allowed."),
    ("404", "Not there, or not visible."),
    ("413", "The body is too large."),
    ("422", "Understood, but cannot be."),
    ("503", "A part is unavailable; try again."),
];

/// What a request carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// A body.
    Body,
    /// A change, or what is asked for in a query, without a body.
    Values,
    /// The connection.
    Connection,
    /// Nothing of its own.
    Nothing,
}

impl Takes {
    fn of(operation: &Map<String, Json>) -> Self {
        let parameters = operation.get("parameters").and_then(Json::as_array);
        let has_value = |parameter: &Json| parameter["in"] == "query" || parameter["name"] == "Idempotency-Key";
        if operation.contains_key("requestBody") {
            Self::Body
        } else if operation.get("responses").is_some_and(|all| all.get("101").is_some()) {
            Self::Connection
        } else if parameters.is_some_and(|all| all.iter().any(has_value)) {
            Self::Values
        } else {
            Self::Nothing
        }
    }
}

/// Whether a route may answer a status of [`TABLES`].
fn may_answer(route: &Route, takes: Takes, status: &str) -> bool {
    let is_read = route.method == Method::GET;
    match status {
        // A query parameter that it does not have, for one.
        "400" => true,
        "401" => route.need != Need::Public,
        // What lets one see a place is not refused there: without it the place is not there.
        "403" => match route.need {
            // A page of another origin.
            _ if takes == Takes::Connection => true,
            Need::Credential => false,
            Need::Public | Need::SignedIn | Need::Planned => !is_read,
            Need::Operator => true,
            Need::Permission(Permission::ProjectView | Permission::OrganizationView) => !is_read,
            Need::Permission(_) => true,
        },
        "404" => route.path.contains('{'),
        "413" => takes == Takes::Body,
        "422" => takes != Takes::Nothing,
        // Sessions are rows; what is public to read is in memory, as keys of software are.
        "503" => match route.need {
            Need::Public => !is_read,
            Need::Credential => false,
            _ => true,
        },
        _ => false,
    }
}

/// What the table knows about a route.
fn complete(operation: &mut Map<String, Json>, route: &Route) {
    operation.insert("operationId".into(), operation_id(route).into());
    operation.insert("x-permission".into(), route.need.word().into());
    let security = match route.need {
        Need::Public => json!([]),
        Need::Credential => json!([{"credential": []}, {"bearer": []}]),
        _ => json!([{"cookie": []}, {"bearer": []}]),
    };
    operation.insert("security".into(), security);
    let takes = Takes::of(operation);
    let Some(responses) = operation.get_mut("responses").and_then(Json::as_object_mut) else {
        return;
    };
    if route.method == Method::GET {
        // Of a read the table knows all; of a write, what is refused depends on the change, too.
        responses.retain(|status, _| !TABLES.iter().any(|(tables, _)| tables == status));
    }
    for (status, description) in TABLES.iter().filter(|(status, _)| may_answer(route, takes, status)) {
        let response = responses.entry(*status).or_insert_with(|| json!({}));
        let described = response.get("description").and_then(Json::as_str).unwrap_or_default();
        if described.is_empty() {
            response["description"] = (*description).into();
        }
    }
    for (status, response) in responses.iter_mut() {
        if status.starts_with(['4', '5']) {
            response["content"] =
                json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        }
        if response
            .get("description")
            .and_then(Json::as_str)
            .is_none_or(str::is_empty)
        {
            response["description"] = if status == "204" { "Done." } else { "The answer." }.into();
        }
    }
    responses.sort_keys();
}

/// Names of the query parameters that a route takes.
pub fn query_names(route: &Route) -> Vec<String> {
    let parameters = &document()["paths"][route.path][route.method.as_str().to_lowercase()]["parameters"];
    let named = parameters.as_array().into_iter().flatten();
    named
        .filter(|parameter| parameter["in"] == "query")
        .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
        .collect()
}

/// Such as `get_project_flags_flag`: fixed as long as the path is.
fn operation_id(route: &Route) -> String {
    let path = route.path.strip_prefix("/hoist/v1/").unwrap_or(route.path);
    let path = path
        .replace("organizations/{organization}/projects/{project}", "project")
        .replace("organizations/{organization}", "organization");
    let words: String = path
        .chars()
        .filter(|each| !matches!(each, '{' | '}'))
        .map(|each| if each.is_ascii_alphanumeric() { each } else { '_' })
        .collect();
    format!("{}_{words}", route.method.as_str().to_lowercase())
}
