//! Order of steps, overrides, gates, prerequisites, splits, reasons.

use hoist_engine::{EvalError, Reason};
use serde_json::{Value as Json, json};

use crate::support::{NOW, compile, context, flag, outcome, segment, sound, variant};

fn serve(variant: &str) -> Json {
    json!({"serve": {"variant": variant}})
}

fn default(variant: &str) -> Json {
    json!({"serve": {"serve": serve(variant)}})
}

#[test]
fn the_first_step_that_decides_ends_it() {
    let all = [
        ("killed", json!({"kill": {"until": null, "off": serve("off")}})),
        ("off", json!({"off": {"off": serve("off")}})),
        (
            "prerequisite",
            json!({"prerequisites": {"all": [{"flag": "gone", "enabled": true}], "off": serve("off")}}),
        ),
        (
            "subject_override",
            json!({"subjects": {"groups": [{"serve": serve("other"), "subjects": ["v", "u"]}]}}),
        ),
        (
            "segment_override",
            json!({"segments": {"groups": [{"segment": "all", "serve": serve("other")}]}}),
        ),
        ("rule", json!({"rules": {"rules": [{"id": "r", "serve": serve("on")}]}})),
        ("default", default("off")),
    ];
    let context = context(json!({"targetingKey": "u"}));
    for first in 0..all.len() {
        let steps: Vec<Json> = all[first..].iter().map(|(_, step)| step.clone()).collect();
        let everybody = segment(json!({"key": "all", "index": 0, "condition": {"all": []}}));
        let snapshot = sound(vec![flag("f", json!(steps))], vec![everybody]);
        outcome(&snapshot, "f", &context, NOW, |outcome| {
            assert_eq!(outcome.detail(), all[first].0);
            assert_eq!(outcome.enabled, first > 2, "{}", all[first].0);
            assert_eq!(outcome.rule(), (first == 5).then_some("r"));
            assert_eq!(outcome.flag_index(), 3);
        });
    }
}

#[test]
fn reasons() {
    let split = json!({"serve": {"split": {"allocation": {"salt": "s"}, "arms": [{"variant": "on", "weight": 1}]}}});
    let country = json!({"test": {"attribute": "c", "op": "equals", "values": ["x"]}});
    let half = json!({"allocation": {"salt": "s"}, "share": 10_000});
    let no = json!({"any": []});
    let rule = |condition: &Json, gate: &Json| json!({"rules": {"rules": [{"id": "r", "condition": condition, "gate": gate, "serve": serve("on")}]}});
    let cases = [
        (json!([default("on")]), Reason::Static),
        (json!([{"serve": {"serve": {"serve": "code_default"}}}]), Reason::Static),
        (
            json!([{"serve": {"serve": {"serve": {"value": {"a": 1}}}}}]),
            Reason::Static,
        ),
        (json!([rule(&no, &Json::Null), default("on")]), Reason::Default),
        (
            json!([rule(&country, &Json::Null), default("on")]),
            Reason::TargetingMatch,
        ),
        (json!([rule(&country, &half), default("on")]), Reason::TargetingMatch),
        (json!([rule(&Json::Null, &half), default("on")]), Reason::Split),
        (json!([{"serve": {"serve": split}}]), Reason::Split),
        (
            json!([{"kill": {"until": "2000-01-01T00:00:00Z", "off": serve("off")}}, default("on")]),
            Reason::Default,
        ),
        (json!([{"off": {"off": split}}]), Reason::Disabled),
        (
            json!([{"kill": {"until": null, "off": serve("off")}}]),
            Reason::Disabled,
        ),
        (json!([]), Reason::Unknown),
    ];
    let context = context(json!({"targetingKey": "u", "c": "x"}));
    for (steps, expected) in cases {
        let snapshot = compile(vec![flag("f", steps.clone())], vec![]).0;
        outcome(&snapshot, "f", &context, NOW, |outcome| {
            assert_eq!(outcome.reason, expected, "{steps}");
        });
    }
}

#[test]
fn gates_fall_through() {
    let gate = |share: u32| json!({"allocation": {"salt": "g"}, "share": share});
    let steps = json!([
        {"rules": {"rules": [
            {"id": "closed", "gate": gate(0), "serve": serve("on")},
            {"id": "half", "gate": gate(5_000), "serve": serve("other")},
            {"id": "rest", "gate": gate(10_000), "serve": serve("off")},
        ]}},
        default("on"),
    ]);
    let snapshot = sound(vec![flag("f", steps)], vec![]);
    let mut seen = std::collections::BTreeMap::new();
    for n in 0..1_000 {
        let rule = outcome(
            &snapshot,
            "f",
            &context(json!({"targetingKey": format!("u{n}")})),
            NOW,
            |outcome| outcome.rule().unwrap_or("-").to_owned(),
        );
        *seen.entry(rule).or_insert(0) += 1;
    }
    assert_eq!(seen.keys().map(String::as_str).collect::<Vec<_>>(), ["half", "rest"]);
    assert!((450..550).contains(&seen["half"]), "{seen:?}");
    // Nobody in particular is outside of every gate.
    assert_eq!(variant(&snapshot, "f", &context(json!({})), NOW), "on");
}

