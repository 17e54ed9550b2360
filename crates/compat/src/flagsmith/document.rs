//! Environment documents, as `GET /api/v1/environment-document/` gives them.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Number, Value as Json};

use super::feature::foreign;
use super::gap;
use super::state::{self, Environment, State};
use crate::error::ImportError;
use crate::report::Gaps;

/// What to do about a document of another form.
const NEXT: &str = "give an environment document: `api_key`, `name`, `project` and `feature_states`, as Flagsmith's \
                    `/api/v1/environment-document/` answers to a server key";

/// Settings of Flagsmith's environment that are none of a project here.
const SETTINGS: [(&str, &str); 3] = [
    ("hide_disabled_flags", "disabled flags are not hidden"),
    ("hide_sensitive_data", "what clients are shown is a matter of the mount"),
    (
        "allow_client_traits",
        "whose traits are stored is a matter of the mount",
    ),
];

#[derive(Deserialize)]
struct Document {
    api_key: String,
    #[serde(default)]
    name: String,
    project: Project,
    feature_states: Vec<FeatureState>,
    #[serde(default)]
    identity_overrides: Vec<Identity>,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Deserialize)]
struct Project {
    #[serde(default)]
    segments: Vec<Segment>,
    #[serde(default)]
    server_key_only_feature_ids: Vec<Json>,
}

#[derive(Deserialize)]
struct Segment {
    id: Json,
    #[serde(default)]
    name: String,
    #[serde(default)]
    rules: Vec<Rule>,
    #[serde(default)]
    feature_states: Vec<FeatureState>,
}

/// The rule of a segment, also in evaluation contexts.
#[derive(Deserialize)]
pub(super) struct Rule {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    conditions: Option<Vec<Condition>>,
    #[serde(default)]
    rules: Option<Vec<Rule>>,
}

#[derive(Deserialize)]
struct Condition {
    operator: String,
    #[serde(default, alias = "property_")]
    property: Option<String>,
    #[serde(default)]
    value: Json,
}

