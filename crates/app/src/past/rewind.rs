//! What a project was at a revision, found out backwards: today's documents, and of those that changed since what the
//! first later entry says they were before.
//!
//! Only what is asked for is looked up. A flag among ten thousand takes its own documents, those of its prerequisites
//! and segments, and no others. What is gone by now has to be searched for; that is done where a name leads nowhere.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use hoist_model::Id;
use hoist_model::document::Segment;
use hoist_model::log::{Effect, Head, LogEntry};
use hoist_model::plan::{Then, segments_in};
use hoist_model::record::{Kind, Record};
use hoist_model::state::{Doc, Setting, State, setting_id};
use hoist_store::{Store, StoreError};

use super::PastError;

/// Kinds of what is set for a flag in an environment.
const SETTINGS: [Kind; 3] = [Kind::Config, Kind::Overrides, Kind::Kill];

/// Members of a segment.
type Members = Arc<HashSet<Box<str>>>;

/// A look back from a state, at one project.
pub(crate) struct Rewind<'a> {
    store: &'a Store,
    now: &'a State,
    project: Id,
    revision: u64,
    /// The last entry that is committed.
    until: u64,
    /// Entries that the state has, and the database has not yet.
    pending: Vec<&'a LogEntry>,
    /// What was found out; empty where there was nothing.
    was: HashMap<Id, Option<Arc<Doc>>>,
    searched: bool,
}

/// What is wanted of a past.
pub(crate) struct Wanted<'k> {
    /// Keys of environments.
    pub(crate) environments: &'k [String],
    /// Keys of flags; all unless given.
    pub(crate) flags: Option<&'k [String]>,
}

impl<'a> Rewind<'a> {
    /// Nothing is read yet.
    pub(crate) fn new(
        store: &'a Store,
        now: &'a State,
        pending: Vec<&'a LogEntry>,
        project: Id,
        revision: u64,
    ) -> Self {
        let until = pending.first().map_or(now.revision(), |entry| entry.revision - 1);
        Self {
            store,
            now,
            project,
            revision,
            until,
            pending,
            was: HashMap::new(),
            searched: false,
        }
    }

    /// The whole project as it was, its own document too.
    pub(crate) async fn whole(mut self) -> Result<State, PastError> {
        let mut past = self.nothing();
        self.load(&[self.project]).await?;
        let environments = self.live(Kind::Environment).await?;
        let ids: Vec<Id> = environments.iter().map(|doc| doc.id).collect();
        for doc in self.doc(self.project).into_iter().chain(environments) {
            past.share(doc);
        }
        let segments = self.all(&mut past, &ids).await?;
        self.share_members(&mut past, &segments).await?;
        Ok(past)
    }

    /// The project as it was, as far as it is wanted.
    pub(crate) async fn state(mut self, wanted: &Wanted<'_>) -> Result<State, PastError> {
        let mut past = self.nothing();
        let mut environments = Vec::new();
        for (at, key) in wanted.environments.iter().enumerate() {
            let found = self.find(Kind::Environment, key).await?;
            let doc = found.ok_or(PastError::UnknownEnvironment(at))?;
            environments.push(doc.id);
            past.share(doc);
        }
        let segments = match wanted.flags {
            None => self.all(&mut past, &environments).await?,
            Some(flags) => self.some(&mut past, &environments, flags).await?,
        };
        self.share_members(&mut past, &segments).await?;
        Ok(past)
    }

    /// The past before anything is found out.
    fn nothing(&self) -> State {
        State::empty(Head {
            epoch: self.now.head().epoch.clone(),
            revision: self.revision,
        })
    }

    async fn share_members(&self, past: &mut State, segments: &[Id]) -> Result<(), PastError> {
        for (segment, members) in self.members(segments).await? {
            past.share_members(segment, members);
        }
        Ok(())
    }

