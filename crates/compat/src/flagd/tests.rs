//! Files, evaluated by the engine.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a table of JSON reads better without references"
)]

use hoist_engine::ruleset::{Kind, What};
use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn imported(document: &Json) -> Import {
    import(document, "dev", Fractional::V2).unwrap()
}

fn one(flag: Json) -> Import {
    imported(&json!({"flags": {"f": flag}}))
}

fn ask(import: &Import, context: &Json) -> Map<String, Json> {
    ask_for(import, context, None)
}

fn ask_for(import: &Import, context: &Json, asked: Option<Type>) -> Map<String, Json> {
    let (snapshot, _) = Snapshot::compile(&import.project.ruleset("dev").unwrap());
    let context = Context::from_json(context.as_object().unwrap());
    let moment = Moment {
        now: Timestamp::from_second(1_700_000_000).unwrap(),
        seed: 0,
    };
    let bound = snapshot.bind(&context);
    let outcome = snapshot.evaluate(snapshot.flag("f").unwrap(), &bound, &moment, &mut NoVisitor);
    let flag = &import.project.flags["f"];
    answer(flag, flag.environments.get("dev"), &outcome, asked)
}

fn codes(import: &Import) -> Vec<&str> {
    import.gaps.iter().map(|gap| gap.code.as_str()).collect()
}

/// A flag with variants `a` and `b`, default `b`.
fn targeted(rule: Json) -> Json {
    json!({"state": "ENABLED", "variants": {"a": "A", "b": "B"}, "defaultVariant": "b", "targeting": rule})
}

#[test]
fn kinds() {
    let rows = [
        (json!({"a": true, "b": false}), Kind::Boolean),
        (json!({"a": "x", "b": ""}), Kind::String),
        (json!({"a": 1, "b": 0}), Kind::Integer),
        (json!({"a": 1, "b": 0.5}), Kind::Float),
        (json!({"a": 0.0}), Kind::Float),
        (json!({"a": 9_007_199_254_740_992_u64}), Kind::Float),
        (json!({"a": {}, "b": []}), Kind::Object),
        (json!({"a": 1, "b": "x"}), Kind::Any),
        (json!({"a": null}), Kind::Any),
        (json!({}), Kind::Any),
    ];
    for (variants, kind) in rows {
        let import = one(json!({"state": "ENABLED", "variants": variants}));
        assert_eq!(import.project.flags["f"].kind, kind, "{variants}");
    }
}

#[test]
fn reasons() {
    let fixed = |default: Json| one(json!({"state": "ENABLED", "variants": {"a": 0}, "defaultVariant": default}));
    let answer = ask(&fixed(json!("a")), &json!({}));
    assert_eq!(
        Json::Object(answer),
        json!({"value": 0, "variant": "a", "reason": "STATIC", "metadata": {}})
    );
    assert_eq!(
        Json::Object(ask(&fixed(json!(null)), &json!({}))),
        json!({"reason": "DEFAULT", "metadata": {}})
    );
    let off = one(json!({"state": "DISABLED", "variants": {"a": 0}, "defaultVariant": "a"}));
    assert_eq!(
        Json::Object(ask(&off, &json!({}))),
        json!({"reason": "DISABLED", "metadata": {}})
    );
    let config = &off.project.flags["f"].environments["dev"];
    assert_eq!(
        config.off.what,
        What::CodeDefault,
        "in every language no value is served"
    );
    let rule = json!({"if": [{"==": [{"var": "x"}, 1]}, "a"]});
    assert_eq!(
        ask(&one(targeted(rule.clone())), &json!({"x": 1}))["reason"],
        "TARGETING_MATCH"
    );
    assert_eq!(ask(&one(targeted(rule)), &json!({}))["reason"], "DEFAULT");
    assert_eq!(ask(&one(targeted(json!({}))), &json!({}))["reason"], "STATIC");
}

#[test]
fn a_disabled_flag_stays_disabled_whatever_its_targeting() {
    let import = one(json!({"state": "DISABLED", "variants": {"a": 1}, "targeting": {"fractional": []}}));
    assert_eq!(ask(&import, &json!({}))["reason"], "DISABLED");
}

#[test]
fn booleans_name_variants() {
    let flag = json!({"state": "ENABLED", "variants": {"true": 1, "false": 0}, "targeting": {"==": [{"var": "x"}, 1]}});
    assert_eq!(ask(&one(flag.clone()), &json!({"x": 1}))["value"], 1);
    assert_eq!(ask(&one(flag), &json!({"x": 2}))["value"], 0);
}

