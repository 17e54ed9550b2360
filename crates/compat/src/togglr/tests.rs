//! Cases written from what is known of Togglr's evaluation, rule by rule.

use std::fmt::Write as _;

use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
use serde_json::{Map, Value as Json, json};

use super::{answer, gap, import};
use crate::Import;

const NOW: &str = "2025-11-20T10:30:00Z";

fn imported(document: &Json) -> Import {
    import(document, "production").expect("an environment")
}

/// What a feature answers: `value`, or `-` where it is off.
fn said(document: &Json, context: &Json, now: &str) -> String {
    let import = imported(document);
    let ruleset = import.project.ruleset("production").unwrap();
    let (snapshot, _) = Snapshot::compile(&ruleset);
    let context = Context::from_json(context.as_object().unwrap());
    let bound = snapshot.bind(&context);
    let flag = snapshot.flag("f").expect("the feature");
    let moment = Moment {
        now: now.parse().unwrap(),
        seed: 0,
    };
    let outcome = snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor);
    let body = answer("f", Some(&outcome));
    match body.get("enabled") {
        Some(Json::Bool(true)) => body["value"].as_str().unwrap().to_owned(),
        _ => {
            assert_eq!(body["value"], "", "whoever is off gets the empty text");
            "-".to_owned()
        }
    }
}

fn feature(more: &Json) -> Json {
    let mut feature = json!({"id": "1", "key": "f", "kind": "simple", "enabled": true, "default_value": "on",
                             "created_at": "2025-01-01T00:00:00Z"});
    let to = feature.as_object_mut().unwrap();
    to.extend(more.as_object().unwrap().clone());
    feature
}

fn of(details: &Json) -> Json {
    json!({"features": [details]})
}

fn rule(action: &str, priority: u32, conditions: &Json, variant: Option<&str>) -> Json {
    json!({"id": format!("{action}{priority}"), "action": action, "priority": priority, "conditions": conditions,
           "flag_variant_id": variant})
}

fn test(attribute: &str, operator: &str, value: &Json) -> Json {
    json!({"condition": {"attribute": attribute, "operator": operator, "value": value}})
}

/// Included if the condition holds.
fn holds(conditions: &Json, context: &Json) -> bool {
    let details = json!({"feature": feature(&json!({})), "rules": [rule("include", 0, conditions, None)]});
    said(&of(&details), context, NOW) == "on"
}

#[test]
fn operators_mean_what_they_mean_there() {
    let number = json!({"a": 5});
    let cases: [(&str, Json, Json, bool); 37] = [
        ("eq", json!("5"), number.clone(), true),
        ("eq", json!(5), json!({"a": "5"}), true),
        ("eq", json!("x"), json!({"a": "X"}), false),
        ("eq", json!(true), json!({"a": "true"}), true),
        ("eq", json!("<nil>"), json!({"a": null}), true),
        ("eq", json!("1e+06"), json!({"a": 1_000_000}), true),
        ("eq", json!("1000000"), json!({"a": 1_000_000}), false),
        ("eq", json!([1, 2]), json!({"a": "[1 2]"}), true),
        ("neq", json!("6"), number.clone(), true),
        ("neq", json!("6"), json!({}), false),
        ("in", json!(["A", "ß"]), json!({"a": "a"}), true),
        ("in", json!([5]), json!({"a": "5"}), true),
        ("in", json!("abc"), json!({"a": "abc"}), false),
        ("not_in", json!("abc"), json!({"a": "abc"}), true),
        ("not_in", json!(["b"]), json!({"a": "B"}), false),
        ("not_in", json!(["b"]), json!({}), false),
        ("gt", json!(4), number.clone(), true),
        ("gt", json!("4"), json!({"a": "5"}), true),
        ("gt", json!(4), json!({"a": true}), false),
        ("gte", json!(5), json!({"a": 5}), true),
        ("lt", json!(5), number.clone(), false),
        ("lt", json!(5), json!({"a": "1e-2"}), true),
        ("lte", json!(5.0), number.clone(), true),
        ("lte", json!("x"), number.clone(), false),
        ("regex", json!("^a.c"), json!({"a": "abcd"}), true),
        ("regex", json!("b"), json!({"a": "abc"}), true),
        ("regex", json!("^\\w+$"), json!({"a": "José"}), false),
        ("regex", json!("^[^\\W\\d]+\\b"), json!({"a": "abc d"}), true),
        ("regex", json!("^\\Qa.c\\E$"), json!({"a": "abc"}), false),
        ("regex", json!("("), json!({"a": "("}), false),
        ("regex", json!("^5$"), number, true),
        ("percentage", json!(77), json!({"a": "u1"}), true),
        ("percentage", json!(76), json!({"a": "u1"}), false),
        ("percentage", json!("77.5"), json!({"a": "u1"}), false),
        ("percentage", json!(77.9), json!({"a": "u1"}), true),
        ("percentage", json!(100), json!({}), false),
        ("contains", json!("a"), json!({"a": "a"}), false),
    ];
    for (operator, value, context, expected) in cases {
        let own = test("a", operator, &value);
        assert_eq!(holds(&own, &context), expected, "a {operator} {value} for {context}");
    }
}

