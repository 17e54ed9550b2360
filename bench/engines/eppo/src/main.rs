//! Eppo's engine. It has no call for all flags: a loop fills a map, as an application would.

use std::collections::HashMap;
use std::sync::Arc;

use bench_kit::{AGE, CONTEXTS, COUNTRIES, COUNTRY, Cell, Counting, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use eppo_core::eval::get_assignment;
use eppo_core::ufc::UniversalFlagConfig;
use eppo_core::{Attributes, Configuration, SdkMetadata, Str};
use serde_json::{Map, Value as Json, json};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const NAME: &str = "eppo_core";

/// Shards that users fall into.
const SHARDS: u32 = 10_000;

fn main() {
    let contexts: Vec<(Str, Arc<Attributes>)> = (0..CONTEXTS).map(context).collect();
    let now = chrono::Utc::now().into();
    for cell in Cell::every() {
        let configuration = configuration(&cell);
        let one = |key: &str, at: usize| {
            let (user, attributes) = &contexts[at];
            get_assignment(Some(&configuration), key, user, attributes, None, now).expect("an assignment")
        };
        cell.check(NAME, |key, at| {
            let value = one(key, at).map(|assignment| serde_json::to_string(&assignment.value).expect("text"));
            let sign = if cell.shape == Shape::C { "\"v" } else { "true" };
            value.is_some_and(|value| value.contains(sign))
        });
        cell.one(NAME, one);
        cell.all(NAME, |at| {
            let mut answers = HashMap::with_capacity(cell.names.len());
            answers.extend(cell.names.iter().filter_map(|key| Some((key.as_str(), one(key, at)?))));
            answers
        });
    }
}

fn context(number: usize) -> (Str, Arc<Attributes>) {
    let mut attributes = Attributes::default();
    attributes.insert("country".into(), COUNTRY.into());
    attributes.insert("age".into(), (AGE as f64).into());
    attributes.insert("version".into(), VERSION.into());
    (user(number).into(), Arc::new(attributes))
}

fn configuration(cell: &Cell) -> Configuration {
    let flags: Map<String, Json> = cell
        .names
        .iter()
        .map(|key| (key.clone(), flag(cell.shape, key)))
        .collect();
    let document = json!({
        "createdAt": "2024-04-17T19:40:53.716Z", "format": "SERVER", "environment": { "name": "Test" }, "flags": flags,
    });
    let sdk = SdkMetadata {
        name: "bench",
        version: "1",
    };
    let document = document.to_string().into_bytes();
    Configuration::from_server_response(UniversalFlagConfig::from_json(sdk, document).expect("flags"), None)
}

fn flag(shape: Shape, key: &str) -> Json {
    let (kind, variations) = match shape {
        Shape::A | Shape::B => (
            "BOOLEAN",
            json!({ "on": { "key": "on", "value": true }, "off": { "key": "off", "value": false } }),
        ),
        Shape::C => (
            "STRING",
            ["v1", "v2", "v3"]
                .iter()
                .map(|variant| ((*variant).to_owned(), json!({ "key": variant, "value": variant })))
                .collect(),
        ),
    };
    let allocations = match shape {
        Shape::A => json!([
            { "key": "all", "rules": [], "splits": [{ "variationKey": "on", "shards": [] }], "doLog": false },
        ]),
        Shape::B => {
            let splits = json!([split("on", key, 0, SHARDS / 2), split("off", key, SHARDS / 2, SHARDS)]);
            json!([{ "key": "half", "rules": [], "splits": splits, "doLog": false }])
        }
        Shape::C => (0..RULES).map(|rule| targeted(key, rule)).collect(),
    };
    json!({
        "key": key, "enabled": true, "variationType": kind, "variations": variations, "totalShards": SHARDS,
        "allocations": allocations,
    })
}

fn targeted(key: &str, rule: usize) -> Json {
    let conditions = json!([
        { "attribute": "country", "operator": "ONE_OF", "value": COUNTRIES },
        { "attribute": "age", "operator": "GTE", "value": MIN_AGE },
        { "attribute": "version", "operator": "GTE", "value": min_version(rule) },
    ]);
    let splits = json!([
        split("v1", key, 0, 3333),
        split("v2", key, 3333, 6666),
        split("v3", key, 6666, SHARDS)
    ]);
    json!({ "key": format!("r{rule}"), "doLog": false, "rules": [{ "conditions": conditions }], "splits": splits })
}

fn split(variation: &str, salt: &str, start: u32, end: u32) -> Json {
    let ranges = json!([{ "start": start, "end": end }]);
    json!({ "variationKey": variation, "shards": [{ "salt": salt, "ranges": ranges }] })
}
