//! The whole configuration in memory: documents with the look-ups that reading and planning need.
//!
//! [`State`] changes only by [`State::apply`], with effects; [`crate::draft::Draft`] lays planned
//! changes over it without touching it. Every read that answers a list or a search is served
//! from here; SQL is asked for the log only.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::Id;
use crate::document::{Body, Config, Flag, Kill, Overrides, Segment, Unreadable};
use crate::log::{Actor, Effect, Head, LogEntry};
use crate::record::{Kind, Record};

/// A document in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc {
    /// For ever.
    pub id: Id,
    /// What it belongs to.
    pub scope: Option<Id>,
    /// Unique in kind and scope.
    pub key: Box<str>,
    /// The change that wrote it.
    pub revision: u64,
    /// What it says.
    pub body: Body,
}

/// A document body that is its own kind.
pub trait Aggregate: Sized + Clone {
    /// Its kind.
    const KIND: Kind;
    /// As a body.
    fn into_body(self) -> Body;
    /// Out of a body; absent when it is of another kind.
    fn from_body(body: &Body) -> Option<&Self>;
}

macro_rules! aggregates {
    ($($kind:ident),*) => {
        $(impl Aggregate for crate::document::$kind {
            const KIND: Kind = Kind::$kind;
            fn into_body(self) -> Body { Body::$kind(self) }
            fn from_body(body: &Body) -> Option<&Self> {
                match body { Body::$kind(inner) => Some(inner), _ => None }
            }
        })*
    };
}

aggregates!(
    Organization,
    Project,
    Environment,
    Flag,
    Config,
    Overrides,
    Kill,
    Segment,
    Credential,
    User,
    Role,
    Member,
    Token
);

impl Doc {
    /// Reads a stored record.
    ///
    /// # Errors
    /// When the body is not of its kind's form.
    pub fn read(record: &Record) -> Result<Self, Unreadable> {
        let parsed = Body::read(record)?;
        // A parser leaves lists with room to spare, a third of all memory where there are many flags. A copy has
        // none.
        let body = Body::clone(&parsed);
        Ok(Self {
            id: record.id,
            scope: record.scope,
            key: record.key.as_str().into(),
            revision: record.revision,
            body,
        })
    }

    /// As it is stored.
    pub fn to_record(&self) -> Record {
        let kind = self.body.kind();
        let text = self.body.to_json().to_string();
        Record {
            kind,
            id: self.id,
            scope: self.scope,
            key: self.key.to_string(),
            revision: self.revision,
            v: crate::document::version(kind),
            body: serde_json::value::RawValue::from_string(text)
                .unwrap_or_else(|_| serde_json::value::RawValue::NULL.to_owned()),
        }
    }

    /// The body as one kind.
    pub fn as_a<T: Aggregate>(&self) -> Option<&T> {
        T::from_body(&self.body)
    }
}

/// What is set for one flag in one environment.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Switch, rules, default.
    pub config: Option<Arc<Doc>>,
    /// Fixed serves.
    pub overrides: Option<Arc<Doc>>,
    /// Kill overlay.
    pub kill: Option<Arc<Doc>>,
}

impl Setting {
    fn slot(&mut self, kind: Kind) -> Option<&mut Option<Arc<Doc>>> {
        match kind {
            Kind::Config => Some(&mut self.config),
            Kind::Overrides => Some(&mut self.overrides),
            Kind::Kill => Some(&mut self.kill),
            _ => None,
        }
    }

    /// The configuration, if one was ever set.
    pub fn config(&self) -> Option<&Config> {
        self.config.as_ref().and_then(|doc| doc.as_a())
    }

    /// The overrides, if any were ever set.
    pub fn overrides(&self) -> Option<&Overrides> {
        self.overrides.as_ref().and_then(|doc| doc.as_a())
    }

    /// The kill, whether or not it has ended.
    pub fn kill(&self) -> Option<&Kill> {
        self.kill.as_ref().and_then(|doc| doc.as_a())
    }

    /// Revision of the youngest part; 0 when nothing is set.
    pub fn revision(&self) -> u64 {
        [&self.config, &self.overrides, &self.kill]
            .into_iter()
            .flatten()
            .map(|doc| doc.revision)
            .max()
            .unwrap_or(0)
    }
}

/// When a revision was written and by whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: Actor,
}

/// The documents of a log entry, read once; copies of the state that take the entry over share them.
#[derive(Debug, Default)]
pub struct ReadEntry {
    /// As many as the entry has effects; those that are no document, or none that can be read, are empty.
    docs: Vec<Option<Arc<Doc>>>,
    /// Documents that cannot be read, and why.
    pub unreadable: Vec<(Id, Unreadable)>,
}

impl ReadEntry {
    /// Reads what an entry puts.
    pub fn of(entry: &LogEntry) -> Self {
        let mut read = Self::default();
        for effect in &entry.effects {
            let doc = match effect {
                Effect::Put { after, .. } => match Doc::read(after) {
                    Ok(doc) => Some(Arc::new(doc)),
                    Err(error) => {
                        read.unreadable.push((after.id, error));
                        None
                    }
                },
                Effect::Remove { .. } | Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => None,
            };
            read.docs.push(doc);
        }
        read
    }
}

