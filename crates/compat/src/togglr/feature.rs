//! A feature as a flag.
//!
//! | there | here |
//! |---|---|
//! | switched off, or off by schedule, or excluded, or not included | the variant `off`: the empty text, not enabled |
//! | a rule that assigns | a rule that serves the variant |
//! | rules that include | rules that serve what the feature serves; the default is `off` |
//! | variants and a `rollout_key` | a split in Togglr's scheme by that attribute, then the default value |

use std::collections::BTreeMap;

use hoist_engine::ruleset::{self, Arm, Condition, Kind, Metadata, Profile, Serve, Split, What};
use hoist_model::document::{ConfigRule, Foreign, Origin};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Value as Json, json};

use super::condition::{Tree, allocation};
use super::document::{self, Action, Details, Document, Rule};
use super::{SYSTEM, gap, schedule};
use crate::attribute;
use crate::names::Taken;
use crate::report::Gaps;

/// All weights together, hundredths of a percent.
const TOTAL: u32 = 10_000;

/// Tags that did something there.
const WORKING: [&str; 3] = ["guarded", "auto-disable", "critical"];

pub(super) fn entry(
    details: &Details,
    document: &Document,
    environment: &str,
    index: u32,
    gaps: &mut Gaps,
) -> FlagEntry {
    let feature = &details.feature;
    let table = Table::new(details);
    let reader = Reader {
        details,
        document,
        table: &table,
    };
    let config = reader.config(gaps);
    for tag in details.tags.iter().filter(|tag| WORKING.contains(&tag.slug.as_str())) {
        let text = format!("the tag `{}` did something there; here it is a tag only", tag.slug);
        gaps.flag(&feature.key, gap::TAG, text);
    }
    FlagEntry {
        index,
        name: feature.name.clone(),
        description: feature.description.clone().unwrap_or_default(),
        kind: Kind::String,
        variants: table.variants.clone(),
        tags: details.tags.iter().map(document::Tag::word).collect(),
        owner: None,
        purpose: None,
        client_visible: true,
        profile: Profile::Togglr,
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: feature.id.clone(),
        }],
        metadata: Metadata::new(),
        foreign: foreign(details),
        environments: BTreeMap::from([(environment.to_owned(), config)]),
        overrides: BTreeMap::new(),
        kills: BTreeMap::new(),
    }
}

impl document::Tag {
    fn word(&self) -> String {
        if self.slug.is_empty() {
            self.name.clone()
        } else {
            self.slug.clone()
        }
    }
}

fn foreign(details: &Details) -> Map<String, Json> {
    let kind = match details.feature.kind {
        document::Kind::Simple => "simple",
        document::Kind::Multivariant => "multivariant",
    };
    let mut foreign = Map::from_iter([("kind".to_owned(), kind.into())]);
    if let Some(key) = &details.feature.rollout_key {
        foreign.insert("rollout_key".to_owned(), key.as_str().into());
    }
    let algorithms = details
        .algorithms
        .iter()
        .map(|own| json!({"algorithm_slug": own.algorithm_slug, "settings": own.settings, "enabled": own.enabled}));
    let algorithms: Vec<Json> = algorithms.collect();
    if !algorithms.is_empty() {
        foreign.insert("algorithms".to_owned(), algorithms.into());
    }
    foreign
}

/// The variants of a flag: those of the feature, its default value, and nothing.
struct Table {
    variants: Vec<ruleset::Variant>,
    /// Keys by id, in the order in which people fall into them.
    own: Vec<(String, String, u32)>,
    default: String,
    off: String,
}

impl Table {
    fn new(details: &Details) -> Self {
        let mut ordered: Vec<&document::Variant> = details.variants.iter().collect();
        ordered.sort_by(|a, b| a.name.cmp(&b.name));
        let mut taken = Taken::default();
        let mut free = |name: &str| taken.free(name, "variant");
        let mut variants = Vec::with_capacity(ordered.len() + 2);
        let mut add = |key: &str, value: &str| {
            variants.push(ruleset::Variant {
                key: key.to_owned(),
                value: Some(value.into()),
                description: String::new(),
                metadata: Metadata::new(),
            });
        };
        let mut own = Vec::with_capacity(ordered.len());
        for variant in ordered {
            let key = free(&variant.name);
            add(&key, &variant.name);
            own.push((variant.id.clone(), key, variant.rollout_percent));
        }
        let default = free("default");
        add(&default, &details.feature.default_value);
        let off = free("off");
        add(&off, "");
        Self {
            variants,
            own,
            default,
            off,
        }
    }

    /// The variant with this id; the default value if it is gone.
    fn assigned(&self, id: Option<&str>) -> Serve {
        let known = self.own.iter().find(|(own, _, _)| Some(own.as_str()) == id);
        Serve::variant(known.map_or(&self.default, |(_, key, _)| key))
    }

    fn off(&self) -> Serve {
        Serve::variant(&self.off).disabled()
    }

    /// Weights in hundredths of a percent, what is left for the default value; nobody is beyond a hundred percent.
    fn arms(&self) -> Vec<Arm> {
        let mut left = TOTAL;
        let mut arm = |variant: &str, weight: u32| {
            let weight = weight.min(left);
            left -= weight;
            Arm {
                variant: variant.to_owned(),
                weight,
            }
        };
        let mut arms: Vec<Arm> = self
            .own
            .iter()
            .map(|(_, key, percent)| arm(key, percent.saturating_mul(100)))
            .collect();
        arms.push(arm(&self.default, TOTAL));
        arms
    }
}

