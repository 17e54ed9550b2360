//! The guard in front of every handler: what the route table asks for is checked here, once.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, Query as RawQuery, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hoist_model::Id;
use hoist_model::authorise::{Access, Place, access, user_of};
use hoist_model::log::Actor;
use hoist_model::permission::Permission;
use hoist_model::record::Kind;
use hoist_model::state::State as Model;
use http::Uri;
use http::request::Parts;

use crate::Api;
use crate::caller::identify;
use crate::problem::Problem;

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: sign-in, set-up, documentation.
    Public,
    /// A key of software; the handler reads it.
    Credential,
    /// Somebody signed in.
    SignedIn,
    /// An operator of the instance.
    Operator,
    /// A permission in the organization or project of the path.
    Permission(Permission),
    /// Visibility of the organization or project of the path; each change is authorised by its plan.
    Planned,
}

impl Need {
    /// In a word, for the API's document.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Credential => "credential",
            Self::SignedIn => "signed_in",
            Self::Operator => "operator",
            Self::Permission(permission) => permission.as_str(),
            Self::Planned => "by_change",
        }
    }
}

/// What a route asks for and takes.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Who may.
    pub need: Need,
    /// Names of its query parameters.
    pub query: Arc<[String]>,
}

/// What the guard found out.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Who asks.
    pub actor: Actor,
    /// Where.
    pub place: Place,
    /// What they may do there.
    pub access: Access,
    /// Values of the path's parameters.
    path: HashMap<String, String>,
}

impl Scope {
    /// The person who asks.
    ///
    /// # Errors
    /// 403 when it is not a person.
    pub fn user(&self) -> Result<Id, Problem> {
        user_of(&self.actor).ok_or_else(|| Problem::denied(None))
    }

    /// The project of the path.
    ///
    /// # Errors
    /// 404 when the route has none.
    pub fn project(&self) -> Result<Id, Problem> {
        match self.place {
            Place::Project(id) => Ok(id),
            Place::Instance | Place::Organization(_) => Err(Problem::not_found("project")),
        }
    }

    /// The organization of the path.
    ///
    /// # Errors
    /// 404 when the route has none, or a project.
    pub fn organization(&self) -> Result<Id, Problem> {
        match self.place {
            Place::Organization(id) => Ok(id),
            Place::Instance | Place::Project(_) => Err(Problem::not_found("organization")),
        }
    }

    /// A parameter of the path.
    pub fn param(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// Refuses without a permission.
    ///
    /// # Errors
    /// 403.
    pub fn need(&self, permission: Permission) -> Result<(), Problem> {
        if self.access.allows(permission) {
            Ok(())
        } else {
            Err(Problem::denied(Some(permission)))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Scope {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(Problem::unauthorized)
    }
}

/// The middleware of one route.
pub async fn guard(
    State((api, asked)): State<(Api, Asked)>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Result<Response, Infallible> {
    let Ok(params) = params else {
        let detail = "the path holds an escape that is not UTF-8";
        return Ok(Problem::bad_request("bad_path", detail).into_response());
    };
    let path = params
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (mut parts, body) = request.into_parts();
    let admitted = admit(&api, asked.need, path, &parts).await;
    match admitted.and_then(|scope| check_query(&asked.query, &parts.uri).map(|()| scope)) {
        Ok(scope) => {
            if let Some(scope) = scope {
                parts.extensions.insert(scope);
            }
            Ok(next.run(Request::from_parts(parts, body)).await)
        }
        Err(problem) => Ok(problem.into_response()),
    }
}

async fn admit(
    api: &Api,
    need: Need,
    path: HashMap<String, String>,
    request: &Parts,
) -> Result<Option<Scope>, Problem> {
    if matches!(need, Need::Public | Need::Credential) {
        return Ok(None);
    }
    let actor = identify(&api.app, &request.method, &request.headers)
        .await?
        .ok_or_else(Problem::unauthorized)?;
    let state = api.app.world.state();
    let place = place_of(&state, &path)?;
    let access = access(&*state, &actor, place);
    check_visible(place, &access)?;
    match need {
        Need::Operator if !access.operator => return Err(Problem::denied(None)),
        Need::Permission(permission) if !access.allows(permission) => return Err(Problem::denied(Some(permission))),
        _ => {}
    }
    Ok(Some(Scope {
        actor,
        place,
        access,
        path,
    }))
}

/// A misspelt parameter must not look as if it had been heard.
fn check_query(known: &[String], uri: &Uri) -> Result<(), Problem> {
    let Ok(RawQuery(pairs)) = RawQuery::<Vec<(String, String)>>::try_from_uri(uri) else {
        return Err(Problem::bad_request("bad_query", "the query cannot be read"));
    };
    if pairs.iter().any(|(_, value)| value.contains('\0')) {
        let detail = "a query has no character U+0000, which no database of ours keeps";
        return Err(Problem::bad_request("bad_query", detail));
    }
    match pairs.iter().find(|(name, _)| !known.contains(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Problem::bad_request(
            "bad_query",
            format!("there is no query parameter {name} here; see /hoist/v1/docs"),
        )),
    }
}

fn place_of(state: &Model, path: &HashMap<String, String>) -> Result<Place, Problem> {
    let Some(key) = path.get("organization") else {
        return Ok(Place::Instance);
    };
    let organization = state
        .find(Kind::Organization, None, key)
        .ok_or_else(|| Problem::not_found("organization"))?;
    let Some(key) = path.get("project") else {
        return Ok(Place::Organization(organization.id));
    };
    let project = state
        .find(Kind::Project, Some(organization.id), key)
        .ok_or_else(|| Problem::not_found("project"))?;
    Ok(Place::Project(project.id))
}

/// What one may not see answers like what is not there.
fn check_visible(place: Place, access: &Access) -> Result<(), Problem> {
    match place {
        Place::Instance => Ok(()),
        Place::Organization(_) if access.allows(Permission::OrganizationView) => Ok(()),
        Place::Organization(_) => Err(Problem::not_found("organization")),
        Place::Project(_) if access.allows(Permission::ProjectView) => Ok(()),
        Place::Project(_) => Err(Problem::not_found("project")),
    }
}
