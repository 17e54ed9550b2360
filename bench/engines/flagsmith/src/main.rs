//! Flagsmith's engine. Its one call evaluates the whole environment for one identity, so there is no figure for one
//! flag. It has no rules inside of flags either: a rule is a segment with an override of the feature.

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use flagsmith_flag_engine::engine::get_evaluation_result;
use flagsmith_flag_engine::engine_eval::EngineEvaluationContext;
use serde_json::{Map, Value as Json, json};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "flagsmith-flag-engine";

/// A context holds a copy of the environment; more of them would measure the cache.
const IDENTITIES: usize = 8;

fn main() {
    for cell in Cell::every() {
        let base: EngineEvaluationContext = serde_json::from_value(document(&cell)).expect("a context");
        let contexts: Vec<EngineEvaluationContext> = (0..CONTEXTS).map(|number| identified(&base, number)).collect();
        cell.check(NAME, |key, at| get_evaluation_result(&contexts[at]).flags[key].enabled);
        cell.all(NAME, |at| get_evaluation_result(&contexts[at % IDENTITIES]));
    }
}

fn identified(base: &EngineEvaluationContext, number: usize) -> EngineEvaluationContext {
    let mut context = base.clone();
    if let Some(identity) = &mut context.identity {
        identity.identifier = user(number);
        identity.key = format!("env_{}", user(number));
    }
    context
}

fn document(cell: &Cell) -> Json {
    let mut features = Map::new();
    let mut segments = Map::new();
    for (number, key) in cell.names.iter().enumerate() {
        match cell.shape {
            Shape::A => {
                features.insert(key.clone(), feature(key, number, true));
            }
            Shape::B => {
                features.insert(key.clone(), feature(key, number, false));
                let conditions =
                    json!([{ "operator": "PERCENTAGE_SPLIT", "property": "$.identity.key", "value": "50" }]);
                let mut served = feature(key, number, true);
                served["priority"] = json!(1.0);
                segments.insert(number.to_string(), segment(&number.to_string(), &conditions, &served));
            }
            Shape::C => {
                let mut off = feature(key, number, false);
                off["value"] = json!("off");
                features.insert(key.clone(), off);
                for rule in 0..RULES {
                    let id = format!("{number}-{rule}");
                    let segment = segment(&id, &conditions(rule), &split(key, number, rule));
                    segments.insert(id, segment);
                }
            }
        }
    }
    json!({
        "environment": { "key": "env", "name": "production" }, "features": features, "segments": segments,
        "identity": {
            "identifier": "", "key": "", "traits": { "country": COUNTRY, "age": AGE, "version": VERSION },
        },
    })
}

fn feature(key: &str, number: usize, enabled: bool) -> Json {
    json!({
        "key": number.to_string(), "name": key, "enabled": enabled, "value": null, "variants": [],
        "metadata": { "feature_id": number, "feature_type": "STANDARD" },
    })
}

fn split(key: &str, number: usize, rule: usize) -> Json {
    let mut served = feature(key, number, true);
    served["value"] = json!("v1");
    served["variants"] = json!([
        { "value": "v2", "weight": 33.3, "priority": 1.0 },
        { "value": "v3", "weight": 33.4, "priority": 2.0 },
    ]);
    served["priority"] = json!(rule as f64);
    served
}

fn conditions(rule: usize) -> Json {
    json!([
        { "operator": "IN", "property": "country", "value": COUNTRIES },
        { "operator": "GREATER_THAN_INCLUSIVE", "property": "age", "value": MIN_AGE.to_string() },
        {
            "operator": "GREATER_THAN_INCLUSIVE", "property": "version",
            "value": format!("{}:semver", min_version(rule)),
        },
    ])
}

fn segment(id: &str, conditions: &Json, served: &Json) -> Json {
    json!({
        "key": id, "name": format!("s{id}"), "metadata": { "segment_id": 1, "source": "api" },
        "rules": [{ "type": "ALL", "conditions": conditions, "rules": [] }], "overrides": [served],
    })
}
