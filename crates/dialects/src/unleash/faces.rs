//! How Unleash's clients see a flag and its variants, whether they ask or evaluate by themselves.
//!
//! | flag | enabled | variant |
//! |---|---|---|
//! | imported from Unleash | its value | its own, by the name and with the payload it had there |
//! | boolean of ours | enabled, and its value is `true` | none |
//! | another of ours | enabled | the variant's key, its value as payload |

use std::collections::HashMap;

use hoist_engine::ruleset::{FlagRules, Kind, Profile, Variant};
use serde_json::{Map, Value as Json};

use super::wire::Payload;

/// Metadata of an imported variant that holds its payload, and the payload's type.
const PAYLOAD: &str = "payload";
const PAYLOAD_TYPE: &str = "payloadType";

/// What an import keeps about names: by variant key the name in Unleash, null for no variant.
const NAMES: &str = "unleashVariants";

/// The name of Unleash's answer without a variant.
pub(super) const NONE: &str = "disabled";

/// A flag.
#[derive(Clone, Debug)]
pub(super) struct Face {
    /// By variant key.
    variants: HashMap<String, VariantFace>,
    kind: Kind,
    /// The project in Unleash that it came from.
    pub(super) project: Option<String>,
    /// Whether clients report that they asked for it.
    pub(super) impression_data: bool,
}

/// A variant.
#[derive(Clone, Debug)]
struct VariantFace {
    /// Whether serving it makes a boolean flag enabled.
    is_true: bool,
    /// None: it stands for no variant.
    shown: Option<Shown>,
}

/// A variant as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) payload: Option<Payload>,
}

/// What clients get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Seen<'f> {
    /// Not enabled.
    Off,
    /// Enabled, perhaps with a variant.
    On(Option<&'f Shown>),
}

impl Face {
    pub(super) fn new(rules: &FlagRules) -> Self {
        let names = rules.foreign.get(NAMES).and_then(Json::as_object);
        let one = |variant: &Variant| (variant.key.clone(), variant_face(rules, variant, names));
        Self {
            variants: rules.variants.iter().map(one).collect(),
            kind: rules.kind,
            project: rules.foreign.get("project").and_then(Json::as_str).map(str::to_owned),
            impression_data: rules.foreign.get("impressionData") == Some(&Json::Bool(true)),
        }
    }

    /// What clients get where this variant is served.
    pub(super) fn of_variant(&self, key: &str, enabled: bool) -> Seen<'_> {
        let variant = self.variants.get(key);
        if !enabled || (self.kind == Kind::Boolean && !variant.is_some_and(|variant| variant.is_true)) {
            return Seen::Off;
        }
        Seen::On(variant.and_then(|variant| variant.shown.as_ref()))
    }

    /// What clients get where a value without a variant is served, or none at all.
    pub(super) fn of_value(&self, value: Option<&Json>, enabled: bool) -> Seen<'_> {
        if !enabled || (self.kind == Kind::Boolean && value != Some(&Json::Bool(true))) {
            return Seen::Off;
        }
        Seen::On(None)
    }

    /// Names of our keys, for what asks for variants of this flag.
    pub(super) fn names_of<'k>(&'k self, keys: &'k [String]) -> impl Iterator<Item = &'k str> {
        keys.iter().map(|key| match self.variants.get(key) {
            Some(VariantFace { shown: Some(shown), .. }) => shown.name.as_str(),
            Some(VariantFace { shown: None, .. }) => NONE,
            None => key.as_str(),
        })
    }

    /// Our key of a variant that clients call so.
    pub(super) fn key_of(&self, name: &str) -> Option<&str> {
        let is_it = |face: &VariantFace| face.shown.as_ref().is_some_and(|shown| shown.name == name);
        let mut keys: Vec<&str> = self
            .variants
            .iter()
            .filter(|(_, face)| is_it(face))
            .map(|(key, _)| key.as_str())
            .collect();
        keys.sort_unstable();
        keys.first().copied()
    }
}

fn variant_face(rules: &FlagRules, variant: &Variant, names: Option<&Map<String, Json>>) -> VariantFace {
    let name = match names.and_then(|names| names.get(&variant.key)) {
        Some(Json::String(name)) => Some(name.as_str()),
        Some(_) => None,
        None if rules.profile == Profile::Unleash || rules.kind != Kind::Boolean => Some(variant.key.as_str()),
        None => None,
    };
    let payload = if rules.profile == Profile::Unleash {
        carried(variant)
    } else {
        variant.value.as_ref().and_then(payload_of)
    };
    VariantFace {
        is_true: variant.value == Some(Json::Bool(true)),
        shown: name.map(|name| Shown {
            name: name.to_owned(),
            payload,
        }),
    }
}

/// The payload that an import kept.
fn carried(variant: &Variant) -> Option<Payload> {
    let value = variant.metadata.get(PAYLOAD)?.as_str()?;
    let kind = variant
        .metadata
        .get(PAYLOAD_TYPE)
        .and_then(Json::as_str)
        .unwrap_or("string");
    Some(Payload {
        kind: kind.to_owned(),
        value: value.to_owned(),
    })
}

/// A value of ours as a payload.
fn payload_of(value: &Json) -> Option<Payload> {
    let (kind, value) = match value {
        Json::Null => return None,
        Json::String(text) => ("string", text.clone()),
        Json::Number(number) => ("number", number.to_string()),
        Json::Bool(value) => ("string", value.to_string()),
        Json::Array(_) | Json::Object(_) => ("json", value.to_string()),
    };
    Some(Payload {
        kind: kind.to_owned(),
        value,
    })
}
