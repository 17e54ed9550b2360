//! Imports: a project file laid over a project. Creates what is missing, replaces what differs,
//! leaves the rest; a second run changes nothing.

use super::config::Spot;
use super::{Planner, Refusal, invalid, is_stored_key};
use crate::Id;
use crate::change::{EnvironmentChange, Import, NewFlag};
use crate::document::{Config, Flag, Overrides, Segment};
use crate::portable::{ConfigEntry, FlagEntry, SegmentEntry};
use crate::record::Kind;

impl Planner<'_> {
    pub(super) fn import(&mut self, import: &Import) -> Result<(), Refusal> {
        let project = self.project_id()?;
        for (key, entry) in &import.file.environments {
            if self.draft.find(Kind::Environment, Some(project), key).is_none() {
                self.environment(&EnvironmentChange::Create {
                    key: key.clone(),
                    name: entry.name.clone(),
                    code: entry.code.clone(),
                    hue: (entry.hue > 0).then_some(entry.hue),
                    protected: entry.protected,
                })?;
            }
        }
        for (key, entry) in &import.file.segments {
            self.import_segment(project, key, entry)?;
        }
        for (key, entry) in &import.file.flags {
            self.import_flag(project, key, entry)?;
        }
        // Settings come after every flag exists, since prerequisites name other flags.
        for (key, entry) in &import.file.flags {
            for (environment, config) in &entry.environments {
                let spot = self.spot(key, environment)?;
                self.import_setting(&spot, config)?;
            }
        }
        if self.sentences.is_empty() {
            self.say(project, format!("Imports from {}: nothing to change", import.source));
        }
        Ok(())
    }

    fn import_segment(&mut self, project: Id, key: &str, entry: &SegmentEntry) -> Result<(), Refusal> {
        self.stored_key(key, "segments")?;
        let found = self
            .draft
            .find(Kind::Segment, Some(project), key)
            .and_then(|doc| Some((doc.id, doc.as_a::<Segment>()?.clone())));
        let id = match found {
            Some((id, before)) => {
                let after = Segment {
                    name: entry.name.clone(),
                    description: entry.description.clone(),
                    profile: entry.profile,
                    condition: entry.condition.clone(),
                    origins: entry.origins.clone(),
                    foreign: (&entry.foreign).into(),
                    ..before.clone()
                };
                if after != before {
                    self.edit_segment(project, id, &before, after)?;
                }
                id
            }
            None => self.create_segment(
                project,
                Segment {
                    key: key.to_owned(),
                    index: 0,
                    name: entry.name.clone(),
                    description: entry.description.clone(),
                    profile: entry.profile,
                    condition: entry.condition.clone(),
                    archived_at: None,
                    created_at: self.now,
                    origins: entry.origins.clone(),
                    foreign: (&entry.foreign).into(),
                },
            )?,
        };
        if entry.members.iter().all(|member| self.draft.is_member(id, member)) {
            return Ok(());
        }
        self.join(project, id, key, &entry.members)
    }

    fn import_flag(&mut self, project: Id, key: &str, entry: &FlagEntry) -> Result<(), Refusal> {
        self.stored_key(key, "flags")?;
        let found = self
            .draft
            .find(Kind::Flag, Some(project), key)
            .and_then(|doc| Some((doc.id, doc.as_a::<Flag>()?.clone())));
        match found {
            Some((id, before)) => {
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
                let after = Flag {
                    name: entry.name.clone(),
                    description: entry.description.clone(),
                    variants: entry.variants.clone(),
                    tags: entry.tags.clone(),
                    owner: entry.owner.clone(),
                    purpose: entry.purpose,
                    client_visible: entry.client_visible,
                    profile: entry.profile,
                    archived_at: None,
                    origins: entry.origins.clone(),
                    metadata: entry.metadata.clone(),
                    foreign: (&entry.foreign).into(),
                    ..before.clone()
                };
                if after == before {
                    Ok(())
                } else {
                    self.replace_flag(project, id, before, after)
                }
            }
            None => self.create_flag(project, &new_flag(key, entry)).map(|_| ()),
        }
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
        if before.archived_at.is_some() {
            self.flag(&crate::change::FlagChange::Restore { flag: both.key.clone() })?;
        }
        let before = Flag {
            archived_at: None,
            ..before
        };
        if both == before {
            Ok(())
        } else {
            self.edit_flag(project, id, &before, both)
        }
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
        if after != before {
            self.put_config(spot, id, &before, after)?;
        }
        let (id, before) = self.overrides_of(spot);
        let after = Overrides {
            flag: spot.flag,
            environment: spot.environment,
            subjects: entry.subjects.clone(),
            segments: entry.segments.clone(),
        };
        if after != before {
            self.put_overrides(spot, id, &before, after)?;
        }
        Ok(())
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

fn new_flag(key: &str, entry: &FlagEntry) -> NewFlag {
    NewFlag {
        key: key.to_owned(),
        name: entry.name.clone(),
        description: entry.description.clone(),
        kind: entry.kind,
        variants: entry.variants.clone(),
        tags: entry.tags.clone(),
        owner: entry.owner.clone(),
        purpose: entry.purpose,
        client_visible: Some(entry.client_visible),
        profile: entry.profile,
        origins: entry.origins.clone(),
        metadata: entry.metadata.clone(),
        foreign: entry.foreign.clone(),
    }
}
