//! flagd's engine in Rust, used as its in-process provider does: look at the state, apply the targeting, look the
//! variant up. It has no call for all flags: a loop fills a map.

use std::collections::HashMap;

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use flagd_evaluation_engine::{FlagParser, Operator};
use open_feature::EvaluationContext;
use serde_json::{Map, Value as Json, json};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "flagd-evaluation-engine";

fn main() {
    let contexts: Vec<EvaluationContext> = (0..CONTEXTS).map(context).collect();
    let operator = Operator::new();
    for cell in Cell::every() {
        let flags: Map<String, Json> = cell.names.iter().map(|key| (key.clone(), flag(cell.shape))).collect();
        let parsed = FlagParser::parse_string(&json!({ "flags": flags }).to_string()).expect("flags");
        let one = |key: &str, at: usize| -> Option<&Json> {
            let flag = parsed.flags.get(key).filter(|flag| flag.state == "ENABLED")?;
            let variant = match &flag.targeting {
                None => flag.default_variant.clone(),
                Some(_) => operator
                    .apply(key, &flag.get_targeting(), &contexts[at])
                    .ok()?
                    .unwrap_or_else(|| flag.default_variant.clone()),
            };
            flag.variants.get(&variant)
        };
        cell.check(NAME, |key, at| match one(key, at) {
            Some(Json::Bool(value)) => *value,
            Some(Json::String(value)) => value.starts_with('v'),
            _ => false,
        });
        cell.one(NAME, one);
        cell.all(NAME, |at| {
            let mut answers = HashMap::with_capacity(cell.names.len());
            answers.extend(cell.names.iter().map(|key| (key.as_str(), one(key, at))));
            answers
        });
    }
}

fn context(number: usize) -> EvaluationContext {
    EvaluationContext::default()
        .with_targeting_key(user(number))
        .with_custom_field("country", COUNTRY)
        .with_custom_field("age", AGE)
        .with_custom_field("version", VERSION)
}

fn flag(shape: Shape) -> Json {
    let booleans = json!({ "on": true, "off": false });
    match shape {
        Shape::A => json!({ "state": "ENABLED", "defaultVariant": "on", "variants": booleans }),
        Shape::B => {
            let targeting = fractional(&[("on", 50), ("off", 50)]);
            json!({ "state": "ENABLED", "defaultVariant": "off", "variants": booleans, "targeting": targeting })
        }
        Shape::C => {
            let mut branches: Vec<Json> = (0..RULES)
                .flat_map(|rule| [condition(rule), fractional(&[("v1", 33), ("v2", 33), ("v3", 34)])])
                .collect();
            branches.push(json!("off"));
            let variants = json!({ "off": "off", "v1": "v1", "v2": "v2", "v3": "v3" });
            let targeting = json!({ "if": branches });
            json!({ "state": "ENABLED", "defaultVariant": "off", "variants": variants, "targeting": targeting })
        }
    }
}

fn condition(rule: usize) -> Json {
    json!({ "and": [
        { "in": [{ "var": "country" }, COUNTRIES] },
        { ">=": [{ "var": "age" }, MIN_AGE] },
        { "sem_ver": [{ "var": "version" }, ">=", min_version(rule)] },
    ] })
}

fn fractional(weights: &[(&str, u32)]) -> Json {
    let mut parts = vec![json!({ "cat": [{ "var": "$flagd.flagKey" }, { "var": "targetingKey" }] })];
    parts.extend(weights.iter().map(|(variant, weight)| json!([variant, weight])));
    json!({ "fractional": parts })
}