#[derive(Deserialize)]
struct FeatureState {
    feature: Feature,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    django_id: Option<Number>,
    #[serde(default)]
    featurestate_uuid: Option<String>,
    #[serde(default)]
    feature_segment: Option<FeatureSegment>,
    #[serde(default)]
    feature_state_value: Json,
    #[serde(default)]
    multivariate_feature_state_values: Vec<Share>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    id: Json,
    name: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct FeatureSegment {
    #[serde(default)]
    priority: Option<f64>,
}

/// An option's share in a state.
#[derive(Deserialize)]
struct Share {
    #[serde(default)]
    id: Option<Number>,
    #[serde(default)]
    mv_fs_value_uuid: Option<String>,
    percentage_allocation: Number,
    multivariate_feature_option: Choice,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    id: Json,
    #[serde(default)]
    value: Json,
    #[serde(default)]
    key: Option<String>,
}

#[derive(Deserialize)]
struct Identity {
    identifier: String,
    #[serde(default)]
    identity_features: Vec<FeatureState>,
}

pub(super) fn read(document: &Json, gaps: &mut Gaps) -> Result<State, ImportError> {
    let document = Document::deserialize(document)
        .map_err(|error| ImportError::new(format!("this is no environment document of Flagsmith ({error})"), NEXT))?;
    let settings = SETTINGS
        .into_iter()
        .filter(|(name, _)| document.rest.get(*name) == Some(&Json::Bool(true)));
    for (name, text) in settings {
        gaps.document(gap::SETTING, format!("`{name}` is on there; {text}"));
    }
    let text = "make a client key of the environment for its clients; its server keys are not in the document";
    gaps.document(
        gap::KEY,
        format!("`{}` is the environment's public key there: {text}", document.api_key),
    );
    for segment in &document.project.segments {
        let properties = segment.rules.iter().flat_map(Rule::properties);
        for path in properties.filter(|name| matches!(*name, "$.identity.key" | "$.environment.key")) {
            let text =
                format!("`{path}` is another key here than there, and has to be sent as an attribute of that name");
            let id = state::python_text(&segment.id).unwrap_or_default();
            let name = if segment.name.is_empty() {
                format!("segment-{id}")
            } else {
                segment.name.clone()
            };
            gaps.segment(&name, gap::PATH, text);
        }
    }
    let ids = &document.project.server_key_only_feature_ids;
    let server_only: BTreeSet<String> = ids.iter().filter_map(state::python_text).collect();
    let feature = |own: FeatureState| {
        let is_server_only = state::python_text(&own.feature.id).is_some_and(|id| server_only.contains(&id));
        state::Feature {
            is_server_only,
            ..own.state()
        }
    };
    Ok(State {
        environment: Environment {
            key: document.api_key,
            name: document.name,
        },
        features: document.feature_states.into_iter().map(feature).collect(),
        segments: document.project.segments.into_iter().map(Segment::segment).collect(),
        identities: document
            .identity_overrides
            .into_iter()
            .map(|own| state::Identity {
                identifier: own.identifier,
                features: own.identity_features.into_iter().map(FeatureState::state).collect(),
            })
            .collect(),
    })
}

impl Segment {
    fn segment(self) -> state::Segment {
        state::Segment {
            key: state::python_text(&self.id).unwrap_or_default(),
            name: self.name,
            rules: self.rules.into_iter().map(state::Rule::from).collect(),
            overrides: self.feature_states.into_iter().map(FeatureState::state).collect(),
            metadata: Map::new(),
        }
    }
}

impl Rule {
    /// What its conditions and those of its inner rules ask for.
    fn properties(&self) -> Vec<&str> {
        let own = self
            .conditions
            .iter()
            .flatten()
            .filter_map(|condition| condition.property.as_deref());
        own.chain(self.rules.iter().flatten().flat_map(Self::properties))
            .collect()
    }
}

impl From<Rule> for state::Rule {
    fn from(rule: Rule) -> Self {
        let condition = |own: Condition| state::Condition {
            property: own.property.unwrap_or_default(),
            operator: own.operator,
            value: if own.value.is_null() { "".into() } else { own.value },
        };
        Self {
            kind: rule.kind,
            conditions: rule.conditions.unwrap_or_default().into_iter().map(condition).collect(),
            rules: rule.rules.unwrap_or_default().into_iter().map(Self::from).collect(),
        }
    }
}

impl FeatureState {
    fn state(self) -> state::Feature {
        let salt = self.django_id.map(|id| id.to_string()).or(self.featurestate_uuid);
        state::Feature {
            is_server_only: false,
            foreign: foreign(Some(&self.feature.id), self.feature.kind.as_deref()),
            name: self.feature.name,
            salt: salt.unwrap_or_default(),
            enabled: self.enabled,
            value: self.feature_state_value,
            variants: self
                .multivariate_feature_state_values
                .into_iter()
                .map(Share::variant)
                .collect(),
            priority: self
                .feature_segment
                .and_then(|own| own.priority)
                .unwrap_or(f64::INFINITY),
            metadata: Map::new(),
        }
    }
}

impl Share {
    fn variant(self) -> state::Variant {
        let choice = self.multivariate_feature_option;
        let number = self.id.and_then(|id| id.as_f64());
        state::Variant {
            id: format!("{}|{:?}|{}", choice.id, choice.key, choice.value),
            priority: number
                .or_else(|| self.mv_fs_value_uuid.as_deref().and_then(of_uuid))
                .unwrap_or(f64::INFINITY),
            key: choice.key,
            value: choice.value,
            weight: self.percentage_allocation,
        }
    }
}

/// An id of 128 bits as a number, as Flagsmith's clients order by it.
fn of_uuid(text: &str) -> Option<f64> {
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    u128::from_str_radix(&digits, 16).ok().map(|number| number as f64)
}
