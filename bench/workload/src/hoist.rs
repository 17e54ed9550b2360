//! As Hoist's own documents: what the engine compiles and what the server imports.
//!
//! | shape | as a flag of Hoist |
//! |---|---|
//! | a | boolean, serves `on` |
//! | b | boolean, one rule with a gate of 50 %, else `off` |
//! | c | text, five rules of three tests and a split each, else `off` |

use bench_kit::{AGE, COUNTRIES, COUNTRY, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use serde_json::{Map, Value as Json, json};

/// Which hash places users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Hoist's own, XXH3.
    Hoist64,
    /// Unleash's, murmur3.
    Unleash,
}

/// A project file whose flags stand in each of the environments.
pub fn project(flags: impl IntoIterator<Item = (String, Shape)>, scheme: Scheme, environments: &[&str]) -> Json {
    let flags: Map<String, Json> = (0_u32..)
        .zip(flags)
        .map(|(index, (key, shape))| {
            let flag = flag(&key, index, shape, scheme, environments);
            (key, flag)
        })
        .collect();
    let environment = |(order, key): (usize, &&str)| ((*key).to_owned(), json!({ "name": key, "order": order }));
    let environments: Map<String, Json> = environments.iter().enumerate().map(environment).collect();
    json!({ "format": "hoist-project/1", "project": "first", "environments": environments, "flags": flags })
}

/// The evaluation context of a user.
pub fn context(number: usize) -> Json {
    json!({ "targetingKey": user(number), "country": COUNTRY, "age": AGE, "version": VERSION })
}

fn flag(key: &str, index: u32, shape: Shape, scheme: Scheme, environments: &[&str]) -> Json {
    let (kind, variants) = match shape {
        Shape::A | Shape::B => (
            "boolean",
            json!([{ "key": "on", "value": true }, { "key": "off", "value": false }]),
        ),
        Shape::C => (
            "string",
            ["off", "v1", "v2", "v3"]
                .iter()
                .map(|variant| json!({ "key": variant, "value": variant }))
                .collect(),
        ),
    };
    let configuration = configuration(key, shape, scheme);
    let environments: Map<String, Json> = environments
        .iter()
        .map(|environment| ((*environment).to_owned(), configuration.clone()))
        .collect();
    json!({ "index": index, "kind": kind, "variants": variants, "client_visible": true, "environments": environments })
}

fn configuration(key: &str, shape: Shape, scheme: Scheme) -> Json {
    let (rules, default) = match shape {
        Shape::A => (json!([]), "on"),
        Shape::B => (json!([half(key, scheme)]), "off"),
        Shape::C => ((0..RULES).map(|rule| targeted(key, rule, scheme)).collect(), "off"),
    };
    json!({ "enabled": true, "off": serve("off"), "rules": rules, "default": serve(default) })
}

fn half(key: &str, scheme: Scheme) -> Json {
    let gate = json!({ "allocation": allocation(key, scheme), "share": 5000 });
    json!({ "id": "half", "gate": gate, "serve": serve("on") })
}

fn targeted(key: &str, rule: usize, scheme: Scheme) -> Json {
    let all = json!([
        { "test": { "attribute": "country", "op": "in", "values": COUNTRIES } },
        { "test": { "attribute": "age", "op": "gte", "values": [MIN_AGE] } },
        { "test": { "attribute": "version", "op": "semver_gte", "values": [min_version(rule)] } },
    ]);
    let arms = json!([
        { "variant": "v1", "weight": 3333 },
        { "variant": "v2", "weight": 3333 },
        { "variant": "v3", "weight": 3334 },
    ]);
    let split = json!({ "allocation": allocation(key, scheme), "arms": arms });
    json!({ "id": format!("rule-{rule}"), "condition": { "all": all }, "serve": { "serve": { "split": split } } })
}

fn serve(variant: &str) -> Json {
    json!({ "serve": { "variant": variant } })
}

/// The flag's key is the salt, as a flag's name is the group of an Unleash strategy.
fn allocation(key: &str, scheme: Scheme) -> Json {
    let scheme = match scheme {
        Scheme::Hoist64 => "hoist64",
        Scheme::Unleash => "unleash",
    };
    json!({ "scheme": scheme, "salt": key, "inputs": [{ "first_of": ["targetingKey"] }] })
}
