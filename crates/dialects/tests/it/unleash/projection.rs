//! Rules of ours in Unleash's words: what is said, and what is left out.

use hoist_dialects::unleash::{LeftOut, Projection, project};
use serde_json::{Value as Json, json};

use super::{boolean, rule, ruleset, serve, test};
use crate::house::START;

fn said(flags: &Json, segments: &Json) -> Projection {
    let rules = serde_json::from_value(ruleset(flags, segments)).unwrap();
    project(&rules, "acme/shop/production", START.parse().unwrap())
}

/// The strategies of the only flag, as lists of their constraints in short.
fn strategies(rules: &Json) -> Result<Vec<String>, String> {
    let projection = said(&json!([boolean("f", rules)]), &json!([]));
    if let Some(gap) = projection.gaps.first() {
        return Err(gap.text.clone());
    }
    let document = projection.document();
    let all = document["features"][0]["strategies"].as_array().unwrap();
    Ok(all.iter().map(short).collect())
}

fn short(strategy: &Json) -> String {
    let constraint = |own: &Json| {
        let not = if own["inverted"] == true { "!" } else { "" };
        let fold = if own["caseInsensitive"] == true { "~" } else { "" };
        let value = own.get("values").or(own.get("value")).unwrap_or(&Json::Null);
        format!(
            "{not}{} {}{fold} {value}",
            own["contextName"].as_str().unwrap(),
            own["operator"].as_str().unwrap()
        )
    };
    let all: Vec<String> = strategy["constraints"]
        .as_array()
        .unwrap()
        .iter()
        .map(constraint)
        .collect();
    let name = strategy["name"].as_str().unwrap();
    let rollout = strategy["parameters"]
        .get("rollout")
        .map_or(String::new(), |rollout| format!(" {rollout}"));
    format!("{name}{rollout}: {}", all.join(" & "))
}

fn one(condition: &Json) -> Result<Vec<String>, String> {
    strategies(&json!([rule(condition, "on")]))
}

