//! As Unleash's features.

use bench_kit::{AGE, COUNTRIES, COUNTRY, MIN_AGE, RULES, Shape, VERSION, min_version, user};
use serde_json::{Value as Json, json};

/// A document of features.
pub fn features(flags: impl IntoIterator<Item = (String, Shape)>) -> Json {
    let features: Vec<Json> = flags.into_iter().map(|(name, shape)| feature(shape, &name)).collect();
    json!({ "version": 2, "features": features })
}

/// The context of a user, as the query of a request.
pub fn query(number: usize) -> String {
    let user = user(number);
    format!("userId={user}&properties[country]={COUNTRY}&properties[age]={AGE}&properties[version]={VERSION}")
}

fn feature(shape: Shape, name: &str) -> Json {
    let strategies = match shape {
        Shape::A => json!([{ "name": "default", "constraints": [], "parameters": {}, "variants": [] }]),
        Shape::B => json!([rollout(name, "50", &json!([]), &json!([]))]),
        Shape::C => (0..RULES).map(|rule| targeted(name, rule)).collect(),
    };
    json!({
        "name": name, "type": "release", "enabled": true, "project": "default", "stale": false,
        "impressionData": false, "strategies": strategies, "variants": [],
    })
}

fn targeted(name: &str, rule: usize) -> Json {
    let constraints = json!([
        { "contextName": "country", "operator": "IN", "values": COUNTRIES, "inverted": false, "caseInsensitive": false },
        { "contextName": "age", "operator": "NUM_GTE", "value": MIN_AGE.to_string(), "values": [], "inverted": false },
        { "contextName": "version", "operator": "SEMVER_GT", "value": min_version(rule), "values": [], "inverted": false },
    ]);
    let variants = json!([
        { "name": "v1", "weight": 333, "stickiness": "userId" },
        { "name": "v2", "weight": 333, "stickiness": "userId" },
        { "name": "v3", "weight": 334, "stickiness": "userId" },
    ]);
    rollout(name, "100", &constraints, &variants)
}

fn rollout(name: &str, share: &str, constraints: &Json, variants: &Json) -> Json {
    json!({
        "name": "flexibleRollout", "constraints": constraints, "variants": variants,
        "parameters": { "rollout": share, "stickiness": "userId", "groupId": name },
    })
}
