//! The strict check at change time: each finding with its path.

use hoist_engine::{Keys, Limits, validate};
use serde_json::{Value as Json, json};

use crate::support::{conditional, flag, segment};

fn paths(found: &[hoist_engine::Problem]) -> Vec<&str> {
    found.iter().map(|problem| problem.path.as_str()).collect()
}

fn serve(what: Json) -> Json {
    json!([{"serve": {"serve": {"serve": what}}}])
}

#[test]
fn sound_rules_pass() {
    let condition =
        json!({"all": [{"test": {"attribute": "a", "op": "in", "values": ["x", 1, true]}}, {"segment": "s"}]});
    assert!(validate(&conditional("native", &condition), &Limits::default()).is_empty());
    assert!(
        validate(
            &segment(json!({"key": "s", "index": 0, "condition": condition})),
            &Limits::default()
        )
        .is_empty()
    );
}

#[test]
fn broken_values_are_found() {
    let tests = [
        json!({"op": "equals", "values": []}),
        json!({"op": "equals", "values": [null]}),
        json!({"op": "in", "values": [["x"]]}),
        json!({"op": "contains", "values": []}),
        json!({"op": "contains", "values": [1]}),
        json!({"op": "matches", "values": ["("]}),
        json!({"op": "matches", "values": ["x".repeat(5_000)]}),
        json!({"op": "matches", "values": [r"(\w{50}){50}"]}),
        json!({"op": "gt", "values": ["5"]}),
        json!({"op": "gt", "values": [5], "ignore_case": true}),
        json!({"op": "modulo", "values": [0, 1]}),
        json!({"op": "modulo", "values": [2]}),
        json!({"op": "semver_gt", "values": ["1.2"]}),
        json!({"op": "semver_range", "values": [">>1"]}),
        json!({"op": "before", "values": ["tomorrow"]}),
        json!({"op": "after", "values": ["P"]}),
        json!({"op": "within", "values": ["now"]}),
        json!({"op": "exists", "values": [1]}),
        json!({"op": "cidr", "values": ["10.0.0.0/40"]}),
    ];
    for mut test in tests {
        test["attribute"] = json!("a");
        let found = validate(
            &conditional("native", &json!({"not": {"test": test}})),
            &Limits::default(),
        );
        assert_eq!(found.len(), 1, "{test}: {found:?}");
        assert!(
            found[0].path.starts_with("/steps/0/rules/rules/0/condition/not/test"),
            "{}",
            found[0].path
        );
        assert!(validate(&conditional("unleash", &json!({"test": test})), &Limits::default()).len() <= 1);
    }
}

#[test]
fn serves_are_checked() {
    let allocation = json!({"salt": "s"});
    let curve =
        json!({"points": [{"at": "2024-01-02T00:00:00Z", "share": 1}, {"at": "2024-01-01T00:00:00Z", "share": 2}]});
    let cases = [
        (json!({"variant": "gone"}), "/steps/0/serve/serve/serve/variant"),
        (
            json!({"split": {"allocation": allocation, "arms": []}}),
            "/steps/0/serve/serve/serve/split/arms",
        ),
        (
            json!({"split": {"allocation": allocation, "arms": [{"variant": "on", "weight": 0}]}}),
            "/steps/0/serve/serve/serve/split/arms",
        ),
        (
            json!({"split": {"allocation": allocation, "arms": [{"variant": "gone", "weight": 1}]}}),
            "/steps/0/serve/serve/serve/split/arms/0/variant",
        ),
        (
            json!({"split": {"allocation": {"salt": "s", "inputs": []}, "arms": [{"variant": "on", "weight": 1}]}}),
            "/steps/0/serve/serve/serve/split/allocation/inputs",
        ),
        (
            json!({"ramp": {"allocation": allocation, "variant": "on", "rest": "off", "curve": curve}}),
            "/steps/0/serve/serve/serve/ramp/curve",
        ),
        (
            json!({"json_logic": {"expression": {"nonsense": []}, "otherwise": null}}),
            "/steps/0/serve/serve/serve/json_logic/expression",
        ),
    ];
    for (what, path) in cases {
        assert_eq!(paths(&validate(&flag("f", serve(what)), &Limits::default())), [path]);
    }
    assert_eq!(paths(&validate(&flag("f", json!([])), &Limits::default())), ["/steps"]);
}

#[test]
fn values_fit_the_kind() {
    let cases = [
        ("boolean", json!(true), true),
        ("boolean", json!("true"), false),
        ("string", json!("x"), true),
        ("string", json!(1), false),
        ("integer", json!(9_007_199_254_740_991_i64), true),
        ("integer", json!(9_007_199_254_740_992_i64), false),
        ("integer", json!(-9_007_199_254_740_992_i64), false),
        ("integer", json!(1.5), false),
        ("float", json!(1), true),
        ("float", json!("1"), false),
        ("object", json!({}), true),
        ("object", json!([1]), true),
        ("object", json!(1), false),
        ("any", json!(null), true),
    ];
    for (kind, value, expected) in cases {
        let mut own = flag("f", serve(json!({"value": value})));
        own.kind = serde_json::from_value(json!(kind)).unwrap();
        own.variants = serde_json::from_value(json!([{"key": "v", "value": value}])).unwrap();
        let found = validate(&own, &Limits::default());
        let both = ["/variants/0/value", "/steps/0/serve/serve/serve/value"];
        assert_eq!(
            paths(&found),
            if expected { &[][..] } else { &both[..] },
            "{kind} {value}"
        );
    }
}

#[test]
fn limits_hold() {
    let limits = Limits {
        rules: 1,
        variants: 2,
        condition_depth: 3,
        condition_nodes: 4,
        values: 2,
        value_bytes: 40,
        ..Limits::default()
    };
    let exists = json!({"test": {"attribute": "a", "op": "exists"}});
    let deep = json!({"all": [{"all": [{"all": [exists]}]}]});
    let wide = json!({"all": [exists, exists, exists, exists]});
    let long = json!({"test": {"attribute": "a", "op": "in", "values": [1, 2, 3]}});
    for (condition, path) in [(deep, ""), (wide, ""), (long, "/test/values")] {
        let mut own = conditional("native", &condition);
        own.variants.pop();
        assert_eq!(
            paths(&validate(&own, &limits)),
            [format!("/steps/0/rules/rules/0/condition{path}")]
        );
    }
    let rules: Vec<Json> = (0..2)
        .map(|_| json!({"id": "same", "serve": {"serve": {"value": "x".repeat(50)}}}))
        .collect();
    let mut own = flag(
        "f",
        json!([{"rules": {"rules": rules}}, {"off": {"off": {"serve": "code_default"}}}]),
    );
    own.metadata = json!({"list": [1]}).as_object().cloned().unwrap();
    assert_eq!(
        paths(&validate(&own, &limits)),
        [
            "/metadata/list",
            "/variants",
            "/steps",
            "/steps/0/rules/rules/0/serve/serve/value",
            "/steps/0/rules/rules/1/serve/serve/value",
            "/steps/0/rules/rules/1/id"
        ]
    );
    let new = Limits {
        keys: Keys::New,
        ..Limits::default()
    };
    for (key, expected) in [
        ("a.b-c_d:e@f", true),
        ("-a", false),
        ("", false),
        ("a b", false),
        ("é", false),
    ] {
        assert_eq!(
            validate(&flag(key, serve(json!("code_default"))), &new).is_empty(),
            expected,
            "{key}"
        );
    }
    assert!(validate(&flag("a b é", serve(json!("code_default"))), &Limits::default()).is_empty());
}
