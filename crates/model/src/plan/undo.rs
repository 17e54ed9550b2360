//! Undo: one log entry taken out, and what came after laid over what was before.
//!
//! The outcome is what planning the same changes without that one would have given: every later
//! edit of a body is merged three ways by path onto the body without the undone entry. A part
//! that both changed is a conflict and is named, even if it reads the same again by now. Members
//! that were moved later stay where they were moved. Counters of indexes only grow. Revoked keys,
//! removed members and passwords never come back.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Planner, Refusal, invalid, unreadable};
use crate::Id;
use crate::authorise::permission_to_change;
use crate::document::{Body, Flag};
use crate::log::{Effect, LogEntry};
use crate::merge;
use crate::record::{Kind, Record};

impl Planner<'_> {
    pub(super) fn undo(&mut self, revision: u64) -> Result<(), Refusal> {
        let Some(entry) = self
            .past
            .entry(revision)
            .filter(|entry| self.belongs_here(entry))
            .cloned()
        else {
            return Err(Refusal::NotFound {
                what: format!("revision {revision}"),
            });
        };
        let later: Vec<LogEntry> = self.past.later(revision).into_iter().cloned().collect();
        let access = self.access();
        let mut conflicts: BTreeMap<Id, Vec<String>> = BTreeMap::new();
        for effect in entry.effects.iter().rev() {
            if let Some(kind) = self.kind_of(effect) {
                match permission_to_change(kind) {
                    Some(permission) => self.allow(&access, permission)?,
                    None if access.operator => {}
                    None => return Err(Refusal::Denied { permission: None }),
                }
            }
            self.undo_effect(effect, &later, &mut conflicts)?;
        }
        if let Some((document, paths)) = conflicts.into_iter().next() {
            let winner = self.draft.state().get(document).map_or(0, |doc| doc.revision);
            return Err(Refusal::Conflict {
                document,
                winner,
                paths,
            });
        }
        self.undoes = Some(revision);
        let about = entry
            .effects
            .first()
            .map_or_else(|| self.project_id(), |effect| Ok(effect.document()))?;
        self.say(about, format!("Undoes revision {revision}: {}", entry.summary));
        self.check_touched_settings(&entry)
    }

    fn belongs_here(&self, entry: &LogEntry) -> bool {
        match self.request.place {
            super::Place::Project(id) => entry.project == Some(id),
            super::Place::Organization(_) | super::Place::Instance => entry.project.is_none() && self.access().operator,
        }
    }

    fn kind_of(&self, effect: &Effect) -> Option<Kind> {
        match effect {
            Effect::Put { after, .. } => Some(after.kind),
            Effect::Remove { before } => Some(before.kind),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => Some(Kind::Segment),
        }
    }

    fn undo_effect(
        &mut self,
        effect: &Effect,
        later: &[LogEntry],
        conflicts: &mut BTreeMap<Id, Vec<String>>,
    ) -> Result<(), Refusal> {
        match effect {
            Effect::Put {
                before: Some(before),
                after,
            } => self.undo_edit(before, after, later, conflicts),
            Effect::Put { before: None, after } => self.undo_creation(after, later, conflicts),
            Effect::Remove { before } => self.undo_removal(before),
            Effect::AddMembers { segment, members } => {
                let untouched = untouched_since(*segment, members, later);
                self.draft.remove_members(*segment, untouched);
                Ok(())
            }
            Effect::RemoveMembers { segment, members } => {
                if self.draft.get(*segment).is_some() {
                    let untouched = untouched_since(*segment, members, later);
                    self.draft.add_members(*segment, untouched);
                }
                Ok(())
            }
        }
    }

    fn undo_edit(
        &mut self,
        before: &Record,
        after: &Record,
        later: &[LogEntry],
        conflicts: &mut BTreeMap<Id, Vec<String>>,
    ) -> Result<(), Refusal> {
        self.refuse_irreversible(before, after)?;
        if self.draft.get(after.id).is_none() {
            conflicts.insert(after.id, vec![String::new()]);
            return Ok(());
        }
        let (written, mut body) = (parsed(after), parsed(before));
        keep_counters(&written, &mut body);
        let mut paths = Vec::new();
        for (old, new) in later.iter().flat_map(|entry| edits_of(entry, after.id)) {
            let merged = merge::three_way(&parsed(old), &body, &parsed(new));
            paths.extend(merged.conflicts);
            body = merged.value;
        }
        if !paths.is_empty() {
            paths.sort_unstable();
            paths.dedup();
            conflicts.insert(after.id, paths);
            return Ok(());
        }
        self.put_back(after, &body)
    }

    fn undo_creation(
        &mut self,
        after: &Record,
        later: &[LogEntry],
        conflicts: &mut BTreeMap<Id, Vec<String>>,
    ) -> Result<(), Refusal> {
        if matches!(
            after.kind,
            Kind::Member | Kind::User | Kind::Token | Kind::Credential | Kind::Project | Kind::Organization
        ) {
            let detail = format!(
                "creating a {} is not undone; remove or revoke it instead",
                after.kind.as_str()
            );
            return Err(invalid("not_undoable", detail, self.pointer.clone()));
        }
        if self.draft.get(after.id).is_none() {
            return Ok(());
        }
        if later.iter().any(|entry| edits_of(entry, after.id).next().is_some()) {
            conflicts.insert(after.id, vec![String::new()]);
            return Ok(());
        }
        if after.kind == Kind::Flag && self.is_configured(after) {
            conflicts.insert(after.id, vec!["/environments".to_owned()]);
            return Ok(());
        }
        let place = self
            .draft
            .get(after.id)
            .and_then(|doc| crate::state::setting_place(&doc.body));
        if let Some((_, environment)) = place {
            self.touches(environment);
        }
        self.draft.remove(after.id);
        Ok(())
    }

    fn is_configured(&self, flag: &Record) -> bool {
        let environments = self.draft.list(Kind::Environment, flag.scope);
        environments
            .iter()
            .any(|environment| self.draft.setting(flag.id, environment.id).revision() > 0)
    }

    fn undo_removal(&mut self, before: &Record) -> Result<(), Refusal> {
        if matches!(before.kind, Kind::Member | Kind::Token | Kind::Credential) {
            let detail = format!("a removed {} does not come back; make a new one", before.kind.as_str());
            return Err(invalid("not_undoable", detail, self.pointer.clone()));
        }
        if self.draft.find(before.kind, before.scope, &before.key).is_some() {
            let detail = format!(
                "the key {} of the {} has been taken again",
                before.key,
                before.kind.as_str()
            );
            return Err(invalid("key_taken", detail, self.pointer.clone()));
        }
        self.put_back(before, &parsed(before))
    }

    fn put_back(&mut self, record: &Record, body: &Json) -> Result<(), Refusal> {
        let text = serde_json::value::to_raw_value(body)
            .map_err(|error| invalid("bad_value", error.to_string(), self.pointer.clone()))?;
        let record = Record {
            body: text,
            ..record.clone()
        };
        let body = Body::read(&record).map_err(|error| unreadable(&error, &self.pointer))?;
        if let Some((_, environment)) = crate::state::setting_place(&body) {
            self.touches(environment);
        } else if let (Kind::Flag | Kind::Segment, Some(project)) = (record.kind, record.scope) {
            self.touches_project(project);
        }
        self.draft.put(record.id, record.scope, &record.key, body);
        Ok(())
    }

    fn refuse_irreversible(&self, before: &Record, after: &Record) -> Result<(), Refusal> {
        let reset = |record: &Record| parsed(record).get("password_reset_at").cloned();
        if after.kind == Kind::User && reset(after) != reset(before) {
            return Err(invalid(
                "not_undoable",
                "an old password does not come back; set a new one",
                self.pointer.clone(),
            ));
        }
        let revoked = |record: &Record| parsed(record).get("revoked_at").is_some();
        if revoked(after) && !revoked(before) {
            return Err(invalid(
                "not_undoable",
                "what is revoked stays revoked; make a new one",
                self.pointer.clone(),
            ));
        }
        Ok(())
    }

    /// The result must be as sound as if it had been typed in.
    fn check_touched_settings(&mut self, entry: &LogEntry) -> Result<(), Refusal> {
        for effect in &entry.effects {
            let Some(place) = self
                .draft
                .get(effect.document())
                .and_then(|doc| crate::state::setting_place(&doc.body))
            else {
                continue;
            };
            let live = |doc: &&std::sync::Arc<crate::state::Doc>| {
                doc.as_a::<Flag>().is_some_and(|flag| flag.archived_at.is_none())
            };
            let flag = self.draft.get(place.0).filter(live).map(|doc| doc.key.to_string());
            let environment = self.draft.get(place.1).map(|doc| doc.key.to_string());
            if let (Some(flag), Some(environment)) = (flag, environment) {
                let spot = self.spot(&flag, &environment)?;
                let config = self.config_of(&spot).1;
                let setting = self.draft.setting(place.0, place.1);
                self.check_setting(&spot, &config, setting.overrides())?;
            }
        }
        Ok(())
    }
}

