//! Evaluation contexts: everything that an evaluation by Flagsmith's engine needs, in one document.

use std::fmt;
use std::marker::PhantomData;

use hoist_engine::context::TARGETING_KEY;
use hoist_engine::{Context, IDENTITY_KEY, Moment, Snapshot};
use hoist_model::portable::Gap;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value as Json};

use super::answer::{self, ReasonStyle};
use super::state::{self, State};
use super::{Named, document, project};
use crate::error::ImportError;
use crate::json;
use crate::report::Gaps;

/// What to do about a document of another form.
const NEXT: &str =
    "give an evaluation context (`environment`, `identity`, `features`, `segments`), alone or as `context`";

/// The environment that stands for the context's.
const ENVIRONMENT: &str = "default";

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    context: Option<EvaluationContext>,
}

#[derive(Deserialize)]
struct EvaluationContext {
    environment: Environment,
    #[serde(default)]
    identity: Option<Identity>,
    #[serde(default)]
    features: Option<Entries<Feature>>,
    #[serde(default)]
    segments: Option<Entries<Segment>>,
}

#[derive(Deserialize)]
struct Environment {
    key: String,
    name: String,
}

#[derive(Deserialize)]
struct Identity {
    identifier: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    traits: Option<Map<String, Json>>,
}

#[derive(Deserialize)]
struct Feature {
    key: String,
    name: String,
    enabled: bool,
    value: Json,
    #[serde(default)]
    variants: Option<Vec<Choice>>,
    #[serde(default)]
    priority: Option<f64>,
    #[serde(default)]
    metadata: Option<Map<String, Json>>,
}

#[derive(Deserialize)]
struct Choice {
    value: Json,
    weight: Number,
    priority: f64,
    #[serde(default)]
    key: Option<String>,
}

#[derive(Deserialize)]
struct Segment {
    key: String,
    name: String,
    rules: Vec<document::Rule>,
    #[serde(default)]
    overrides: Option<Vec<Feature>>,
    #[serde(default)]
    metadata: Option<Map<String, Json>>,
}

/// The values of an object in the order in which they stand.
struct Entries<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<T>, A::Error> {
        let mut entries = Vec::new();
        while let Some((_, value)) = map.next_entry::<serde::de::IgnoredAny, T>()? {
            entries.push(value);
        }
        Ok(Entries(entries))
    }
}

/// An evaluation context, ready to be answered.
pub struct Evaluation {
    state: State,
    named: Named,
    context: Context,
    has_identity: bool,
}

impl Evaluation {
    /// Reads `{context, …}` or contexts alone, one after the other; comments and trailing commas are accepted.
    ///
    /// # Errors
    /// When one is neither, or there is none.
    pub fn read(text: &str) -> Result<Vec<Self>, ImportError> {
        let bad = |error: serde_json::Error| {
            ImportError::new(format!("this is no evaluation context of Flagsmith ({error})"), NEXT)
        };
        let text = json::plain(text);
        let documents = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
        let mut all = Vec::new();
        for document in documents {
            let document = document.map_err(bad)?.get();
            let source = match serde_json::from_str(document) {
                Ok(Case { context: Some(context) }) => context,
                Ok(Case { context: None }) => serde_json::from_str(document).map_err(bad)?,
                Err(error) => return Err(bad(error)),
            };
            all.push(Self::of(source));
        }
        if all.is_empty() {
            return Err(ImportError::new("the document is empty", NEXT));
        }
        Ok(all)
    }

    fn of(source: EvaluationContext) -> Self {
        let has_identity = source.identity.is_some();
        let context = subject(source.identity, &source.environment);
        let state = State {
            environment: state::Environment {
                key: source.environment.key,
                name: source.environment.name,
            },
            features: source
                .features
                .into_iter()
                .flat_map(|all| all.0)
                .map(Feature::state)
                .collect(),
            segments: source
                .segments
                .into_iter()
                .flat_map(|all| all.0)
                .map(Segment::segment)
                .collect(),
            identities: Vec::new(),
        };
        let named = project(&state, ENVIRONMENT, Gaps::default());
        Self {
            state,
            named,
            context,
            has_identity,
        }
    }

    /// What could not be carried over with its full meaning.
    pub fn gaps(&self) -> &[Gap] {
        &self.named.import.gaps
    }

    /// Flagsmith's evaluation result.
    pub fn result(&self, moment: &Moment, style: ReasonStyle) -> Json {
        let ruleset = self.named.import.project.ruleset(ENVIRONMENT).unwrap_or_default();
        let (snapshot, _) = Snapshot::compile(&ruleset);
        let asked = answer::Asked {
            state: &self.state,
            segments: &self.named.segments,
            snapshot: &snapshot,
            bound: &snapshot.bind(&self.context),
            moment,
            style,
            has_identity: self.has_identity,
        };
        asked.result()
    }
}

/// An identity as a context: traits are attributes, and what paths lead to has the path for its name.
fn subject(identity: Option<Identity>, environment: &Environment) -> Context {
    let mut context = Context::new()
        .with("$.environment.key", environment.key.as_str())
        .with("$.environment.name", environment.name.as_str());
    let Some(identity) = identity else { return context };
    let composed = format!("{}_{}", environment.key, identity.identifier);
    let key = identity.key.filter(|key| !key.is_empty());
    context.set(IDENTITY_KEY, key.unwrap_or(composed));
    let traits = identity.traits.into_iter().flatten();
    for (name, value) in traits.filter(|(name, value)| !value.is_null() && name != IDENTITY_KEY) {
        // A whole number that has no room is none of our numbers, and counts by its digits.
        match value.as_u64().filter(|_| !value.is_i64()) {
            Some(large) => context.set(name, large.to_string()),
            None => context.set(name, &value),
        }
    }
    context.set(TARGETING_KEY, identity.identifier);
    context
}

impl Feature {
    fn state(self) -> state::Feature {
        let variant = |(at, own): (usize, Choice)| state::Variant {
            id: format!("{at}|{}|{:?}|{}", own.priority, own.key, own.value),
            key: own.key,
            value: own.value,
            weight: own.weight,
            priority: own.priority,
        };
        state::Feature {
            name: self.name,
            salt: self.key,
            enabled: self.enabled,
            value: self.value,
            variants: self
                .variants
                .unwrap_or_default()
                .into_iter()
                .enumerate()
                .map(variant)
                .collect(),
            priority: self.priority.unwrap_or(f64::INFINITY),
            metadata: self.metadata.unwrap_or_default(),
            is_server_only: false,
            foreign: Map::new(),
        }
    }
}

impl Segment {
    fn segment(self) -> state::Segment {
        state::Segment {
            key: self.key,
            name: self.name,
            rules: self.rules.into_iter().map(state::Rule::from).collect(),
            overrides: self
                .overrides
                .unwrap_or_default()
                .into_iter()
                .map(Feature::state)
                .collect(),
            metadata: self.metadata.unwrap_or_default(),
        }
    }
}