#[test]
fn groups_join_their_children() {
    let yes = test("a", "eq", &json!(1));
    let no = test("a", "eq", &json!(2));
    let missing = test("b", "eq", &json!(2));
    let group = |operator: &str, children: &[&Json]| json!({"group": {"operator": operator, "children": children}});
    let cases = [
        (group("and", &[&yes, &no]), false),
        (group("and", &[&yes, &yes]), true),
        (group("and", &[]), true),
        (group("or", &[&no, &yes]), true),
        (group("or", &[]), false),
        (group("and_not", &[&yes, &no]), true),
        (group("and_not", &[&yes, &missing]), true),
        (group("and_not", &[&yes, &yes]), false),
        (group("and_not", &[&yes]), false),
        (group("xor", &[&yes]), false),
        (json!({}), false),
        (Json::Null, false),
    ];
    for (tree, expected) in cases {
        assert_eq!(holds(&tree, &json!({"a": 1})), expected, "{tree}");
    }
}

#[test]
fn exclusion_comes_first_then_assignment_then_inclusion() {
    let variants =
        json!([{"id": "v1", "name": "one", "rollout_percent": 50}, {"id": "v2", "name": "two", "rollout_percent": 50}]);
    let rules = json!([
        rule("include", 1, &test("in", "eq", &json!(1)), None),
        rule("assign", 9, &test("assign", "eq", &json!(1)), Some("v1")),
        rule("assign", 2, &test("better", "eq", &json!(1)), Some("v2")),
        rule("assign", 3, &test("gone", "eq", &json!(1)), Some("v3")),
        rule("exclude", 200, &test("out", "eq", &json!(1)), None),
    ]);
    let details = json!({"feature": feature(&json!({"kind": "multivariant", "default_value": "none"})), "variants": variants, "rules": rules});
    let said = |context: Json| said(&of(&details), &context, NOW);
    assert_eq!(said(json!({"out": 1, "assign": 1, "in": 1})), "-");
    assert_eq!(said(json!({"assign": 1})), "one", "no inclusion is needed");
    assert_eq!(said(json!({"assign": 1, "better": 1})), "two", "the lower number wins");
    assert_eq!(said(json!({"gone": 1})), "none", "the variant is gone");
    assert_eq!(said(json!({"in": 1})), "none", "no attribute to be placed by");
    assert_eq!(said(json!({})), "-", "somebody is included, and not this one");
}

