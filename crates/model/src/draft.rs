//! A draft: planned changes laid over the state, so that one request may hold several changes
//! that build on one another, and a dry run touches nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::Id;
use crate::document::Body;
use crate::log::Effect;
use crate::record::Kind;
use crate::state::{Aggregate, Doc, Setting, State, setting_key, setting_place};

/// State plus what has been planned so far.
pub struct Draft<'s> {
    state: &'s State,
    revision: u64,
    changed: BTreeMap<Id, Option<Arc<Doc>>>,
    /// Planned documents by name: an import plans tens of thousands and looks each one up.
    named: HashMap<(Kind, Option<Id>), BTreeMap<Box<str>, Id>>,
    /// Planned settings by flag and environment.
    placed: HashMap<(Id, Id), Vec<Id>>,
    /// In the order of first touch, which is the order of the effects.
    order: Vec<Id>,
    joined: BTreeMap<Id, BTreeSet<String>>,
    left: BTreeMap<Id, BTreeSet<String>>,
}

impl<'s> Draft<'s> {
    /// Nothing planned yet; documents put will carry `revision`.
    pub fn new(state: &'s State, revision: u64) -> Self {
        Self {
            state,
            revision,
            changed: BTreeMap::new(),
            named: HashMap::new(),
            placed: HashMap::new(),
            order: Vec::new(),
            joined: BTreeMap::new(),
            left: BTreeMap::new(),
        }
    }

