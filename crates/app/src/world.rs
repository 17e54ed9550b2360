//! What is published: the state that answers lists and searches, a snapshot per environment that
//! answers evaluations, and the keys that may ask.
//!
//! Publishing one entry touches only what the entry touched. Readers load a snapshot once and use
//! it to the end; they never wait for a writer. The lock on the state is held to take documents over,
//! which were read before, and not while snapshots are compiled.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use arc_swap::{ArcSwap, ArcSwapOption};
use hoist_engine::{Compiler, MemberPatch, Patch, Snapshot};
use hoist_model::Id;
use hoist_model::document::{Body, Environment, Flag, Segment};
use hoist_model::log::{Effect, LogEntry};
use hoist_model::lower::{lower_flag, lower_segment};
use hoist_model::record::Kind;
use hoist_model::state::{ReadEntry, State, setting_place};
use tokio::sync::watch;

use crate::credentials::Keys;
use crate::events::{Events, Home, Published};
use crate::reading::Reading;
use crate::uses::Uses;

/// One environment as it is served.
pub struct EnvironmentView {
    /// The environment document.
    pub id: Id,
    /// The project document.
    pub project: Id,
    /// Key of the environment.
    pub key: String,
    /// What evaluates.
    pub snapshot: Arc<Snapshot>,
}

/// Everything that is published.
pub struct World {
    state: RwLock<State>,
    /// Held by whoever publishes, from the first look to the last word: entries come one after the other.
    publishing: Mutex<()>,
    environments: ArcSwap<HashMap<Id, Arc<EnvironmentView>>>,
    keys: ArcSwap<Keys>,
    uses: Uses,
    events: Events,
    trouble: ArcSwapOption<String>,
    epoch_ended: watch::Sender<bool>,
}

impl World {
    /// Publishes a loaded state: compiles every environment.
    pub fn new(state: State) -> Self {
        let environments = compile_all(&state);
        let uses = Uses::default();
        let keys = Keys::of(&state, &uses);
        let events = Events::after(state.revision());
        Self {
            state: RwLock::new(state),
            publishing: Mutex::new(()),
            environments: ArcSwap::from_pointee(environments),
            keys: ArcSwap::from_pointee(keys),
            uses,
            events,
            trouble: ArcSwapOption::empty(),
            epoch_ended: watch::Sender::new(false),
        }
    }

