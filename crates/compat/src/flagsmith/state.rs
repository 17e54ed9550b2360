//! What is known of an environment, whatever document it comes from.

use hoist_engine::profile::python;
use serde_json::{Map, Number, Value as Json};

/// An environment with everything in it.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) environment: Environment,
    pub(super) features: Vec<Feature>,
    pub(super) segments: Vec<Segment>,
    pub(super) identities: Vec<Identity>,
}

#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Its public key, part of what is hashed.
    pub(super) key: String,
    pub(super) name: String,
}

/// A feature in a state: the environment's, a segment's or an identity's.
#[derive(Debug)]
pub(super) struct Feature {
    pub(super) name: String,
    /// What its split is hashed with.
    pub(super) salt: String,
    pub(super) enabled: bool,
    pub(super) value: Json,
    pub(super) variants: Vec<Variant>,
    /// Of a segment's: lower wins.
    pub(super) priority: f64,
    pub(super) metadata: Map<String, Json>,
    pub(super) is_server_only: bool,
    /// What only Flagsmith uses.
    pub(super) foreign: Map<String, Json>,
}

/// An option with its weight.
#[derive(Debug)]
pub(super) struct Variant {
    /// Tells options of a feature apart.
    pub(super) id: String,
    pub(super) key: Option<String>,
    pub(super) value: Json,
    /// In percent, as it was written.
    pub(super) weight: Number,
    /// Lower comes first.
    pub(super) priority: f64,
}

#[derive(Debug)]
pub(super) struct Segment {
    /// What its percentages are hashed with.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) rules: Vec<Rule>,
    pub(super) overrides: Vec<Feature>,
    pub(super) metadata: Map<String, Json>,
}

#[derive(Debug)]
pub(super) struct Rule {
    /// `ALL`, `ANY` or `NONE`.
    pub(super) kind: String,
    pub(super) conditions: Vec<Condition>,
    pub(super) rules: Vec<Rule>,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) property: String,
    pub(super) operator: String,
    /// Text, or a list.
    pub(super) value: Json,
}

/// Somebody with overrides.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) identifier: String,
    pub(super) features: Vec<Feature>,
}

impl State {
    /// The overrides of every feature, the strongest of each segment, strongest first; of equal ones the
    /// segment that comes first.
    pub(super) fn overrides(&self) -> super::Overrides<'_> {
        let mut all = super::Overrides::new();
        for (at, segment) in self.segments.iter().enumerate() {
            for feature in &segment.overrides {
                let own = all.entry(feature.name.as_str()).or_default();
                match own.last_mut().filter(|(segment, _)| *segment == at) {
                    Some((_, known)) if feature.priority < known.priority => *known = feature,
                    Some(_) => {}
                    None => own.push((at, feature)),
                }
            }
        }
        for own in all.values_mut() {
            own.sort_by(|(_, a), (_, b)| a.priority.total_cmp(&b.priority));
        }
        all
    }
}

impl Feature {
    /// Variants in the order in which they take their part.
    pub(super) fn ordered(&self) -> Vec<&Variant> {
        let mut variants: Vec<&Variant> = self.variants.iter().collect();
        variants.sort_by(|a, b| a.priority.total_cmp(&b.priority));
        variants
    }
}

/// A scalar as text, as Python writes it; None for lists and objects.
pub(super) fn python_text(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("None".to_owned()),
        Json::Bool(true) => Some("True".to_owned()),
        Json::Bool(false) => Some("False".to_owned()),
        Json::Number(number) => Some(match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => python::float_text(float),
            None => number.to_string(),
        }),
        Json::String(text) => Some(text.clone()),
        Json::Array(_) | Json::Object(_) => None,
    }
}