    /// What lies beneath.
    pub fn state(&self) -> &'s State {
        self.state
    }

    /// A document by id, as planned.
    pub fn get(&self, id: Id) -> Option<&Arc<Doc>> {
        match self.changed.get(&id) {
            Some(planned) => planned.as_ref(),
            None => self.state.get(id),
        }
    }

    /// A document of one kind by id, as planned.
    pub fn get_a<T: Aggregate>(&self, id: Id) -> Option<&T> {
        self.get(id).and_then(|doc| doc.as_a())
    }

    /// A document by kind, scope and key, as planned.
    pub fn find(&self, kind: Kind, scope: Option<Id>, key: &str) -> Option<&Arc<Doc>> {
        let named = self.named.get(&(kind, scope)).and_then(|ids| ids.get(key));
        let planned = named.and_then(|id| self.changed.get(id)?.as_ref());
        planned.or_else(|| {
            self.state
                .find(kind, scope, key)
                .filter(|doc| !self.changed.contains_key(&doc.id))
        })
    }

    /// Documents of a kind in a scope, as planned.
    pub fn list(&self, kind: Kind, scope: Option<Id>) -> Vec<&Arc<Doc>> {
        let named = self.named.get(&(kind, scope)).into_iter().flat_map(BTreeMap::values);
        let planned = named.filter_map(|id| self.changed.get(id)?.as_ref());
        let rest = self
            .state
            .list(kind, scope)
            .filter(|doc| !self.changed.contains_key(&doc.id));
        let mut all: Vec<_> = rest.chain(planned).collect();
        all.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }

    /// What is set for a flag in an environment, as planned.
    pub fn setting(&self, flag: Id, environment: Id) -> Setting {
        let mut setting = self.state.setting(flag, environment).cloned().unwrap_or_default();
        for slot in [&mut setting.config, &mut setting.overrides, &mut setting.kill] {
            if let Some(planned) = slot.as_ref().and_then(|doc| self.changed.get(&doc.id)) {
                slot.clone_from(planned);
            }
        }
        let placed = self.placed.get(&(flag, environment)).into_iter().flatten();
        for doc in placed.filter_map(|id| self.changed.get(id)?.as_ref()) {
            match doc.body {
                Body::Config(_) => setting.config = Some(Arc::clone(doc)),
                Body::Overrides(_) => setting.overrides = Some(Arc::clone(doc)),
                Body::Kill(_) => setting.kill = Some(Arc::clone(doc)),
                _ => {}
            }
        }
        setting
    }

    /// Plans a document's new body. Nothing happens when it equals what is there.
    pub fn put(&mut self, id: Id, scope: Option<Id>, key: &str, body: Body) {
        if self.get(id).is_some_and(|doc| doc.body == body && &*doc.key == key) {
            return;
        }
        self.touch(id);
        self.forget_name(id);
        let kind = body.kind();
        self.named.entry((kind, scope)).or_default().insert(key.into(), id);
        if let Some(place) = setting_place(&body) {
            let ids = self.placed.entry(place).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let doc = Doc {
            id,
            scope,
            key: key.into(),
            revision: self.revision,
            body,
        };
        self.changed.insert(id, Some(Arc::new(doc)));
    }

    /// Plans a setting's new body.
    pub fn put_setting(&mut self, id: Id, project: Id, body: Body) {
        if let Some((flag, environment)) = setting_place(&body) {
            self.put(id, Some(project), &setting_key(flag, environment), body);
        }
    }

    /// Plans that a document goes.
    pub fn remove(&mut self, id: Id) {
        if self.get(id).is_some() {
            self.touch(id);
            self.forget_name(id);
            self.changed.insert(id, None);
        }
    }

    /// Takes the name a planned document had so far out of the index.
    fn forget_name(&mut self, id: Id) {
        let Some(doc) = self.changed.get(&id).and_then(Option::as_ref) else {
            return;
        };
        let place = (doc.body.kind(), doc.scope);
        if let Some(ids) = self.named.get_mut(&place)
            && ids.get(&doc.key) == Some(&id)
        {
            ids.remove(&doc.key);
        }
    }

    fn touch(&mut self, id: Id) {
        if !self.changed.contains_key(&id) {
            self.order.push(id);
        }
    }

    /// Whether a subject is a member of a segment, as planned.
    pub fn is_member(&self, segment: Id, subject: &str) -> bool {
        if self.joined.get(&segment).is_some_and(|set| set.contains(subject)) {
            return true;
        }
        let left = self.left.get(&segment).is_some_and(|set| set.contains(subject));
        !left && self.state.members(segment).is_some_and(|set| set.contains(subject))
    }

    /// How many members a segment has, as planned.
    pub fn member_count(&self, segment: Id) -> usize {
        let now = self.state.members(segment).map_or(0, HashSet::len);
        now + self.joined.get(&segment).map_or(0, BTreeSet::len) - self.left.get(&segment).map_or(0, BTreeSet::len)
    }

    /// Plans that subjects join; returns how many are new.
    pub fn add_members<'m>(&mut self, segment: Id, members: impl IntoIterator<Item = &'m str>) -> usize {
        let mut added = 0;
        for member in members {
            if self.is_member(segment, member) {
                continue;
            }
            if !self.left.get_mut(&segment).is_some_and(|set| set.remove(member)) {
                self.joined.entry(segment).or_default().insert(member.to_owned());
            }
            added += 1;
        }
        added
    }

    /// Plans that subjects leave; returns how many were in.
    pub fn remove_members<'m>(&mut self, segment: Id, members: impl IntoIterator<Item = &'m str>) -> usize {
        let mut removed = 0;
        for member in members {
            if !self.is_member(segment, member) {
                continue;
            }
            if !self.joined.get_mut(&segment).is_some_and(|set| set.remove(member)) {
                self.left.entry(segment).or_default().insert(member.to_owned());
            }
            removed += 1;
        }
        removed
    }

    /// What all that does, one effect per document.
    pub fn effects(&self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for id in &self.order {
            let before = self.state.get(*id).map(|doc| doc.to_record());
            match (before, self.changed.get(id).and_then(Option::as_ref)) {
                (before, Some(doc)) => {
                    let unchanged = self
                        .state
                        .get(*id)
                        .is_some_and(|old| old.body == doc.body && old.key == doc.key);
                    if !unchanged {
                        effects.push(Effect::Put {
                            before,
                            after: doc.to_record(),
                        });
                    }
                }
                (Some(before), None) => {
                    self.leave_all(*id, &mut effects);
                    effects.push(Effect::Remove { before });
                }
                (None, None) => {}
            }
        }
        for (segment, members) in self
            .left
            .iter()
            .filter(|(segment, set)| !set.is_empty() && self.get(**segment).is_some())
        {
            effects.push(Effect::RemoveMembers {
                segment: *segment,
                members: members.iter().cloned().collect(),
            });
        }
        for (segment, members) in self
            .joined
            .iter()
            .filter(|(segment, set)| !set.is_empty() && self.get(**segment).is_some())
        {
            effects.push(Effect::AddMembers {
                segment: *segment,
                members: members.iter().cloned().collect(),
            });
        }
        effects
    }

    /// A segment that goes takes its members along, so that undo can bring them back.
    fn leave_all(&self, id: Id, effects: &mut Vec<Effect>) {
        if let Some(members) = self.state.members(id).filter(|members| !members.is_empty()) {
            let mut members: Vec<String> = members.iter().map(ToString::to_string).collect();
            members.sort_unstable();
            effects.push(Effect::RemoveMembers { segment: id, members });
        }
    }
}