#[test]
fn a_split_without_subject_passes_on_in_rules_and_fails_at_the_end() {
    let split = |missing: &str| {
        json!({"serve": {"split": {
            "allocation": {"salt": "s", "missing": missing},
            "arms": [{"variant": "other", "weight": 0}, {"variant": "on", "weight": 3}, {"variant": "off", "weight": 7}],
        }}})
    };
    let rules = |missing| json!([{"rules": {"rules": [{"id": "r", "serve": split(missing)}]}}, default("other")]);
    let nobody = context(json!({}));
    let with = |steps: Json| sound(vec![flag("f", steps)], vec![]);
    assert_eq!(variant(&with(rules("not_matched")), "f", &nobody, NOW), "other");
    assert_eq!(variant(&with(rules("base")), "f", &nobody, NOW), "on");
    assert_ne!(variant(&with(rules("draw")), "f", &nobody, NOW), "other");
    let last = with(json!([{"serve": {"serve": split("not_matched")}}]));
    outcome(&last, "f", &nobody, NOW, |outcome| {
        assert_eq!(outcome.error, Some(EvalError::TargetingKeyMissing));
        assert_eq!((outcome.reason, outcome.variant()), (Reason::Error, None));
    });
}

fn asks(key: &str, asked: &Json) -> hoist_engine::ruleset::FlagRules {
    flag(
        key,
        json!([{"prerequisites": {"all": asked, "off": serve("off")}}, default("on")]),
    )
}

#[test]
fn prerequisites_ask_for_state_and_variants() {
    let base = flag("base", json!([default("other")]));
    let off = flag("dark", json!([{"off": {"off": serve("off")}}]));
    let cases = [
        (json!([{"flag": "base"}]), "on"),
        (json!([{"flag": "base", "enabled": true}]), "on"),
        (json!([{"flag": "base", "enabled": false}]), "off"),
        (json!([{"flag": "base", "variants": ["x", "other"]}]), "on"),
        (json!([{"flag": "base", "variants": ["x"]}]), "off"),
        (json!([{"flag": "dark", "enabled": false}]), "on"),
        (json!([{"flag": "dark", "enabled": true}]), "off"),
        (json!([{"flag": "base"}, {"flag": "dark", "enabled": true}]), "off"),
        (json!([{"flag": "gone"}]), "off"),
        (json!([]), "on"),
    ];
    for (asked, expected) in cases {
        let snapshot = sound(vec![base.clone(), off.clone(), asks("f", &asked)], vec![]);
        assert_eq!(variant(&snapshot, "f", &context(json!({})), NOW), expected, "{asked}");
    }
}

#[test]
fn chains_hold_to_a_depth_and_circles_do_not() {
    let chain = |length: usize| {
        let mut flags = vec![flag("f0", json!([default("on")]))];
        flags.extend((1..=length).map(|n| {
            asks(
                &format!("f{n}"),
                &json!([{"flag": format!("f{}", n - 1), "enabled": true}]),
            )
        }));
        sound(flags, vec![])
    };
    assert_eq!(variant(&chain(10), "f10", &context(json!({})), NOW), "on");
    assert_eq!(variant(&chain(11), "f11", &context(json!({})), NOW), "off");

    let circle = vec![
        asks("a", &json!([{"flag": "b"}])),
        asks("b", &json!([{"flag": "c"}])),
        asks("c", &json!([{"flag": "a"}])),
        asks("d", &json!([{"flag": "a"}])),
        asks("self", &json!([{"flag": "self"}])),
    ];
    assert_eq!(
        hoist_engine::prerequisite_cycle(&circle),
        Some(vec!["a".into(), "b".into(), "c".into()])
    );
    assert_eq!(hoist_engine::prerequisite_cycle(&circle[1..3]), None);
    let (snapshot, problems) = compile(circle, vec![]);
    assert_eq!(problems.len(), 4, "{problems:?}");
    for (key, expected) in [("a", "off"), ("b", "off"), ("c", "off"), ("self", "off"), ("d", "on")] {
        assert_eq!(variant(&snapshot, key, &context(json!({})), NOW), expected, "{key}");
    }
}

