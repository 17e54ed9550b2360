//! A feature as a flag, and who is in its rollout as a segment.

use std::collections::{BTreeMap, BTreeSet};

use hoist_engine::ruleset::{
    Allocation, Curve, Gate, Kind, Metadata, Pause, Profile, SegmentGroup, Serve, Share, Variant,
};
use hoist_model::document::{ConfigRule, Foreign, Origin, Schedule};
use hoist_model::portable::{ConfigEntry, FlagEntry, ProjectFile, SegmentEntry};
use jiff::{SignedDuration, Timestamp};
use serde_json::Map;

use super::curve::{SNOOZE, curve, hours};
use super::document::{Document, Schedule as Progress, Toggle};
use super::{SYSTEM, gap};
use crate::error::ImportError;
use crate::report::Gaps;

/// Longest rollout, days: ten years.
const LONGEST: u32 = 3_660;

/// Segment of users who had everything.
const WHITELIST: &str = "whitelisted";

/// A flag, and the segment of those who are in.
pub(super) struct Made {
    pub(super) flag: FlagEntry,
    pub(super) enrolled: Option<(String, SegmentEntry)>,
}

/// What a toggle is here.
enum State {
    Off,
    On,
    Rolls(Curve),
}

pub(super) fn entry(
    name: &str,
    document: &Document,
    environment: &str,
    index: u32,
    gaps: &mut Gaps,
) -> Result<Made, ImportError> {
    let state = match document.toggle(name) {
        None => State::Off,
        Some(toggle) => state(name, toggle, document.read_at, gaps)?,
    };
    let enrolled = document.enrolled(name).filter(|_| matches!(state, State::Rolls(_)));
    let enrolled = enrolled.map(|users| {
        let text = format!("Users who were in the rollout of {name} in Toggle-Meister");
        (format!("{name}-enrolled"), segment(users, &text, name))
    });
    let config = config(name, &state, enrolled.as_ref(), document);
    let flag = FlagEntry {
        index,
        name: String::new(),
        description: String::new(),
        kind: Kind::Boolean,
        variants: vec![variant("on", true), variant("off", false)],
        tags: Vec::new(),
        owner: None,
        purpose: None,
        client_visible: true,
        profile: Profile::Native,
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: name.to_owned(),
        }],
        metadata: Metadata::new(),
        foreign: Map::new(),
        environments: BTreeMap::from([(environment.to_owned(), config)]),
        overrides: BTreeMap::new(),
        kills: BTreeMap::new(),
    };
    Ok(Made { flag, enrolled })
}

fn variant(key: &str, value: bool) -> Variant {
    Variant {
        key: key.to_owned(),
        value: Some(value.into()),
        description: String::new(),
        metadata: Metadata::new(),
    }
}

fn segment(users: &BTreeSet<String>, description: &str, id: &str) -> SegmentEntry {
    SegmentEntry {
        index: 0,
        name: String::new(),
        description: description.to_owned(),
        profile: Profile::Native,
        condition: None,
        members: users.iter().cloned().collect(),
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: id.to_owned(),
        }],
        foreign: Map::new(),
    }
}

fn config(name: &str, state: &State, enrolled: Option<&(String, SegmentEntry)>, document: &Document) -> ConfigEntry {
    let on = Serve::variant("on");
    let rules = match state {
        State::Off | State::On => Vec::new(),
        State::Rolls(curve) => vec![ConfigRule {
            id: "rollout".to_owned(),
            name: String::new(),
            disabled: false,
            condition: None,
            gate: Some(Gate {
                // Of feature and environment: who came first comes first again after a stop.
                allocation: Allocation::native(format!("{SYSTEM}:{name}:{}", document.environment)),
                share: Share::NONE,
                curve: Some(curve.clone()),
            }),
            serve: on.clone(),
            foreign: Foreign::default(),
        }],
    };
    let groups = enrolled.iter().map(|(key, _)| SegmentGroup {
        segment: key.clone(),
        serve: on.clone(),
    });
    ConfigEntry {
        schedule: Schedule::default(),
        enabled: !matches!(state, State::Off),
        off: Serve::variant("off").disabled(),
        prerequisites: Vec::new(),
        subjects: Vec::new(),
        segments: groups.collect(),
        rules,
        default: if matches!(state, State::On) {
            on
        } else {
            Serve::variant("off").disabled()
        },
        foreign: Map::new(),
    }
}