/// Documents of one kind in one scope.
type ByKey = BTreeMap<Box<str>, Arc<Doc>>;

/// Everything, at one revision.
#[derive(Clone, Debug)]
pub struct State {
    head: Head,
    docs: HashMap<Id, Arc<Doc>>,
    by_key: HashMap<(Kind, Option<Id>), ByKey>,
    settings: HashMap<(Id, Id), Setting>,
    /// Shared between copies until one of them changes.
    members: HashMap<Id, Arc<HashSet<Box<str>>>>,
    stamps: HashMap<u64, Stamp>,
}

impl State {
    /// Nothing, at a revision.
    pub fn empty(head: Head) -> Self {
        Self {
            head,
            docs: HashMap::new(),
            by_key: HashMap::new(),
            settings: HashMap::new(),
            members: HashMap::new(),
            stamps: HashMap::new(),
        }
    }

    /// Adds a document that the store loaded.
    pub fn add(&mut self, document: Arc<Doc>) {
        self.put(document);
    }

    /// Adds a document that another state holds, too.
    pub fn share(&mut self, document: Arc<Doc>) {
        self.put(document);
    }

    /// Member rows of a segment, to be shared with another state.
    pub fn shared_members(&self, segment: Id) -> Option<&Arc<HashSet<Box<str>>>> {
        self.members.get(&segment)
    }

    /// Sets a segment's member rows, which another state may hold, too.
    pub fn share_members(&mut self, segment: Id, members: Arc<HashSet<Box<str>>>) {
        self.members.insert(segment, members);
    }

    /// Adds a segment's member rows.
    pub fn load_members(&mut self, segment: Id, members: Vec<String>) {
        let set = self.members.entry(segment).or_default();
        Arc::make_mut(set).extend(members.into_iter().map(String::into_boxed_str));
    }

    /// Adds when and by whom revisions were written.
    pub fn load_stamps(&mut self, stamps: impl IntoIterator<Item = (u64, Stamp)>) {
        self.stamps.extend(stamps);
    }

    /// Number of the last change it contains.
    pub fn revision(&self) -> u64 {
        self.head.revision
    }

    /// The epoch and revision.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// A document by id.
    pub fn get(&self, id: Id) -> Option<&Arc<Doc>> {
        self.docs.get(&id)
    }

    /// A document of one kind by id.
    pub fn get_a<T: Aggregate>(&self, id: Id) -> Option<&T> {
        self.docs.get(&id).and_then(|doc| doc.as_a())
    }

    /// A document by kind, scope and key. Settings are found by [`State::setting`].
    pub fn find(&self, kind: Kind, scope: Option<Id>, key: &str) -> Option<&Arc<Doc>> {
        self.by_key.get(&(kind, scope)).and_then(|docs| docs.get(key))
    }

    /// Documents of a kind in a scope, in byte order of key.
    pub fn list(&self, kind: Kind, scope: Option<Id>) -> impl DoubleEndedIterator<Item = &Arc<Doc>> {
        self.by_key
            .get(&(kind, scope))
            .into_iter()
            .flat_map(|docs| docs.values())
    }

    /// How many documents of a kind a scope holds.
    pub fn count(&self, kind: Kind, scope: Option<Id>) -> usize {
        self.by_key.get(&(kind, scope)).map_or(0, BTreeMap::len)
    }

    /// Every document of a kind in every scope, in no order.
    pub fn list_all(&self, kind: Kind) -> impl Iterator<Item = &Arc<Doc>> {
        self.by_key
            .iter()
            .filter(move |((each, _), _)| *each == kind)
            .flat_map(|(_, docs)| docs.values())
    }

    /// What is set for a flag in an environment.
    pub fn setting(&self, flag: Id, environment: Id) -> Option<&Setting> {
        self.settings.get(&(flag, environment))
    }

    /// Every configuration, override set and kill, in no order.
    pub fn settings(&self) -> impl Iterator<Item = &Arc<Doc>> {
        self.settings
            .values()
            .flat_map(|setting| [&setting.config, &setting.overrides, &setting.kill])
            .flatten()
    }

    /// Environments of a project in promotion order.
    pub fn environments(&self, project: Id) -> Vec<(&Arc<Doc>, &crate::document::Environment)> {
        let mut found: Vec<_> = self
            .list(Kind::Environment, Some(project))
            .filter_map(|doc| doc.as_a::<crate::document::Environment>().map(|body| (doc, body)))
            .collect();
        found.sort_by(|a, b| (a.1.order, &a.1.key).cmp(&(b.1.order, &b.1.key)));
        found
    }

    /// Flags of a project in byte order of key.
    pub fn flags(&self, project: Id) -> impl Iterator<Item = (&Arc<Doc>, &Flag)> {
        self.list(Kind::Flag, Some(project))
            .filter_map(|doc| doc.as_a::<Flag>().map(|body| (doc, body)))
    }

