//! What is imported from Unleash, said to Unleash's clients, and imported again gives the same rules.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hoist_compat::Source;
use hoist_dialects::unleash::{Projection, project};
use hoist_engine::ruleset::{Condition, FlagRules, Gate, Rule, Ruleset, Serve, Share, Step};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::conformance;

fn rules(document: &Json) -> Ruleset {
    let import = Source::Unleash.import(document, "prod").expect("an import");
    import.project.ruleset("prod").expect("the environment")
}

fn said(rules: &Ruleset) -> Projection {
    project(
        rules,
        "acme/shop/prod",
        "2026-11-22T12:00:00Z".parse::<Timestamp>().expect("a moment"),
    )
}

/// Whether a rule is for nobody: such strategies are left out.
fn is_for_nobody(rule: &Rule) -> bool {
    let is_shut = |gate: &Gate| gate.share == Share::NONE && gate.curve.is_none();
    json!(rule.condition).to_string().contains("{\"any\":[]}") || rule.gate.as_ref().is_some_and(is_shut)
}

/// Without what everybody meets, which a constraint cannot say and need not.
fn plain(condition: Option<Condition>) -> Option<Condition> {
    let Some(Condition::All(all)) = condition else {
        return condition;
    };
    let mut all: Vec<Condition> = all
        .into_iter()
        .filter(|own| *own != Condition::All(Vec::new()))
        .collect();
    match all.len() {
        0 => None,
        1 => all.pop(),
        _ => Some(Condition::All(all)),
    }
}

/// Without what a client never sees: ids and titles of rules, rules for nobody.
fn bare(flag: &FlagRules) -> Json {
    let mut flag = flag.clone();
    for step in &mut flag.steps {
        if let Step::Rules { rules } = step {
            rules.retain(|rule| !is_for_nobody(rule));
            for rule in rules {
                rule.id.clear();
                rule.name.clear();
                rule.condition = plain(rule.condition.take());
            }
        }
    }
    json!({"steps": flag.steps, "variants": flag.variants, "kind": flag.kind, "description": flag.foreign.get("description"),
        "type": flag.foreign.get("type").unwrap_or(&json!("release")), "impressionData": flag.foreign.get("impressionData") == Some(&json!(true))})
}

fn by_key(rules: &Ruleset) -> BTreeMap<String, Json> {
    let flags = rules.flags.iter().map(|flag| (flag.key.clone(), bare(flag)));
    let segments = rules
        .segments
        .iter()
        .map(|segment| (format!("segment {}", segment.key), json!(segment.condition)));
    flags.chain(segments).collect()
}

/// Flags and segments that came back as they were, and those that did not: only what an import found broken, and what
/// only such a thing refers to, may not.
fn round_trip(document: &Json, place: &str) -> (usize, usize) {
    let first = rules(document);
    let projection = said(&first);
    let second = by_key(&rules(&projection.document()));
    let first = by_key(&first);
    let (mut same, mut broken) = (0, 0);
    for (key, own) in &first {
        if second.get(key) == Some(own) {
            same += 1;
            continue;
        }
        // Nobody refers to it: a flag that does would have lost a condition.
        let is_segment = key.starts_with("segment ") && !second.contains_key(key);
        let is_gap = projection.gaps.iter().any(|gap| gap.flag == *key);
        assert!(
            own.to_string().contains("\"broken\"") || is_gap || is_segment,
            "{place}: {key}\n{own:#}\n{:#}",
            second.get(key).unwrap_or(&Json::Null)
        );
        broken += 1;
    }
    (same, broken)
}

fn files() -> Vec<PathBuf> {
    let folders = ["unleash", "real"].into_iter().filter_map(conformance);
    let entries = folders.flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".json") && !name.contains("export") && !name.contains("flagd") && name != "index.json"
    });
    files.sort();
    files
}

#[test]
fn public_documents_come_back() {
    let files = files();
    if files.is_empty() {
        println!("skipped: no public documents of Unleash are there");
        return;
    }
    let (mut same, mut broken) = (0, 0);
    for file in files {
        let document: Json = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
        let (own, odd) = round_trip(&document, &file.to_string_lossy());
        same += own;
        broken += odd;
    }
    println!("round trips: {same} flags and segments as they were, {broken} broken already or used by nobody");
    assert!(same > 100, "{same}");
    assert!(broken * 10 <= same, "{broken} of {same}");
}