fn state(name: &str, toggle: &Toggle, read_at: Option<Timestamp>, gaps: &mut Gaps) -> Result<State, ImportError> {
    match toggle.state.as_str() {
        "OFF" => return Ok(State::Off),
        "ON" => return Ok(State::On),
        "ROLL" | "PAUSE" => {}
        other => {
            gaps.flag(name, gap::STATE, format!("the state `{other}` is not known; it is off"));
            return Ok(State::Off);
        }
    }
    let read_at = read_at.ok_or_else(|| {
        let what = format!("`{name}` rolls, and the document does not say when that was read");
        ImportError::new(
            what,
            "give it a member `read_at` with the moment, as 2025-11-20T10:00:00Z",
        )
    })?;
    let text = "whoever asks without an enrollment id stays off when the rollout has ended, until it is made on";
    gaps.flag(name, gap::KEYLESS, text);
    Ok(State::Rolls(rolls(name, toggle, read_at, gaps)))
}

/// The curve of a rollout, or of one that pauses.
fn rolls(name: &str, toggle: &Toggle, read_at: Timestamp, gaps: &mut Gaps) -> Curve {
    let is_paused = toggle.state == "PAUSE";
    let (rolling, pause) = match toggle.schedule.as_ref() {
        Some(pause) if is_paused => (pause.rolling_state.as_deref(), Some(before(read_at, pause.hours_count))),
        rolling => (rolling, None),
    };
    let known = rolling.and_then(|rolling| Some((days(rolling)?, rolling.hours_count)));
    if let Some((days, count)) = known {
        let start = before(pause.unwrap_or(read_at), count);
        return paused(curve(days, start), pause);
    }
    let text = "only its percentage is known: the step it is in counts from the moment it was read";
    gaps.flag(name, gap::PROGRESS, text);
    // While it pauses the API tells the days of the pause, not those of the rollout.
    let days = if is_paused { 1.0 } else { toggle.over_x_days };
    let days = (days as u32).clamp(1, LONGEST);
    if is_paused {
        let text = "how many days it takes is not told while it pauses; it goes on in steps of an hour";
        gaps.flag(name, gap::PROGRESS, text);
    }
    let pause = pause.or_else(|| is_paused.then_some(read_at));
    let start = before(pause.unwrap_or(read_at), hours(days, toggle.current_percent));
    paused(curve(days, start), pause)
}

/// The days of a rollout; None if they can be those of none.
fn days(progress: &Progress) -> Option<u32> {
    let days = u32::try_from(progress.total_hours / 24).ok()?;
    (1..=LONGEST).contains(&days).then_some(days)
}

/// So many hours before: never after, and no further back than the longest rollout goes.
fn before(moment: Timestamp, hours: i64) -> Timestamp {
    let hours = hours.clamp(0, i64::from(LONGEST) * 24);
    moment
        .saturating_sub(SignedDuration::from_hours(hours))
        .unwrap_or(moment)
}

fn paused(mut curve: Curve, from: Option<Timestamp>) -> Curve {
    curve.pauses.extend(from.map(|from| Pause {
        from,
        until: from.saturating_add(SNOOZE).ok(),
    }));
    curve
}

/// Users who were given everything get each flag that is not off.
pub(super) fn whitelist(
    document: &Document,
    project: &mut ProjectFile,
    segments: &mut Vec<(String, SegmentEntry)>,
    environment: &str,
    gaps: &mut Gaps,
) {
    if document.whitelisted.is_empty() {
        return;
    }
    let text = "whoever was whitelisted gets every feature that is not off; there only in requests for one that rolls";
    gaps.document(gap::WHITELIST, text);
    let description = "Users who got everything in Toggle-Meister";
    segments.push((
        WHITELIST.to_owned(),
        segment(&document.whitelisted, description, WHITELIST),
    ));
    for flag in project.flags.values_mut() {
        if let Some(config) = flag.environments.get_mut(environment) {
            config.segments.push(SegmentGroup {
                segment: WHITELIST.to_owned(),
                serve: Serve::variant("on"),
            });
        }
    }
}
