//! Out of a state: one project as a file. The other way is planned, in `crate::plan`.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{
    ConfigEntry, EnvironmentEntry, FORMAT, FlagEntry, KillEntry, OverridesEntry, ProjectFile, SegmentEntry,
    SettingsEntry,
};
use crate::Id;
use crate::document::{Config, Flag, Overrides, Project, Segment};
use crate::state::{Doc, Setting, State};

impl ProjectFile {
    /// A project as a file; `now` tells which kills are in force. None if there is no such project.
    pub fn of(state: &State, project: Id, now: Timestamp) -> Option<Self> {
        let body: &Project = state.get_a(project)?;
        let environments = state.environments(project);
        let places: Vec<(Id, &str)> = environments.iter().map(|(doc, body)| (doc.id, &*body.key)).collect();
        let environments = (0..).zip(&environments).map(|(order, (_, body))| {
            let entry = EnvironmentEntry {
                name: Some(body.name.clone()),
                code: Some(body.code.clone()),
                hue: Some(body.hue),
                // Dense, although environments may have gone: only the order means something.
                order: Some(order),
                protected: Some(body.protected),
            };
            (body.key.clone(), entry)
        });
        let flags = state.flags(project).map(|(doc, body)| {
            let entry = flag(state, doc, body, &places, now);
            (body.key.clone(), entry)
        });
        let segments = state.segments(project).map(|(doc, body)| {
            let entry = segment(body, state.members(doc.id));
            (body.key.clone(), entry)
        });
        Some(Self {
            format: FORMAT.to_owned(),
            project: body.key.clone(),
            settings: SettingsEntry {
                name: Some(body.name.clone()),
                description: Some(body.description.clone()),
                client_visible_default: Some(body.client_visible_default),
                next_flag: Some(body.next_flag),
                next_segment: Some(body.next_segment),
            },
            environments: environments.collect(),
            flags: flags.collect(),
            segments: segments.collect(),
        })
    }
}

fn flag(state: &State, doc: &Doc, body: &Flag, places: &[(Id, &str)], now: Timestamp) -> FlagEntry {
    let (mut configs, mut overrides, mut kills) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (environment, key) in places {
        let Some(setting) = state.setting(doc.id, *environment) else {
            continue;
        };
        if let Some(config) = setting.config() {
            configs.insert((*key).to_owned(), configured(config, setting.overrides()));
        } else if let Some(alone) = alone(setting) {
            overrides.insert((*key).to_owned(), alone);
        }
        if let Some(kill) = setting.kill().filter(|kill| kill.until.is_none_or(|until| now < until)) {
            let entry = KillEntry {
                until: kill.until,
                reason: kill.reason.clone(),
            };
            kills.insert((*key).to_owned(), entry);
        }
    }
    FlagEntry {
        index: body.index,
        name: body.name.clone(),
        description: body.description.clone(),
        kind: body.kind,
        variants: body.variants.clone(),
        tags: body.tags.clone(),
        owner: body.owner.clone(),
        purpose: body.purpose,
        client_visible: body.client_visible,
        profile: body.profile,
        archived_at: body.archived_at,
        origins: body.origins.clone(),
        metadata: body.metadata.clone(),
        foreign: body.foreign.to_map(),
        environments: configs,
        overrides,
        kills,
    }
}

fn configured(config: &Config, overrides: Option<&Overrides>) -> ConfigEntry {
    ConfigEntry {
        enabled: config.enabled,
        off: config.off.clone(),
        schedule: config.schedule.clone(),
        prerequisites: config.prerequisites.clone(),
        subjects: overrides.map(|body| body.subjects.clone()).unwrap_or_default(),
        segments: overrides.map(|body| body.segments.clone()).unwrap_or_default(),
        rules: config.rules.clone(),
        default: config.default.clone(),
        foreign: config.foreign.to_map(),
    }
}

/// Overrides beside which nothing was ever configured; none are like none.
fn alone(setting: &Setting) -> Option<OverridesEntry> {
    let body = setting.overrides()?;
    let entry = OverridesEntry {
        subjects: body.subjects.clone(),
        segments: body.segments.clone(),
    };
    (!entry.subjects.is_empty() || !entry.segments.is_empty()).then_some(entry)
}

fn segment(body: &Segment, members: Option<&HashSet<Box<str>>>) -> SegmentEntry {
    let mut members: Vec<String> = members.into_iter().flatten().map(ToString::to_string).collect();
    members.sort_unstable();
    SegmentEntry {
        index: body.index,
        name: body.name.clone(),
        description: body.description.clone(),
        profile: body.profile,
        condition: body.condition.clone(),
        members,
        archived_at: body.archived_at,
        origins: body.origins.clone(),
        foreign: body.foreign.to_map(),
    }
}
