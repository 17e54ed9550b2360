//! A feature as a flag: strategies become rules, in order; the first that holds decides.

use std::collections::BTreeMap;

use hoist_engine::ruleset::{Condition, Kind, Metadata, Profile, Serve};
use hoist_model::document::{ConfigRule, Origin, Purpose, Schedule};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Value as Json, json};

use super::dependencies::{self, Dependencies};
use super::document::State;
use super::segments::Keys;
use super::strategy::{Admission, Place, among};
use super::variants::Table;
use super::wire::{Feature, Strategy};
use super::{SYSTEM, gap};
use crate::report::Gaps;

/// What the rules of a flag may refer to.
pub(super) struct Around<'a> {
    pub(super) state: &'a State,
    pub(super) tables: &'a BTreeMap<String, Table>,
    pub(super) segments: &'a Keys,
    pub(super) environment: &'a str,
}

pub(super) fn entry(feature: &Feature, table: &Table, around: &Around<'_>, index: u32, gaps: &mut Gaps) -> FlagEntry {
    let mut foreign = feature.rest.clone();
    if foreign.contains_key("segments") {
        gaps.flag(
            &feature.name,
            gap::IGNORED,
            "`segments` of the feature itself are ignored, as by Unleash's SDKs",
        );
    }
    foreign.extend(table.foreign());
    let config = config(feature, table, around, gaps);
    FlagEntry {
        index,
        name: String::new(),
        description: feature.description.clone(),
        kind: Kind::Boolean,
        variants: table.variants(),
        tags: tags(feature),
        owner: None,
        purpose: purpose(feature),
        client_visible: true,
        profile: Profile::Unleash,
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

fn tags(feature: &Feature) -> Vec<String> {
    let project = feature
        .rest
        .get("project")
        .and_then(Json::as_str)
        .filter(|project| *project != "default");
    let mut tags: Vec<String> = project
        .map(|project| format!("project:{project}"))
        .into_iter()
        .collect();
    if feature.rest.get("stale") == Some(&Json::Bool(true)) {
        tags.push("stale".to_owned());
    }
    let own = feature.rest.get("tags").and_then(Json::as_array).into_iter().flatten();
    tags.extend(own.filter_map(Json::as_str).map(str::to_owned));
    tags
}

fn purpose(feature: &Feature) -> Option<Purpose> {
    match feature.rest.get("type").and_then(Json::as_str)? {
        "release" => Some(Purpose::Release),
        "experiment" => Some(Purpose::Experiment),
        "operational" | "kill-switch" => Some(Purpose::Operational),
        "permission" => Some(Purpose::Permission),
        _ => None,
    }
}

fn config(feature: &Feature, table: &Table, around: &Around<'_>, gaps: &mut Gaps) -> ConfigEntry {
    let dependencies = dependencies::translate(feature, &around.state.features, around.tables, gaps);
    let (prerequisites, holds, foreign) = match dependencies {
        Dependencies::Prerequisites(all) => (all, true, Map::new()),
        Dependencies::Never => (Vec::new(), false, blocked(feature)),
    };
    let mut rules = Vec::new();
    for (at, strategy) in feature.strategies.iter().enumerate() {
        let place = Place {
            flag: &feature.name,
            strategy,
            number: at + 1,
            segments: around.segments,
        };
        strategy_rules(feature, table, &place, &mut rules, gaps);
    }
    let default = if feature.strategies.is_empty() {
        overrides(feature, table, &Admission::default(), &Label::feature(), &mut rules);
        table.by_feature(feature, format!("{}/variant", feature.name))
    } else {
        table.disabled()
    };
    ConfigEntry {
        schedule: Schedule::default(),
        enabled: feature.enabled && holds,
        off: table.disabled(),
        prerequisites,
        subjects: Vec::new(),
        segments: Vec::new(),
        rules,
        default,
        foreign,
    }
}

/// What is kept of dependencies that can never hold.
fn blocked(feature: &Feature) -> Map<String, Json> {
    let one = |own: &super::wire::Dependency| json!({"feature": own.feature, "enabled": own.enabled, "variants": own.variants});
    let all: Vec<Json> = feature.dependencies.iter().map(one).collect();
    Map::from_iter([
        ("dependencies".to_owned(), all.into()),
        ("enabled".to_owned(), feature.enabled.into()),
    ])
}

/// How the rules of a strategy are called.
struct Label {
    id: String,
    name: String,
}

impl Label {
    fn feature() -> Self {
        Self {
            id: "always".to_owned(),
            name: String::new(),
        }
    }

    fn strategy(number: usize, strategy: &Strategy) -> Self {
        let name = if strategy.title.is_empty() {
            &strategy.name
        } else {
            &strategy.title
        };
        Self {
            id: format!("strategy-{number}"),
            name: name.clone(),
        }
    }
}

fn strategy_rules(feature: &Feature, table: &Table, place: &Place<'_>, rules: &mut Vec<ConfigRule>, gaps: &mut Gaps) {
    let mut admission = place.admission(gaps);
    let label = Label::strategy(place.number, place.strategy);
    let first = rules.len();
    let serve = if place.strategy.variants.is_empty() {
        overrides(feature, table, &admission, &label, rules);
        if !feature.variants.is_empty() {
            admission.foreign.insert("variants".to_owned(), "feature".into());
        }
        table.by_feature(feature, place.chance("/variant"))
    } else {
        table.by_strategy(place, gaps)
    };
    rules.push(rule(&label, admission, serve));
    if place.strategy.disabled {
        rules.iter_mut().skip(first).for_each(|rule| rule.disabled = true);
    }
}

fn rule(label: &Label, admission: Admission, serve: Serve) -> ConfigRule {
    ConfigRule {
        id: label.id.clone(),
        name: label.name.clone(),
        disabled: false,
        condition: admission.condition,
        gate: admission.gate,
        serve,
        foreign: admission.foreign.into(),
    }
}

/// A rule before the strategy's own for each override of the feature's variants.
fn overrides(feature: &Feature, table: &Table, admission: &Admission, label: &Label, rules: &mut Vec<ConfigRule>) {
    if feature.variants.iter().all(|variant| variant.weight == 0) {
        return;
    }
    let mut number = 0;
    for variant in &feature.variants {
        for own in variant.overrides.iter().filter(|own| !own.context_name.is_empty()) {
            number += 1;
            let listed = among(&own.context_name, &own.values);
            let condition = match admission.condition.clone() {
                None => listed,
                Some(Condition::All(mut all)) => {
                    all.push(listed);
                    Condition::All(all)
                }
                Some(other) => Condition::All(vec![other, listed]),
            };
            let label = Label {
                id: format!("{}-override-{number}", label.id),
                name: label.name.clone(),
            };
            let foreign = Map::from_iter([("override".to_owned(), variant.name.clone().into())]);
            let admission = Admission {
                condition: Some(condition),
                gate: admission.gate.clone(),
                foreign,
            };
            rules.push(rule(&label, admission, table.chosen(variant)));
        }
    }
}
