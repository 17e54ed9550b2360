//! What has been published: a live stream with a memory for those who come back.
//!
//! Who may hear of a change and what it looks like on the wire are found once, by the first listener that asks; a
//! thousand others share it.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use hoist_model::Id;
use hoist_model::authorise::{Place, holders, user_of};
use hoist_model::log::{Actor, Effect, LogEntry};
use hoist_model::permission::Permission;
use hoist_model::record::Kind;
use hoist_model::state::State;
use tokio::sync::broadcast;

use crate::world::World;

/// A document that a change touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// What it is about.
    pub kind: Kind,
    /// The document.
    pub id: Id,
    /// Its key; for settings the flag's key.
    pub key: String,
}

/// An organization or project with the key it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The document.
    pub id: Id,
    /// In paths.
    pub key: String,
}

/// Where something happened. Keys are kept here because what was removed has none any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// The project, if it is about one.
    pub project: Option<Named>,
    /// The organization of the project; without a project, each organization whose documents changed.
    pub organizations: Vec<Named>,
}

impl Home {
    /// Where an entry belongs, as far as a state knows: asked before and after the entry is applied.
    pub fn note(&mut self, state: &State, entry: &LogEntry) {
        if let Some(id) = entry.project {
            if let Some(found) = named(state, id) {
                self.project = Some(found);
            }
            self.note_organization(state, id);
        } else {
            for effect in &entry.effects {
                self.note_organization(state, effect.document());
            }
        }
    }

    /// The organization that a document is, or is in.
    fn note_organization(&mut self, state: &State, id: Id) {
        let mut doc = state.get(id);
        while let Some(scope) = doc.and_then(|doc| doc.scope) {
            doc = state.get(scope);
        }
        let organization = doc.filter(|doc| doc.body.kind() == Kind::Organization);
        let found = organization.and_then(|doc| named(state, doc.id));
        match found {
            Some(found) if !self.organizations.iter().any(|each| each.id == found.id) => self.organizations.push(found),
            _ => {}
        }
    }

    /// The organization, where there is exactly one.
    pub fn organization(&self) -> Option<&Named> {
        match self.organizations.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

fn named(state: &State, id: Id) -> Option<Named> {
    let key = state.get(id)?.key.to_string();
    Some(Named { id, key })
}

/// What all listeners to one change share.
#[derive(Clone, Debug, Default)]
struct Shared {
    audience: OnceLock<HashSet<Id>>,
    event: OnceLock<Bytes>,
    message: OnceLock<Bytes>,
}

/// A form on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A server-sent event.
    EventStream,
    /// A message of a WebSocket.
    Message,
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// A change.
    Change,
    /// Time alone has changed what an environment answers.
    Time,
    /// Everything was loaded anew, and nobody knows what has changed.
    Everything,
}

/// One published change, or other news.
#[derive(Clone, Debug)]
pub struct Published {
    /// What kind of news it is.
    pub news: News,
    /// The revision that is now current.
    pub revision: u64,
    /// Where it happened.
    pub home: Home,
    /// Environments whose answers may differ now.
    pub environments: Vec<Id>,
    /// Documents that changed; empty unless it is a change.
    pub touched: Vec<Touched>,
    /// Who did it; absent unless it is a change.
    pub actor: Option<Actor>,
    /// In words.
    pub summary: String,
    shared: Shared,
}

impl Published {
    /// Time alone has changed what an environment answers.
    pub fn of_time(revision: u64, environment: Id) -> Self {
        Self::without_change(News::Time, revision, vec![environment])
    }

    /// Everything was loaded anew.
    pub fn of_everything(revision: u64, environments: Vec<Id>) -> Self {
        Self::without_change(News::Everything, revision, environments)
    }

    fn without_change(news: News, revision: u64, environments: Vec<Id>) -> Self {
        Self {
            news,
            revision,
            home: Home::default(),
            environments,
            touched: Vec::new(),
            actor: None,
            summary: String::new(),
            shared: Shared::default(),
        }
    }

    /// What an entry tells; `name` finds the key that people know a document by.
    pub fn from_entry(
        entry: &LogEntry,
        home: Home,
        environments: Vec<Id>,
        name: impl Fn(&Effect) -> (Kind, String),
    ) -> Self {
        let told = entry.effects.iter().filter(|effect| !effect.is_bookkeeping());
        let touched = told.map(|effect| {
            let (kind, key) = name(effect);
            Touched {
                kind,
                id: effect.document(),
                key,
            }
        });
        Self {
            revision: entry.revision,
            home,
            environments,
            news: News::Change,
            touched: touched.collect(),
            actor: Some(entry.actor.clone()),
            summary: entry.summary.clone(),
            shared: Shared::default(),
        }
    }