/// Everything that Unleash's own form has.
fn rich() -> Json {
    let constraint = |operator: &str, more: Json| {
        let mut all = json!({"contextName": "country", "operator": operator});
        all.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        all
    };
    let variants = json!([
        {"name": "red", "weight": 333, "weightType": "fix", "stickiness": "plan", "payload": {"type": "json", "value": "{\"a\":1}"},
            "overrides": [{"contextName": "userId", "values": ["7", "8"]}]},
        {"name": "blue", "weight": 667, "weightType": "variable", "stickiness": "plan",
            "overrides": [{"contextName": "country", "values": ["NO"]}]}]);
    let of_strategy = json!([
        {"name": "a", "weight": 1000, "weightType": "variable", "stickiness": "default", "payload": {"type": "string", "value": "x"}},
        {"name": "b", "weight": 0, "weightType": "variable", "stickiness": "default"}]);
    let flexible = |group: &str, rollout: &str, stickiness: &str| json!({"groupId": group, "rollout": rollout, "stickiness": stickiness});
    json!({"version": 2, "features": [
        {"name": "plain", "type": "release", "enabled": true, "project": "default", "stale": false, "strategies": [], "variants": [],
            "description": "says something", "impressionData": true},
        {"name": "all.constraints", "type": "experiment", "enabled": true, "project": "other", "stale": true, "variants": [],
            "description": null, "impressionData": false, "strategies": [{"name": "flexibleRollout", "parameters": flexible("g", "37", "default"),
            "segments": [1, 2], "variants": [], "constraints": [
                constraint("IN", json!({"values": ["NO", "SE"]})), constraint("NOT_IN", json!({"values": ["DE"]})),
                constraint("STR_CONTAINS", json!({"values": ["a"], "caseInsensitive": true})),
                constraint("STR_STARTS_WITH", json!({"values": ["a"], "inverted": true})),
                constraint("STR_ENDS_WITH", json!({"values": ["a", "b"]})), constraint("NUM_EQ", json!({"value": "5"})),
                constraint("NUM_GTE", json!({"value": "5.25", "inverted": true})), constraint("SEMVER_LT", json!({"value": "1.2.3"})),
                constraint("DATE_AFTER", json!({"value": "2026-01-01T00:00:00.000Z"})), constraint("REGEX", json!({"value": "^a\\d"})),
                constraint("IN_CIDR", json!({"values": ["10.0.0.0/8", "::1"]}))]}]},
        {"name": "all.strategies", "type": "kill-switch", "enabled": false, "project": "default", "stale": false, "variants": variants,
            "description": null, "impressionData": false, "strategies": [
            {"name": "default", "parameters": {}, "constraints": [constraint("IN", json!({"values": ["DE"]}))], "variants": []},
            {"name": "userWithId", "parameters": {"userIds": "a, b,c"}, "constraints": [], "variants": []},
            {"name": "remoteAddress", "parameters": {"IPs": "10.0.0.0/8, localhost"}, "constraints": [], "variants": []},
            {"name": "applicationHostname", "parameters": {"hostNames": "A.example, b"}, "constraints": [], "variants": []},
            {"name": "gradualRolloutUserId", "parameters": {"groupId": "x", "percentage": "20"}, "constraints": [], "variants": []},
            {"name": "gradualRolloutSessionId", "parameters": {"percentage": "30"}, "constraints": [], "variants": []},
            {"name": "gradualRolloutRandom", "parameters": {"percentage": "40"}, "constraints": [], "variants": []},
            {"name": "flexibleRollout", "parameters": flexible("all.strategies", "50", "plan"), "constraints": [], "variants": of_strategy},
            {"name": "ownStrategy", "parameters": {"what": "ever"}, "constraints": [], "variants": []}]},
        {"name": "variants.only", "type": "release", "enabled": true, "project": "default", "stale": false, "strategies": [],
            "variants": variants, "description": null, "impressionData": false},
        {"name": "child", "type": "release", "enabled": true, "project": "default", "stale": false, "variants": [], "description": null,
            "impressionData": false, "strategies": [{"name": "default", "parameters": {}, "constraints": [], "variants": []}],
            "dependencies": [{"feature": "variants.only", "enabled": true, "variants": ["red", "disabled"]},
                {"feature": "plain", "enabled": false, "variants": []}]},
    ], "segments": [
        {"id": 1, "name": "nordics", "constraints": [constraint("IN", json!({"values": ["NO", "SE"]}))]},
        {"id": 2, "name": "everybody", "constraints": []}]})
}

