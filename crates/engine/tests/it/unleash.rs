//! The profile `unleash`: its own reading of attributes and values.

use serde_json::{Value as Json, json};

use crate::support::{NOW, compile, conditional, holds, holds_until};

fn constraint(attribute: &str, op: &str, values: Json, more: Json) -> Json {
    let mut test = json!({"attribute": attribute, "op": op, "values": values});
    test.as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap_or_default());
    json!({"test": test})
}

fn check(op: &str, values: Json, cases: &[(Json, bool)]) {
    for (actual, expected) in cases {
        let attributes = if actual.is_null() {
            json!({})
        } else {
            json!({"a": actual})
        };
        let plain = constraint("a", op, values.clone(), json!({}));
        assert_eq!(
            holds("unleash", &plain, attributes.clone()),
            *expected,
            "{op} {values} on {actual}"
        );
        let inverted = constraint("a", op, values.clone(), json!({"negate": true}));
        assert_eq!(
            holds("unleash", &inverted, attributes),
            !expected,
            "not {op} {values} on {actual}"
        );
    }
}

#[test]
fn text_is_compared_as_text() {
    let missing = Json::Null;
    check(
        "in",
        json!(["5", "x", "true"]),
        &[
            (json!(5), true),
            (json!(5.0), true),
            (json!("x"), true),
            (json!(true), true),
            (json!(" x"), false),
            (missing.clone(), false),
        ],
    );
    check("in", json!([]), &[(json!("x"), false), (missing.clone(), false)]);
    check("in", json!([""]), &[(json!(""), true)]);
    check(
        "contains",
        json!(["b", "y"]),
        &[
            (json!("abc"), true),
            (json!("xyz"), true),
            (json!("B"), false),
            (missing, false),
        ],
    );
    check(
        "starts_with",
        json!(["a"]),
        &[(json!("abc"), true), (json!("ba"), false)],
    );
    check("ends_with", json!(["1"]), &[(json!(11), true), (json!("12"), false)]);
    check("contains", json!([]), &[(json!("x"), false)]);
    let folded = constraint("a", "contains", json!(["ABC"]), json!({"ignore_case": true}));
    assert!(holds("unleash", &folded, json!({"a": "xabcx"})));
}

#[test]
fn numbers_are_read_from_text() {
    let cases = [
        (json!("5"), true),
        (json!(5), true),
        (json!("5.0"), true),
        (json!("4"), false),
        (json!("five"), false),
        (json!(" 5 "), false),
        (json!("0x5"), false),
        (json!("inf"), false),
        (Json::Null, false),
    ];
    check("eq", json!(["5"]), &cases);
    check(
        "gt",
        json!(["1.5"]),
        &[(json!("2"), true), (json!("1.5"), false), (json!(""), false)],
    );
    check("gt", json!(["x"]), &[(json!("2"), false)]);
    check("lte", json!([3]), &[(json!("3"), true), (json!("3.01"), false)]);
}

#[test]
fn versions_dates_addresses_and_expressions() {
    check(
        "semver_eq",
        json!(["1.2.3"]),
        &[
            (json!("1.2.3"), true),
            (json!("v1.2.3"), false),
            (json!("1.2"), false),
            (Json::Null, false),
        ],
    );
    check(
        "semver_gt",
        json!(["1.2.3-alpha"]),
        &[(json!("1.2.3"), true), (json!("1.2.3-alpha"), false)],
    );
    check("semver_lt", json!(["v2.0.0"]), &[(json!("1.0.0"), false)]);
    check(
        "before",
        json!(["2024-01-01T00:00:00.000Z"]),
        &[
            (json!("2023-01-01T00:00:00Z"), true),
            (json!("2024-01-01T00:00:00Z"), false),
            (json!("x"), false),
            (Json::Null, false),
        ],
    );
    check(
        "after",
        json!(["2022-01-29"]),
        &[
            (json!("2022-01-29T13:00:00.123456Z"), true),
            (json!("2022-01-28"), false),
        ],
    );
    check(
        "cidr",
        json!(["nonsense", "10.0.0.0/8", "1.1.1.1"]),
        &[
            (json!("10.1.1.1"), true),
            (json!("1.1.1.1"), true),
            (json!("1.1.1.2"), false),
            (json!("localhost"), false),
            (Json::Null, false),
        ],
    );
    check(
        "matches",
        json!(["(?i)^AB.$"]),
        &[(json!("abc"), true), (json!("xabc"), false)],
    );
    check("matches", json!(["(?=x)"]), &[(json!("x"), false)]);
    let folded = constraint("a", "matches", json!(["^abc$"]), json!({"ignore_case": true}));
    assert!(holds("unleash", &folded, json!({"a": "ABC"})));
}

#[test]
fn the_current_time_is_now_unless_the_context_says_otherwise() {
    for name in ["$now", "currentTime"] {
        let condition = constraint(name, "after", json!(["2024-01-01T00:00:00Z"]), json!({}));
        assert!(holds_until("unleash", &condition, json!({}), NOW).0);
        assert!(!holds_until("unleash", &condition, json!({}), "2023-01-01T00:00:00Z").0);
        assert!(
            !holds_until(
                "unleash",
                &condition,
                json!({"currentTime": "2023-06-01T00:00:00Z"}),
                NOW
            )
            .0
        );
        let (held, until) = holds_until("unleash", &condition, json!({}), "2023-01-01T00:00:00Z");
        assert!(!held && until.is_some());
    }
}

#[test]
fn what_cannot_be_read_is_reported_and_spares_the_rest() {
    let broken = json!({"broken": {"verdict": true, "problem": "unknown operator"}});
    let (_, problems) = compile(vec![conditional("unleash", &broken)], vec![]);
    assert_eq!(problems.len(), 1);
    assert!(holds("unleash", &broken, json!({})));
    assert!(!holds("unleash", &json!({"not": broken}), json!({})));
    let bad = constraint("a", "matches", json!(["("]), json!({}));
    assert!(holds("unleash", &json!({"any": [bad, {"all": []}]}), json!({})));
    assert!(!holds("unleash", &json!({"segment": "gone"}), json!({})));
}

#[test]
fn rollouts_use_its_hash() {
    // From the client specification: userId 122 has 1 + hash mod 100 = n in group "Feature.flexibleRollout.userId".
    for n in 0..300_u32 {
        let id = n.to_string();
        let expected = hoist_engine::scheme::unleash::hash(["g:", &id].into_iter(), 0) % 100 < 50;
        let allocation = json!({"scheme": "unleash", "salt": "g", "inputs": [{"first_of": ["userId", "sessionId"]}]});
        let condition = json!({"percentage": {"allocation": allocation, "share": 5_000}});
        assert_eq!(holds("unleash", &condition, json!({"userId": id})), expected);
        assert_eq!(holds("unleash", &condition, json!({"sessionId": n})), expected);
    }
}