    /// A flag, or the whole project, as it was where it is not that now. The entries since are the caller's to tell.
    pub(crate) async fn then(mut self, flag: Option<&str>) -> Result<Then, PastError> {
        let mut then = Then::default();
        let places: Vec<Id> = self
            .now
            .list(Kind::Environment, Some(self.project))
            .map(|doc| doc.id)
            .collect();
        self.load(&places).await?;
        let flags = match flag {
            Some(key) => {
                let found = self.find(Kind::Flag, key).await?;
                then.flag = found.as_ref().map(|doc| doc.id);
                found.into_iter().map(|doc| doc.id).collect()
            }
            None => self.all_ids(&mut then).await?,
        };
        let mut settings = Vec::new();
        for flag in flags {
            for environment in &places {
                settings.extend(self.settings(flag, *environment));
            }
        }
        self.load(&settings).await?;
        then.was = self.was.into_iter().collect();
        Ok(then)
    }

    /// Loads everything but settings; returns the flags of now.
    async fn all_ids(&mut self, then: &mut Then) -> Result<Vec<Id>, PastError> {
        self.search().await?;
        let of = |kind| self.now.list(kind, Some(self.project)).map(|doc| doc.id);
        let flags: Vec<Id> = of(Kind::Flag).collect();
        let ids: Vec<Id> = flags
            .iter()
            .copied()
            .chain(of(Kind::Segment))
            .chain([self.project])
            .collect();
        self.load(&ids).await?;
        let segments: Vec<Id> = self.live(Kind::Segment).await?.iter().map(|doc| doc.id).collect();
        let is_other = |id: &Id, was: &Members| {
            let now = self.now.shared_members(*id);
            now.map_or(!was.is_empty(), |now| !Arc::ptr_eq(now, was))
        };
        let members = self.members(&segments).await?;
        then.members = members.into_iter().filter(|(id, was)| is_other(id, was)).collect();
        Ok(flags)
    }

    /// Every flag and segment; returns the segments.
    async fn all(&mut self, past: &mut State, environments: &[Id]) -> Result<Vec<Id>, PastError> {
        self.search().await?;
        let flags = self.live(Kind::Flag).await?;
        let segments = self.live(Kind::Segment).await?;
        self.share_settings(past, &flags, environments).await?;
        let ids = segments.iter().map(|doc| doc.id).collect();
        flags.into_iter().chain(segments).for_each(|doc| past.share(doc));
        Ok(ids)
    }

    /// Some flags with what they lead to; returns the segments.
    async fn some(&mut self, past: &mut State, environments: &[Id], keys: &[String]) -> Result<Vec<Id>, PastError> {
        let (mut flags, mut segments) = (BTreeSet::new(), BTreeSet::new());
        let mut ids = Vec::new();
        let mut new: Vec<(Kind, String)> = keys.iter().map(|key| (Kind::Flag, key.clone())).collect();
        while !new.is_empty() {
            let mut docs = Vec::new();
            for (kind, key) in std::mem::take(&mut new) {
                let seen = if kind == Kind::Flag { &mut flags } else { &mut segments };
                if seen.insert(key.clone())
                    && let Some(doc) = self.find(kind, &key).await?
                {
                    docs.push(doc);
                }
            }
            self.share_settings(past, &docs, environments).await?;
            for doc in docs {
                match doc.as_a::<Segment>() {
                    Some(segment) => {
                        ids.push(doc.id);
                        let named = segment.condition.iter().flat_map(segments_in);
                        new.extend(named.map(|key| (Kind::Segment, key.to_owned())));
                    }
                    None => new.extend(
                        environments
                            .iter()
                            .filter_map(|environment| past.setting(doc.id, *environment))
                            .flat_map(leads_to),
                    ),
                }
                past.share(doc);
            }
        }
        Ok(ids)
    }

    async fn share_settings(
        &mut self,
        past: &mut State,
        flags: &[Arc<Doc>],
        environments: &[Id],
    ) -> Result<(), PastError> {
        let mut ids = Vec::new();
        for flag in flags {
            for environment in environments {
                ids.extend(self.settings(flag.id, *environment));
            }
        }
        self.load(&ids).await?;
        ids.iter()
            .filter_map(|id| self.doc(*id))
            .for_each(|doc| past.share(doc));
        Ok(())
    }