#[test]
fn overrides_in_order() {
    let steps = json!([
        {"subjects": {"groups": [
            {"serve": serve("on"), "subjects": ["anna", "ben"]},
            {"serve": serve("other"), "subjects": ["cleo", "42"]},
        ]}},
        {"segments": {"groups": [
            {"segment": "first", "serve": serve("other")},
            {"segment": "second", "serve": serve("on")},
            {"segment": "unknown", "serve": serve("on")},
        ]}},
        default("off"),
    ]);
    let first = segment(json!({"key": "first", "index": 0, "members": ["dora"]}));
    let second = segment(json!({"key": "second", "index": 1, "members": ["dora", "emil"],
        "condition": {"any": [{"segment": "first"}, {"test": {"attribute": "beta", "op": "equals", "values": [true]}}]}}));
    let snapshot = sound(vec![flag("f", steps)], vec![second, first]);
    let cases = [
        (json!({"targetingKey": "ben"}), "on", "subject_override"),
        (json!({"identifier": "cleo"}), "other", "subject_override"),
        (json!({"userId": 42}), "other", "subject_override"),
        (json!({"targetingKey": "dora"}), "other", "segment_override"),
        (json!({"targetingKey": "emil"}), "on", "segment_override"),
        (json!({"beta": true}), "on", "segment_override"),
        (json!({"targetingKey": "fred"}), "off", "default"),
        (json!({}), "off", "default"),
    ];
    for (attributes, expected, detail) in cases {
        outcome(&snapshot, "f", &context(attributes.clone()), NOW, |outcome| {
            assert_eq!(
                (outcome.variant(), outcome.detail()),
                (Some(expected), detail),
                "{attributes}"
            );
        });
    }
}

#[test]
fn segments_that_lead_back_to_themselves_end() {
    let one = segment(json!({"key": "one", "index": 0, "condition": {"not": {"segment": "two"}}}));
    let two = segment(json!({"key": "two", "index": 1, "condition": {"segment": "one"}}));
    let wide: Vec<Json> = (0..100).map(|_| json!({"segment": "wide"})).collect();
    let wide = segment(json!({"key": "wide", "index": 2, "condition": {"any": wide}}));
    let steps = json!([{"segments": {"groups": [{"segment": "one", "serve": serve("on")}, {"segment": "wide", "serve": serve("on")}]}}, default("off")]);
    let (snapshot, problems) = compile(vec![flag("f", steps)], vec![one, two, wide]);
    assert_eq!(problems.len(), 3, "{problems:?}");
    variant(&snapshot, "f", &context(json!({})), NOW);
}

#[test]
fn answers_carry_text_made_beforehand() {
    let mut own = flag(
        "a\"b",
        json!([{"serve": {"serve": {"serve": {"variant": "v"}, "metadata": {"c": 3}}}}]),
    );
    own.kind = hoist_engine::ruleset::Kind::Float;
    own.metadata = json!({"a": 1, "b": 1, "c": 1}).as_object().cloned().unwrap();
    own.variants = serde_json::from_value(json!([{"key": "v", "value": 1, "metadata": {"b": 2, "c": 2}}])).unwrap();
    let snapshot = sound(vec![own], vec![]);
    outcome(&snapshot, "a\"b", &context(json!({})), NOW, |outcome| {
        assert_eq!(outcome.key_json(), r#""a\"b""#);
        assert_eq!(outcome.value_json(), Some("1.0"));
        assert_eq!(outcome.value(), Some(&json!(1.0)));
        assert_eq!(
            serde_json::from_str::<Json>(outcome.metadata_json()).unwrap(),
            json!({"a": 1, "b": 2, "c": 3})
        );
        assert_eq!(
            Json::from(outcome.metadata().cloned().unwrap()),
            json!({"a": 1, "b": 2, "c": 3})
        );
        assert_eq!((outcome.variant_index(), outcome.variant()), (Some(0), Some("v")));
    });
}

#[test]
fn an_unreadable_flag_serves_off_with_an_error() {
    let steps = json!([{"prerequisites": {"all": [], "off": serve("off")}}, default("nothing")]);
    let (snapshot, problems) = compile(vec![flag("f", steps)], vec![]);
    assert_eq!(problems.len(), 1);
    outcome(&snapshot, "f", &context(json!({})), NOW, |outcome| {
        assert_eq!(
            (outcome.reason, outcome.variant(), outcome.enabled),
            (Reason::Error, Some("off"), false)
        );
        assert_eq!(outcome.error.map(EvalError::code), Some("GENERAL"));
    });
}

#[test]
fn an_expression_names_the_variant() {
    let logic = |otherwise: Json| {
        let expression = json!({"if": [{"==": [{"var": "a"}, 1]}, "on", {"==": [{"var": "a"}, 2]}, "nothing", {"==": [{"var": "a"}, 3]}, {"var": "$flagd.flagKey"}, null]});
        json!([{"serve": {"serve": {"serve": {"json_logic": {"expression": expression, "otherwise": otherwise}}}}}])
    };
    let snapshot = sound(
        vec![flag("other", logic(json!("off"))), flag("g", logic(Json::Null))],
        vec![],
    );
    let cases = [
        ("other", 1, Some("on"), Reason::TargetingMatch, None),
        ("other", 2, None, Reason::Error, Some(EvalError::General)),
        ("other", 3, Some("other"), Reason::TargetingMatch, None),
        ("other", 4, Some("off"), Reason::Default, None),
        ("g", 4, None, Reason::Default, None),
    ];
    for (key, a, expected, reason, error) in cases {
        outcome(&snapshot, key, &context(json!({"a": a})), NOW, |outcome| {
            assert_eq!(
                (outcome.variant(), outcome.reason, outcome.error),
                (expected, reason, error),
                "{key} {a}"
            );
        });
    }
}