#[test]
fn variants_are_places_of_the_attributes_text() {
    let variants =
        json!([{"id": "b", "name": "b", "rollout_percent": 30}, {"id": "a", "name": "a", "rollout_percent": 41}]);
    let more = json!({"kind": "multivariant", "rollout_key": "user.id", "default_value": "rest"});
    let details = json!({"feature": feature(&more), "variants": variants});
    // In the order of names: a below 41, b below 71.
    let cases = [
        (json!("alice"), "a"),           // 40
        (json!("12345"), "b"),           // 55
        (json!("user1"), "b"),           // 66
        (json!("пользователь"), "rest"), // 75
        (json!("1000000"), "b"),         // 57
        (json!(1_000_000), "rest"),      // 1e+06: 85
        (json!(1_234_567), "a"),         // 1.234567e+06: 36
        (json!("1234567"), "rest"),      // 84
        (json!(true), "a"),              // 38
        (json!(null), "rest"),           // <nil>: 85
        (json!(""), "a"),                // 0
    ];
    for (id, expected) in cases {
        assert_eq!(said(&of(&details), &json!({"user.id": id}), NOW), expected, "{id}");
    }
    assert_eq!(said(&of(&details), &json!({}), NOW), "rest");
    let mut simple = details.clone();
    simple["feature"]["kind"] = "simple".into();
    assert_eq!(said(&of(&simple), &json!({"user.id": "alice"}), NOW), "rest");
    let mut all = details;
    all["rules"] = json!([rule("include", 0, &test("user.id", "neq", &json!("bob")), None)]);
    assert_eq!(said(&of(&all), &json!({"user.id": "alice"}), NOW), "a");
    assert_eq!(said(&of(&all), &json!({"user.id": "bob"}), NOW), "-");
}

#[test]
fn an_algorithm_that_chooses_leaves_the_rules_of_who_may() {
    let rules = json!([
        rule("assign", 1, &test("a", "eq", &json!(1)), Some("v")),
        rule("exclude", 1, &test("out", "eq", &json!(1)), None),
    ]);
    let algorithms = json!([{"algorithm_slug": "ucb", "settings": {"confidence": 2.0}, "enabled": true}]);
    let mut details = json!({"feature": feature(&json!({})), "rules": rules, "algorithms": algorithms,
                             "variants": [{"id": "v", "name": "v", "rollout_percent": 100}]});
    assert_eq!(said(&of(&details), &json!({"a": 1}), NOW), "on");
    assert_eq!(said(&of(&details), &json!({"out": 1}), NOW), "-");
    let import = imported(&of(&details));
    assert!(
        import.gaps.iter().any(|own| own.code == gap::ALGORITHM),
        "{:?}",
        import.gaps
    );
    details["algorithms"][0]["enabled"] = false.into();
    assert_eq!(said(&of(&details), &json!({"a": 1}), NOW), "v");
}

/// What a feature with these schedules says at each moment.
fn line(schedules: &Json, moments: &[&str]) -> String {
    let mut document = of(&json!({"feature": feature(&json!({}))}));
    let mut schedules = schedules.clone();
    for own in schedules.as_array_mut().unwrap() {
        own["feature_id"] = "1".into();
    }
    document["schedules"] = schedules;
    let mut line = String::new();
    for moment in moments {
        let _ = write!(line, "{} ", said(&document, &json!({}), moment));
    }
    line.trim_end().to_owned()
}

#[test]
fn schedules_stand_against_their_baseline() {
    let enable = json!([{"action": "enable", "starts_at": "2025-11-20T10:00:00Z", "ends_at": "2025-11-20T11:00:00Z"}]);
    let around = [
        "2025-11-20T09:59:59Z",
        "2025-11-20T10:00:00Z",
        "2025-11-20T10:59:59Z",
        "2025-11-20T11:00:01Z",
    ];
    assert_eq!(line(&enable, &around), "- on on -");
    let disable =
        json!([{"action": "disable", "starts_at": "2025-11-20T10:00:00Z", "ends_at": "2025-11-20T11:00:00Z"}]);
    assert_eq!(line(&disable, &around), "on - - on");
    let daily = json!([{"action": "enable", "cron_expr": "0 10 * * *", "cron_duration": "1h0m0s", "timezone": "UTC"}]);
    assert_eq!(line(&daily, &around), "- on on -");
    let vienna =
        json!([{"action": "enable", "cron_expr": "0 11 * * 1-5", "cron_duration": "1h", "timezone": "Europe/Vienna"}]);
    assert_eq!(line(&vienna, &around), "- on on -");
    let off_daily = json!([{"action": "disable", "cron_expr": "CRON_TZ=UTC 0 10 * * *", "cron_duration": "60m", "timezone": "Asia/Tokyo"}]);
    assert_eq!(line(&off_daily, &around), "on - - on");
    let forever = json!([{"action": "enable", "cron_expr": "0 10 20 11 *", "starts_at": "2025-06-01T00:00:00Z"}]);
    assert_eq!(
        line(
            &forever,
            &["2025-11-20T09:59:59Z", "2025-11-20T10:00:00Z", "2027-03-01T00:00:00Z"]
        ),
        "- on on"
    );
}