    /// Ids that settings of a flag have or had.
    pub(crate) fn settings(&self, flag: Id, environment: Id) -> BTreeSet<Id> {
        let now = self.now.setting(flag, environment);
        let slots = now.map(|it| [&it.config, &it.overrides, &it.kill]);
        let known = slots.into_iter().flatten().flatten().map(|doc| doc.id);
        let made = SETTINGS.map(|kind| setting_id(kind, flag, environment));
        known.chain(made).collect()
    }

    /// Documents of a kind that there were.
    pub(crate) async fn live(&mut self, kind: Kind) -> Result<Vec<Arc<Doc>>, PastError> {
        self.search().await?;
        let ids: Vec<Id> = self.now.list(kind, Some(self.project)).map(|doc| doc.id).collect();
        self.load(&ids).await?;
        let mut found: Vec<_> = ids.iter().filter_map(|id| self.doc(*id)).collect();
        found.extend(self.gone().filter(|doc| doc.body.kind() == kind).cloned());
        Ok(found)
    }

    /// A document by the key that it had.
    pub(crate) async fn find(&mut self, kind: Kind, key: &str) -> Result<Option<Arc<Doc>>, PastError> {
        // Keys are never changed, so who has it now had it then, or another one that is gone.
        if let Some(id) = self.now.find(kind, Some(self.project), key).map(|doc| doc.id) {
            self.load(&[id]).await?;
            if let Some(doc) = self.doc(id) {
                return Ok(Some(doc));
            }
        }
        self.search().await?;
        let found = self
            .gone()
            .find(|doc| doc.body.kind() == kind && &*doc.key == key)
            .cloned();
        Ok(found)
    }

    /// What was found of documents that there are no more.
    fn gone(&self) -> impl Iterator<Item = &Arc<Doc>> {
        let docs = self.was.values().flatten();
        docs.filter(|doc| doc.scope == Some(self.project) && self.now.get(doc.id).is_none())
    }

    /// A document as it was. It has to be loaded.
    pub(crate) fn doc(&self, id: Id) -> Option<Arc<Doc>> {
        match self.was.get(&id) {
            Some(was) => was.clone(),
            None => self.now.get(id).filter(|doc| doc.revision <= self.revision).cloned(),
        }
    }

    /// Finds out what these documents were.
    pub(crate) async fn load(&mut self, ids: &[Id]) -> Result<(), PastError> {
        let has_changed = |id: &Id| self.now.get(*id).is_none_or(|doc| doc.revision > self.revision);
        let unknown = ids.iter().filter(|id| !self.was.contains_key(id) && has_changed(id));
        let wanted: Vec<Id> = unknown.copied().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let first = self.store.first_changes(&wanted, self.revision, self.until).await?;
        self.fetch(first).await?;
        self.note_pending(|id| wanted.contains(&id));
        for id in wanted {
            if !self.was.contains_key(&id) {
                if self.now.get(id).is_some() {
                    return Err(PastError::Gap);
                }
                self.was.insert(id, None);
            }
        }
        Ok(())
    }

    /// Finds what is gone by now.
    async fn search(&mut self) -> Result<(), PastError> {
        if std::mem::replace(&mut self.searched, true) {
            return Ok(());
        }
        let mut first = self
            .store
            .first_changes_in(self.project, self.revision, self.until)
            .await?;
        first.retain(|(id, _)| self.now.get(*id).is_none() && !self.was.contains_key(id));
        self.fetch(first).await?;
        let now = self.now;
        self.note_pending(|id| now.get(id).is_none());
        Ok(())
    }

