//! Every operator against every kind of attribute, negated and not, alone and in lists.

use hoist_engine::Snapshot;
use serde_json::{Value as Json, json};

use crate::support::{NOW, compile, conditional, context, holds, moment};

/// Marks an absent attribute.
fn absent() -> Json {
    json!({"absent": true})
}

fn attributes(actual: &Json) -> Json {
    if *actual == absent() {
        json!({})
    } else {
        json!({"a": actual})
    }
}

fn test(op: &str, values: &Json, more: &Json) -> Json {
    let mut test = json!({"attribute": "a", "op": op, "values": values});
    test.as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap_or_default());
    json!({"test": test})
}

/// Verdict and note of the explanation.
fn explained(snapshot: &Snapshot, attributes: Json) -> (Json, Json) {
    let context = context(attributes);
    let bound = snapshot.bind(&context);
    let (_, explanation) = snapshot.explain(snapshot.flag("f").unwrap(), &bound, &moment(NOW));
    let json = serde_json::to_value(explanation).unwrap();
    let condition = &json["steps"][0]["rules"][0]["condition"];
    (condition["verdict"].clone(), condition["note"].clone())
}

/// An operator with values, and what it answers on attributes.
type Case = (&'static str, Json, Vec<(Json, Json)>);

/// Operator, values, and for each attribute whether it holds; a text names the note of a failure.
fn table() -> Vec<Case> {
    let (yes, no, wrong, missing) = (json!(true), json!(false), json!("wrong_type"), json!("missing"));
    let t = |attribute: Json, verdict: &Json| (attribute, verdict.clone());
    vec![
        (
            "equals",
            json!(["x"]),
            vec![
                t(json!("x"), &yes),
                t(json!("X"), &no),
                t(json!(1), &no),
                t(json!({}), &wrong),
            ],
        ),
        (
            "equals",
            json!([1]),
            vec![
                t(json!(1), &yes),
                t(json!(1.0), &yes),
                t(json!(1.5), &no),
                t(json!("1"), &no),
                t(json!(true), &no),
            ],
        ),
        (
            "equals",
            json!([true]),
            vec![
                t(json!(true), &yes),
                t(json!(false), &no),
                t(json!("true"), &no),
                t(json!(1), &no),
            ],
        ),
        (
            "equals",
            json!([9_007_199_254_740_993_i64]),
            vec![
                t(json!(9_007_199_254_740_993_i64), &yes),
                t(json!(9_007_199_254_740_992_i64), &no),
            ],
        ),
        (
            "in",
            json!([]),
            vec![t(json!("x"), &no), t(json!(1), &no), t(absent(), &missing)],
        ),
        (
            "in",
            json!(["x", 2, false]),
            vec![
                t(json!("x"), &yes),
                t(json!(2), &yes),
                t(json!(2.0), &yes),
                t(json!(false), &yes),
                t(json!(true), &no),
                t(json!("2"), &no),
                t(json!({}), &wrong),
                t(json!(null), &missing),
            ],
        ),
        (
            "contains",
            json!(["bc", "zz"]),
            vec![
                t(json!("abcd"), &yes),
                t(json!("azz"), &yes),
                t(json!("b c"), &no),
                t(json!(5), &wrong),
                t(absent(), &missing),
            ],
        ),
        (
            "starts_with",
            json!(["ab"]),
            vec![t(json!("abc"), &yes), t(json!("cab"), &no), t(json!(true), &wrong)],
        ),
        (
            "ends_with",
            json!(["ab"]),
            vec![t(json!("cab"), &yes), t(json!("abc"), &no), t(json!(1.5), &wrong)],
        ),
        (
            "matches",
            json!(["^a.c$"]),
            vec![
                t(json!("abc"), &yes),
                t(json!("xabc"), &no),
                t(json!(1), &wrong),
                t(absent(), &missing),
            ],
        ),
        (
            "eq",
            json!([5]),
            vec![
                t(json!(5), &yes),
                t(json!(5.0), &yes),
                t(json!(4), &no),
                t(json!("5"), &wrong),
                t(absent(), &missing),
            ],
        ),
        (
            "lt",
            json!([5]),
            vec![t(json!(4.9), &yes), t(json!(5), &no), t(json!(true), &wrong)],
        ),
        ("lte", json!([5]), vec![t(json!(5), &yes), t(json!(5.1), &no)]),
        ("gt", json!([5]), vec![t(json!(5.1), &yes), t(json!(5), &no)]),
        ("gte", json!([5]), vec![t(json!(5), &yes), t(json!(4), &no)]),
        (
            "modulo",
            json!([3, 2]),
            vec![
                t(json!(5), &yes),
                t(json!(-1), &yes),
                t(json!(3), &no),
                t(json!(5.0), &wrong),
                t(json!("5"), &wrong),
            ],
        ),
        ("modulo", json!([-1, 0]), vec![t(json!(i64::MIN), &yes)]),
        (
            "semver_eq",
            json!(["1.2.3"]),
            vec![
                t(json!("1.2.3"), &yes),
                t(json!("1.2.3+b"), &yes),
                t(json!("1.2.4"), &no),
                t(json!("1.2"), &wrong),
                t(json!("v1.2.3"), &wrong),
                t(json!(1), &wrong),
            ],
        ),
        (
            "semver_lt",
            json!(["1.2.3"]),
            vec![t(json!("1.2.3-rc.1"), &yes), t(json!("1.2.3"), &no)],
        ),
        (
            "semver_lte",
            json!(["1.2.3"]),
            vec![t(json!("1.2.3"), &yes), t(json!("1.10.0"), &no)],
        ),
        (
            "semver_gt",
            json!(["1.2.3"]),
            vec![t(json!("1.10.0"), &yes), t(json!("1.2.3"), &no)],
        ),
        (
            "semver_gte",
            json!(["1.2.3"]),
            vec![
                t(json!("1.2.3"), &yes),
                t(json!("1.2.3-rc.1"), &no),
                t(absent(), &missing),
            ],
        ),
        (
            "semver_range",
            json!([">=1.2, <2"]),
            vec![t(json!("1.9.0"), &yes), t(json!("2.0.0"), &no), t(json!("x"), &wrong)],
        ),
        (
            "before",
            json!(["2024-01-01T00:00:00Z"]),
            vec![
                t(json!("2023-12-31T23:59:59.999Z"), &yes),
                t(json!("2024-01-01T00:00:00Z"), &no),
                t(json!("2024-01-01T01:00:00+01:00"), &no),
                t(json!(1_704_067_199), &yes),
                t(json!(1_704_067_200_000_i64), &no),
                t(json!("soon"), &wrong),
                t(json!(true), &wrong),
            ],
        ),
        (
            "after",
            json!(["2024-01-01"]),
            vec![
                t(json!("2024-01-01T00:00:00.001Z"), &yes),
                t(json!("2024-01-01"), &no),
                t(json!(1_704_067_200.5), &yes),
                t(absent(), &missing),
            ],
        ),
        (
            "within",
            json!(["2024-01-01", "2024-01-02"]),
            vec![
                t(json!("2024-01-01T00:00:00Z"), &yes),
                t(json!("2024-01-02T00:00:00Z"), &no),
                t(json!("2023-12-31T23:59:59Z"), &no),
            ],
        ),
        (
            "within",
            json!(["-P30D", "now"]),
            vec![
                t(json!("2024-06-15T11:59:59Z"), &yes),
                t(json!(NOW), &no),
                t(json!("2024-05-16T12:00:00Z"), &yes),
                t(json!("2024-05-16T11:59:59Z"), &no),
            ],
        ),
        (
            "exists",
            json!([]),
            vec![
                t(json!(false), &yes),
                t(json!({}), &yes),
                t(json!([]), &yes),
                t(json!(null), &missing),
                t(absent(), &missing),
            ],
        ),
        (
            "cidr",
            json!(["10.0.0.0/8", "2001:db8::/32"]),
            vec![
                t(json!("10.200.0.1"), &yes),
                t(json!("11.0.0.1"), &no),
                t(json!("2001:db8::1"), &yes),
                t(json!("host"), &wrong),
                t(json!(10), &wrong),
            ],
        ),
    ]
}

#[test]
fn every_operator_negated_and_not() {
    for (op, values, cases) in table() {
        let plain = compile(vec![conditional("native", &test(op, &values, &json!({})))], vec![]);
        assert!(plain.1.is_empty(), "{op}: {:?}", plain.1);
        let negated = compile(
            vec![conditional("native", &test(op, &values, &json!({"negate": true})))],
            vec![],
        )
        .0;
        for (actual, expected) in cases {
            let told = format!("{op} {values} on {actual}");
            let holds = expected == json!(true);
            let verdict = |holds| if holds { json!("holds") } else { json!("fails") };
            let note = expected.as_str().map_or(Json::Null, |note| json!(note));
            assert_eq!(
                explained(&plain.0, attributes(&actual)),
                (verdict(holds), note.clone()),
                "{told}"
            );
            assert_eq!(
                explained(&negated, attributes(&actual)),
                (verdict(!holds), note),
                "not {told}"
            );
        }
    }
}

#[test]
fn lists_with_every_quantifier() {
    // List, and whether `in [x, y]` holds for any, all, none of it.
    let cases = [
        (json!([]), [false, true, true]),
        (json!(["x"]), [true, true, false]),
        (json!(["x", "z"]), [true, false, false]),
        (json!(["z"]), [false, false, true]),
        (json!(["z", 5, null]), [false, false, true]),
        (json!(["x", 5]), [true, false, false]),
        (json!("x"), [true, true, false]),
        (json!("z"), [false, false, true]),
        (absent(), [false, false, false]),
    ];
    for (actual, expected) in cases {
        for (quantifier, expected) in ["any", "all", "none"].into_iter().zip(expected) {
            for negate in [false, true] {
                let condition = test(
                    "in",
                    &json!(["x", "y"]),
                    &json!({"quantifier": quantifier, "negate": negate}),
                );
                let held = holds("native", &condition, attributes(&actual));
                assert_eq!(held, expected != negate, "{quantifier} of {actual}, negate {negate}");
            }
        }
    }
}

#[test]
fn parsed_operators_read_lists_too() {
    let cases = [
        ("semver_gte", json!(["2.0.0"]), json!(["1.0.0", "2.1.0"])),
        ("semver_range", json!(["^2"]), json!(["1.0.0", "2.1.0"])),
        ("cidr", json!(["10.0.0.0/8"]), json!(["1.1.1.1", "10.1.1.1"])),
        ("after", json!(["2024-01-01"]), json!(["2020-01-01", 1_800_000_000])),
        ("gt", json!([5]), json!([1, 6])),
        ("modulo", json!([2, 0]), json!([1, 6])),
        ("matches", json!(["^b"]), json!(["a", "b"])),
    ];
    for (op, values, list) in cases {
        assert!(
            holds("native", &test(op, &values, &json!({})), json!({"a": list})),
            "{op}"
        );
        let all = test(op, &values, &json!({"quantifier": "all"}));
        assert!(!holds("native", &all, json!({"a": list})), "{op} all");
    }
}

#[test]
fn case_is_folded_where_asked() {
    for (op, value, actual) in [
        ("equals", "straße", "STRAßE"),
        ("in", "ÀB", "àb"),
        ("contains", "ELLO", "hello"),
        ("starts_with", "he", "HELLO"),
        ("ends_with", "LO", "hello"),
        ("matches", "^hello$", "HeLLo"),
    ] {
        let plain = test(op, &json!([value]), &json!({}));
        let folded = test(op, &json!([value]), &json!({"ignore_case": true}));
        assert!(!holds("native", &plain, json!({"a": actual})), "{op}");
        assert!(holds("native", &folded, json!({"a": actual})), "{op} folded");
        assert!(
            holds("native", &folded, json!({"a": ["-", actual]})),
            "{op} folded in a list"
        );
    }
}

#[test]
fn long_lists_answer_like_short_ones() {
    for size in [1, 32, 33, 10_000] {
        let values: Vec<Json> = (0..size)
            .map(|n| if n % 2 == 0 { json!(format!("v{n}")) } else { json!(n) })
            .collect();
        let condition = test("in", &json!(values), &json!({}));
        for (actual, expected) in [
            (json!("v0"), true),
            (json!("v1"), false),
            (json!(1), size > 1),
            (json!(0), false),
        ] {
            assert_eq!(
                holds("native", &condition, json!({"a": actual})),
                expected,
                "{size} {actual}"
            );
        }
    }
}

#[test]
fn names_descend_and_stand_for_the_subject() {
    let equals = |attribute: &str| json!({"test": {"attribute": attribute, "op": "equals", "values": ["x"]}});
    assert!(holds("native", &equals("a.b.1"), json!({"a": {"b": [0, "x"]}})));
    assert!(holds("native", &equals("a.b"), json!({"a.b": "x", "a": {"b": "y"}})));
    assert!(!holds("native", &equals("a.c"), json!({"a": {"b": "x"}})));
    for name in ["targetingKey", "userId", "identifier", "bucketingKey", "enrollment_id"] {
        assert!(holds("native", &equals(name), json!({"targetingKey": "x"})), "{name}");
        assert!(holds("native", &equals(name), json!({"identifier": "x"})), "{name}");
    }
    assert!(!holds(
        "native",
        &equals("userId"),
        json!({"targetingKey": "x", "userId": "y"})
    ));
    assert!(holds(
        "native",
        &equals("userId"),
        json!({"targetingKey": "x", "userId": null})
    ));
    assert!(!holds("native", &equals("A"), json!({"a": "x"})));
}

#[test]
fn trees() {
    let test = |n: i64| json!({"test": {"attribute": "a", "op": "equals", "values": [n]}});
    for (condition, expected) in [
        (json!({"all": []}), [true, true, true]),
        (json!({"any": []}), [false, false, false]),
        (json!({"not": {"any": []}}), [true, true, true]),
        (json!({"any": [test(1), test(2)]}), [true, true, false]),
        (json!({"all": [test(1), test(2)]}), [false, false, false]),
        (
            json!({"not": {"any": [test(1), {"not": test(2)}]}}),
            [false, true, false],
        ),
        (
            json!({"all": [{"any": [test(1), test(2)]}, {"not": test(2)}]}),
            [true, false, false],
        ),
        (
            json!({"any": [{"all": [test(1), test(1)]}, {"all": [test(3)]}]}),
            [true, false, true],
        ),
    ] {
        for (n, expected) in (1..).zip(expected) {
            assert_eq!(
                holds("native", &condition, json!({"a": n})),
                expected,
                "{condition} at {n}"
            );
        }
    }
}

#[test]
fn a_broken_native_rule_does_not_match_even_negated() {
    let broken = test("matches", &json!(["("]), &json!({"negate": true}));
    let (snapshot, problems) = compile(
        vec![conditional("native", &json!({"any": [{"all": []}, broken]}))],
        vec![],
    );
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].path, "/steps/0/rules/rules/0/condition/any/1/test");
    let context = context(json!({"a": "x"}));
    assert_eq!(crate::support::variant(&snapshot, "f", &context, NOW), "off");
}
