//! Constraints and their values.

use serde_json::json;

use super::*;

#[test]
fn constraints_with_odd_values() {
    let test = |operator: &str, rest: Json, x: Json| {
        let mut constraint = json!({"contextName": "x", "operator": operator});
        constraint
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        holds(constraint, &if x.is_null() { json!({}) } else { on(x) })
    };
    let rows = [
        ("IN", json!({}), json!("a"), false),
        ("IN", json!({"values": null}), json!("a"), false),
        ("NOT_IN", json!({}), json!("a"), true),
        ("NOT_IN", json!({"values": ["a"], "inverted": true}), json!(null), false),
        ("IN", json!({"values": ["12"]}), json!(12), true),
        (
            "IN",
            json!({"values": ["A"], "caseInsensitive": true}),
            json!("a"),
            false,
        ),
        ("STR_CONTAINS", json!({"values": []}), json!("a"), false),
        (
            "STR_CONTAINS",
            json!({"values": [], "inverted": true}),
            json!("a"),
            true,
        ),
        (
            "STR_CONTAINS",
            json!({"values": ["B"], "caseInsensitive": true}),
            json!("abc"),
            true,
        ),
        (
            "STR_ENDS_WITH",
            json!({"values": ["c"], "inverted": true}),
            json!(null),
            true,
        ),
        ("NUM_EQ", json!({"value": "5.0"}), json!("5"), true),
        ("NUM_EQ", json!({"value": "five"}), json!("5"), false),
        ("NUM_GT", json!({"value": "five", "inverted": true}), json!("5"), true),
        ("NUM_LT", json!({"value": "5"}), json!(null), false),
        ("NUM_LT", json!({"value": "5", "inverted": true}), json!(null), true),
        ("SEMVER_EQ", json!({"value": "1.2.3"}), json!("1.2.3+build"), true),
        ("SEMVER_EQ", json!({"value": "1.2"}), json!("1.2.0"), false),
        ("SEMVER_GTE", json!({"value": "1.2.3"}), json!("v1.2.3"), false),
        ("NOPE", json!({"values": ["a"]}), json!("a"), false),
        ("NOPE", json!({"values": ["a"], "inverted": true}), json!("a"), false),
    ];
    for (operator, rest, x, expected) in rows {
        assert_eq!(
            test(operator, rest.clone(), x.clone()),
            expected,
            "{operator} {rest} on {x}"
        );
    }
}

#[test]
fn date_constraints() {
    let constraint = |value: &str| json!({"contextName": "currentTime", "operator": "DATE_AFTER", "value": value});
    let at = |time: &str| json!({"currentTime": time});
    assert!(holds(constraint("2022-01-29"), &at("2022-01-29T00:00:01Z")));
    assert!(!holds(constraint("2022-01-29"), &at("2022-01-29T00:00:00Z")));
    assert!(holds(constraint("2022-01-29T13:00:00.123456Z"), &at("2022-01-30")));
    assert!(!holds(constraint("now"), &at("2022-01-30")));
    assert!(!holds(constraint("-P1D"), &at("2022-01-30")));
    assert!(!holds(constraint("2022-01-29T13:00:00Z"), &at("garbage")));
    let custom = json!({"contextName": "x", "operator": "DATE_BEFORE", "value": "2022-01-01T00:00:00Z"});
    assert!(holds(custom.clone(), &on(json!("2021-01-01T00:00:00Z"))));
    assert!(!holds(custom, &json!({})));
}

#[test]
fn regular_expressions() {
    let test = |value: &str, x: &str| {
        holds(
            json!({"contextName": "x", "operator": "REGEX", "value": value}),
            &on(json!(x)),
        )
    };
    let rows = [
        ("^a.c$", "abc", true),
        ("b", "abc", true),
        ("^b", "abc", false),
        ("(?i)ABC", "abc", true),
        ("(?m)^b$", "a\nb", true),
        ("^b$", "a\nb", false),
        ("(?s)a.b", "a\nb", true),
        ("a.b", "a\nb", false),
        ("(?=a)a", "a", false),
        ("(?<!b)a", "a", false),
        (r"(a)\1", "aa", false),
        ("(", "(", false),
        (r"a\/b", "a/b", true),
        (r"\p{Greek}", "α", true),
        ("", "x", true),
    ];
    for (value, x, expected) in rows {
        assert_eq!(test(value, x), expected, "{value} on {x}");
    }
    let folded = json!({"contextName": "x", "operator": "REGEX", "value": "^ABC$", "caseInsensitive": true});
    assert!(holds(folded, &on(json!("abc"))));
    let inverted = json!({"contextName": "x", "operator": "REGEX", "value": "^a", "inverted": true});
    assert!(holds(inverted.clone(), &on(json!("b"))) && holds(inverted, &json!({})));
    let broken = json!({"contextName": "x", "operator": "REGEX", "value": "(", "inverted": true});
    assert!(holds(broken, &on(json!("b"))));
}

#[test]
fn address_blocks() {
    let test = |values: Json, address: &str| {
        let constraint = json!({"contextName": "remoteAddress", "operator": "IN_CIDR", "values": values});
        holds(constraint, &json!({"remoteAddress": address}))
    };
    assert!(test(json!(["10.0.0.0/8"]), "10.1.2.3"));
    assert!(test(json!(["10.0.0.5/8"]), "10.9.9.9"));
    assert!(!test(json!(["10.0.0.0/8"]), "11.1.2.3"));
    assert!(test(json!(["bad", "1.2.3.4", "5.6.7.8/33"]), "1.2.3.4"));
    assert!(!test(json!(["bad"]), "bad"));
    assert!(test(json!(["2001:db8::/32", "::1"]), "2001:db8::1"));
    assert!(test(json!(["::1"]), "::1"));
    assert!(test(json!(["0.0.0.0/0"]), "200.1.1.1"));
    assert!(!test(json!(["0.0.0.0/0"]), "::1"));
    assert!(!test(json!(["10.0.0.0/8"]), "not an address"));
    let inverted = json!({"contextName": "x", "operator": "IN_CIDR", "values": ["10.0.0.0/8"], "inverted": true});
    assert!(holds(inverted.clone(), &json!({})) && !holds(inverted, &on(json!("10.0.0.1"))));
}
