//! Contexts, as they come in bodies.

use hoist_engine::ruleset::{FlagRules, Operator, Ruleset};
use hoist_engine::{Context, Snapshot};
use serde_json::{Map, Value as Json, json};

use super::probe;

/// Words of the JSON reader itself, which mean something to its values and nothing to a context.
const READERS_OWN: &str = "serde_json::private";

/// A context is what a JSON reader makes of the same bytes; its digest does not depend on the way it came; every
/// operator copes with it.
///
/// # Panics
/// Where that does not hold.
pub fn run(data: &[u8]) {
    if String::from_utf8_lossy(data).contains(READERS_OWN) {
        return;
    }
    let ours = serde_json::from_slice::<Context>(data);
    let theirs = serde_json::from_slice::<Map<String, Json>>(data);
    let (context, object) = match (ours, theirs) {
        (Ok(context), Ok(object)) => (context, object),
        (Err(_), Err(_)) => return,
        (ours, theirs) => panic!("read as {ours:?} here and as {theirs:?} elsewhere"),
    };
    let again = Context::from_json(&object);
    assert_eq!(context, again);
    assert_eq!(context.digest(), again.digest());
    let text = serde_json::to_string(&context).expect("a context is JSON");
    let back: Context = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!((&back, back.digest()), (&context, context.digest()));
    for (name, value) in context.attributes() {
        assert_eq!(context.get(name), Some(value));
    }
    let names: Vec<&str> = context.attributes().map(|(name, _)| name).take(1).collect();
    let (snapshot, _) = Snapshot::compile(&asking(&names));
    probe::with(&snapshot, &context);
}

/// Asks with every operator for each name, and for what lies below it.
fn asking(names: &[&str]) -> Ruleset {
    let below = names.iter().map(|name| format!("{name}.0"));
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).chain(below).collect();
    let rules = |profile: &str| -> FlagRules {
        let tests = OPERATORS.iter().flat_map(|(op, values)| {
            names.iter().flat_map(move |name| {
                ["any", "all"].map(|quantifier| {
                    json!({"test": {"attribute": name, "op": op, "values": values, "quantifier": quantifier}})
                })
            })
        });
        let rule = json!({"id": "r", "condition": {"any": tests.collect::<Vec<Json>>()}, "serve": {"serve": {"variant": "on"}}});
        let flag = json!({"key": profile, "index": 0, "kind": "boolean", "profile": profile,
            "variants": [{"key": "on", "value": true}],
            "steps": [{"rules": {"rules": [rule]}}, {"serve": {"serve": {"serve": "code_default"}}}]});
        serde_json::from_value(flag).expect("rules")
    };
    Ruleset {
        v: 1,
        environment: "fuzz".into(),
        flags: ["native", "unleash", "flagd"].map(rules).to_vec(),
        ..Ruleset::default()
    }
}

/// Every operator with values that most attributes miss: so each is asked, and none ends the search.
const OPERATORS: &[(Operator, &[&str])] = &[
    (Operator::Equals, &["\u{1}"]),
    (Operator::In, &["\u{1}", "\u{2}"]),
    (Operator::Contains, &["\u{1}"]),
    (Operator::StartsWith, &["\u{1}"]),
    (Operator::EndsWith, &["\u{1}"]),
    (Operator::Matches, &["^(\u{1}+)+$"]),
    (Operator::SemverLt, &["0.0.0-0"]),
    (Operator::SemverRange, &["=99999.1.2"]),
    (Operator::Before, &["-009999-01-02"]),
    (Operator::Within, &["-P9000Y", "-P8999Y"]),
    (Operator::Cidr, &["0.0.0.1/32", "::2/128"]),
];
