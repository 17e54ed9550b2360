//! A feature as a flag.

use std::collections::BTreeMap;

use hoist_engine::ruleset::{self, Kind, Metadata, Prerequisite, Profile, Serve};
use hoist_model::document::{Origin, Schedule};
use hoist_model::portable::{ConfigEntry, FlagEntry, KillEntry};
use serde_json::{Map, Value as Json};

use super::criteria::{Generation, Reader};
use super::document::{Document, Feature};
use super::{SYSTEM, gap};
use crate::names::Taken;
use crate::report::Gaps;

/// Member of a configuration's `foreign`: why nothing is served there, in FluxGate's words.
pub(super) const OFF: &str = "off";

/// Member of a flag's `foreign`: the variants that FluxGate's clients see no name of.
pub(super) const NAMELESS: &str = "nameless";

pub(super) fn entry(
    feature: &Feature,
    document: &Document,
    environment: &str,
    index: u32,
    gaps: &mut Gaps,
) -> FlagEntry {
    let table = Table::new(feature);
    let config = config(feature, document, &table, gaps);
    let nameless: Vec<Json> = vec![table.on.as_str().into(), table.off.as_str().into()];
    FlagEntry {
        index,
        name: String::new(),
        description: feature.description.clone(),
        kind: table.kind(),
        variants: table.variants,
        tags: feature.tags.clone(),
        owner: Some(feature.owner.clone()).filter(|owner| !owner.is_empty()),
        purpose: None,
        client_visible: true,
        profile: Profile::FluxGate,
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: feature.id.clone(),
        }],
        metadata: Metadata::new(),
        foreign: foreign(feature, nameless, gaps),
        environments: BTreeMap::from([(environment.to_owned(), config)]),
        overrides: BTreeMap::new(),
        kills: kills(feature, environment, gaps),
    }
}

fn foreign(feature: &Feature, nameless: Vec<Json>, gaps: &mut Gaps) -> Map<String, Json> {
    let pairs = [
        ("featureType", Json::from(feature.feature_type.as_str())),
        (NAMELESS, nameless.into()),
        ("lifecycleStage", feature.lifecycle_stage.as_str().into()),
        ("expiresAt", feature.expires_at.as_deref().into()),
        ("deprecationNotice", feature.deprecation_notice.as_deref().into()),
    ];
    if !matches!(feature.lifecycle_stage.as_str(), "" | "ACTIVE" | "DRAFT" | "PERMANENT")
        || feature.expires_at.is_some()
    {
        let text = "it is deprecated, archived or expires there; here it is served until somebody archives it";
        gaps.flag(&feature.key, gap::LIFECYCLE, text);
    }
    let known = pairs.into_iter().filter(|(_, value)| !value.is_null() && *value != "");
    known.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn kills(feature: &Feature, environment: &str, gaps: &mut Gaps) -> BTreeMap<String, KillEntry> {
    if let Some(at) = &feature.rollback_scheduled_at {
        let text = format!("something happens to its kill switch at {at} there, and nothing here");
        gaps.flag(&feature.key, gap::KILL, text);
    }
    if feature.enabled && !feature.kill_switch_enabled {
        let text = "it is switched on and its kill switch too: killed here, as in FluxGate since 27 October 2025; before, \
                    the switch may have meant the opposite";
        gaps.flag(&feature.key, gap::KILL, text);
    }
    let kill = KillEntry {
        until: None,
        reason: "killed in FluxGate".to_owned(),
    };
    let killed = (!feature.kill_switch_enabled).then(|| (environment.to_owned(), kill));
    killed.into_iter().collect()
}

fn config(feature: &Feature, document: &Document, table: &Table, gaps: &mut Gaps) -> ConfigEntry {
    let stage = document.stage(feature);
    let criteria = stage.map(|stage| document.criteria(stage)).unwrap_or_default();
    let generation = Generation::of(&criteria);
    let reader = stage.map(|stage| Reader {
        feature,
        stage,
        table,
        generation,
    });
    let rules = reader.map(|reader| reader.rules(&criteria, gaps)).unwrap_or_default();
    // A kill switches the feature off as well, and lifting it switches it on.
    let is_active = feature.enabled || !feature.kill_switch_enabled;
    let off = match stage {
        _ if !is_active => Some("STATIC"),
        None => Some("UNKNOWN"),
        Some(stage) if !stage.is_enabled() => Some("DISABLED"),
        Some(_) => None,
    };
    let needed = feature.dependencies.iter().map(|own| {
        let flag = document.key(own.id()).unwrap_or_else(|| {
            let text = format!(
                "the feature {} is not in the document; without it this one is off",
                own.id()
            );
            gaps.flag(&feature.key, gap::DEPENDENCY, text);
            own.id()
        });
        Prerequisite {
            flag: flag.to_owned(),
            enabled: Some(true),
            variants: Vec::new(),
        }
    });
    ConfigEntry {
        schedule: Schedule::default(),
        enabled: off.is_none(),
        off: table.off(),
        prerequisites: needed.collect(),
        subjects: Vec::new(),
        segments: Vec::new(),
        rules,
        default: if criteria.is_empty() { table.on() } else { table.off() },
        foreign: off.map(|why| (OFF.to_owned(), Json::from(why))).into_iter().collect(),
    }
}

/// The variants of a flag: `on` is `true`, `off` is `false`, between them those of the feature.
pub(super) struct Table {
    variants: Vec<ruleset::Variant>,
    /// Keys by name.
    keys: BTreeMap<String, String>,
    on: String,
    off: String,
}

impl Table {
    fn new(feature: &Feature) -> Self {
        let is_simple = feature.feature_type.eq_ignore_ascii_case("simple");
        let mut taken = Taken::default();
        let mut free = |name: &str| taken.free(name, "variant");
        let mut keys = BTreeMap::new();
        let mut own = Vec::new();
        // A simple feature's value is a boolean whatever its variants say.
        for variant in feature.variants.iter().filter(|_| !is_simple) {
            if keys.contains_key(&variant.control) {
                continue;
            }
            let key = free(&variant.control);
            own.push(ruleset::Variant {
                key: key.clone(),
                value: Some(variant.value.clone()),
                description: variant.description.clone(),
                metadata: Metadata::new(),
            });
            keys.insert(variant.control.clone(), key);
        }
        let boolean = |key: &str, value: bool| ruleset::Variant {
            key: key.to_owned(),
            value: Some(value.into()),
            description: String::new(),
            metadata: Metadata::new(),
        };
        let (on, off) = (free("on"), free("off"));
        let mut variants = vec![boolean(&on, true)];
        variants.extend(own);
        variants.push(boolean(&off, false));
        Self {
            variants,
            keys,
            on,
            off,
        }
    }

    fn kind(&self) -> Kind {
        let all = self.variants.iter().filter_map(|variant| variant.value.as_ref());
        if all.into_iter().all(Json::is_boolean) {
            Kind::Boolean
        } else {
            Kind::Any
        }
    }

    pub(super) fn key(&self, name: &str) -> Option<&str> {
        self.keys.get(name).map(String::as_str)
    }

    pub(super) fn on_key(&self) -> &str {
        &self.on
    }

    pub(super) fn off_key(&self) -> &str {
        &self.off
    }

    /// Matched without a variant.
    pub(super) fn on(&self) -> Serve {
        Serve::variant(&self.on)
    }

    pub(super) fn off(&self) -> Serve {
        Serve::variant(&self.off).disabled()
    }
}
