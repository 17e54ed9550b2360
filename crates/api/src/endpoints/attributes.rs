//! Attributes that rules and segments of a project read, for completion while typing.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use hoist_engine::ruleset::{Condition, Operator, Test};
use hoist_model::state::Setting;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::Api;
use crate::guard::Scope;
use crate::problem::Problem;

/// Examples of one attribute at most.
const EXAMPLES: usize = 8;

/// Attributes by name.
#[derive(Serialize, ToSchema)]
pub struct Attributes {
    /// In byte order of name.
    pub items: Vec<AttributeItem>,
}

/// An attribute that conditions read.
#[derive(Default, Serialize, ToSchema)]
pub struct AttributeItem {
    /// In the context.
    pub name: String,
    /// `string`, `number`, `boolean`, `semver`, `datetime`, `ip`; the most frequent first, as far as its
    /// operators tell.
    pub kinds: Vec<&'static str>,
    /// Values it is compared with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Value>)]
    pub examples: Vec<Value>,
    /// Tests that read it.
    pub used: usize,
}

#[derive(Default)]
struct Seen {
    kinds: BTreeMap<&'static str, usize>,
    examples: Vec<Value>,
    used: usize,
}

/// Attributes that rules and segments read, with guessed kinds and example values.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/attributes", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path)),
    responses((status = 200, body = Attributes), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn list(State(api): State<Api>, scope: Scope) -> Result<Json<Attributes>, Problem> {
    let state = api.app.world.state();
    let project = scope.project()?;
    let mut seen = BTreeMap::new();
    let environments = state.environments(project);
    for (doc, _) in state.flags(project) {
        let configs = environments
            .iter()
            .filter_map(|(place, _)| state.setting(doc.id, place.id).and_then(Setting::config));
        for rule in configs.flat_map(|config| &config.rules) {
            rule.condition.iter().for_each(|tree| read(tree, &mut seen));
        }
    }
    for (_, body) in state.segments(project) {
        body.condition.iter().for_each(|tree| read(tree, &mut seen));
    }
    let items = seen.into_iter().map(|(name, seen)| item(name, seen)).collect();
    Ok(Json(Attributes { items }))
}

fn item(name: &str, seen: Seen) -> AttributeItem {
    let mut kinds: Vec<(&'static str, usize)> = seen.kinds.into_iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    AttributeItem {
        name: name.to_owned(),
        kinds: kinds.into_iter().map(|(kind, _)| kind).collect(),
        examples: seen.examples,
        used: seen.used,
    }
}

fn read<'s>(tree: &'s Condition, seen: &mut BTreeMap<&'s str, Seen>) {
    match tree {
        Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|each| read(each, seen)),
        Condition::Not(inner) => read(inner, seen),
        // The moment of evaluation is no attribute of any context.
        Condition::Test(test) if test.attribute != "$now" => {
            let entry = seen.entry(&test.attribute).or_default();
            entry.used += 1;
            kinds(test).for_each(|kind| *entry.kinds.entry(kind).or_default() += 1);
            for value in examples(test) {
                if entry.examples.len() < EXAMPLES && !entry.examples.contains(value) {
                    entry.examples.push(value.clone());
                }
            }
        }
        Condition::Test(_) | Condition::Segment(_) | Condition::Percentage(_) | Condition::Broken { .. } => {}
    }
}

/// What the operator reads; where it reads anything, what the values are.
fn kinds(test: &Test) -> impl Iterator<Item = &'static str> {
    use Operator as O;
    let fixed = match test.op {
        O::Equals | O::In | O::Exists => None,
        O::Contains | O::StartsWith | O::EndsWith | O::Matches => Some("string"),
        O::Eq | O::Lt | O::Lte | O::Gt | O::Gte | O::Modulo => Some("number"),
        O::SemverEq | O::SemverLt | O::SemverLte | O::SemverGt | O::SemverGte | O::SemverRange => Some("semver"),
        O::Before | O::After | O::Within => Some("datetime"),
        O::Cidr => Some("ip"),
    };
    let of_values = match test.op {
        O::Equals | O::In => test.values.first().and_then(kind_of),
        _ => None,
    };
    fixed.or(of_values).into_iter()
}

fn kind_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(_) => Some("string"),
        Value::Number(_) => Some("number"),
        Value::Bool(_) => Some("boolean"),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Values that an attribute can have as they stand; patterns, ranges and divisors are none.
fn examples(test: &Test) -> &[Value] {
    match test.op {
        Operator::Equals | Operator::In | Operator::Eq | Operator::SemverEq => &test.values,
        _ => &[],
    }
}
