//! Reading what the API says.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::error::ImportError;
use crate::items::{each, or_default};
use crate::report::Gaps;

/// What to do about a document of another form.
const NEXT: &str = "give an object with `features`, the answers of FluxGate's query `feature`, and with `criteria`, \
                    those of `getStageCriteria` by the stage's id";

/// One environment of a team.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) features: Vec<Feature>,
    /// Keys by id.
    keys: BTreeMap<String, String>,
    /// By id of the stage.
    criteria: BTreeMap<String, Vec<Criterion>>,
    /// Id or name.
    environment: String,
}

#[derive(Deserialize)]
struct Source {
    features: Vec<Json>,
    #[serde(default)]
    criteria: BTreeMap<String, Vec<Json>>,
    #[serde(default)]
    environment: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feature {
    #[serde(default)]
    pub(super) id: String,
    pub(super) key: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
    #[serde(default, deserialize_with = "or_default", alias = "feature_type")]
    pub(super) feature_type: String,
    #[serde(default = "yes", alias = "active")]
    pub(super) enabled: bool,
    /// True: it may be served.
    #[serde(default = "yes", alias = "kill_switch_enabled")]
    pub(super) kill_switch_enabled: bool,
    #[serde(default, alias = "rollback_scheduled_at")]
    pub(super) rollback_scheduled_at: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) dependencies: Vec<Dependency>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) variants: Vec<Variant>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) stages: Vec<Stage>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tags: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) owner: String,
    #[serde(default, deserialize_with = "or_default", alias = "lifecycle_stage")]
    pub(super) lifecycle_stage: String,
    #[serde(default, alias = "expires_at")]
    pub(super) expires_at: Option<String>,
    #[serde(default, alias = "deprecation_notice")]
    pub(super) deprecation_notice: Option<String>,
}

fn yes() -> bool {
    true
}

/// The id of the feature that is needed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Dependency {
    Id(String),
    Edge {
        #[serde(alias = "dependsOnId")]
        depends_on_id: String,
    },
    Feature {
        id: String,
    },
}

impl Dependency {
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Edge { depends_on_id: id } | Self::Feature { id } => id,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Variant {
    pub(super) control: String,
    #[serde(default)]
    pub(super) value: Json,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) description: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stage {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    environment: Option<Environment>,
    #[serde(default, alias = "environment_id")]
    environment_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    status: String,
    #[serde(default)]
    enabled: Option<bool>,
    #[serde(default, alias = "bucketing_key")]
    pub(super) bucketing_key: Option<String>,
    #[serde(default, deserialize_with = "or_default", alias = "criterias")]
    criteria: Vec<Criterion>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Environment {
    Id(String),
    Whole {
        id: String,
        #[serde(default)]
        name: String,
    },
}

impl Stage {
    /// Whether it is deployed, and not only planned.
    pub(super) fn is_enabled(&self) -> bool {
        // A stage whose rollback is asked for, or was refused, still serves.
        let serves = [
            "DEPLOYED",
            "ROLLBACK_REQUESTED",
            "ROLLBACK_APPROVED",
            "ROLLBACK_REJECTED",
        ];
        self.enabled.unwrap_or_else(|| serves.contains(&self.status.as_str()))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let (id, name) = match &self.environment {
            Some(Environment::Id(id)) => (Some(id), None),
            Some(Environment::Whole { id, name }) => (Some(id), Some(name)),
            None => (None, None),
        };
        [id, name, self.environment_id.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
    }
}

/// Of any generation: what a generation does not have is absent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Criterion {
    #[serde(default)]
    pub(super) priority: Option<i64>,
    #[serde(default, deserialize_with = "or_default", alias = "rule_groups")]
    pub(super) rule_groups: Vec<RuleGroup>,
    #[serde(default, deserialize_with = "or_default", alias = "variant_allocations")]
    pub(super) variant_allocations: Vec<Allocation>,
    #[serde(default, alias = "variant_selection_mode")]
    pub(super) variant_selection_mode: Option<String>,
    #[serde(default, alias = "selected_variant_control")]
    pub(super) selected_variant_control: Option<String>,
    #[serde(default)]
    pub(super) context_key: Option<String>,
    #[serde(default)]
    pub(super) context: Option<Context>,
    #[serde(default)]
    pub(super) rollout_percentage: Option<u32>,
    /// Absent before November 2025, null for none since.
    #[serde(default, deserialize_with = "some_or_null")]
    pub(super) serve: Option<Option<String>>,
}

fn some_or_null<'d, D: Deserializer<'d>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleGroup {
    #[serde(default, deserialize_with = "or_default", alias = "logic_operator")]
    pub(super) logic_operator: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) conditions: Vec<Condition>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    #[serde(alias = "context_key")]
    pub(super) context_key: String,
    pub(super) operator: String,
    #[serde(default)]
    pub(super) value: Json,
    #[serde(default, alias = "order_index")]
    pub(super) order_index: i64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Allocation {
    #[serde(alias = "variant_control")]
    pub(super) variant_control: String,
    pub(super) weight: u32,
}

/// A list of values with a name.
#[derive(Debug, Deserialize)]
pub(super) struct Context {
    #[serde(default)]
    pub(super) key: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) entries: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Entry {
    Text(String),
    Whole { value: String },
}

impl Entry {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Whole { value: text } => text,
        }
    }
}

