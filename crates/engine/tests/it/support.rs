//! Short ways to make rulesets, contexts and outcomes.

use hoist_engine::ruleset::{FlagRules, Ruleset, SegmentRules};
use hoist_engine::{Context, Moment, NoVisitor, Outcome, Problem, Snapshot, UntilVisitor};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// The moment of tests that do not care.
pub const NOW: &str = "2024-06-15T12:00:00Z";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn moment(text: &str) -> Moment {
    Moment { now: at(text), seed: 7 }
}

pub fn context(json: Json) -> Context {
    serde_json::from_value(json).unwrap()
}

/// A boolean flag with variants `on`, `off`, `other` and these steps.
pub fn flag(key: &str, steps: Json) -> FlagRules {
    serde_json::from_value(json!({
        "key": key,
        "index": 3,
        "kind": "any",
        "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}, {"key": "other", "value": "x"}],
        "steps": steps,
    }))
    .unwrap()
}

/// A flag that is `on` where the condition holds, else `off`.
pub fn conditional(profile: &str, condition: &Json) -> FlagRules {
    let steps = json!([
        {"rules": {"rules": [{"id": "r", "condition": condition, "serve": {"serve": {"variant": "on"}}}]}},
        {"serve": {"serve": {"serve": {"variant": "off"}}}},
    ]);
    let mut flag = flag("f", steps);
    flag.profile = serde_json::from_value(json!(profile)).unwrap();
    flag
}

pub fn segment(json: Json) -> SegmentRules {
    serde_json::from_value(json).unwrap()
}

pub fn ruleset(flags: Vec<FlagRules>, segments: Vec<SegmentRules>) -> Ruleset {
    Ruleset {
        v: 1,
        environment: "production".into(),
        environment_name: "Production".into(),
        epoch: "e".into(),
        revision: 1,
        flags,
        segments,
    }
}

pub fn compile(flags: Vec<FlagRules>, segments: Vec<SegmentRules>) -> (Snapshot, Vec<Problem>) {
    Snapshot::compile(&ruleset(flags, segments))
}

/// Compiles what must have no problem.
pub fn sound(flags: Vec<FlagRules>, segments: Vec<SegmentRules>) -> Snapshot {
    let (snapshot, problems) = compile(flags, segments);
    assert!(problems.is_empty(), "{problems:?}");
    snapshot
}

/// Evaluates, and hands the outcome to the test.
pub fn outcome<T>(snapshot: &Snapshot, key: &str, context: &Context, now: &str, test: impl Fn(Outcome<'_>) -> T) -> T {
    let bound = snapshot.bind(context);
    test(snapshot.evaluate(snapshot.flag(key).unwrap(), &bound, &moment(now), &mut NoVisitor))
}

/// The variant served.
pub fn variant(snapshot: &Snapshot, key: &str, context: &Context, now: &str) -> String {
    outcome(snapshot, key, context, now, |outcome| {
        outcome.variant().unwrap_or("-").to_owned()
    })
}

/// Whether a condition holds, and until when.
pub fn holds_until(profile: &str, condition: &Json, attributes: Json, now: &str) -> (bool, Option<Timestamp>) {
    let snapshot = compile(vec![conditional(profile, condition)], vec![]).0;
    let context = context(attributes);
    let bound = snapshot.bind(&context);
    let mut until = UntilVisitor::default();
    let outcome = snapshot.evaluate(snapshot.flag("f").unwrap(), &bound, &moment(now), &mut until);
    (outcome.variant() == Some("on"), until.until())
}

pub fn holds(profile: &str, condition: &Json, attributes: Json) -> bool {
    holds_until(profile, condition, attributes, NOW).0
}