#[test]
fn operators_that_all_clients_read_alike() {
    let says = |attribute: &str, op: &str, values: Json, expected: &str| {
        assert_eq!(
            one(&test(attribute, op, &values)),
            Ok(vec![format!("default: {expected}")]),
            "{op} {values}"
        );
    };
    says("country", "in", json!(["NO", "SE"]), "country IN [\"NO\",\"SE\"]");
    says("country", "equals", json!(["NO"]), "country IN [\"NO\"]");
    says("targetingKey", "equals", json!(["u"]), "userId IN [\"u\"]");
    says("country", "contains", json!(["a"]), "country STR_CONTAINS [\"a\"]");
    says(
        "country",
        "starts_with",
        json!(["a"]),
        "country STR_STARTS_WITH [\"a\"]",
    );
    says("country", "ends_with", json!(["a"]), "country STR_ENDS_WITH [\"a\"]");
    says("version", "semver_lt", json!(["1.2.3"]), "version SEMVER_LT \"1.2.3\"");
    says(
        "mail",
        "matches",
        json!(["^a.*@acme\\.com$"]),
        "mail REGEX \"^a.*@acme\\\\.com$\"",
    );
    says(
        "remoteAddress",
        "cidr",
        json!(["10.0.0.0/8"]),
        "remoteAddress IN_CIDR [\"10.0.0.0/8\"]",
    );
    says(
        "$now",
        "after",
        json!(["2026-01-01"]),
        "currentTime DATE_AFTER \"2026-01-01T00:00:00.000Z\"",
    );
    let span = json!(["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]);
    says(
        "$now",
        "within",
        span,
        "!currentTime DATE_BEFORE \"2026-01-01T00:00:00.000Z\" & currentTime DATE_BEFORE \"2026-02-01T00:00:00.000Z\"",
    );
    let not = json!({"not": test("country", "in", &json!(["NO"]))});
    assert_eq!(one(&not), Ok(vec!["default: country NOT_IN [\"NO\"]".into()]));
}

#[test]
fn what_clients_differ_about_is_left_out() {
    for (attribute, op, values) in [
        ("country", "in", json!([" NO"])),
        ("country", "in", json!([""])),
        ("country", "in", json!([true])),
        ("country", "exists", json!([])),
        ("country", "contains", json!([""])),
        ("age", "eq", json!([5])),
        ("age", "gte", json!([1.5])),
        ("age", "equals", json!(["a", 5])),
        ("age", "modulo", json!([2, 0])),
        ("version", "semver_range", json!(["^1.2"])),
        ("mail", "matches", json!(["\\d+"])),
        ("mail", "matches", json!(["\\<a"])),
        ("born", "before", json!(["2026-01-01T00:00:00Z"])),
        ("$now", "before", json!(["-P30D"])),
        ("identifier", "in", json!(["u"])),
        ("a\"b", "in", json!(["u"])),
        ("constructor", "in", json!(["u"])),
    ] {
        assert!(one(&test(attribute, op, &values)).is_err(), "{attribute} {op} {values}");
    }
    let mut folded = test("country", "in", &json!(["NO"]));
    folded["test"]["ignore_case"] = json!(true);
    assert!(one(&folded).is_err());
    folded["test"]["op"] = json!("contains");
    assert_eq!(one(&folded), Ok(vec!["default: country STR_CONTAINS~ [\"NO\"]".into()]));
    let mut all = test("country", "in", &json!(["NO"]));
    all["test"]["quantifier"] = json!("all");
    assert!(one(&all).is_err());
}

#[test]
fn nesting_is_written_out() {
    let is = |attribute: &str, value: &str| test(attribute, "in", &json!([value]));
    let either = json!({"any": [is("a", "1"), is("b", "2")]});
    let both = json!({"all": [either, is("c", "3")]});
    assert_eq!(
        one(&both),
        Ok(vec![
            "default: a IN [\"1\"] & c IN [\"3\"]".into(),
            "default: b IN [\"2\"] & c IN [\"3\"]".into()
        ])
    );
    assert_eq!(
        one(&json!({"not": both})),
        Ok(vec![
            "default: a NOT_IN [\"1\"] & b NOT_IN [\"2\"]".into(),
            "default: c NOT_IN [\"3\"]".into()
        ])
    );
    assert_eq!(
        one(&json!({"any": []})),
        Ok(vec!["flexibleRollout \"0\": ".into()]),
        "nobody, not everybody"
    );
    assert_eq!(one(&json!({"all": []})), Ok(vec!["default: ".into()]));
    let pairs: Vec<Json> = (0..7)
        .map(|at| json!({"any": [is(&format!("a{at}"), "1"), is(&format!("b{at}"), "2")]}))
        .collect();
    assert!(one(&json!({"all": pairs})).is_err(), "128 ways are too many");
}

#[test]
fn who_is_turned_away_first_stays_out() {
    let is = |value: &str| test("country", "in", &json!([value]));
    let rules = json!([rule(&is("DE"), "off"), rule(&is("NO"), "on"), rule(&is("SE"), "off"), {"id": "r", "serve": serve("on")}]);
    assert_eq!(
        strategies(&rules),
        Ok(vec![
            "default: country IN [\"NO\"] & country NOT_IN [\"DE\"]".into(),
            "default: country NOT_IN [\"DE\"] & country NOT_IN [\"SE\"]".into()
        ])
    );
    let gate = json!({"allocation": {"scheme": "unleash", "salt": "g"}, "share": 5000});
    let gated = json!([{"id": "r", "gate": gate, "serve": serve("off")}, {"id": "s", "serve": serve("on")}]);
    assert!(strategies(&gated).is_err(), "a share that turns people away");
    let late = json!([{"id": "s", "serve": serve("on")}, {"id": "r", "gate": gate, "serve": serve("off")}]);
    assert_eq!(strategies(&late), Ok(vec!["default: ".into()]), "nobody is left for it");
}

#[test]
fn shares_of_unleashs_own_kind() {
    let share = |hundredths: u16, more: Json| {
        let mut allocation = json!({"scheme": "unleash", "salt": "g", "inputs": [{"first_of": ["userId", "sessionId"]}], "missing": "draw"});
        allocation
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!([{"id": "r", "gate": {"allocation": allocation, "share": hundredths}, "serve": serve("on")}])
    };
    assert_eq!(
        strategies(&share(3700, json!({}))),
        Ok(vec!["flexibleRollout \"37\": ".into()])
    );
    let two_ways = |hundredths: u16| {
        let mut rules = share(hundredths, json!({}));
        let is = |country: &str| test("country", "contains", &json!([country]));
        rules[0]["condition"] = json!({"any": [is("NO"), is("SE")]});
        strategies(&rules)
    };
    assert!(
        two_ways(3700).is_err(),
        "who has no user and no session would be drawn twice"
    );
    assert_eq!(two_ways(10_000).map(|ways| ways.len()), Ok(2));
    assert!(strategies(&share(3750, json!({}))).is_err(), "half a percent");
    assert!(strategies(&share(3700, json!({"scheme": "hoist64"}))).is_err());
    assert!(strategies(&share(3700, json!({"missing": "base"}))).is_err());
    let by_plan = json!({"inputs": [{"first_of": ["plan"]}], "missing": "not_matched"});
    assert_eq!(
        strategies(&share(100, by_plan)),
        Ok(vec!["flexibleRollout \"1\": ".into()])
    );
}

#[test]
fn values_are_payloads_and_overrides_are_strategies() {
    let variants = json!([{"key": "a", "value": "text"}, {"key": "b", "value": {"x": 1}}]);
    let flag = json!({"key": "f", "kind": "object", "variants": variants, "steps": [
        {"subjects": {"groups": [{"subjects": ["u1", "u2"], "serve": serve("a")}]}},
        {"segments": {"groups": [{"segment": "inside", "serve": serve("a")}]}},
        {"serve": {"serve": serve("b")}}]});
    let segments =
        json!([{"key": "inside", "index": 0, "members": ["u3"], "condition": test("plan", "in", &json!(["pro"]))}]);
    let document = said(&json!([flag]), &segments).document();
    let strategies = document["features"][0]["strategies"].as_array().unwrap();
    let shorts: Vec<String> = strategies.iter().map(short).collect();
    assert_eq!(
        shorts,
        [
            "default: userId IN [\"u1\",\"u2\"]",
            "default: userId IN [\"u3\"]",
            "default: plan IN [\"pro\"]",
            "default: "
        ]
    );
    let variant = |name: &str, kind: &str, value: &str| json!([{"name": name, "weight": 1000, "weightType": "variable", "stickiness": "default", "payload": {"type": kind, "value": value}}]);
    assert_eq!(strategies[0]["variants"], variant("a", "string", "text"));
    assert_eq!(strategies[3]["variants"], variant("b", "json", "{\"x\":1}"));
}

#[test]
fn dependencies_of_one_level() {
    let needs = |flag: &str, more: Json| {
        let mut needed = json!({"flag": flag});
        needed
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let mut own = boolean("child", &json!([{"id": "r", "serve": serve("on")}]));
        let off = json!({"serve": {"variant": "off"}, "enabled": false});
        let steps = own["steps"].as_array_mut().unwrap();
        steps.insert(0, json!({"prerequisites": {"all": [needed], "off": off}}));
        own
    };
    let text = json!({"key": "text", "kind": "string", "variants": [{"key": "a", "value": "x"}], "steps": [{"serve": {"serve": serve("a")}}]});
    let parent = boolean("parent", &json!([]));
    let dependencies = |child: Json| {
        let all = said(&json!([child, parent, text]), &json!([]));
        match all.gaps.first() {
            Some(gap) => Err(gap.flag.clone()),
            None => Ok(all.document()["features"][0]["dependencies"].clone()),
        }
    };
    let one = |flag: &str, enabled: bool, variants: &[&str]| {
        Ok(json!([{"feature": flag, "enabled": enabled, "variants": variants}]))
    };
    assert_eq!(
        dependencies(needs("text", json!({"enabled": true, "variants": ["a"]}))),
        one("text", true, &["a"])
    );
    assert_eq!(
        dependencies(needs("text", json!({"enabled": false}))),
        one("text", false, &[])
    );
    assert_eq!(
        dependencies(needs("parent", json!({"enabled": true, "variants": ["on"]}))),
        one("parent", true, &[])
    );
    assert_eq!(
        dependencies(needs("gone", json!({"enabled": true}))),
        one("gone", true, &[])
    );
    for odd in [
        json!({"enabled": true}),
        json!({"variants": ["on"]}),
        json!({"enabled": true, "variants": ["off"]}),
    ] {
        assert_eq!(dependencies(needs("parent", odd.clone())), Err("child".into()), "{odd}");
    }
    let mut bare = boolean("parent", &json!([]));
    let serves = json!([{"id": "r", "serve": {"serve": {"value": true}}}]);
    bare["steps"][0]["rules"]["rules"] = serves;
    let projection = said(
        &json!([needs("parent", json!({"enabled": true, "variants": ["on"]})), bare]),
        &json!([]),
    );
    let gaps: Vec<_> = projection.gaps.iter().map(|gap| gap.flag.as_str()).collect();
    assert_eq!(gaps, ["child"], "some are enabled there without that variant");
    let lost = boolean("parent", &json!([rule(&test("a", "exists", &json!([])), "on")]));
    let projection = said(
        &json!([needs("parent", json!({"enabled": true, "variants": ["on"]})), lost]),
        &json!([]),
    );
    let gaps: Vec<_> = projection
        .gaps
        .iter()
        .map(|gap| (gap.flag.as_str(), gap.left_out))
        .collect();
    assert_eq!(gaps, [("child", LeftOut::Flag), ("parent", LeftOut::Flag)]);
}

#[test]
fn what_is_off_is_said_whatever_its_rules() {
    let mut flag = boolean("f", &json!([rule(&test("a", "exists", &json!([])), "on")]));
    let off = json!({"off": {"off": {"serve": {"variant": "on"}, "enabled": false}}});
    flag["steps"].as_array_mut().unwrap().insert(0, off);
    let projection = said(&json!([flag]), &json!([]));
    assert_eq!(projection.gaps, []);
    let feature = &projection.document()["features"][0];
    assert_eq!(
        (&feature["enabled"], short(&feature["strategies"][0]).as_str()),
        (&json!(false), "flexibleRollout \"0\": ")
    );
}

/// A segment of this many members, with names of a hundred letters.
fn crowd(members: usize) -> Json {
    let members: Vec<String> = (0..members).map(|at| format!("{at:0100}")).collect();
    json!([{"key": "crowd", "index": 0, "members": members}])
}

fn crowded(key: &str, rules: usize) -> Json {
    let rules: Vec<Json> = (0..rules).map(|_| rule(&json!({"segment": "crowd"}), "on")).collect();
    boolean(key, &json!(rules))
}

#[test]
fn what_is_too_large_is_left_out() {
    let gaps = |flags: &Json, members: usize| {
        let projection = said(flags, &crowd(members));
        let gaps = projection.gaps.iter().map(|gap| format!("{}: {}", gap.flag, gap.text));
        gaps.collect::<Vec<_>>()
    };
    let one = json!([crowded("a", 1)]);
    assert_eq!(gaps(&one, 10_000), [""; 0]);
    assert_eq!(gaps(&one, 10_001), ["a: it lists 10001 subjects, more than 10000"]);
    assert_eq!(
        gaps(&json!([crowded("a", 5), crowded("b", 3)]), 10_000),
        ["a: its constraints would be larger than 4194304 bytes"]
    );
    let all: Vec<Json> = (0..22).map(|at| crowded(&format!("f{at:02}"), 3)).collect();
    assert_eq!(
        gaps(&json!(all), 10_000),
        ["f21: with it the document would be larger than 67108864 bytes"]
    );
}
