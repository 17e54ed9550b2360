//! Segments: conditions that every constraint of must hold.

use std::collections::{BTreeMap, BTreeSet};

use hoist_engine::ruleset::{Condition, Profile};
use hoist_model::document::Origin;
use hoist_model::portable::SegmentEntry;

use super::wire::Segment;
use super::{SYSTEM, constraint};
use crate::report::{Gaps, Subject};

/// Keys of segments by their ids.
pub(super) type Keys = BTreeMap<String, String>;

/// Gives every segment a key: its name where that is usable and nobody else's, else `segment-ID`.
pub(super) fn keys(segments: &BTreeMap<String, Segment>) -> Keys {
    let mut used: BTreeSet<String> = BTreeSet::new();
    let mut keys = Keys::new();
    for segment in segments.values() {
        let fallback = format!("segment-{}", segment.id);
        let free = |key: &String| crate::report::is_key(key) && !used.contains(key);
        let key = Some(segment.name.clone())
            .filter(free)
            .or_else(|| Some(fallback.clone()).filter(free));
        let key = key.unwrap_or_else(|| {
            (2_u32..)
                .map(|number| format!("{fallback}~{number}"))
                .find(|key| !used.contains(key))
                .unwrap_or_default()
        });
        used.insert(key.clone());
        keys.insert(segment.id.clone(), key);
    }
    keys
}

pub(super) fn entry(segment: &Segment, key: &str, index: u32, gaps: &mut Gaps) -> SegmentEntry {
    let subject = Subject::Segment(key);
    let all: Vec<Condition> = segment
        .constraints
        .iter()
        .map(|own| constraint::condition(own, subject, gaps))
        .collect();
    let mut foreign = segment.rest.clone();
    if all
        .iter()
        .any(|condition| matches!(condition, Condition::Broken { .. }))
    {
        foreign.insert(
            "constraints".to_owned(),
            segment.constraints.iter().map(|own| own.source.clone()).collect(),
        );
    }
    SegmentEntry {
        index,
        name: segment.name.clone(),
        description: segment.description.clone(),
        profile: Profile::Unleash,
        condition: Some(Condition::All(all)),
        members: Vec::new(),
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: segment.id.clone(),
        }],
        foreign,
    }
}