#[test]
fn everything_comes_back_as_it_was() {
    let document = rich();
    let projection = said(&rules(&document));
    assert_eq!(projection.gaps, [], "nothing is left out");
    let (same, broken) = round_trip(&document, "rich");
    assert_eq!((same, broken), (7, 0));
    let again = projection.document();
    let by_name = |document: &Json, name: &str| {
        let features = document["features"].as_array().expect("features").clone();
        let found = features.into_iter().find(|feature| feature["name"] == name);
        found.unwrap_or_default()
    };
    for name in ["plain", "all.constraints", "all.strategies", "variants.only", "child"] {
        let (was, is) = (by_name(&document, name), by_name(&again, name));
        assert_eq!(checked(is), checked(was), "{name}");
    }
    assert_eq!(again["segments"], document["segments"]);
}

/// A feature with variants of its own and two strategies.
fn shared(rollout: &str) -> Json {
    let variant = |name: &str, overrides: Json| json!({"name": name, "weight": 500, "weightType": "variable", "stickiness": "default", "overrides": overrides});
    let strategy = |country: &str| {
        let constraint = json!({"contextName": "country", "operator": "IN", "values": [country]});
        json!({"name": "flexibleRollout", "parameters": {"groupId": "f", "rollout": rollout, "stickiness": "default"},
            "constraints": [constraint], "variants": []})
    };
    let own = json!([{"contextName": "userId", "values": ["7"]}]);
    json!({"version": 2, "features": [{"name": "f", "type": "release", "enabled": true, "project": "default", "stale": false,
        "strategies": [strategy("NO"), strategy("SE")], "variants": [variant("red", own), variant("blue", json!([]))],
        "description": null, "impressionData": false}]})
}

/// Names of variants: of the feature, then of each strategy.
fn names(projection: &Projection) -> Vec<String> {
    let feature = &projection.document()["features"][0];
    let strategies = feature["strategies"].as_array().expect("strategies");
    let names = |of: &Json| {
        let all = of["variants"].as_array().expect("variants").iter();
        all.map(|own| own["name"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    std::iter::once(feature).chain(strategies).map(names).collect()
}

/// The last rule serves no variant any more.
fn edited(rules: &Ruleset) -> Ruleset {
    let mut rules = rules.clone();
    let all = rules.flags[0].steps.iter_mut().find_map(|step| match step {
        Step::Rules { rules } => Some(rules),
        _ => None,
    });
    let last = all.and_then(|all| all.last_mut()).expect("a rule");
    last.serve = Serve::variant("on");
    rules
}

#[test]
fn variants_of_a_feature_are_for_those_only_who_are_served_them() {
    let first = rules(&shared("100"));
    assert_eq!(names(&said(&first)), ["red blue", "", ""]);
    let projection = said(&edited(&first));
    assert_eq!(projection.gaps, []);
    // Overrides, the rule that was left as it was, and the one that serves no variant.
    assert_eq!(names(&projection), ["", "red", "red blue", "red", ""]);
    let half = rules(&shared("50"));
    assert_eq!(said(&half).gaps, []);
    let gaps = said(&edited(&half)).gaps;
    let texts: Vec<&str> = gaps.iter().map(|gap| gap.text.as_str()).collect();
    assert_eq!(
        texts,
        ["chance would be asked more than once"],
        "by an override and by the rule that it was made for"
    );
    let mut by_default = first;
    let default = by_default.flags[0].steps.iter_mut().find_map(|step| match step {
        Step::Serve { serve } => Some(serve),
        _ => None,
    });
    *default.expect("a default") = Serve::variant("on");
    assert_eq!(names(&said(&by_default)).first().map(String::as_str), Some(""));
}

/// Variants of features keep their overrides.
fn checked(mut feature: Json) -> Json {
    if let Some(variants) = feature["variants"].as_array_mut() {
        for variant in variants {
            assert!(variant["overrides"].is_array(), "{variant}");
        }
    }
    feature
}
