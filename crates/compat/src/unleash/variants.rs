//! Variants: keys of our own for what Unleash names, splits, and overrides.
//!
//! An imported flag has the variants `on` (enabled, Unleash's `disabled` variant), those of
//! Unleash, and `off`. In Unleash two strategies may use one name for different payloads; the
//! second gets a key with a number. [`Table::foreign`] records which keys differ from the name
//! that Unleash's clients see.

use hoist_engine::ruleset::{self, Arm, Metadata, Missing, Serve, Split, What};
use hoist_model::portable::FlagEntry;
use serde_json::{Map, Value as Json, json};

use super::gap;
use super::strategy::{Place, Stickiness};
use super::wire::{Feature, Payload, Variant};
use crate::report::Gaps;

/// Metadata of a variant that holds its payload.
pub const PAYLOAD: &str = "payload";

/// Metadata of a variant that holds the type of its payload.
pub const PAYLOAD_TYPE: &str = "payloadType";

/// Member of a flag's `foreign`: by our variant key the name that Unleash's clients see, null for Unleash's
/// `disabled`. Keys that are not there are names.
pub const NAMES: &str = "unleashVariants";

/// The name of Unleash's answer without a variant.
pub(super) const NONE: &str = "disabled";

/// The variants of a flag.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Served when enabled without a variant.
    pub(super) on: String,
    /// Served when not enabled.
    pub(super) off: String,
    /// Key, name and payload, in the order they were met.
    known: Vec<Known>,
    /// Kinds of weight that are not the usual one, by name.
    weight_types: Map<String, Json>,
}

#[derive(Clone, Debug)]
struct Known {
    key: String,
    name: String,
    payload: Option<Payload>,
}

impl Table {
    pub(super) fn new(feature: &Feature, gaps: &mut Gaps) -> Self {
        let mut table = Self::default();
        let own = feature.strategies.iter().flat_map(|strategy| &strategy.variants);
        feature
            .variants
            .iter()
            .chain(own)
            .for_each(|variant| table.add(variant, &feature.name, gaps));
        table.on = table.free("on");
        table.off = table.free("off");
        table
    }

    fn add(&mut self, variant: &Variant, flag: &str, gaps: &mut Gaps) {
        if variant.weight_type == "fix" {
            self.weight_types
                .insert(variant.name.clone(), variant.weight_type.clone().into());
        }
        if self.find(variant).is_some() {
            return;
        }
        let key = self.free(&variant.name);
        if key != variant.name {
            let name = &variant.name;
            let text =
                format!("variant `{name}` occurs with another payload; clients other than Unleash's see `{key}`");
            gaps.flag(flag, gap::VARIANT_RENAMED, text);
        }
        self.known.push(Known {
            key,
            name: variant.name.clone(),
            payload: variant.payload.clone(),
        });
    }

    fn find(&self, variant: &Variant) -> Option<&Known> {
        self.known
            .iter()
            .find(|known| known.name == variant.name && known.payload == variant.payload)
    }

    /// The name itself or, if it is taken or cannot be a key, the name with a number.
    fn free(&self, name: &str) -> String {
        let taken = |key: &str| key == self.on || self.known.iter().any(|known| known.key == key);
        if crate::report::is_key(name) && !taken(name) {
            return name.to_owned();
        }
        let short: String = name.chars().filter(|letter| !letter.is_control()).take(40).collect();
        let numbered = (2_u32..).map(|number| format!("{short}~{number}"));
        numbered.into_iter().find(|key| !taken(key)).unwrap_or(short)
    }

    fn key(&self, variant: &Variant) -> String {
        self.find(variant)
            .map_or_else(|| variant.name.clone(), |known| known.key.clone())
    }

    /// Our keys for a name that a dependency asks for. A name that no variant has stands for itself.
    pub(super) fn keys_of(&self, name: &str) -> Vec<String> {
        let mut keys: Vec<String> = self
            .known
            .iter()
            .filter(|known| known.name == name)
            .map(|known| known.key.clone())
            .collect();
        if name == NONE {
            keys.push(self.on.clone());
        }
        if keys.is_empty() {
            keys.push(name.to_owned());
        }
        keys
    }

    /// `on`, Unleash's, `off`.
    pub(super) fn variants(&self) -> Vec<ruleset::Variant> {
        let one = |key: &str, value: bool, metadata| ruleset::Variant {
            key: key.to_owned(),
            value: Some(value.into()),
            description: String::new(),
            metadata,
        };
        let mut all = vec![one(&self.on, true, Metadata::new())];
        all.extend(self.known.iter().map(|known| one(&known.key, true, payload(known))));
        all.push(one(&self.off, false, Metadata::new()));
        all
    }

