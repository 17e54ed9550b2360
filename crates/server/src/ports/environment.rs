//! One environment for the dialects.
//!
//! A public key must not learn that something changed which it cannot see, nor should its clients ask
//! again for it. So besides the snapshot's revision an environment knows the youngest change that
//! public keys can notice ([`Sight`]), brought up to date when somebody asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use hoist_app::events::{Missed, Published, Touched};
use hoist_app::{App, World};
use hoist_dialects::ports::{Class, Environment, EnvironmentId, Notice};
use hoist_engine::Snapshot;
use hoist_engine::ruleset::Ruleset;
use hoist_model::Id;
use hoist_model::document::{self, Organization, Project};
use hoist_model::record::Kind;
use jiff::Timestamp;
use tokio::sync::watch;

/// Environments that were asked for, each with its handle.
pub(super) struct Environments {
    world: Arc<World>,
    /// When this process began.
    start: Timestamp,
    handles: ArcSwap<HashMap<Id, Arc<Handle>>>,
}

impl Environments {
    pub(super) fn new(app: &App) -> Self {
        Self {
            world: Arc::clone(&app.world),
            start: app.clock.now(),
            handles: ArcSwap::default(),
        }
    }

    /// An environment that is published.
    pub(super) fn get(&self, id: Id) -> Option<Arc<Handle>> {
        if let Some(handle) = self.handles.load().get(&id) {
            return Some(Arc::clone(handle));
        }
        let made = Arc::new(Handle::new(&self.world, id, self.start)?);
        self.handles.rcu(|handles| {
            let mut handles = HashMap::clone(handles);
            handles.entry(id).or_insert_with(|| Arc::clone(&made));
            handles
        });
        self.handles.load().get(&id).cloned()
    }

    /// Every environment that was asked for.
    pub(super) fn asked_for(&self) -> Arc<HashMap<Id, Arc<Handle>>> {
        self.handles.load_full()
    }

    /// Forgets environments that are not published any more; their streams end.
    pub(super) fn forget_gone(&self) {
        let is_gone = |id: &Id| self.world.environment(*id).is_none();
        if self.handles.load().keys().any(is_gone) {
            self.handles.rcu(|handles| {
                let mut handles = HashMap::clone(handles);
                handles.retain(|id, _| !is_gone(id));
                handles
            });
        }
    }
}

/// One environment.
pub(super) struct Handle {
    id: Id,
    project: Id,
    flag_set: String,
    world: Arc<World>,
    sight: Mutex<Sight>,
    for_servers: watch::Sender<Notice>,
    for_clients: watch::Sender<Notice>,
}

/// What public keys can notice.
struct Sight {
    /// The snapshot up to which changes were looked at.
    seen: Arc<Snapshot>,
    /// The youngest of them that public keys can notice.
    visible: u64,
}

impl Handle {
    fn new(world: &Arc<World>, id: Id, start: Timestamp) -> Option<Self> {
        let view = world.environment(id)?;
        let state = world.state();
        let project = state.get(view.project)?;
        let organization = state.get_a::<Organization>(project.scope?)?;
        let name = &state.get_a::<Project>(view.project)?.key;
        let revision = view.snapshot.revision();
        let notice = Notice {
            revision,
            changed_at: state.stamp(revision).map_or(start, |stamp| stamp.at),
            // Nobody knows which moments passed while the process was down.
            turned_at: start,
        };
        Some(Self {
            id,
            project: view.project,
            flag_set: format!("{}/{name}/{}", organization.key, view.key),
            world: Arc::clone(world),
            sight: Mutex::new(Sight {
                seen: Arc::clone(&view.snapshot),
                visible: revision,
            }),
            for_servers: watch::Sender::new(notice),
            for_clients: watch::Sender::new(notice),
        })
    }

    /// Has listeners told of everything they can notice now.
    pub(super) fn tell_changes(&self, now: Timestamp) {
        let snapshot = self.snapshot();
        for (sender, class) in [(&self.for_servers, Class::Server), (&self.for_clients, Class::Client)] {
            let revision = self.visible_revision(class, &snapshot);
            sender.send_if_modified(|notice| {
                let is_newer = revision > notice.revision;
                if is_newer {
                    *notice = Notice {
                        revision,
                        changed_at: now,
                        ..*notice
                    };
                }
                is_newer
            });
        }
    }

