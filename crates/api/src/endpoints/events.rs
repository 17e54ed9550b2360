//! Live events: what changes, as it changes, as far as the caller may see it.
//!
//! A change is written down once for all who listen: a stream adds nothing to it, and takes the same bytes as its
//! neighbours. Who may hear of it is found once, too ([`Published::is_for`]).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::{StreamExt as _, once, unfold};
use hoist_app::events::{Missed, News, Published};
use hoist_app::sessions::Endings;
use hoist_model::authorise::{Place, access};
use hoist_model::log::Actor;
use hoist_model::permission::Permission;
use hoist_model::state::State as Model;
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use crate::Api;
use crate::caller::Pass;
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
    /// Key of the organization, if it is about one; a project's key says where only together with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
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
/// see, `reset` when more was missed than is remembered. A comment comes every 15 s. It ends with the session or token.
#[utoipa::path(get, path = "/hoist/v1/events", tag = "events", params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header)),
    responses((status = 200, content_type = "text/event-stream", body = crate::wire::schema::ServerEvent), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub async fn stream(
    State(api): State<Api>,
    scope: Scope,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let listening = api.app.world.events().listen(after(&headers, &query)?);
    let current = listening.revision;
    let mut first = missed(&api, &scope.actor, listening.missed);
    first.extend(format!("event: connected\nid: {current}\ndata: {{\"revision\":{current}}}\n\n").into_bytes());
    let listener = Listener {
        pass: Pass::of(&headers).ok_or_else(Problem::unauthorized)?,
        endings: api.app.endings(),
        checked: Instant::now(),
        api,
        actor: scope.actor,
        events: listening.events,
        current,
    };
    let pieces = once(std::future::ready(Bytes::from(first))).chain(unfold(listener, Listener::next));
    let mut response = Response::new(Body::from_stream(pieces.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// How long a stream is silent at most.
const HEARTBEAT: Duration = Duration::from_secs(15);
const RESET: &[u8] = b"event: reset\ndata: {}\n\n";

/// How often a stream asks whether what opened it still holds: sessions that end at another node, or by their age.
const CHECK: Duration = Duration::from_secs(60);

/// One open stream.
struct Listener {
    api: Api,
    actor: Actor,
    /// It ends with this.
    pass: Pass,
    endings: Endings,
    checked: Instant,
    events: Receiver<Arc<Published>>,
    /// What the caller had seen when the stream began.
    current: u64,
}

impl Listener {
    /// The next piece of the stream; None ends it.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        let silence = tokio::time::sleep(HEARTBEAT);
        tokio::pin!(silence);
        loop {
            if self.checked.elapsed() >= CHECK && !self.still_holds().await {
                return None;
            }
            let told = tokio::select! {
                told = self.events.recv() => told,
                () = self.pass.signed_out(&mut self.endings) => {
                    if self.still_holds().await {
                        continue;
                    }
                    return None;
                }
                () = &mut silence => return Some((Bytes::from_static(b":\n\n"), self)),
            };
            match told {
                Ok(published) => {
                    if self.is_about_me(&published) && !self.still_holds().await {
                        return None;
                    }
                    if let Some(piece) = self.piece(&published) {
                        return Some((piece, self));
                    }
                }
                Err(RecvError::Lagged(_)) => return Some((Bytes::from_static(RESET), self)),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn still_holds(&mut self) -> bool {
        self.checked = Instant::now();
        self.pass.holds(&self.api.app, &self.actor).await
    }

    /// Whether it changes the account or the token that opened the stream.
    fn is_about_me(&self, published: &Published) -> bool {
        let (user, token) = match &self.actor {
            Actor::User { id } => (Some(*id), None),
            Actor::Token { user, id } => (Some(*user), Some(*id)),
            Actor::Operator | Actor::System => (None, None),
        };
        let mine = |id| Some(id) == user || Some(id) == token;
        published.news == News::Everything || published.touched.iter().any(|each| mine(each.id))
    }

    /// The event, if the actor may hear of it.
    fn piece(&self, published: &Published) -> Option<Bytes> {
        if published.news == News::Everything {
            return Some(Bytes::from_static(RESET));
        }
        let is_news = published.revision > self.current && !published.touched.is_empty();
        let is_told = is_news && published.is_for(&self.actor, &self.api.app.world);
        is_told.then(|| wire(&self.api, published))
    }
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

/// What a caller missed who comes back, as far as they may see it now.
fn missed(api: &Api, actor: &Actor, missed: Missed) -> Vec<u8> {
    let Missed::All(entries) = missed else {
        return RESET.to_vec();
    };
    let visible: Vec<_> = {
        let state = api.app.world.state();
        let mut seen = Vec::new();
        let all = entries.iter();
        all.filter(|entry| may_see(&state, actor, entry, &mut seen)).collect()
    };
    visible.into_iter().flat_map(|entry| wire(api, entry)).collect()
}

/// Whether the actor may see a change by what they may do now; `seen` keeps what was found for a place.
fn may_see(state: &Model, actor: &Actor, published: &Published, seen: &mut Vec<((Place, Permission), bool)>) -> bool {
    if access(state, actor, Place::Instance).operator {
        return true;
    }
    published.places(state).into_iter().any(|wanted| {
        if let Some((_, allowed)) = seen.iter().find(|(known, _)| *known == wanted) {
            return *allowed;
        }
        let allowed = access(state, actor, wanted.0).allows(wanted.1);
        seen.push((wanted, allowed));
        allowed
    })
}

/// Documents named in one event; an import names the first ones only.
const MOST: usize = 200;

/// A change as it goes over the wire, the same for everybody.
fn wire(api: &Api, published: &Published) -> Bytes {
    published.wire(|| {
        let touched = published.touched.iter().take(MOST).map(|each| TouchedView {
            kind: each.kind.as_str(),
            key: each.key.clone(),
            id: each.id,
        });
        let state = api.app.world.state();
        let data = ChangeEvent {
            revision: published.revision,
            touched: touched.collect(),
            actor: published.actor.as_ref().map(|actor| ActorView::of(&state, actor)),
            summary: published.summary.clone(),
            organization: published.home.organization().map(|each| each.key.clone()),
            project: published.home.project.as_ref().map(|each| each.key.clone()),
        };
        let text = serde_json::to_string(&data).unwrap_or_default();
        format!("event: change\nid: {}\ndata: {text}\n\n", published.revision).into()
    })
}
