//! A feature as a flag.

use std::collections::BTreeMap;

use hoist_engine::ruleset::{Condition, Kind, Metadata, Profile, Serve, SubjectGroup, What};
use hoist_model::document::{ConfigRule, Foreign, Origin, Schedule};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Value as Json};

use super::state::{Feature, State};
use super::variants::Table;
use super::{Overrides, SYSTEM, gap, members};
use crate::report::Gaps;

/// Ids of the rules that a split and what it leaves become.
const VARIANTS: &str = "variants";

/// What flags of one environment share.
pub(super) struct Around<'a> {
    state: &'a State,
    /// Keys of the segments, in their order.
    segments: &'a [String],
    overrides: Overrides<'a>,
    /// By feature: who has an override.
    identities: BTreeMap<&'a str, Vec<(&'a str, &'a Feature)>>,
    environment: &'a str,
}

impl<'a> Around<'a> {
    pub(super) fn new(state: &'a State, segments: &'a [String], environment: &'a str) -> Self {
        let mut identities: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for identity in &state.identities {
            for feature in &identity.features {
                let own = identities.entry(feature.name.as_str()).or_default();
                own.push((identity.identifier.as_str(), feature));
            }
        }
        Self {
            state,
            segments,
            overrides: state.overrides(),
            identities,
            environment,
        }
    }

    fn overrides(&self, feature: &Feature) -> &[(usize, &'a Feature)] {
        self.overrides.get(feature.name.as_str()).map_or(&[], Vec::as_slice)
    }

    fn table(&self, feature: &'a Feature) -> Table {
        let segments = self.overrides(feature).iter().map(|(_, state)| *state);
        Table::new(std::iter::once(feature).chain(segments))
    }
}

/// What a rule of the flag stands for.
pub(super) enum Place {
    /// The environment's state.
    Environment,
    /// The state of the segment at this place.
    Segment(usize),
}

/// Where a rule comes from, by its id; the default has none.
pub(super) fn place(rule: Option<&str>) -> Place {
    let number = rule.and_then(|id| id.strip_prefix("segment-")?.split('-').next()?.parse::<usize>().ok());
    match number.and_then(|number| number.checked_sub(1)) {
        Some(at) => Place::Segment(at),
        None => Place::Environment,
    }
}

pub(super) fn entry<'a>(feature: &'a Feature, around: &Around<'a>, index: u32, gaps: &mut Gaps) -> FlagEntry {
    let table = around.table(feature);
    let config = config(feature, &table, around, gaps);
    let mut foreign = feature.foreign.clone();
    if !table.foreign.is_empty() {
        foreign.insert("options".to_owned(), table.foreign.clone().into());
    }
    FlagEntry {
        index,
        name: String::new(),
        description: String::new(),
        kind: kind(feature, &table, around),
        variants: table.variants,
        tags: Vec::new(),
        owner: None,
        purpose: None,
        client_visible: !feature.is_server_only,
        profile: Profile::Flagsmith,
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: feature.name.clone(),
        }],
        metadata: Metadata::new(),
        foreign,
        environments: BTreeMap::from([(around.environment.to_owned(), config)]),
        overrides: BTreeMap::new(),
        kills: BTreeMap::new(),
    }
}

/// The type that all values have; text, numbers and booleans together, or nothing at all, are any.
fn kind(feature: &Feature, table: &Table, around: &Around<'_>) -> Kind {
    let segments = around.overrides(feature).iter().map(|(_, state)| &state.value);
    let identities = around.identities.get(feature.name.as_str()).into_iter().flatten();
    let identities = identities.map(|(_, state)| &state.value);
    let options = table.variants.iter().filter_map(|variant| variant.value.as_ref());
    let mut all = std::iter::once(&feature.value)
        .chain(segments)
        .chain(identities)
        .chain(options);
    let of = |value: &Json| match value {
        Json::Bool(_) => Kind::Boolean,
        Json::String(_) => Kind::String,
        Json::Number(number) if number.is_i64() => Kind::Integer,
        _ => Kind::Any,
    };
    let first = all.next().map_or(Kind::Any, of);
    if all.all(|value| of(value) == first) {
        first
    } else {
        Kind::Any
    }
}