    /// The state, for as long as the guard lives; keep it short. One at a time: see [`crate::reading`].
    pub fn state(&self) -> Reading<'_> {
        let look = || self.state.read().unwrap_or_else(PoisonError::into_inner);
        Reading::new(look, std::ptr::from_ref(self).addr())
    }

    /// A copy of the state; documents are shared.
    pub fn clone_state(&self) -> State {
        self.state().clone()
    }

    /// An environment as it is served now.
    pub fn environment(&self, id: Id) -> Option<Arc<EnvironmentView>> {
        self.environments.load().get(&id).cloned()
    }

    /// Keys of software.
    pub fn keys(&self) -> Arc<Keys> {
        self.keys.load_full()
    }

    /// When keys were used last.
    pub fn uses(&self) -> &Uses {
        &self.uses
    }

    /// What happens, as it happens.
    pub fn events(&self) -> &Events {
        &self.events
    }

    /// Takes over one committed entry. An entry that is in already is passed over, so the writer
    /// and the follower may both bring it.
    pub fn publish(&self, entry: &LogEntry) {
        self.publish_read(entry, &ReadEntry::of(entry));
    }

    /// The same for an entry whose documents were read for another copy of the state.
    pub fn publish_read(&self, entry: &LogEntry, read: &ReadEntry) {
        let _one = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut touch, mut home) = (Touch::default(), Home::default());
        {
            let state = self.state();
            if entry.revision != state.revision() + 1 {
                return;
            }
            // Before: where removed documents stood. After: where the others stand.
            touch.note(&state, entry);
            home.note(&state, entry);
        }
        for (id, error) in &read.unreadable {
            tracing::error!(document = %id, %error, "a document cannot be read and is left out");
        }
        self.state
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .apply_read(entry, read);
        // Compiled beside those who read: nobody waits for it.
        let (published, views, keys) = {
            let state = self.state();
            touch.note(&state, entry);
            home.note(&state, entry);
            let environments = touch.affected(&state);
            (
                Published::from_entry(entry, home, environments, |effect| name_of(&state, effect)),
                self.recompiled(&state, entry, &touch),
                touch.keys.then(|| Keys::of(&state, &self.uses)),
            )
        };
        if let Some(keys) = keys {
            self.keys.store(Arc::new(keys));
        }
        if let Some(views) = views {
            self.environments.store(Arc::new(views));
        }
        self.events.publish(published);
    }

    /// Publishes a state that was loaded anew because the log could not be followed. One that is no newer than what is
    /// published is passed over.
    pub fn replace(&self, state: State) {
        let _one = self.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let revision = state.revision();
        if revision <= self.state().revision() {
            return;
        }
        let (views, keys) = (compile_all(&state), Keys::of(&state, &self.uses));
        let environments = views.keys().copied().collect();
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
        self.keys.store(Arc::new(keys));
        self.environments.store(Arc::new(views));
        self.events.publish(Published::of_everything(revision, environments));
    }

    /// Why what is published may be behind the database, if it may.
    pub fn trouble(&self) -> Option<Arc<String>> {
        self.trouble.load_full()
    }

    /// Notes why what is published may be behind the database, or that it is not any more.
    pub(crate) fn set_trouble(&self, trouble: Option<String>) {
        self.trouble.store(trouble.map(Arc::new));
    }

    /// Notes that the database was restored: nothing that is known here goes on.
    pub(crate) fn end_epoch(&self) {
        self.set_trouble(Some("the database was restored meanwhile; start again".to_owned()));
        self.epoch_ended.send_replace(true);
    }

    /// Waits until the database is found to have been restored.
    pub async fn epoch_ended(&self) {
        // The sender lives as long as this borrow.
        let _ = self.epoch_ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// Tells everybody that time alone has changed what an environment answers.
    pub fn time_passed(&self, environment: Id) {
        let revision = self.state().revision();
        self.events.publish(Published::of_time(revision, environment));
    }

    /// The environments as they are served after an entry; None where it touches none of them.
    fn recompiled(&self, state: &State, entry: &LogEntry, touch: &Touch) -> Option<HashMap<Id, Arc<EnvironmentView>>> {
        let affected = touch.affected(state);
        let gone = touch.environments.iter().any(|id| state.get(*id).is_none());
        if affected.is_empty() && !gone {
            return None;
        }
        let mut views = HashMap::clone(&self.environments.load());
        views.retain(|id, _| state.get(*id).is_some());
        for id in affected {
            let Some((project, body)) = state
                .get(id)
                .and_then(|doc| Some((doc.scope?, doc.as_a::<Environment>()?)))
            else {
                continue;
            };
            let view = match views.get(&id) {
                Some(view) if !touch.environments.contains(&id) => patched(state, view, entry, touch),
                // Conditions may ask for its name.
                Some(_) | None => compile(state, project, id, body),
            };
            views.insert(id, Arc::new(view));
        }
        Some(views)
    }
}

/// What an entry touches, by environment.
#[derive(Default)]
struct Touch {
    /// Environments created, changed or removed.
    environments: BTreeSet<Id>,
    /// (flag, environment) whose settings changed.
    settings: BTreeSet<(Id, Id)>,
    /// Flags whose definition changed, with their project and key.
    flags: BTreeSet<(Id, Id, String)>,
    /// Segments whose definition or members changed, with their project and key.
    segments: BTreeSet<(Id, Id, String)>,
    /// Whether keys of software changed.
    keys: bool,
}