    /// Whether an actor may hear of it. Who may is found once, when the first asks.
    pub fn is_for(&self, actor: &Actor, world: &World) -> bool {
        let Some(user) = user_of(actor) else { return true };
        let audience = self.shared.audience.get_or_init(|| self.audience(&world.state()));
        audience.contains(&user)
    }

    /// What goes over the wire, made by the first who asks for this form.
    pub fn wire(&self, form: Form, make: impl FnOnce() -> Bytes) -> Bytes {
        let written = match form {
            Form::EventStream => &self.shared.event,
            Form::Message => &self.shared.message,
        };
        written.get_or_init(make).clone()
    }

    /// Where one has to be able to look, and how, to hear of it.
    pub fn places(&self, state: &State) -> Vec<(Place, Permission)> {
        let in_organizations = |permission| {
            let all = self.home.organizations.iter();
            all.map(move |each| (Place::Organization(each.id), permission))
                .collect()
        };
        match &self.home.project {
            Some(project) if state.get(project.id).is_some() => {
                vec![(Place::Project(project.id), Permission::ProjectView)]
            }
            // It is gone, and with it those who were members of nothing else.
            Some(_) => in_organizations(Permission::ProjectView),
            None => in_organizations(Permission::OrganizationView),
        }
    }

    fn audience(&self, state: &State) -> HashSet<Id> {
        let places = self.places(state);
        let mut all = holders(state, Place::Instance, Permission::OrganizationView);
        all.extend(
            places
                .into_iter()
                .flat_map(|(place, permission)| holders(state, place, permission)),
        );
        all
    }
}

/// Entries kept for those who come back with a revision.
const MEMORY: usize = 2048;
/// How far a slow reader may fall behind before it is told to start anew.
const BACKLOG: usize = 1024;

/// The stream.
#[derive(Debug)]
pub struct Events {
    sender: broadcast::Sender<Arc<Published>>,
    told: Mutex<Told>,
}

/// What has been told.
#[derive(Debug)]
struct Told {
    /// The newest revision.
    revision: u64,
    /// The last changes, oldest first.
    recent: VecDeque<Arc<Published>>,
}

/// What happened since a revision.
#[derive(Debug)]
pub enum Missed {
    /// All of it, oldest first.
    All(Vec<Arc<Published>>),
    /// More than is remembered: read everything anew.
    TooMuch,
}

/// Somebody who begins to listen.
pub struct Listening {
    /// The newest revision that was told before.
    pub revision: u64,
    /// What they missed.
    pub missed: Missed,
    /// What follows; nothing falls between.
    pub events: broadcast::Receiver<Arc<Published>>,
}

impl Told {
    fn since(&self, revision: u64) -> Missed {
        if revision >= self.revision {
            return Missed::All(Vec::new());
        }
        match self.recent.front() {
            Some(first) if first.revision <= revision + 1 => {
                let newer = self.recent.partition_point(|each| each.revision <= revision);
                Missed::All(self.recent.range(newer..).cloned().collect())
            }
            _ => Missed::TooMuch,
        }
    }
}

impl Events {
    /// Nothing was told yet of what follows a revision.
    pub fn after(revision: u64) -> Self {
        let recent = VecDeque::new();
        Self {
            sender: broadcast::channel(BACKLOG).0,
            told: Mutex::new(Told { revision, recent }),
        }
    }

    /// Tells everybody.
    pub fn publish(&self, published: Published) {
        let published = Arc::new(published);
        let mut told = self.told();
        match published.news {
            News::Change => told.revision = published.revision,
            // It may come between a change and its telling.
            News::Time => {}
            News::Everything => {
                told.revision = published.revision;
                told.recent.clear();
            }
        }
        if !published.touched.is_empty() {
            if told.recent.len() == MEMORY {
                told.recent.pop_front();
            }
            told.recent.push_back(Arc::clone(&published));
        }
        // Nobody listening is fine. Told under the lock: whoever begins to listen has either missed it or hears it.
        let _ = self.sender.send(published);
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Published>> {
        self.sender.subscribe()
    }

    /// Listens from now on, with what was told after a revision before; without one, nothing was missed.
    pub fn listen(&self, after: Option<u64>) -> Listening {
        let told = self.told();
        Listening {
            revision: told.revision,
            missed: after.map_or_else(|| Missed::All(Vec::new()), |revision| told.since(revision)),
            events: self.sender.subscribe(),
        }
    }

    /// What was told after a revision.
    pub fn since(&self, revision: u64) -> Missed {
        self.told().since(revision)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