    /// Tells that time alone has changed an answer.
    pub(super) fn tell_turn(&self, now: Timestamp) {
        for sender in [&self.for_servers, &self.for_clients] {
            sender.send_modify(|notice| notice.turned_at = now);
        }
    }

    /// Has every stream look whether its key still opens it.
    pub(super) fn wake(&self) {
        for sender in [&self.for_servers, &self.for_clients] {
            sender.send_modify(|_| {});
        }
    }

    fn client_revision(&self, snapshot: &Arc<Snapshot>) -> u64 {
        let mut sight = self.sight.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, to) = (sight.seen.revision(), snapshot.revision());
        if to < from {
            // Asked about an older snapshot than somebody else meanwhile: its own revision fits it alone.
            return to;
        }
        if to > from {
            sight.visible = match self.changes(from, to) {
                Some(changes) => {
                    let mut youngest_first = changes.iter().rev();
                    let noticed = youngest_first.find(|change| self.is_noticed(change, &sight.seen, snapshot));
                    noticed.map_or(sight.visible, |change| change.revision)
                }
                None => to,
            };
            sight.seen = Arc::clone(snapshot);
        }
        sight.visible
    }

    /// This environment's changes after one revision up to another; None if not all are remembered.
    fn changes(&self, from: u64, to: u64) -> Option<Vec<Arc<Published>>> {
        let Missed::All(all) = self.world.events().since(from) else {
            return None;
        };
        let own = all
            .into_iter()
            .filter(|change| change.revision <= to && change.environments.contains(&self.id));
        let own: Vec<_> = own.collect();
        (own.last()?.revision == to).then_some(own)
    }

    fn is_noticed(&self, change: &Published, before: &Snapshot, after: &Snapshot) -> bool {
        change.touched.iter().any(|touched| match touched.kind {
            Kind::Flag | Kind::Config | Kind::Overrides | Kind::Kill => self.flag_is_noticed(touched, before, after),
            Kind::Segment | Kind::Environment => true,
            Kind::Organization
            | Kind::Project
            | Kind::Credential
            | Kind::User
            | Kind::Role
            | Kind::Member
            | Kind::Token => false,
        })
    }

    /// A flag that public keys saw or see, or one that others ask.
    fn flag_is_noticed(&self, touched: &Touched, before: &Snapshot, after: &Snapshot) -> bool {
        let is_visible = |snapshot: &Snapshot| snapshot.flag(&touched.key).is_some_and(|flag| flag.client_visible());
        is_visible(before) || is_visible(after) || self.is_asked(&touched.key)
    }

    fn is_asked(&self, key: &str) -> bool {
        let state = self.world.state();
        let mut settings = state
            .flags(self.project)
            .filter_map(|(flag, _)| state.setting(flag.id, self.id));
        settings.any(|setting| {
            let needed = setting
                .config()
                .map_or(&[][..], |config: &document::Config| &config.prerequisites);
            needed.iter().any(|needed| needed.flag == key)
        })
    }
}

impl Environment for Handle {
    fn id(&self) -> EnvironmentId {
        EnvironmentId(u128::from_be_bytes(*self.id.as_bytes()))
    }

    fn flag_set(&self) -> &str {
        &self.flag_set
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        let view = self.world.environment(self.id);
        view.map(|view| Arc::clone(&view.snapshot)).unwrap_or_default()
    }

    fn rules(&self) -> Ruleset {
        self.world.rules(self.id).unwrap_or_default()
    }

    fn visible_revision(&self, class: Class, snapshot: &Arc<Snapshot>) -> u64 {
        match class {
            Class::Server => snapshot.revision(),
            Class::Client => self.client_revision(snapshot),
        }
    }

    fn notices(&self, class: Class) -> watch::Receiver<Notice> {
        match class {
            Class::Server => self.for_servers.subscribe(),
            Class::Client => self.for_clients.subscribe(),
        }
    }
}