impl Touch {
    fn note(&mut self, state: &State, entry: &LogEntry) {
        for effect in &entry.effects {
            if let Effect::Remove { before } = effect {
                self.keys |= before.kind == Kind::Credential || before.kind == Kind::Token;
            }
            let Some(doc) = state.get(effect.document()) else {
                continue;
            };
            if let Some((flag, environment)) = setting_place(&doc.body) {
                self.settings.insert((flag, environment));
                continue;
            }
            match (&doc.body, doc.scope) {
                (Body::Environment(_), _) => {
                    self.environments.insert(doc.id);
                }
                (Body::Flag(_), Some(project)) => {
                    self.flags.insert((project, doc.id, doc.key.to_string()));
                }
                (Body::Segment(_), Some(project)) => {
                    self.segments.insert((project, doc.id, doc.key.to_string()));
                }
                (Body::Credential(_) | Body::Token(_) | Body::User(_), _) => self.keys = true,
                _ => {}
            }
        }
    }

    /// Live environments whose answers may differ.
    fn affected(&self, state: &State) -> Vec<Id> {
        let projects: BTreeSet<Id> = self
            .flags
            .iter()
            .chain(&self.segments)
            .map(|(project, _, _)| *project)
            .collect();
        let whole = projects
            .iter()
            .flat_map(|project| state.list(Kind::Environment, Some(*project)).map(|doc| doc.id));
        let single = self
            .settings
            .iter()
            .map(|(_, environment)| *environment)
            .filter(|id| state.get(*id).is_some());
        let own = self.environments.iter().copied().filter(|id| state.get(*id).is_some());
        whole
            .chain(single)
            .chain(own)
            .collect::<BTreeSet<Id>>()
            .into_iter()
            .collect()
    }
}

/// The key that people know a document by.
fn name_of(state: &State, effect: &Effect) -> (Kind, String) {
    let record = match effect {
        Effect::Put { after, .. } => Some(after),
        Effect::Remove { before } => Some(before),
        Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => None,
    };
    let kind = record.map_or(Kind::Segment, |record| record.kind);
    let key = match (record, kind) {
        (Some(record), Kind::Config | Kind::Overrides | Kind::Kill) => {
            let flag = record.key.split('/').next().and_then(|id| id.parse().ok());
            flag.and_then(|id: Id| state.get(id)).map(|doc| doc.key.to_string())
        }
        (Some(record), _) => Some(record.key.clone()),
        (None, _) => state.get(effect.document()).map(|doc| doc.key.to_string()),
    };
    (kind, key.unwrap_or_default())
}

fn compile_all(state: &State) -> HashMap<Id, Arc<EnvironmentView>> {
    let environments = state.list_all(Kind::Environment).filter_map(|doc| {
        let (body, project) = (doc.as_a::<Environment>()?, doc.scope?);
        Some((doc.id, Arc::new(compile(state, project, doc.id, body))))
    });
    environments.collect()
}

/// Compiles a whole environment.
pub(crate) fn compile(state: &State, project: Id, environment: Id, body: &Environment) -> EnvironmentView {
    let revision = youngest(state, project, environment);
    let mut compiler = Compiler::new(&body.key, &body.name, &state.head().epoch, revision);
    for (doc, segment) in state
        .segments(project)
        .filter(|(_, segment)| segment.archived_at.is_none())
    {
        let members = state
            .members(doc.id)
            .map(|set| set.iter().map(ToString::to_string).collect())
            .unwrap_or_default();
        compiler.segment(&lower_segment(segment, members));
    }
    for (doc, flag) in state.flags(project).filter(|(_, flag)| flag.archived_at.is_none()) {
        compiler.flag(&lowered(state, doc.id, doc.revision, flag, environment));
    }
    let (snapshot, problems) = compiler.finish();
    report(&body.key, &problems);
    EnvironmentView {
        id: environment,
        project,
        key: body.key.clone(),
        snapshot: Arc::new(snapshot),
    }
}