/// What an entry did to one body, as before and after.
fn edits_of(entry: &LogEntry, document: Id) -> impl Iterator<Item = (&Record, &Record)> {
    entry.effects.iter().filter_map(move |effect| match effect {
        Effect::Put {
            before: Some(before),
            after,
        } if after.id == document => Some((before, after)),
        _ => None,
    })
}

/// Those of the members that no later entry moved.
fn untouched_since<'m>(segment: Id, members: &'m [String], later: &[LogEntry]) -> Vec<&'m str> {
    let moved: std::collections::BTreeSet<&str> = later
        .iter()
        .flat_map(|entry| &entry.effects)
        .filter_map(|effect| match effect {
            Effect::AddMembers {
                segment: other,
                members,
            }
            | Effect::RemoveMembers {
                segment: other,
                members,
            } if *other == segment => Some(members),
            _ => None,
        })
        .flatten()
        .map(String::as_str)
        .collect();
    members
        .iter()
        .map(String::as_str)
        .filter(|member| !moved.contains(member))
        .collect()
}

fn parsed(record: &Record) -> Json {
    serde_json::from_str(record.body.get()).unwrap_or(Json::Null)
}

/// Counters of indexes only grow: undo does not hand an index out twice.
fn keep_counters(written: &Json, wanted: &mut Json) {
    for counter in merge::COUNTERS {
        if let (Some(value), Some(object)) = (written.get(counter), wanted.as_object_mut()) {
            object.insert(counter.to_owned(), value.clone());
        }
    }
}
