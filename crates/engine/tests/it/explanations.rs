//! Explanations are a contract: their JSON only grows.

use serde_json::{Value as Json, json};

use crate::support::{NOW, compile, context, flag, moment, segment};

fn explain(snapshot: &hoist_engine::Snapshot, key: &str, attributes: Json) -> Json {
    let context = context(attributes);
    let bound = snapshot.bind(&context);
    let (_, explanation) = snapshot.explain(snapshot.flag(key).unwrap(), &bound, &moment(NOW));
    serde_json::to_value(explanation).unwrap()
}

fn rich() -> hoist_engine::Snapshot {
    let country = json!({"test": {"attribute": "country", "op": "in", "values": ["CH"]}});
    let age = json!({"test": {"attribute": "age", "op": "gte", "values": [18], "negate": true}});
    let share = json!({"percentage": {"allocation": {"salt": "p"}, "share": 10_000}});
    let half = json!({"allocation": {"salt": "g"}, "share": 0});
    let split = json!({"split": {"allocation": {"salt": "s"}, "arms": [{"variant": "off", "weight": 1}, {"variant": "on", "weight": 0}]}});
    let steps = json!([
        {"kill": {"until": "2024-01-01T00:00:00Z", "off": {"serve": {"variant": "off"}}}},
        {"prerequisites": {"all": [{"flag": "base", "enabled": true}], "off": {"serve": {"variant": "off"}}}},
        {"segments": {"groups": [{"segment": "beta", "serve": {"serve": {"variant": "other"}}}]}},
        {"rules": {"rules": [
            {"id": "1", "name": "adults", "condition": {"all": [country, {"not": {"any": [age, share]}}]}, "serve": {"serve": {"variant": "on"}}},
            {"id": "2", "gate": half, "serve": {"serve": {"variant": "on"}}},
            {"id": "3", "condition": {"test": {"attribute": "x", "op": "matches", "values": ["("]}}, "serve": {"serve": {"variant": "on"}}},
            {"id": "4", "condition": {"any": [{"segment": "beta"}, share]}, "serve": {"serve": split}},
            {"id": "5", "serve": {"serve": {"variant": "on"}}},
        ]}},
        {"serve": {"serve": {"serve": {"variant": "off"}}}},
    ]);
    let base = flag(
        "base",
        json!([{"rules": {"rules": [{"id": "b", "condition": share, "serve": {"serve": {"variant": "on"}}}]}}, {"serve": {"serve": {"serve": {"variant": "off"}}}}]),
    );
    let beta = segment(
        json!({"key": "beta", "index": 0, "condition": {"test": {"attribute": "beta", "op": "equals", "values": [true]}}}),
    );
    compile(vec![flag("f", steps), base], vec![beta]).0
}

#[test]
fn everything_that_was_looked_at_is_told() {
    let told = explain(&rich(), "f", json!({"targetingKey": "u", "country": "CH", "age": "17"}));
    let steps = told["steps"].as_array().unwrap();
    let verdicts: Vec<_> = steps
        .iter()
        .map(|step| (step["step"].as_str().unwrap(), step["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(
        verdicts,
        [
            ("kill", "passed"),
            ("prerequisites", "passed"),
            ("segments", "passed"),
            ("rules", "decided"),
            ("serve", "not_reached")
        ]
    );
    assert_eq!(steps[1]["prerequisites"], json!([{"flag": "base", "verdict": "holds"}]));
    let beta = json!({"path": "", "kind": "test", "verdict": "fails", "attribute": "beta", "operator": "equals", "note": "missing"});
    assert_eq!(
        steps[2]["segments"],
        json!([{"segment": "beta", "verdict": "outside", "condition": beta}])
    );
    let rules = steps[3]["rules"].as_array().unwrap();
    let verdicts: Vec<_> = rules.iter().map(|rule| rule["verdict"].as_str().unwrap()).collect();
    assert_eq!(
        verdicts,
        ["not_matched", "outside_gate", "error", "matched", "not_reached"]
    );
    assert_eq!(
        rules[0]["condition"],
        json!({"path": "", "kind": "all", "verdict": "fails", "children": [
            {"path": "/all/0", "kind": "test", "verdict": "holds", "attribute": "country", "operator": "in", "actual": "CH"},
            {"path": "/all/1", "kind": "not", "verdict": "fails", "children": [
                {"path": "/all/1/not", "kind": "any", "verdict": "holds", "children": [
                    {"path": "/all/1/not/any/0", "kind": "test", "verdict": "holds", "attribute": "age", "operator": "gte",
                     "actual": "17", "note": "wrong_type"},
                    {"path": "/all/1/not/any/1", "kind": "percentage", "verdict": "not_reached"},
                ]},
            ]},
        ]})
    );
    assert_eq!(rules[0]["name"], "adults");
    assert_eq!(rules[1]["allocations"][0]["purpose"], "gate");
    assert_eq!(rules[1]["allocations"][0]["inside"], false);
    assert!(rules[1]["allocations"][0]["position"].is_u64());
    assert!(rules[2]["problem"].as_str().unwrap().contains("regular expression"));
    let children = &rules[3]["condition"]["children"];
    assert_eq!(children[0]["segment"]["verdict"], "outside");
    assert_eq!(children[0]["key"], "beta");
    assert_eq!(children[1]["allocation"]["share"], 10_000);
    assert_eq!(rules[3]["allocations"].as_array().unwrap().len(), 1);
    assert_eq!(rules[3]["allocations"][0]["arm"], "off");
    assert_eq!(
        told["outcome"],
        json!({"enabled": true, "variant": "off", "value": false, "reason": "SPLIT", "detail": "split", "rule": "4"})
    );
    assert_eq!(
        (&told["subject"], &told["random"], &told["flag"]),
        (&json!("u"), &json!(false), &json!("f"))
    );
}

#[test]
fn watching_changes_no_answer() {
    let snapshot = rich();
    for attributes in [
        json!({}),
        json!({"targetingKey": "u"}),
        json!({"targetingKey": "v", "beta": true}),
    ] {
        let context = context(attributes);
        let bound = snapshot.bind(&context);
        for flag in snapshot.flags() {
            let plain = snapshot.evaluate(flag, &bound, &moment(NOW), &mut hoist_engine::NoVisitor);
            let (explained, _) = snapshot.explain(flag, &bound, &moment(NOW));
            assert_eq!(format!("{plain:?}"), format!("{explained:?}"));
        }
    }
}
