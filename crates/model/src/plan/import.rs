//! Imports: a project file laid over a project, or made into a new one. Creates what is missing,
//! replaces what differs, leaves the rest; a second run changes nothing.
//!
//! In a project that holds nothing a file comes in without loss: what is exported then is the file.

mod numbers;
mod parts;

use super::{MAX_FLAGS, Place, Planner, Refusal, invalid};
use crate::Id;
use crate::change::{EnvironmentChange, Import, ProjectChange};
use crate::document::{Body, Environment, Flag, Project, Segment};
use crate::permission::Permission;
use crate::portable::{EnvironmentEntry, ProjectFile};
use crate::record::Kind;

pub(super) use numbers::Numbers;

impl Planner<'_> {
    pub(super) fn import(&mut self, import: &Import) -> Result<(), Refusal> {
        let file = &import.file;
        let project = self.target(file)?;
        self.import_environments(project, file)?;
        self.import_parts(project, file)?;
        if self.sentences.is_empty() {
            self.say(project, format!("Imports from {}: nothing to change", import.source));
        }
        Ok(())
    }

    /// The project of the request, or a new one of the organization.
    fn target(&mut self, file: &ProjectFile) -> Result<Id, Refusal> {
        let settings = &file.settings;
        if let Place::Organization(organization) = self.request.place {
            self.need(Permission::ProjectCreate)?;
            self.project(&ProjectChange::Create {
                key: file.project.clone(),
                name: settings.name.clone().unwrap_or_default(),
                description: settings.description.clone().unwrap_or_default(),
                client_visible_default: settings.client_visible_default.unwrap_or_default(),
            })?;
            let made = self.draft.find(Kind::Project, Some(organization), &file.project);
            self.made = made.map(|doc| doc.id);
        }
        let project = self.project_id()?;
        self.import_settings(project, file)?;
        Ok(project)
    }

    /// A file of another project does not rename this one.
    fn import_settings(&mut self, project: Id, file: &ProjectFile) -> Result<(), Refusal> {
        let Some(before) = self.draft.get_a::<Project>(project).cloned() else {
            return Ok(());
        };
        if file.project != before.key {
            return Ok(());
        }
        let (settings, mut after) = (&file.settings, before.clone());
        after.name.clone_from(settings.name.as_ref().unwrap_or(&before.name));
        after
            .description
            .clone_from(settings.description.as_ref().unwrap_or(&before.description));
        after.client_visible_default = settings.client_visible_default.unwrap_or(before.client_visible_default);
        if after == before {
            return Ok(());
        }
        self.need(Permission::ProjectManage)?;
        self.say(project, format!("Changes the settings of project {}", before.key));
        self.put_project(project, after);
        Ok(())
    }

    fn put_project(&mut self, id: Id, body: Project) {
        let scope = self.draft.get(id).and_then(|doc| doc.scope);
        let key = body.key.clone();
        self.draft.put(id, scope, &key, Body::Project(body));
    }

    fn import_environments(&mut self, project: Id, file: &ProjectFile) -> Result<(), Refusal> {
        let mut entries: Vec<(&String, &EnvironmentEntry)> = file.environments.iter().collect();
        entries.sort_by_key(|(key, entry)| (entry.order.unwrap_or(u32::MAX), *key));
        for (key, entry) in &entries {
            self.import_environment(project, key, entry)?;
        }
        let mut now: Vec<(u32, String)> = self
            .draft
            .list(Kind::Environment, Some(project))
            .into_iter()
            .filter_map(|doc| doc.as_a::<Environment>())
            .map(|body| (body.order, body.key.clone()))
            .collect();
        now.sort_unstable();
        let now: Vec<String> = now.into_iter().map(|(_, key)| key).collect();
        let wanted: Vec<String> = entries.iter().map(|(key, _)| (*key).clone()).collect();
        let whole = now.len() == wanted.len() && entries.iter().all(|(_, entry)| entry.order.is_some());
        if whole && now != wanted {
            self.need(Permission::EnvironmentManage)?;
            self.order_environments(project, &wanted)?;
        }
        Ok(())
    }

    fn import_environment(&mut self, project: Id, key: &str, entry: &EnvironmentEntry) -> Result<(), Refusal> {
        if self.draft.find(Kind::Environment, Some(project), key).is_none() {
            self.need(Permission::EnvironmentManage)?;
            self.environment(&EnvironmentChange::Create {
                key: key.to_owned(),
                name: entry.name.clone().unwrap_or_default(),
                code: entry.code.clone().unwrap_or_default(),
                hue: entry.hue,
                protected: entry.protected.unwrap_or_default(),
            })?;
        }
        let (id, before) = self.named::<Environment>(Some(project), key)?;
        let mut after = before.clone();
        after.name.clone_from(entry.name.as_ref().unwrap_or(&before.name));
        after.code.clone_from(entry.code.as_ref().unwrap_or(&before.code));
        after.hue = entry.hue.unwrap_or(before.hue);
        after.protected = entry.protected.unwrap_or(before.protected);
        if after == before {
            return Ok(());
        }
        self.need(Permission::EnvironmentManage)?;
        self.edit_environment(project, id, &before, after)
    }

    fn import_parts(&mut self, project: Id, file: &ProjectFile) -> Result<(), Refusal> {
        self.give_numbers(project, file)?;
        for (key, entry) in &file.segments {
            self.import_segment(project, key, entry)?;
        }
        let mut archived = Vec::new();
        for (key, entry) in &file.flags {
            let was_live = self.is_live_flag(project, key);
            self.import_flag(project, key, entry)?;
            if was_live && entry.archived_at.is_some() {
                archived.push(key);
            }
        }
        // Settings come after every flag exists, since prerequisites name other flags.
        for (key, entry) in &file.flags {
            self.import_settings_of(key, entry)?;
        }
        // What goes out of service may have been needed until here.
        for key in archived {
            self.refuse_while_needed(project, key, "archive")?;
        }
        for (key, entry) in file.segments.iter().filter(|(_, entry)| entry.archived_at.is_some()) {
            self.archive_imported_segment(project, key, entry)?;
        }
        Ok(())
    }

    fn is_live_flag(&self, project: Id, key: &str) -> bool {
        let found = self.draft.find(Kind::Flag, Some(project), key);
        found
            .and_then(|doc| doc.as_a::<Flag>())
            .is_some_and(|body| body.archived_at.is_none())
    }

    /// Gives every new flag and segment its number, and keeps the numbers of the file from being given again.
    fn give_numbers(&mut self, project: Id, file: &ProjectFile) -> Result<(), Refusal> {
        let Some(mut owner) = self.draft.get_a::<Project>(project).cloned() else {
            return Err(Refusal::NotFound { what: "project".into() });
        };
        let is_new = |kind, key: &str| self.draft.find(kind, Some(project), key).is_none();
        let flags = file.flags.iter().filter(|(key, _)| is_new(Kind::Flag, key));
        let flags = Numbers::give(
            owner.next_flag,
            file.settings.next_flag,
            flags.map(|(key, entry)| (key, entry.index)),
        );
        let segments = file.segments.iter().filter(|(key, _)| is_new(Kind::Segment, key));
        let segments = Numbers::give(
            owner.next_segment,
            file.settings.next_segment,
            segments.map(|(key, entry)| (key, entry.index)),
        );
        let count = self.draft.list(Kind::Flag, Some(project)).len() + flags.count();
        if count > MAX_FLAGS {
            let detail = format!("the project would have {count} flags, the limit is {MAX_FLAGS}");
            return Err(invalid("too_many_flags", detail, self.pointer.clone()));
        }
        (owner.next_flag, owner.next_segment) = (flags.next(), segments.next());
        self.put_project(project, owner);
        (self.flag_numbers, self.segment_numbers) = (flags, segments);
        Ok(())
    }

    /// A segment that was live and is archived by the file goes last: rules may have named it until then.
    fn archive_imported_segment(
        &mut self,
        project: Id,
        key: &str,
        entry: &crate::portable::SegmentEntry,
    ) -> Result<(), Refusal> {
        let (id, mut body) = self.named::<Segment>(Some(project), key)?;
        if body.archived_at.is_some() {
            return Ok(());
        }
        self.refuse_while_used(project, key)?;
        body.archived_at = entry.archived_at;
        self.draft.put(id, Some(project), key, Body::Segment(body));
        self.say(id, format!("Archives segment {key}"));
        Ok(())
    }

    /// Imports reach what has permissions of its own.
    fn need(&self, permission: Permission) -> Result<(), Refusal> {
        self.allow(&self.access(), permission)
    }
}