    /// Segments of a project in byte order of key.
    pub fn segments(&self, project: Id) -> impl Iterator<Item = (&Arc<Doc>, &Segment)> {
        self.list(Kind::Segment, Some(project))
            .filter_map(|doc| doc.as_a::<Segment>().map(|body| (doc, body)))
    }

    /// Member rows of a segment.
    pub fn members(&self, segment: Id) -> Option<&HashSet<Box<str>>> {
        self.members.get(&segment).map(|set| &**set)
    }

    /// When and by whom a revision was written.
    pub fn stamp(&self, revision: u64) -> Option<&Stamp> {
        self.stamps.get(&revision)
    }

    /// Takes over one log entry. Unreadable bodies are returned; the document then is absent.
    pub fn apply(&mut self, entry: &LogEntry) -> Vec<(Id, Unreadable)> {
        let read = ReadEntry::of(entry);
        self.apply_read(entry, &read);
        read.unreadable
    }

    /// Takes over one log entry whose documents were read before, perhaps for several copies of the state.
    pub fn apply_read(&mut self, entry: &LogEntry, read: &ReadEntry) {
        for (at, effect) in entry.effects.iter().enumerate() {
            match effect {
                Effect::Put { after, .. } => match read.docs.get(at).and_then(Option::as_ref) {
                    Some(doc) => self.put(Arc::clone(doc)),
                    None => self.remove(after.id),
                },
                Effect::Remove { before } => self.remove(before.id),
                Effect::AddMembers { segment, members } => {
                    let set = self.members.entry(*segment).or_default();
                    Arc::make_mut(set).extend(members.iter().map(|each| each.as_str().into()));
                }
                Effect::RemoveMembers { segment, members } => {
                    if let Some(set) = self.members.get_mut(segment) {
                        let set = Arc::make_mut(set);
                        for member in members {
                            set.remove(member.as_str());
                        }
                    }
                }
            }
        }
        self.stamps.insert(
            entry.revision,
            Stamp {
                at: entry.at,
                actor: entry.actor.clone(),
            },
        );
        self.head.revision = entry.revision;
    }

    fn put(&mut self, doc: Arc<Doc>) {
        let kind = doc.body.kind();
        if let Some(place) = setting_place(&doc.body) {
            if let Some(slot) = self.settings.entry(place).or_default().slot(kind) {
                *slot = Some(Arc::clone(&doc));
            }
        } else {
            if let Some(old) = self
                .docs
                .get(&doc.id)
                .filter(|old| old.key != doc.key || old.scope != doc.scope)
                && let Some(docs) = self.by_key.get_mut(&(kind, old.scope))
            {
                docs.remove(&old.key);
            }
            self.by_key
                .entry((kind, doc.scope))
                .or_default()
                .insert(doc.key.clone(), Arc::clone(&doc));
        }
        self.docs.insert(doc.id, doc);
    }

    fn remove(&mut self, id: Id) {
        let Some(doc) = self.docs.remove(&id) else { return };
        let kind = doc.body.kind();
        if let Some(place) = setting_place(&doc.body) {
            if let Some(setting) = self.settings.get_mut(&place) {
                if let Some(slot) = setting.slot(kind) {
                    *slot = None;
                }
                if setting.config.is_none() && setting.overrides.is_none() && setting.kill.is_none() {
                    self.settings.remove(&place);
                }
            }
        } else if let Some(docs) = self.by_key.get_mut(&(kind, doc.scope)) {
            docs.remove(&doc.key);
        }
        if kind == Kind::Segment {
            self.members.remove(&id);
        }
    }
}

/// The (flag, environment) of a setting; absent for other kinds.
pub fn setting_place(body: &Body) -> Option<(Id, Id)> {
    match body {
        Body::Config(it) => Some((it.flag, it.environment)),
        Body::Overrides(it) => Some((it.flag, it.environment)),
        Body::Kill(it) => Some((it.flag, it.environment)),
        _ => None,
    }
}

/// The id that a setting gets when it is first made. It follows from what it is a setting of, so that a change can name
/// a setting that does not exist yet as its base, at revision 0, and two first edits are edits of one document.
pub fn setting_id(kind: Kind, flag: Id, environment: Id) -> Id {
    let mut text = Vec::with_capacity(48);
    text.extend_from_slice(flag.as_bytes());
    text.extend_from_slice(environment.as_bytes());
    text.extend_from_slice(kind.as_str().as_bytes());
    let hash = xxhash_rust::xxh3::xxh3_128(&text).to_be_bytes();
    let mut rest = [0; 10];
    rest.copy_from_slice(&hash[..10]);
    Id::from_parts(flag.unix_ms().max(environment.unix_ms()), rest)
}

/// The stored key of a setting.
pub fn setting_key(flag: Id, environment: Id) -> String {
    format!("{flag}/{environment}")
}