fn config(feature: &Feature, table: &Table, around: &Around<'_>, gaps: &mut Gaps) -> ConfigEntry {
    let mut rules = Vec::new();
    for (at, state) in around.overrides(feature) {
        let (Some(segment), Some(key)) = (around.state.segments.get(*at), around.segments.get(*at)) else {
            continue;
        };
        let rule = |id: String, what: What| ConfigRule {
            id,
            name: segment.name.clone(),
            disabled: false,
            condition: Some(Condition::Segment(key.clone())),
            gate: None,
            serve: serve(state, what),
            foreign: Foreign::from(state.foreign.clone()),
        };
        let number = at + 1;
        let split = table.split(state, &around.state.environment.key);
        rules.extend(split.map(|split| rule(format!("segment-{number}-{VARIANTS}"), split)));
        rules.push(rule(format!("segment-{number}"), table.own(state)));
    }
    if let Some(split) = table.split(feature, &around.state.environment.key) {
        rules.push(ConfigRule {
            id: VARIANTS.to_owned(),
            name: String::new(),
            disabled: false,
            condition: None,
            gate: None,
            serve: serve(feature, split),
            foreign: Foreign::default(),
        });
    }
    let own = table.own(feature);
    ConfigEntry {
        schedule: Schedule::default(),
        enabled: true,
        off: Serve {
            enabled: false,
            ..serve(feature, own.clone())
        },
        prerequisites: Vec::new(),
        subjects: subjects(feature, around, gaps),
        segments: Vec::new(),
        rules,
        default: serve(feature, own),
        foreign: members([("salt", feature.salt.as_str().into())]),
    }
}

fn serve(state: &Feature, what: What) -> Serve {
    Serve {
        what,
        enabled: state.enabled,
        metadata: Metadata::new(),
    }
}

/// Overrides of identities, those that are equal together.
fn subjects(feature: &Feature, around: &Around<'_>, gaps: &mut Gaps) -> Vec<SubjectGroup> {
    let mut groups: BTreeMap<(bool, String), SubjectGroup> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    for (identifier, state) in around.identities.get(feature.name.as_str()).into_iter().flatten() {
        if !seen.insert(*identifier) {
            let text = format!("the identity `{identifier}` has two overrides; the first counts");
            gaps.flag(&feature.name, gap::DUPLICATE, text);
            continue;
        }
        let group = groups.entry((state.enabled, state.value.to_string()));
        let group = group.or_insert_with(|| SubjectGroup {
            serve: serve(state, What::Value(state.value.clone())),
            subjects: Vec::new(),
        });
        group.subjects.push((*identifier).to_owned());
    }
    groups.into_values().collect()
}

/// Of the feature with this name: its table, its own state and that of a place.
pub(super) struct Served<'a> {
    pub(super) table: Table,
    around: &'a Around<'a>,
    pub(super) feature: &'a Feature,
}

impl<'a> Served<'a> {
    pub(super) fn new(feature: &'a Feature, around: &'a Around<'a>) -> Self {
        Self {
            table: around.table(feature),
            around,
            feature,
        }
    }

    /// The state at a place and, if it is a segment's, that segment's name.
    pub(super) fn state(&self, place: &Place) -> (&'a Feature, Option<&'a str>) {
        match place {
            Place::Environment => (self.feature, None),
            Place::Segment(at) => {
                let state = self.around.overrides(self.feature).iter().find(|(own, _)| own == at);
                let name = self.around.state.segments.get(*at).map(|segment| segment.name.as_str());
                (state.map_or(self.feature, |(_, state)| state), name)
            }
        }
    }

    /// Whether any segment could have decided.
    pub(super) fn has_overrides(&self) -> bool {
        !self.around.overrides(self.feature).is_empty()
    }
}

/// What is carried of a feature without being used.
pub(super) fn foreign(id: Option<&Json>, kind: Option<&str>) -> Map<String, Json> {
    members([("id", id.cloned().unwrap_or_default()), ("type", kind.into())])
}
