//! GrowthBook's SDK. It has no call for all flags: a loop fills a map, as an application would.

use std::collections::HashMap;

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use growthbook_rust::dto::GrowthBookFeature;
use growthbook_rust::growthbook::GrowthBook;
use growthbook_rust::model_public::GrowthBookAttribute;
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "growthbook-rust";

fn main() {
    let contexts: Vec<Option<Vec<GrowthBookAttribute>>> = (0..CONTEXTS).map(context).collect();
    for cell in Cell::every() {
        let features = cell.names.iter().map(|key| (key.clone(), feature(cell.shape, key)));
        let engine = GrowthBook {
            forced_variations: None,
            features: features.collect(),
            attributes: None,
            sticky_bucket_service: None,
            saved_groups: HashMap::default(),
        };
        let one = |key: &str, at: usize| engine.check(key, &contexts[at]);
        cell.check(NAME, |key, at| {
            let answer = one(key, at);
            match cell.shape {
                Shape::A | Shape::B => answer.on,
                Shape::C => answer.value.as_str().is_some_and(|value| value.starts_with('v')),
            }
        });
        cell.one(NAME, one);
        cell.all(NAME, |at| {
            let mut answers = HashMap::with_capacity(cell.names.len());
            answers.extend(cell.names.iter().map(|key| (key.as_str(), one(key, at))));
            answers
        });
    }
}

fn context(number: usize) -> Option<Vec<GrowthBookAttribute>> {
    let attributes = json!({ "id": user(number), "country": COUNTRY, "age": AGE, "version": VERSION });
    Some(GrowthBookAttribute::from(attributes).expect("attributes"))
}

fn feature(shape: Shape, key: &str) -> GrowthBookFeature {
    let feature = match shape {
        Shape::A => json!({ "defaultValue": true }),
        Shape::B => {
            let rule = json!({ "force": true, "coverage": 0.5, "hashAttribute": "id", "seed": key, "hashVersion": 2 });
            json!({ "defaultValue": false, "rules": [rule] })
        }
        Shape::C => {
            let rules: Vec<Json> = (0..RULES).map(|rule| targeted(key, rule)).collect();
            json!({ "defaultValue": "off", "rules": rules })
        }
    };
    serde_json::from_value(feature).expect("a feature")
}

fn targeted(key: &str, rule: usize) -> Json {
    let condition = json!({
        "country": { "$in": COUNTRIES }, "age": { "$gte": MIN_AGE }, "version": { "$vgte": min_version(rule) },
    });
    json!({
        "condition": condition, "key": format!("{key}-{rule}"), "variations": ["v1", "v2", "v3"],
        "weights": [0.3333, 0.3333, 0.3334], "coverage": 1.0, "hashAttribute": "id", "hashVersion": 2, "seed": key,
    })
}