#[test]
fn errors() {
    assert_eq!(
        ask(&one(targeted(json!({"if": [true, "z"]}))), &json!({}))["errorCode"],
        "GENERAL"
    );
    let mut flag = targeted(json!({"frobnicate": 1}));
    flag["metadata"] = json!({"team": "t"});
    let import = one(flag);
    let answer = ask(&import, &json!({}));
    assert_eq!(answer["errorCode"], "PARSE_ERROR");
    assert_eq!(answer["metadata"], json!({"team": "t"}));
    assert_eq!(codes(&import), [gap::TARGETING]);
}

#[test]
fn numbers_name_variants() {
    let flag = |rule: Json| one(json!({"state": "ENABLED", "variants": {"1": "x", "2.5": "y"}, "targeting": rule}));
    assert_eq!(ask(&flag(json!({"+": [0, 1]})), &json!({}))["value"], "x");
    assert_eq!(ask(&flag(json!({"+": [0.5, 0.5]})), &json!({}))["value"], "x");
    assert_eq!(ask(&flag(json!({"+": [2, 0.5]})), &json!({}))["value"], "y");
}

#[test]
fn the_generation_is_written_down_with_the_expression() {
    let document = |rule: Json| json!({"flags": {"f": targeted(rule)}});
    let rule = document(json!({"if": [true, {"fractional": [["a"], ["b"]]}]}));
    let of = |document: &Json, fractional| {
        let import = import(document, "dev", fractional).unwrap();
        let answers: Vec<Json> = (0..40)
            .map(|at| {
                ask(&import, &json!({"targetingKey": format!("u{at}")}))
                    .get("variant")
                    .cloned()
                    .unwrap_or_default()
            })
            .collect();
        let text = serde_json::to_value(&import.project.flags["f"].environments["dev"].default).unwrap();
        (answers, text["serve"]["json_logic"]["fractional"].clone())
    };
    let (second, third) = (of(&rule, Fractional::V2), of(&rule, Fractional::V3));
    assert_eq!((&second.1, &third.1), (&Json::Null, &json!("v3")));
    assert_ne!(second.0, third.0);
    let plain = document(json!({"==": [{"var": "fractional"}, 1]}));
    assert_eq!(of(&plain, Fractional::V3).1, Json::Null, "nothing to say it of");
}

#[test]
fn types_that_are_asked_for() {
    use Type::{Boolean, Float, Integer, Object, String};
    let rows = [
        (json!(true), Boolean, json!(true)),
        (json!("x"), String, json!("x")),
        (json!(1), Integer, json!(1)),
        (json!(1), Float, json!(1.0)),
        (json!(0.0), Float, json!(0.0)),
        (json!(10.0), Integer, json!(10)),
        (
            json!(9_007_199_254_740_991_i64),
            Integer,
            json!(9_007_199_254_740_991_i64),
        ),
        (json!({"a": 1}), Object, json!({"a": 1})),
        (json!([1]), Object, json!([1])),
        (json!(0.5), Integer, json!(null)),
        (json!("1"), Integer, json!(null)),
        (json!(1), Boolean, json!(null)),
        (json!(1), String, json!(null)),
        (json!("x"), Object, json!(null)),
        (json!(false), Float, json!(null)),
    ];
    for (value, asked, expected) in rows {
        let import = one(json!({"state": "ENABLED", "variants": {"a": value}, "defaultVariant": "a"}));
        let answer = ask_for(&import, &json!({}), Some(asked));
        let got = answer.get("value").cloned().unwrap_or_default();
        assert_eq!((got.to_string(), asked), (expected.to_string(), asked), "{value}");
        let code = if expected.is_null() {
            json!("TYPE_MISMATCH")
        } else {
            Json::Null
        };
        assert_eq!(
            answer.get("errorCode").cloned().unwrap_or_default(),
            code,
            "{value} {asked:?}"
        );
        assert_eq!(answer.contains_key("variant"), !expected.is_null());
    }
    for nothing in [
        json!({"state": "DISABLED", "variants": {"a": 1}, "defaultVariant": "a"}),
        json!({"state": "ENABLED", "variants": {"a": 1}}),
        json!({"state": "ENABLED", "variants": {"a": 1}, "defaultVariant": ""}),
    ] {
        let answer = ask_for(&one(nothing), &json!({}), Some(Boolean));
        assert!(!answer.contains_key("errorCode") && !answer.contains_key("value") && !answer.contains_key("variant"));
    }
}

