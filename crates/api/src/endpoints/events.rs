//! Live events: what changes, as it changes, as far as the caller may see it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::{self, StreamExt as _};
use hoist_app::events::{Missed, Published};
use hoist_model::authorise::{Place, access};
use hoist_model::log::Actor;
use hoist_model::permission::Permission;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use tokio_stream::wrappers::BroadcastStream;
use utoipa::IntoParams;

use crate::Api;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::actor::ActorView;

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Events after this revision first; the header `Last-Event-ID` says the same.
    pub since: Option<u64>,
}

/// One change, as told; `ChangeEvent` in `wire/schemas.json`.
#[derive(Serialize)]
pub struct ChangeEvent {
    /// Its number.
    pub revision: u64,
    /// Documents that changed.
    pub touched: Vec<TouchedView>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<ActorView>,
    /// In words.
    pub summary: String,
    /// Key of the project, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
}

/// A document that changed.
#[derive(Serialize)]
pub struct TouchedView {
    /// What it is about.
    pub kind: &'static str,
    /// Its key; for settings the flag's key.
    pub key: String,
    /// The document.
    pub id: hoist_model::Id,
}

/// A stream of server-sent events: `connected`, then a `change` per change that the caller may
/// see, `reset` when more was missed than is remembered. A comment comes every 15 s.
#[utoipa::path(get, path = "/hoist/v1/events", tag = "events", params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = crate::wire::schema::ServerEvent), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub async fn stream(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    // Listening begins before the revision is read, so that nothing falls between.
    let live = BroadcastStream::new(api.app.world.events().subscribe());
    let current = api.app.world.state().revision();
    let missed = match after(&headers, &query)? {
        Some(revision) => missed(&api, &scope.actor, revision, current),
        None => Vec::new(),
    };
    let first = Event::default()
        .event("connected")
        .id(current.to_string())
        .data(format!("{{\"revision\":{current}}}"));
    let actor = scope.actor;
    let told = live.filter_map(move |published| {
        let event = match published {
            Ok(published) if published.revision > current => tell(&api, &actor, &published),
            Ok(_) => None,
            Err(_) => Some(reset()),
        };
        std::future::ready(event)
    });
    let events = stream::iter(missed)
        .chain(stream::once(std::future::ready(first)))
        .chain(told)
        .map(Ok);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// The revision that the caller has seen last: what a browser says when it comes back wins.
fn after(headers: &HeaderMap, query: &EventsQuery) -> Result<Option<u64>, Problem> {
    let bad = |name| {
        Problem::bad_request(
            "bad_revision",
            format!("{name} is the revision of an event of this stream"),
        )
    };
    // What the database counts with.
    let is_revision = |revision: &u64| i64::try_from(*revision).is_ok();
    let since = query.since.filter(is_revision);
    if since != query.since {
        return Err(bad("since"));
    }
    let Some(value) = headers.get("last-event-id") else {
        return Ok(since);
    };
    let last = value
        .to_str()
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(is_revision);
    last.map(Some).ok_or_else(|| bad("Last-Event-ID"))
}

fn missed(api: &Api, actor: &Actor, revision: u64, current: u64) -> Vec<Event> {
    match api.app.world.events().since(revision, current) {
        Missed::All(entries) => entries
            .iter()
            .filter(|entry| entry.revision <= current)
            .filter_map(|entry| tell(api, actor, entry))
            .collect(),
        Missed::TooMuch => vec![reset()],
    }
}

fn reset() -> Event {
    Event::default().event("reset").data("{}")
}

/// The event, if the actor may see it now.
fn tell(api: &Api, actor: &Actor, published: &Arc<Published>) -> Option<Event> {
    if published.touched.is_empty() {
        return None;
    }
    let state = api.app.world.state();
    let visible = match published.project {
        Some(project) => access(&*state, actor, Place::Project(project)).allows(Permission::ProjectView),
        None => access(&*state, actor, Place::Instance).operator || touches_own(&state, actor, published),
    };
    if !visible {
        return None;
    }
    let touched = published.touched.iter().take(MOST).map(|each| TouchedView {
        kind: each.kind.as_str(),
        key: each.key.clone(),
        id: each.id,
    });
    let data = ChangeEvent {
        revision: published.revision,
        touched: touched.collect(),
        actor: published.actor.as_ref().map(|actor| ActorView::of(&state, actor)),
        summary: published.summary.clone(),
        project: published
            .project
            .and_then(|id| state.get(id))
            .map(|doc| doc.key.to_string()),
    };
    let text = serde_json::to_string(&data).ok()?;
    Some(
        Event::default()
            .event("change")
            .id(published.revision.to_string())
            .data(text),
    )
}

/// Documents named in one event; an import names the first ones only.
const MOST: usize = 200;

/// Changes of an organization are told to those who may see it.
fn touches_own(state: &hoist_model::state::State, actor: &Actor, published: &Published) -> bool {
    let mut seen: HashMap<hoist_model::Id, bool> = HashMap::new();
    published
        .touched
        .iter()
        .filter_map(|each| state.get(each.id))
        .any(|doc| {
            let organization = doc.scope.unwrap_or(doc.id);
            *seen.entry(organization).or_insert_with(|| {
                access(state, actor, Place::Organization(organization)).allows(Permission::OrganizationView)
            })
        })
}