    /// Reads what documents were before these changes.
    async fn fetch(&mut self, first: Vec<(Id, u64)>) -> Result<(), PastError> {
        let mut by_entry: BTreeMap<u64, HashSet<Id>> = BTreeMap::new();
        for (id, revision) in first {
            by_entry.entry(revision).or_default().insert(id);
        }
        let revisions: Vec<u64> = by_entry.keys().copied().collect();
        let was = &mut self.was;
        let take = |entry: LogEntry| {
            let ids = by_entry.get(&entry.revision);
            note(was, &entry, |id| ids.is_some_and(|ids| ids.contains(&id)));
        };
        self.store.entries(&revisions, take).await?;
        Ok(())
    }

    fn note_pending(&mut self, wanted: impl Fn(Id) -> bool) {
        for entry in &self.pending {
            if entry.revision > self.revision && entry.project == Some(self.project) {
                note(&mut self.was, entry, &wanted);
            }
        }
    }

    /// Members as they were.
    pub(crate) async fn members(&self, segments: &[Id]) -> Result<Vec<(Id, Members)>, StoreError> {
        let moved = self.store.member_changes(segments, self.revision, self.until).await?;
        let wanted: HashSet<Id> = segments.iter().copied().collect();
        let mut moves: Vec<Effect> = Vec::new();
        let mut keep = |entry: &LogEntry| {
            let of_members = entry.effects.iter().filter(|effect| is_move(effect));
            moves.extend(of_members.filter(|effect| wanted.contains(&effect.document())).cloned());
        };
        self.store.entries(&moved, |entry| keep(&entry)).await?;
        let later = |entry: &&&LogEntry| entry.revision > self.revision;
        self.pending.iter().filter(later).for_each(|entry| keep(entry));
        let now = |id: &Id| (*id, self.now.shared_members(*id).cloned().unwrap_or_default());
        let mut members: HashMap<Id, Members> = segments.iter().map(now).collect();
        for effect in moves.iter().rev() {
            if let Some(set) = members.get_mut(&effect.document()) {
                take_back(Arc::make_mut(set), effect);
            }
        }
        Ok(members.into_iter().collect())
    }
}

fn is_move(effect: &Effect) -> bool {
    matches!(effect, Effect::AddMembers { .. } | Effect::RemoveMembers { .. })
}

fn take_back(set: &mut HashSet<Box<str>>, effect: &Effect) {
    match effect {
        Effect::AddMembers { members, .. } => {
            for member in members {
                set.remove(member.as_str());
            }
        }
        Effect::RemoveMembers { members, .. } => set.extend(members.iter().map(|each| each.as_str().into())),
        Effect::Put { .. } | Effect::Remove { .. } => {}
    }
}

/// Notes what wanted documents were before an entry, unless something earlier has told.
fn note(was: &mut HashMap<Id, Option<Arc<Doc>>>, entry: &LogEntry, wanted: impl Fn(Id) -> bool) {
    for effect in &entry.effects {
        let (id, before) = match effect {
            Effect::Put { before, after } => (after.id, before.as_ref()),
            Effect::Remove { before } => (before.id, Some(before)),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => continue,
        };
        if wanted(id) {
            was.entry(id).or_insert_with(|| before.and_then(read));
        }
    }
}

fn read(record: &Record) -> Option<Arc<Doc>> {
    match Doc::read(record) {
        Ok(doc) => Some(Arc::new(doc)),
        Err(error) => {
            tracing::error!(document = %record.id, %error, "a past document cannot be read and is left out");
            None
        }
    }
}

/// What a setting names: flags it needs, and segments.
fn leads_to(setting: &Setting) -> Vec<(Kind, String)> {
    let config = setting.config();
    let flags = config.into_iter().flat_map(|config| &config.prerequisites);
    let rules = config.into_iter().flat_map(|config| &config.rules);
    let in_rules = rules.flat_map(|rule| rule.condition.iter().flat_map(segments_in));
    let groups = setting.overrides().into_iter().flat_map(|body| &body.segments);
    let segments = in_rules.chain(groups.map(|group| group.segment.as_str()));
    flags
        .map(|each| (Kind::Flag, each.flag.clone()))
        .chain(segments.map(|key| (Kind::Segment, key.to_owned())))
        .collect()
}
