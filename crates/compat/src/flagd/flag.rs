//! A flagd flag as a flag of ours.

use std::collections::BTreeMap;

use hoist_engine::json_logic;
use hoist_engine::ruleset::{Fractional, Kind, Metadata, Profile, Serve, Variant, What};
use hoist_model::document::{Origin, Schedule};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Value as Json};

use super::{SYSTEM, gap, refs};
use crate::report::Gaps;

/// Largest whole number that every client reads exactly.
const EXACT: u64 = (1 << 53) - 1;

/// What the flags of a file share.
pub(super) struct Set<'s> {
    pub(super) evaluators: Map<String, Json>,
    pub(super) metadata: Map<String, Json>,
    pub(super) environment: &'s str,
    pub(super) fractional: Fractional,
}

pub(super) fn entry(key: &str, source: &Map<String, Json>, set: &Set<'_>, index: u32, gaps: &mut Gaps) -> FlagEntry {
    let variants = variants(key, source, gaps);
    let default = default_variant(key, source, &variants, gaps);
    let mut foreign = source.clone();
    for used in [
        "state",
        "variants",
        "defaultVariant",
        "targeting",
        "metadata",
        "description",
    ] {
        foreign.remove(used);
    }
    let config = ConfigEntry {
        schedule: Schedule::default(),
        enabled: enabled(key, source, gaps),
        // A disabled flag of flagd leaves the choice to the application.
        off: serve(What::CodeDefault).disabled(),
        prerequisites: Vec::new(),
        subjects: Vec::new(),
        segments: Vec::new(),
        rules: Vec::new(),
        default: serve(targeting(key, source, default, set, gaps)),
        foreign: Map::new(),
    };
    FlagEntry {
        index,
        name: String::new(),
        description: source
            .get("description")
            .and_then(Json::as_str)
            .unwrap_or_default()
            .to_owned(),
        kind: kind(&variants),
        metadata: metadata(key, source, set, &mut foreign, gaps),
        variants,
        tags: Vec::new(),
        owner: None,
        purpose: None,
        client_visible: true,
        profile: Profile::Flagd,
        archived_at: None,
        origins: vec![Origin {
            system: SYSTEM.to_owned(),
            id: key.to_owned(),
        }],
        foreign,
        environments: BTreeMap::from([(set.environment.to_owned(), config)]),
        overrides: BTreeMap::new(),
        kills: BTreeMap::new(),
    }
}

fn serve(what: What) -> Serve {
    Serve {
        what,
        enabled: true,
        metadata: Metadata::new(),
    }
}

fn fixed(variant: Option<&String>) -> What {
    variant.map_or(What::CodeDefault, |key| What::Variant(key.clone()))
}

fn variants(key: &str, source: &Map<String, Json>, gaps: &mut Gaps) -> Vec<Variant> {
    let Some(Json::Object(all)) = source.get("variants") else {
        gaps.flag(
            key,
            gap::UNREADABLE,
            "it has no map of variants; the application's default is served",
        );
        return Vec::new();
    };
    let one = |(key, value): (&String, &Json)| Variant {
        key: key.clone(),
        value: Some(value.clone()),
        description: String::new(),
        metadata: Metadata::new(),
    };
    all.iter().map(one).collect()
}

/// The common type; whole numbers only if all are.
fn kind(variants: &[Variant]) -> Kind {
    let one = |variant: &Variant| match &variant.value {
        Some(Json::Bool(_)) => Kind::Boolean,
        Some(Json::String(_)) => Kind::String,
        Some(Json::Number(number)) if is_exact(number) => Kind::Integer,
        Some(Json::Number(_)) => Kind::Float,
        Some(Json::Object(_) | Json::Array(_)) => Kind::Object,
        Some(Json::Null) | None => Kind::Any,
    };
    let common = |a, b| match (a, b) {
        (a, b) if a == b => a,
        (Kind::Integer, Kind::Float) | (Kind::Float, Kind::Integer) => Kind::Float,
        _ => Kind::Any,
    };
    variants.iter().map(one).reduce(common).unwrap_or(Kind::Any)
}

fn is_exact(number: &serde_json::Number) -> bool {
    number.as_i64().is_some_and(|whole| whole.unsigned_abs() <= EXACT)
}

fn enabled(key: &str, source: &Map<String, Json>, gaps: &mut Gaps) -> bool {
    let state = source.get("state").unwrap_or(&Json::Null);
    if state != "ENABLED" && state != "DISABLED" {
        gaps.flag(
            key,
            gap::STATE,
            format!("its state is {state}; as in flagd it counts as ENABLED"),
        );
    }
    state != "DISABLED"
}

fn default_variant(key: &str, source: &Map<String, Json>, variants: &[Variant], gaps: &mut Gaps) -> Option<String> {
    match source.get("defaultVariant") {
        None | Some(Json::Null) => None,
        // As flagd and its clients have it.
        Some(Json::String(name)) if name.is_empty() => None,
        Some(Json::String(name)) if variants.iter().any(|variant| variant.key == *name) => Some(name.clone()),
        Some(other) => {
            let text = format!("its default variant {other} does not exist; the application's default is served");
            gaps.flag(key, gap::DEFAULT_VARIANT, text);
            None
        }
    }
}

/// Targeting, carried; without it the default.
fn targeting(key: &str, source: &Map<String, Json>, default: Option<String>, set: &Set<'_>, gaps: &mut Gaps) -> What {
    let rule = match source.get("targeting") {
        None | Some(Json::Null) => return fixed(default.as_ref()),
        Some(Json::Object(members)) if members.is_empty() => return fixed(default.as_ref()),
        Some(rule) => rule,
    };
    let resolved = refs::resolve(rule, &set.evaluators);
    for name in &resolved.left {
        gaps.flag(key, gap::REFERENCE, format!("`$ref` to `{name}` leads nowhere"));
    }
    if let Err(problem) = json_logic::compile(&resolved.rule, set.fractional) {
        let text = format!("its targeting cannot be run: {problem}; its default is served, with the reason ERROR");
        gaps.flag(key, gap::TARGETING, text);
    }
    What::JsonLogic {
        fractional: generation(&resolved.rule, set.fractional),
        expression: resolved.rule,
        otherwise: default,
    }
}

/// Said only where there is something to say it of.
fn generation(rule: &Json, fractional: Fractional) -> Fractional {
    if refs::names(rule, "fractional") {
        fractional
    } else {
        Fractional::default()
    }
}

/// The set's, then the flag's; what is not flat stays with what only the origin knew.
fn metadata(
    key: &str,
    source: &Map<String, Json>,
    set: &Set<'_>,
    foreign: &mut Map<String, Json>,
    gaps: &mut Gaps,
) -> Metadata {
    let own = source.get("metadata").and_then(Json::as_object).into_iter().flatten();
    let all: Map<String, Json> = set
        .metadata
        .iter()
        .chain(own)
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let (flat, deep): (Map<String, Json>, Map<String, Json>) = all
        .into_iter()
        .partition(|(_, value)| value.is_string() || value.is_number() || value.is_boolean());
    if !deep.is_empty() {
        let names: Vec<&str> = deep.keys().map(String::as_str).collect();
        gaps.flag(
            key,
            gap::METADATA,
            format!("metadata `{}` is not flat and is not sent", names.join("`, `")),
        );
        foreign.insert("metadata".to_owned(), Json::Object(deep));
    }
    flat
}