/// One feature being read.
struct Reader<'r> {
    details: &'r Details,
    document: &'r Document,
    table: &'r Table,
}

impl Reader<'_> {
    fn config(&self, gaps: &mut Gaps) -> ConfigEntry {
        let feature = &self.details.feature;
        let mut ordered: Vec<&Rule> = self.details.rules.iter().collect();
        ordered.sort_by_key(|rule| (rule.action, rule.priority));
        let chooses = self.algorithm(gaps);
        let split = self.split(gaps);
        let mut rules = Vec::new();
        for (number, rule) in (1_usize..).zip(&ordered) {
            let name = self.name(rule);
            let tree = Tree {
                flag: &feature.key,
                rule: &format!(
                    "rule {number}{}",
                    name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default()
                ),
            };
            let condition = tree.condition(&rule.conditions, gaps);
            let made = |id: String, serve: Serve| ConfigRule {
                id,
                name: name.clone().unwrap_or_default(),
                disabled: rule.action == Action::Assign && chooses == Chooses::Algorithm,
                condition: Some(condition.clone()),
                gate: None,
                serve,
                foreign: Foreign::from(origin(rule)),
            };
            match rule.action {
                Action::Exclude => rules.push(made(format!("exclude-{number}"), self.table.off())),
                Action::Assign => {
                    let serve = self.table.assigned(rule.flag_variant_id.as_deref());
                    rules.push(made(format!("assign-{number}"), serve));
                }
                Action::Include => {
                    rules.extend(
                        split
                            .clone()
                            .map(|split| made(format!("include-{number}-variants"), split)),
                    );
                    rules.push(made(format!("include-{number}"), Serve::variant(&self.table.default)));
                }
            }
        }
        let includes = ordered.iter().any(|rule| rule.action == Action::Include);
        if let Some(split) = split.filter(|_| !includes) {
            rules.push(ConfigRule {
                id: "variants".to_owned(),
                name: String::new(),
                disabled: false,
                condition: None::<Condition>,
                gate: None,
                serve: split,
                foreign: Foreign::default(),
            });
        }
        ConfigEntry {
            schedule: schedule::translate(feature, self.document.schedules(feature), gaps),
            enabled: feature.enabled,
            off: self.table.off(),
            prerequisites: Vec::new(),
            subjects: Vec::new(),
            segments: Vec::new(),
            rules,
            default: if includes {
                self.table.off()
            } else {
                Serve::variant(&self.table.default)
            },
            foreign: Map::new(),
        }
    }

    /// The segment a rule was made from.
    fn name(&self, rule: &Rule) -> Option<String> {
        let name = rule.segment_id.as_deref().and_then(|id| self.document.segment(id))?;
        Some(name.to_owned())
    }

    /// What is served by share; None where nothing is.
    fn split(&self, gaps: &mut Gaps) -> Option<Serve> {
        let feature = &self.details.feature;
        let key = feature.rollout_key.as_deref().filter(|key| !key.is_empty())?;
        if feature.kind != document::Kind::Multivariant || self.table.own.is_empty() {
            return None;
        }
        let percents = || self.table.own.iter().map(|(_, _, percent)| u64::from(*percent));
        let sum: u64 = percents().sum();
        if sum != 100 || percents().any(|percent| percent > 100) {
            let text = format!("its variants make up {sum} % together; what is missing gets the default value");
            gaps.flag(&feature.key, gap::WEIGHT, text);
        }
        // Databases agree about the order of these only.
        let is_plain = |name: &String| {
            name.bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if self.table.own.len() > 1 && !self.details.variants.iter().all(|own| is_plain(&own.name)) {
            let text = "its variants are ordered by name, by the rules of the database's language there and by bytes here; \
                        compare a few subjects before you switch";
            gaps.flag(&feature.key, gap::ORDER, text);
        }
        let split = Split {
            allocation: allocation(attribute::named(key)),
            arms: self.table.arms(),
        };
        Some(Serve {
            what: What::Split(Box::new(split)),
            enabled: true,
            metadata: Metadata::new(),
        })
    }

    fn algorithm(&self, gaps: &mut Gaps) -> Chooses {
        let Some(own) = self.details.algorithms.iter().find(|own| own.enabled) else {
            return Chooses::Rules;
        };
        let text = format!(
            "`{}` chooses there and nothing here: what is served where it fails is served; rules that assign are \
             switched off, as they are there",
            own.algorithm_slug
        );
        gaps.flag(&self.details.feature.key, gap::ALGORITHM, text);
        Chooses::Algorithm
    }
}

/// What chooses among variants there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chooses {
    Rules,
    Algorithm,
}

fn origin(rule: &Rule) -> Map<String, Json> {
    let pairs = [
        ("id", Json::from(rule.id.as_str())),
        ("priority", rule.priority.into()),
        ("segment_id", rule.segment_id.as_deref().into()),
        ("is_customized", rule.is_customized.into()),
    ];
    let known = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_null() && *value != "" && *value != false);
    known.map(|(name, value)| (name.to_owned(), value)).collect()
}