#[test]
fn what_flagd_injects() {
    let key = json!({"if": [{"==": [{"var": "$flagd.flagKey"}, "f"]}, "a", "b"]});
    assert_eq!(ask(&one(targeted(key)), &json!({}))["variant"], "a");
    let time = json!({"if": [{">": [{"var": "$flagd.timestamp"}, 1_699_999_999]}, "a", "b"]});
    assert_eq!(ask(&one(targeted(time)), &json!({}))["variant"], "a");
    let subject = json!({"if": [{"==": [{"var": "targetingKey"}, "u"]}, "a", "b"]});
    assert_eq!(
        ask(&one(targeted(subject)), &json!({"targetingKey": "u"}))["variant"],
        "a"
    );
}

#[test]
fn references() {
    let document = |rule: Json| {
        json!({"flags": {"f": targeted(rule)}, "$evaluators": {
        "is_x": {"==": [{"var": "x"}, 1]}, "also": {"$ref": "is_x"}, "loop": {"!": [{"$ref": "loop"}]}}})
    };
    let rule = |name: &str| json!({"if": [{"$ref": name}, "a", "b"]});
    assert_eq!(
        ask(&imported(&document(rule("is_x"))), &json!({"x": 1}))["variant"],
        "a"
    );
    assert_eq!(
        ask(&imported(&document(rule("also"))), &json!({"x": 1}))["variant"],
        "a"
    );
    for bad in ["nobody", "loop"] {
        let import = imported(&document(rule(bad)));
        assert_eq!(codes(&import), [gap::REFERENCE, gap::TARGETING]);
        assert_eq!(ask(&import, &json!({}))["errorCode"], "PARSE_ERROR");
    }
}

#[test]
fn references_do_not_grow_without_end() {
    let double = |name: &str| json!({"merge": vec![json!({"$ref": name}); 500]});
    let document = json!({"flags": {"f": targeted(json!({"$ref": "a"}))},
        "$evaluators": {"a": double("b"), "b": double("c"), "c": double("d"), "d": 1}});
    assert!(codes(&imported(&document)).contains(&gap::REFERENCE));
}

#[test]
fn metadata_of_the_set_lies_under_the_flags() {
    let document = json!({"metadata": {"flagSetId": "s", "v": 1, "deep": {}}, "flags": [
        {"key": "f", "state": "ENABLED", "variants": {"a": true}, "defaultVariant": "a", "metadata": {"v": 2}}]});
    let import = imported(&document);
    assert_eq!(ask(&import, &json!({}))["metadata"], json!({"flagSetId": "s", "v": 2}));
    assert_eq!(codes(&import), [gap::METADATA]);
}

#[test]
fn odd_flags_are_reported() {
    let import = imported(&json!({"flags": [{"variants": {}}, 7, {"key": "f", "variants": 1, "defaultVariant": "z"}]}));
    assert_eq!(
        codes(&import),
        [
            gap::UNREADABLE,
            gap::UNREADABLE,
            gap::UNREADABLE,
            gap::DEFAULT_VARIANT,
            gap::STATE
        ]
    );
    assert_eq!(
        import.project.flags["f"].environments["dev"].default.what,
        What::CodeDefault
    );
    for document in [json!(1), json!({}), json!({"flags": 1})] {
        assert!(
            super::import(&document, "dev", Fractional::V2)
                .unwrap_err()
                .to_string()
                .contains("flagd definition")
        );
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let words = prop::sample::select(vec![
        "flags",
        "f",
        "state",
        "ENABLED",
        "variants",
        "defaultVariant",
        "targeting",
        "metadata",
        "$evaluators",
        "$ref",
        "key",
        "if",
        "var",
        "==",
        "a",
        "b",
    ]);
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        words.clone().prop_map(Json::from),
    ];
    scalar.prop_recursive(5, 50, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::hash_map(words.clone(), inner, 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Json>()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_survived_and_what_is_read_is_lossless(flag in any_json(), evaluators in any_json(), context in any_json()) {
        let import = imported(&json!({"flags": {"f": flag}, "$evaluators": evaluators}));
        let text = serde_json::to_string(&import.project).unwrap();
        prop_assert_eq!(&serde_json::from_str::<hoist_model::portable::ProjectFile>(&text).unwrap(), &import.project);
        if import.project.flags.contains_key("f") && context.is_object() {
            ask(&import, &context);
        }
    }
}