#[test]
fn a_schedule_that_cannot_be_read_leaves_the_baseline() {
    for (broken, expected) in [
        (json!({"cron_expr": "x y", "timezone": "UTC"}), "-"),
        (json!({"cron_expr": "* * * * *", "cron_duration": "1d"}), "-"),
        (json!({"cron_expr": "* * * * *", "cron_duration": "10s"}), "-"),
        (json!({"cron_expr": "@hourly", "cron_duration": "1h"}), "-"),
        (json!({"cron_expr": "* * L * *", "cron_duration": "1h"}), "-"),
        (json!({"cron_expr": "* * * * 7", "cron_duration": "1h"}), "-"),
        (
            json!({"cron_expr": "0 10 * * *", "cron_duration": "1h", "timezone": "Mars/Base"}),
            "on",
        ),
    ] {
        let mut own = broken.clone();
        own["action"] = "enable".into();
        assert_eq!(line(&json!([own]), &[NOW]), expected, "{broken}");
        own["feature_id"] = "1".into();
        let mut document = of(&json!({"feature": feature(&json!({}))}));
        document["schedules"] = json!([own]);
        assert!(
            imported(&document).gaps.iter().any(|own| own.code == gap::SCHEDULE),
            "{broken}"
        );
    }
}

#[test]
fn the_schedule_that_was_made_last_decides() {
    let from = "2025-11-20T10:00:00Z";
    let two = |enable: &str, disable: &str| {
        json!([{"action": "disable", "starts_at": from, "created_at": disable},
               {"action": "enable", "starts_at": from, "created_at": enable}])
    };
    let (early, late) = ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z");
    assert_eq!(line(&two(late, early), &[NOW]), "on");
    assert_eq!(line(&two(early, late), &[NOW]), "-");
    assert_eq!(
        line(&two(early, early), &[NOW]),
        "-",
        "of two made at once the one that turns off"
    );
}

#[test]
fn names_alike_cost_no_more_than_others() {
    let variants: Vec<Json> = (0..20_000)
        .map(|_| json!({"name": "x", "rollout_percent": 0}))
        .collect();
    let details = json!({"feature": feature(&json!({})), "variants": variants, "rules": null, "tags": null});
    let import = imported(&of(&details));
    assert_eq!(import.project.flags["f"].variants.len(), 20_002);
}

#[test]
fn what_cannot_be_read_is_said() {
    let schedules = json!([{"feature_id": "1", "action": "enable", "cron_expr": "x y", "timezone": "UTC"}, 7]);
    let mut details = json!({"feature": feature(&json!({"enabled": false})), "tags": [{"slug": "auto-disable", "name": "x"}],
                             "variants": [{"name": "a", "rollout_percent": 1}, {"name": "a_b", "rollout_percent": 4_294_967_295_u32}]});
    details["feature"]["kind"] = "multivariant".into();
    details["feature"]["rollout_key"] = "user.id".into();
    details["rules"] = json!([rule("include", 0, &test("a", "like", &json!(1)), None)]);
    let mut document = of(&details);
    document["schedules"] = schedules;
    document["features"]
        .as_array_mut()
        .unwrap()
        .extend([details.clone(), json!({"feature": {}})]);
    let codes: Vec<String> = imported(&document).gaps.into_iter().map(|own| own.code).collect();
    for code in [
        gap::SCHEDULE,
        gap::UNREADABLE,
        gap::DUPLICATE,
        gap::TAG,
        gap::ORDER,
        gap::WEIGHT,
        gap::UNKNOWN_OPERATOR,
    ] {
        assert!(codes.iter().any(|own| own == code), "{code}: {codes:?}");
    }
    assert_eq!(said(&document, &json!({}), NOW), "-");
    for bad in [json!({}), json!([]), json!({"features": {}}), json!("x")] {
        assert!(import(&bad, "production").is_err(), "{bad}");
    }
    let nobody: Map<String, Json> = answer("x", None);
    assert_eq!(nobody["error"]["code"], "not_found");
}
