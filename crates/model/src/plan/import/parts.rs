//! The segments and flags of an import, one by one.

use crate::Id;
use crate::document::{Body, Config, Flag, Overrides, Segment};
use crate::permission::Permission;
use crate::plan::config::Spot;
use crate::plan::{Planner, Refusal, invalid, is_new_key, is_stored_key};
use crate::portable::{ConfigEntry, FlagEntry, KillEntry, OverridesEntry, SegmentEntry};
use crate::record::Kind;

impl Planner<'_> {
    pub(super) fn import_segment(&mut self, project: Id, key: &str, entry: &SegmentEntry) -> Result<(), Refusal> {
        self.stored_key(key, "segments")?;
        let found = self
            .draft
            .find(Kind::Segment, Some(project), key)
            .and_then(|doc| Some((doc.id, doc.as_a::<Segment>()?.clone())));
        let id = match found {
            Some((id, before)) => {
                let before = self.restored_segment(project, id, before, entry);
                let after = segment(entry, &before);
                if after != before {
                    self.edit_segment(project, id, &before, after)?;
                }
                id
            }
            None => {
                let fresh = Segment {
                    key: key.to_owned(),
                    index: self.segment_numbers.of(key),
                    name: String::new(),
                    description: String::new(),
                    profile: entry.profile,
                    condition: None,
                    archived_at: entry.archived_at,
                    created_at: self.now,
                    origins: Vec::new(),
                    foreign: crate::document::Foreign::default(),
                };
                self.add_segment(project, segment(entry, &fresh))?
            }
        };
        if entry.members.iter().all(|member| self.draft.is_member(id, member)) {
            return Ok(());
        }
        self.join(project, id, key, &entry.members)
    }

    /// A segment that is archived here and live in the file.
    fn restored_segment(&mut self, project: Id, id: Id, before: Segment, entry: &SegmentEntry) -> Segment {
        if before.archived_at.is_none() || entry.archived_at.is_some() {
            return before;
        }
        let live = Segment {
            archived_at: None,
            ..before
        };
        self.draft
            .put(id, Some(project), &live.key, Body::Segment(live.clone()));
        self.say(id, format!("Restores segment {}", live.key));
        live
    }

    pub(super) fn import_flag(&mut self, project: Id, key: &str, entry: &FlagEntry) -> Result<(), Refusal> {
        self.stored_key(key, "flags")?;
        let found = self
            .draft
            .find(Kind::Flag, Some(project), key)
            .and_then(|doc| Some((doc.id, doc.as_a::<Flag>()?.clone())));
        let Some((id, before)) = found else {
            return self.import_new_flag(project, key, entry);
        };
        if before.kind != entry.kind {
            let detail = format!(
                "flag {key} exists with another type of values; archive and delete it, or import into another project"
            );
            return Err(invalid(
                "kind_differs",
                detail,
                format!("{}/import/file/flags/{key}", self.pointer),
            ));
        }
        let after = flag(entry, &before);
        if after != before {
            self.replace_flag(project, id, before.clone(), after)?;
        }
        self.archive_imported_flag(project, id, &before, entry);
        Ok(())
    }

    fn import_new_flag(&mut self, project: Id, key: &str, entry: &FlagEntry) -> Result<(), Refusal> {
        if entry.profile.is_native() && !is_new_key(key) {
            let detail = format!("“{key}” is not a key: letters, digits and . _ : @ - up to 128");
            let pointer = format!("{}/import/file/flags/{key}", self.pointer);
            return Err(invalid("bad_key", detail, pointer));
        }
        let fresh = Flag {
            key: key.to_owned(),
            index: self.flag_numbers.of(key),
            name: String::new(),
            description: String::new(),
            kind: entry.kind,
            variants: Vec::new(),
            tags: Vec::new(),
            owner: None,
            purpose: None,
            client_visible: false,
            profile: entry.profile,
            archived_at: entry.archived_at,
            created_at: self.now,
            origins: Vec::new(),
            metadata: entry.metadata.clone(),
            foreign: crate::document::Foreign::default(),
        };
        self.add_flag(project, flag(entry, &fresh)).map(|_| ())
    }

    /// A variant that goes may still be served by settings that this import replaces next, so the
    /// old variants stay beside the new ones until [`Planner::import_setting`] is through.
    fn replace_flag(&mut self, project: Id, id: Id, before: Flag, after: Flag) -> Result<(), Refusal> {
        let mut both = after;
        for old in before
            .variants
            .iter()
            .filter(|old| !both.variants.iter().any(|new| new.key == old.key))
            .cloned()
            .collect::<Vec<_>>()
        {
            both.variants.push(old);
        }
        if before.archived_at.is_some() && both.archived_at.is_none() {
            // Its settings come next and are checked then.
            let live = Flag {
                archived_at: None,
                ..before.clone()
            };
            self.touches_project(project);
            self.draft.put(id, Some(project), &both.key, Body::Flag(live));
            self.say(id, format!("Restores flag {}", both.key));
        }
        let before = Flag {
            archived_at: both.archived_at,
            ..before
        };
        if both == before {
            Ok(())
        } else {
            self.edit_flag(project, id, &before, both)
        }
    }

    /// A flag that is live here and archived in the file.
    fn archive_imported_flag(&mut self, project: Id, id: Id, before: &Flag, entry: &FlagEntry) {
        if before.archived_at.is_some() || entry.archived_at.is_none() {
            return;
        }
        let Some(mut body) = self.draft.get_a::<Flag>(id).cloned() else {
            return;
        };
        body.archived_at = entry.archived_at;
        self.touches_project(project);
        self.draft.put(id, Some(project), &before.key, Body::Flag(body));
        self.say(id, format!("Archives flag {}: it is no longer served", before.key));
    }

    /// Everything about a flag in environments.
    pub(super) fn import_settings_of(&mut self, key: &str, entry: &FlagEntry) -> Result<(), Refusal> {
        for (environment, config) in &entry.environments {
            let spot = self.any_spot(key, environment)?;
            self.import_setting(&spot, config)?;
            self.import_overrides(&spot, &config.subjects, &config.segments)?;
        }
        for (environment, OverridesEntry { subjects, segments }) in &entry.overrides {
            if entry.environments.contains_key(environment) {
                let pointer = format!("{}/import/file/flags/{key}/overrides/{environment}", self.pointer);
                let detail = "overrides stand with the configuration where there is one";
                return Err(invalid("overrides_twice", detail, pointer));
            }
            let spot = self.any_spot(key, environment)?;
            self.import_overrides(&spot, subjects, segments)?;
        }
        for (environment, kill) in &entry.kills {
            let spot = self.any_spot(key, environment)?;
            self.import_kill(&spot, kill)?;
        }
        Ok(())
    }

    fn import_setting(&mut self, spot: &Spot, entry: &ConfigEntry) -> Result<(), Refusal> {
        let (id, before) = self.config_of(spot);
        let after = Config {
            flag: spot.flag,
            environment: spot.environment,
            enabled: entry.enabled,
            off: entry.off.clone(),
            schedule: entry.schedule.clone(),
            prerequisites: entry.prerequisites.clone(),
            rules: entry.rules.clone(),
            default: entry.default.clone(),
            foreign: (&entry.foreign).into(),
        };
        // What says the same as no configuration is one all the same.
        if after == before && self.setting_of(spot).config.is_some() {
            return Ok(());
        }
        self.put_config(spot, id, &before, after)
    }

    fn import_overrides(
        &mut self,
        spot: &Spot,
        subjects: &[hoist_engine::ruleset::SubjectGroup],
        segments: &[hoist_engine::ruleset::SegmentGroup],
    ) -> Result<(), Refusal> {
        let (id, before) = self.overrides_of(spot);
        let after = Overrides {
            flag: spot.flag,
            environment: spot.environment,
            subjects: subjects.to_vec(),
            segments: segments.to_vec(),
        };
        if after == before {
            return Ok(());
        }
        self.put_overrides(spot, id, &before, after)
    }

    /// A kill that has ended since the file was written is over.
    fn import_kill(&mut self, spot: &Spot, entry: &KillEntry) -> Result<(), Refusal> {
        if entry.until.is_some_and(|until| until <= self.now) {
            return Ok(());
        }
        let setting = self.setting_of(spot);
        let same = |kill: &crate::document::Kill| (kill.until, &kill.reason) == (entry.until, &entry.reason);
        if setting.kill().is_some_and(same) {
            return Ok(());
        }
        self.allow(&self.access(), Permission::FlagKill)?;
        self.kill(spot, entry.until, &entry.reason)
    }

    fn stored_key(&self, key: &str, list: &str) -> Result<(), Refusal> {
        if is_stored_key(key) {
            return Ok(());
        }
        let detail = "an imported key is printable and at most 200 bytes";
        Err(invalid(
            "bad_key",
            detail,
            format!("{}/import/file/{list}/{key}", self.pointer),
        ))
    }
}

/// What the file says about a flag; what is no matter of the file stays.
fn flag(entry: &FlagEntry, before: &Flag) -> Flag {
    Flag {
        name: entry.name.clone(),
        description: entry.description.clone(),
        variants: entry.variants.clone(),
        tags: entry.tags.clone(),
        owner: entry.owner.clone(),
        purpose: entry.purpose,
        client_visible: entry.client_visible,
        profile: entry.profile,
        archived_at: before.archived_at.filter(|_| entry.archived_at.is_some()),
        origins: entry.origins.clone(),
        metadata: entry.metadata.clone(),
        foreign: (&entry.foreign).into(),
        ..before.clone()
    }
}

/// The same about a segment.
fn segment(entry: &SegmentEntry, before: &Segment) -> Segment {
    Segment {
        name: entry.name.clone(),
        description: entry.description.clone(),
        profile: entry.profile,
        condition: entry.condition.clone(),
        origins: entry.origins.clone(),
        foreign: (&entry.foreign).into(),
        ..before.clone()
    }
}
