//! Undo: the inverse of one log entry laid over what is there now.
//!
//! Bodies merge three ways by path (base: what the entry wrote, theirs: now, mine: what was
//! before), so edits made since survive unless they changed the same part. Counters of indexes
//! only grow. Revoked keys, removed members and passwords never come back.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Planner, Refusal, invalid, unreadable};
use crate::Id;
use crate::authorise::permission_to_change;
use crate::document::Body;
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
            self.undo_effect(effect, &mut conflicts)?;
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

    fn undo_effect(&mut self, effect: &Effect, conflicts: &mut BTreeMap<Id, Vec<String>>) -> Result<(), Refusal> {
        match effect {
            Effect::Put {
                before: Some(before),
                after,
            } => self.undo_edit(before, after, conflicts),
            Effect::Put { before: None, after } => self.undo_creation(after, conflicts),
            Effect::Remove { before } => self.undo_removal(before),
            Effect::AddMembers { segment, members } => {
                self.draft.remove_members(*segment, members.iter().map(String::as_str));
                Ok(())
            }
            Effect::RemoveMembers { segment, members } => {
                if self.draft.get(*segment).is_some() {
                    self.draft.add_members(*segment, members.iter().map(String::as_str));
                }
                Ok(())
            }
        }
    }

    fn undo_edit(
        &mut self,
        before: &Record,
        after: &Record,
        conflicts: &mut BTreeMap<Id, Vec<String>>,
    ) -> Result<(), Refusal> {
        self.refuse_irreversible(before, after)?;
        let Some(now) = self.draft.get(after.id).map(|doc| doc.body.to_json()) else {
            conflicts.insert(after.id, vec![String::new()]);
            return Ok(());
        };
        let (written, mut wanted) = (parsed(after), parsed(before));
        keep_counters(&written, &mut wanted);
        let merged = merge::three_way(&written, &now, &wanted);
        if !merged.conflicts.is_empty() {
            conflicts.insert(after.id, merged.conflicts);
            return Ok(());
        }
        self.put_back(after, &merged.value)
    }

    fn undo_creation(&mut self, after: &Record, conflicts: &mut BTreeMap<Id, Vec<String>>) -> Result<(), Refusal> {
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
        let Some(now) = self.draft.get(after.id).map(|doc| doc.body.to_json()) else {
            return Ok(());
        };
        if now != parsed(after) {
            conflicts.insert(after.id, vec![String::new()]);
            return Ok(());
        }
        if after.kind == Kind::Flag {
            let environments: Vec<Id> = self
                .draft
                .list(Kind::Environment, after.scope)
                .into_iter()
                .map(|doc| doc.id)
                .collect();
            if environments
                .iter()
                .any(|environment| self.draft.setting(after.id, *environment).revision() > 0)
            {
                conflicts.insert(after.id, vec!["/environments".to_owned()]);
                return Ok(());
            }
        }
        self.draft.remove(after.id);
        Ok(())
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
            let flag = self.draft.get(place.0).map(|doc| doc.key.to_string());
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

fn parsed(record: &Record) -> Json {
    serde_json::from_str(record.body.get()).unwrap_or(Json::Null)
}

/// Counters of indexes only grow: undo does not hand an index out twice.
fn keep_counters(written: &Json, wanted: &mut Json) {
    for counter in ["next_flag", "next_segment"] {
        if let (Some(value), Some(object)) = (written.get(counter), wanted.as_object_mut()) {
            object.insert(counter.to_owned(), value.clone());
        }
    }
}
