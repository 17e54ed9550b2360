//! What is told, as it happens: the one source of every kind of stream, before it takes a form on the wire.
//!
//! How to add a form: an endpoint that turns each [`Heard`] into it, and a [`Form`] for what is shared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{Stream, unfold};
use hoist_app::events::{Form, Missed, News, Published};
use hoist_app::sessions::Endings;
use hoist_model::Id;
use hoist_model::authorise::{Place, access};
use hoist_model::log::Actor;
use hoist_model::permission::Permission;
use hoist_model::state::State as Model;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use crate::Api;
use crate::caller::Pass;
use crate::problem::Problem;
use crate::wire::actor::ActorView;

/// Which events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Events after this revision first; the header `Last-Event-ID` says the same.
    pub since: Option<u64>,
}

/// What a listener hears.
pub enum Heard {
    /// It listens now; all that comes is newer than this revision.
    Connected(u64),
    /// A change that it may see.
    Change(Arc<Published>),
    /// More happened than is remembered.
    Reset,
    /// Nothing, for a while.
    Silence,
}

/// One change, as told; `ChangeEvent` in `wire/schemas.json`.
#[derive(Serialize)]
struct ChangeEvent {
    /// Its number.
    revision: u64,
    /// Documents that changed.
    touched: Vec<TouchedView>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<ActorView>,
    /// In words.
    summary: String,
    /// Key of the organization, if it is about one; a project's key says where only together with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// Key of the project, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
}

/// A document that changed.
#[derive(Serialize)]
struct TouchedView {
    /// What it is about.
    kind: &'static str,
    /// Its key; for settings the flag's key.
    key: String,
    /// The document.
    id: Id,
}

/// How long it is silent at most.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How often a listener asks whether what opened it still holds: sessions that end at another node, or by their age.
const CHECK: Duration = Duration::from_secs(60);

/// Begins to listen: what is told at once, and what follows. It ends when what opened it holds no more.
///
/// # Errors
/// 400 for a revision that is none, 401.
pub fn listen(
    api: Api,
    actor: Actor,
    headers: &HeaderMap,
    query: &EventsQuery,
) -> Result<(Vec<Heard>, impl Stream<Item = Heard> + Send + use<>), Problem> {
    let listening = api.app.world.events().listen(after(headers, query)?);
    let mut first = missed(&api, &actor, listening.missed);
    first.push(Heard::Connected(listening.revision));
    let listener = Listener {
        pass: Pass::of(headers).ok_or_else(Problem::unauthorized)?,
        endings: api.app.endings(),
        checked: Instant::now(),
        api,
        actor,
        events: listening.events,
        current: listening.revision,
    };
    Ok((first, unfold(listener, Listener::next)))
}

/// One who listens.
struct Listener {
    api: Api,
    actor: Actor,
    /// It ends with this.
    pass: Pass,
    endings: Endings,
    checked: Instant,
    events: Receiver<Arc<Published>>,
    /// What the caller had seen when it began.
    current: u64,
}

impl Listener {
    /// What comes next; None ends it.
    async fn next(mut self) -> Option<(Heard, Self)> {
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
                () = &mut silence => return Some((Heard::Silence, self)),
            };
            match told {
                Ok(published) => {
                    if self.is_about_me(&published) && !self.still_holds().await {
                        return None;
                    }
                    if let Some(heard) = self.hear(published) {
                        return Some((heard, self));
                    }
                }
                Err(RecvError::Lagged(_)) => return Some((Heard::Reset, self)),
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

    /// The news, if the actor may hear of it.
    fn hear(&self, published: Arc<Published>) -> Option<Heard> {
        if published.news == News::Everything {
            return Some(Heard::Reset);
        }
        let is_news = published.revision > self.current && !published.touched.is_empty();
        let is_told = is_news && published.is_for(&self.actor, &self.api.app.world);
        is_told.then_some(Heard::Change(published))
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
fn missed(api: &Api, actor: &Actor, missed: Missed) -> Vec<Heard> {
    let Missed::All(entries) = missed else {
        return vec![Heard::Reset];
    };
    let state = api.app.world.state();
    let mut seen = Vec::new();
    let all = entries.into_iter();
    all.filter(|entry| may_see(&state, actor, entry, &mut seen))
        .map(Heard::Change)
        .collect()
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

/// A change in a form of the wire, the same bytes for everybody; `frame` puts its JSON into the form.
pub fn written(api: &Api, published: &Published, form: Form, frame: impl FnOnce(&str) -> String) -> Bytes {
    published.wire(form, || {
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
        frame(&serde_json::to_string(&data).unwrap_or_default()).into()
    })
}
