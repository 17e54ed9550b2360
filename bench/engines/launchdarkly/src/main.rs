//! LaunchDarkly's engine. Its store hands out flags by value, so an SDK clones each before it is evaluated: that is
//! measured apart. It has no call for all flags: a loop fills a map, as the SDK does.

use std::collections::HashMap;

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use launchdarkly_server_sdk_evaluation::{
    AttributeValue, Context, ContextBuilder, Flag, FlagValue, Segment, Store, evaluate,
};
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "launchdarkly-eval";

struct Flags(HashMap<String, Flag>);

impl Store for Flags {
    fn flag(&self, key: &str) -> Option<Flag> {
        self.0.get(key).cloned()
    }

    fn segment(&self, _key: &str) -> Option<Segment> {
        None
    }
}

fn main() {
    let contexts: Vec<Context> = (0..CONTEXTS).map(context).collect();
    for cell in Cell::every() {
        let flags = cell.names.iter().map(|key| (key.clone(), flag(cell.shape, key)));
        let store = Flags(flags.collect());
        cell.check(NAME, |key, at| {
            match evaluate(&store, &store.0[key], &contexts[at], None).value {
                Some(FlagValue::Bool(value)) => *value,
                Some(FlagValue::Str(value)) => value.starts_with('v'),
                _ => false,
            }
        });
        cell.one(NAME, |key, at| {
            evaluate(&store, &store.0[key], &contexts[at], None).value.is_some()
        });
        cell.one("launchdarkly-eval + clone", |key, at| {
            let flag = store.flag(key).expect("a flag");
            evaluate(&store, &flag, &contexts[at], None).value.is_some()
        });
        cell.all(NAME, |at| {
            let mut answers = HashMap::with_capacity(store.0.len());
            let each = store.0.iter();
            answers.extend(each.map(|(key, flag)| (key.as_str(), evaluate(&store, flag, &contexts[at], None))));
            answers.len()
        });
    }
}

fn context(number: usize) -> Context {
    let mut builder = ContextBuilder::new(user(number));
    builder.set_string("country", COUNTRY).set_string("version", VERSION);
    builder.set_value("age", AttributeValue::Number(AGE as f64));
    builder.build().expect("a context")
}

fn flag(shape: Shape, key: &str) -> Flag {
    let booleans = json!([true, false]);
    let (variations, fallthrough, rules) = match shape {
        Shape::A => (booleans, json!({ "variation": 0 }), json!([])),
        Shape::B => (
            booleans,
            json!({ "rollout": rollout(&[(0, 50_000), (1, 50_000)]) }),
            json!([]),
        ),
        Shape::C => (
            json!(["off", "v1", "v2", "v3"]),
            json!({ "variation": 0 }),
            (0..RULES).map(targeted).collect(),
        ),
    };
    let flag = json!({
        "key": key, "version": 1, "on": true, "targets": [], "contextTargets": [], "rules": rules, "prerequisites": [],
        "fallthrough": fallthrough, "offVariation": null, "variations": variations, "salt": "8b1f0a",
        "clientSide": true, "clientSideAvailability": { "usingMobileKey": true, "usingEnvironmentId": true },
        "trackEvents": false,
    });
    serde_json::from_value(flag).expect("a flag")
}

fn targeted(rule: usize) -> Json {
    let clauses = json!([
        clause("country", "in", &json!(COUNTRIES)),
        clause("age", "greaterThanOrEqual", &json!([MIN_AGE])),
        clause("version", "semVerGreaterThan", &json!([min_version(rule)])),
    ]);
    let rollout = rollout(&[(1, 33_333), (2, 33_333), (3, 33_334)]);
    json!({ "id": format!("r{rule}"), "trackEvents": false, "clauses": clauses, "rollout": rollout })
}

fn clause(attribute: &str, operator: &str, values: &Json) -> Json {
    json!({ "contextKind": "user", "attribute": attribute, "op": operator, "values": values, "negate": false })
}

fn rollout(weights: &[(usize, u32)]) -> Json {
    let weighted = |(variation, weight): &(usize, u32)| json!({ "variation": variation, "weight": weight });
    let variations: Vec<Json> = weights.iter().map(weighted).collect();
    json!({ "contextKind": "user", "bucketBy": "key", "variations": variations })
}
