//! Imports: a project file laid over a project.

use serde_json::json;

use crate::house::House;

fn import(variant: &str) -> serde_json::Value {
    json!([{"import": {"source": "hoist", "file": {
        "format": "hoist-project/1",
        "environments": {"dev": {}, "qa": {"name": "QA", "code": "qa", "hue": 3, "order": 5, "protected": false}},
        "segments": {"beta": {"condition": {"test": {"attribute": "plan", "op": "equals", "values": ["beta"]}}, "members": ["u1"]}},
        "flags": {
            "child": {"kind": "boolean", "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}], "environments": {
                "qa": {"enabled": true, "off": {"serve": {"variant": "off"}}, "default": {"serve": {"variant": variant}},
                    "prerequisites": [{"flag": "parent", "enabled": true}],
                    "rules": [{"id": "r", "condition": {"segment": "beta"}, "serve": {"serve": {"variant": "on"}}}]}}},
            "parent": {"kind": "boolean", "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}], "environments": {}}
        }
    }}}])
}

#[test]
fn an_import_creates_what_is_missing_and_a_second_run_changes_nothing() {
    let mut house = House::new();
    house.apply(import("on")).expect("the import");
    let content = house.content();
    assert!(content.contains_key("config child in qa"), "{content:?}");
    let actor = house.actor("admin");
    let again = house
        .plan_as(&actor, import("on"), std::collections::BTreeMap::new())
        .map_err(|refusal| format!("{refusal:?}"))
        .expect("again");
    assert_eq!(again.effects, []);
    house.apply(import("off")).expect("what differs is replaced");
    assert_eq!(
        house.content()["config child in qa"]["default"],
        json!({"serve": {"variant": "off"}})
    );
}