pub(super) fn read(document: &Json, environment: &str, gaps: &mut Gaps) -> Result<Document, ImportError> {
    let source = Source::deserialize(document)
        .map_err(|error| ImportError::new(format!("this is no team of FluxGate ({error})"), NEXT))?;
    let features: Vec<Feature> = each(&source.features, "features", gaps);
    let mut criteria = BTreeMap::new();
    for (stage, items) in &source.criteria {
        criteria.insert(stage.clone(), each(items, &format!("criteria/{stage}"), gaps));
    }
    let wanted = source.environment.as_deref().unwrap_or(environment);
    Ok(Document {
        keys: features.iter().map(|own| (own.id.clone(), own.key.clone())).collect(),
        environment: meant(&features, wanted)?,
        features,
        criteria,
    })
}

/// The environment of this id or name; where no feature has a stage, any will do.
fn meant(features: &[Feature], wanted: &str) -> Result<String, ImportError> {
    let stages = features.iter().flat_map(|feature| &feature.stages);
    let known: BTreeSet<&str> = stages.flat_map(Stage::names).collect();
    let mut alike = known.iter().filter(|name| name.eq_ignore_ascii_case(wanted));
    let same = known
        .get(wanted)
        .or_else(|| alike.next().filter(|_| alike.next().is_none()));
    match same {
        Some(name) => Ok((*name).to_owned()),
        None if known.is_empty() => Ok(wanted.to_owned()),
        None => {
            let names: Vec<&str> = known.into_iter().take(20).collect();
            let what = format!("no stage is of the environment `{wanted}`");
            let next = format!(
                "give the document a member `environment` with one of {}",
                names.join(", ")
            );
            Err(ImportError::new(what, next))
        }
    }
}

impl Document {
    /// The stage of the environment.
    pub(super) fn stage<'f>(&self, feature: &'f Feature) -> Option<&'f Stage> {
        let mut stages = feature.stages.iter();
        stages.find(|stage| stage.names().any(|name| name == self.environment))
    }

    /// Of a stage, by priority.
    pub(super) fn criteria<'s>(&'s self, stage: &'s Stage) -> Vec<&'s Criterion> {
        let apart = self.criteria.get(&stage.id);
        let mut all: Vec<&Criterion> = apart.unwrap_or(&stage.criteria).iter().collect();
        all.sort_by_key(|own| own.priority.unwrap_or_default());
        all
    }

    /// The key of a feature.
    pub(super) fn key(&self, id: &str) -> Option<&str> {
        self.keys.get(id).map(String::as_str)
    }
}