/// The youngest change that an environment's answers depend on; so a restart does not change it.
fn youngest(state: &State, project: Id, environment: Id) -> u64 {
    let flags = state.flags(project).map(|(doc, _)| {
        let setting = state
            .setting(doc.id, environment)
            .map_or(0, |setting| setting.revision());
        doc.revision.max(setting)
    });
    let segments = state.segments(project).map(|(doc, _)| doc.revision);
    let own = state.get(environment).map_or(0, |doc| doc.revision);
    flags.chain(segments).fold(own, u64::max)
}

pub(crate) fn lowered(
    state: &State,
    id: Id,
    revision: u64,
    flag: &Flag,
    environment: Id,
) -> hoist_engine::ruleset::FlagRules {
    let setting = state.setting(id, environment);
    let version = setting.map_or(0, |setting| setting.revision()).max(revision);
    lower_flag(
        flag,
        setting.and_then(|setting| setting.config()),
        setting.and_then(|setting| setting.overrides()),
        setting.and_then(|setting| setting.kill()),
        version,
    )
}

/// Recompiles what an entry touched in one environment.
fn patched(state: &State, view: &EnvironmentView, entry: &LogEntry, touch: &Touch) -> EnvironmentView {
    let mut patch = Patch {
        revision: entry.revision,
        ..Patch::default()
    };
    let settings = touch
        .settings
        .iter()
        .filter(|(_, environment)| *environment == view.id)
        .map(|(flag, _)| *flag);
    let defined = touch.flags.iter().filter(|(project, _, _)| *project == view.project);
    let ids: BTreeSet<Id> = defined.clone().map(|(_, id, _)| *id).chain(settings).collect();
    for id in ids {
        if let Some((doc, flag)) = state.get(id).and_then(|doc| Some((doc, doc.as_a::<Flag>()?)))
            && flag.archived_at.is_none()
        {
            patch.flags.push(lowered(state, id, doc.revision, flag, view.id));
        }
    }
    for (_, id, key) in defined {
        if state.get_a::<Flag>(*id).is_none_or(|flag| flag.archived_at.is_some()) {
            patch.removed_flags.push(key.clone());
        }
    }
    for (_, id, key) in touch.segments.iter().filter(|(project, _, _)| *project == view.project) {
        patch_segment(state, entry, *id, key, &mut patch);
    }
    let (snapshot, problems) = view.snapshot.patched(patch);
    report(&view.key, &problems);
    EnvironmentView {
        id: view.id,
        project: view.project,
        key: view.key.clone(),
        snapshot: Arc::new(snapshot),
    }
}

/// A changed definition recompiles the segment; changed members only move members.
fn patch_segment(state: &State, entry: &LogEntry, id: Id, key: &str, patch: &mut Patch) {
    let Some(segment) = state
        .get_a::<Segment>(id)
        .filter(|segment| segment.archived_at.is_none())
    else {
        patch.removed_segments.push(key.to_owned());
        return;
    };
    if entry
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Put { after, .. } if after.id == id))
    {
        let members = state
            .members(id)
            .map(|set| set.iter().map(ToString::to_string).collect())
            .unwrap_or_default();
        patch.segments.push(lower_segment(segment, members));
        return;
    }
    let mut members = MemberPatch {
        segment: key.to_owned(),
        added: Vec::new(),
        removed: Vec::new(),
    };
    for effect in &entry.effects {
        match effect {
            Effect::AddMembers {
                segment,
                members: added,
            } if *segment == id => members.added.extend(added.iter().cloned()),
            Effect::RemoveMembers {
                segment,
                members: removed,
            } if *segment == id => members.removed.extend(removed.iter().cloned()),
            _ => {}
        }
    }
    patch.members.push(members);
}

fn report(environment: &str, problems: &[hoist_engine::Problem]) {
    const MOST: usize = 20;
    for problem in problems.iter().take(MOST) {
        tracing::warn!(
            environment,
            ?problem,
            "a rule does not compile and counts as not matched"
        );
    }
    if problems.len() > MOST {
        tracing::warn!(environment, count = problems.len(), "more rules do not compile");
    }
}