    /// What projections for Unleash's clients need to know.
    pub(super) fn foreign(&self) -> Map<String, Json> {
        let renamed = self.known.iter().filter(|known| known.key != known.name);
        let mut names: Map<String, Json> = renamed
            .map(|known| (known.key.clone(), known.name.clone().into()))
            .collect();
        names.insert(self.on.clone(), Json::Null);
        names.insert(self.off.clone(), Json::Null);
        let mut foreign = Map::from_iter([(NAMES.to_owned(), Json::Object(names))]);
        if !self.weight_types.is_empty() {
            foreign.insert("weightTypes".to_owned(), Json::Object(self.weight_types.clone()));
        }
        foreign
    }

    /// Not enabled.
    pub(super) fn disabled(&self) -> Serve {
        Serve::variant(&self.off).disabled()
    }

    /// Enabled with this variant.
    pub(super) fn chosen(&self, variant: &Variant) -> Serve {
        Serve::variant(self.key(variant))
    }

    /// Enabled with variants by weight, or without one where the weights sum to nothing.
    fn split(&self, variants: &[Variant], allocation: ruleset::Allocation) -> Serve {
        let total: u64 = variants.iter().map(|variant| u64::from(variant.weight)).sum();
        if total == 0 {
            return Serve::variant(&self.on);
        }
        let arm = |variant: &Variant| Arm {
            variant: self.key(variant),
            weight: variant.weight,
        };
        let split = Split {
            allocation,
            arms: variants.iter().map(arm).collect(),
        };
        Serve {
            what: What::Split(Box::new(split)),
            enabled: true,
            metadata: Metadata::new(),
        }
    }

    /// What a feature serves by its own variants.
    pub(super) fn by_feature(&self, feature: &Feature, chance: String) -> Serve {
        let stickiness = feature
            .variants
            .first()
            .and_then(|variant| variant.stickiness.as_deref());
        let stickiness = Stickiness::named(stickiness.unwrap_or_default());
        self.split(
            &feature.variants,
            stickiness.allocation(&feature.name, chance, Missing::Draw),
        )
    }

    /// What a strategy serves by its own variants. Their stickiness is what the first says, else the strategy's.
    pub(super) fn by_strategy(&self, place: &Place<'_>, gaps: &mut Gaps) -> Serve {
        let variants = &place.strategy.variants;
        let of_strategy = place.strategy.parameter("stickiness");
        let of_variant = variants.first().and_then(|variant| variant.stickiness.clone());
        if let (Some(one), Some(other)) = (&of_variant, &of_strategy)
            && one != other
        {
            let text = format!("its variants stick to `{one}`, the strategy to `{other}`; the variants' word counts");
            gaps.flag(
                place.flag,
                gap::SDKS_DISAGREE,
                format!("strategy {}: {text}", place.number),
            );
        }
        if variants.iter().all(|variant| variant.weight == 0) {
            let text = format!("strategy {}: its variants have no weight; none is served", place.number);
            gaps.flag(place.flag, gap::WEIGHT, text);
        }
        let stickiness = Stickiness::named(&of_variant.or(of_strategy).unwrap_or_default());
        self.split(
            variants,
            stickiness.allocation(&place.group(), place.chance("/variant"), Missing::Draw),
        )
    }
}

fn payload(known: &Known) -> Metadata {
    let Some(payload) = &known.payload else {
        return Metadata::new();
    };
    Metadata::from_iter([
        (PAYLOAD_TYPE.to_owned(), payload.kind.clone().into()),
        (PAYLOAD.to_owned(), payload.value.clone().into()),
    ])
}

/// What a flag answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served<'s> {
    /// Whether the feature counts as enabled.
    pub enabled: bool,
    /// Key of the variant, if one was served.
    pub variant: Option<&'s str>,
}

/// Unleash's shape of a variant in an answer; a flag that does not exist answers with its `disabled` variant.
pub fn answer(flag: Option<&FlagEntry>, served: Served<'_>) -> Json {
    let variants = flag.map_or(&[][..], |flag| &flag.variants);
    let variant = variants
        .iter()
        .find(|variant| Some(variant.key.as_str()) == served.variant);
    let Some((variant, name)) = variant
        .filter(|_| served.enabled)
        .and_then(|own| Some((own, name(flag?, own)?)))
    else {
        return json!({"name": NONE, "enabled": false, "feature_enabled": served.enabled});
    };
    let mut shown = json!({"name": name, "enabled": true, "feature_enabled": true});
    if let (Some(value), Some(members)) = (variant.metadata.get(PAYLOAD), shown.as_object_mut()) {
        let kind = variant
            .metadata
            .get(PAYLOAD_TYPE)
            .cloned()
            .unwrap_or_else(|| "string".into());
        members.insert("payload".to_owned(), json!({"type": kind, "value": value}));
    }
    shown
}

/// What Unleash's clients call a variant; none for those that stand for no variant.
fn name<'v>(flag: &'v FlagEntry, variant: &'v ruleset::Variant) -> Option<&'v str> {
    match flag.foreign.get(NAMES).and_then(|names| names.get(&variant.key)) {
        Some(name) => name.as_str(),
        None => Some(&variant.key),
    }
}
