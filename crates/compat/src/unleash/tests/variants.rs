//! Variants: weights, overrides, names.

use serde_json::json;

use super::*;

fn pair(extra: Json) -> Json {
    let mut variants = json!([{"name": "a", "weight": 500}, {"name": "b", "weight": 500}]);
    for variant in variants.as_array_mut().unwrap() {
        variant
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
    }
    variants
}

#[test]
fn variants_of_a_feature() {
    let feature =
        |enabled: bool| json!({"name": "f", "enabled": enabled, "strategies": [], "variants": pair(json!({}))});
    let world = World::one(feature(true));
    for (user, expected) in [
        ("u0", "b"),
        ("u1", "a"),
        ("u2", "a"),
        ("u4", "b"),
        ("u27", "a"),
        ("u28", "b"),
    ] {
        assert_eq!(world.variant(&json!({"userId": user})), expected, "{user}");
    }
    let answer = world.ask("f", &json!({"userId": "u1"})).1;
    assert_eq!(answer, json!({"name": "a", "enabled": true, "feature_enabled": true}));
    let off = json!({"name": "disabled", "enabled": false, "feature_enabled": false});
    assert_eq!(
        World::one(feature(false)).ask("f", &json!({"userId": "u1"})),
        (false, off.clone())
    );
    let plain = json!({"name": "disabled", "enabled": false, "feature_enabled": true});
    assert_eq!(
        World::one(strategy("default", json!({}))).ask("f", &json!({})),
        (true, plain)
    );
    assert_eq!(
        super::answer(
            None,
            Served {
                enabled: false,
                variant: None
            }
        ),
        off
    );
}

#[test]
fn sticky_variants_draw_when_the_field_is_missing() {
    let feature = json!({"name": "f", "enabled": true, "strategies": [{"name": "default"}],
        "variants": pair(json!({"stickiness": "companyId"}))});
    let world = World::one(feature);
    let drawn = |source: &Json| {
        (0..1_000)
            .filter(|seed| world.ask_with("f", source, *seed).1["name"] == "a")
            .count()
    };
    assert!((400..600).contains(&drawn(&json!({"userId": "u"}))));
    assert!([0, 1_000].contains(&drawn(&json!({"properties": {"companyId": "c"}}))));
}

#[test]
fn a_drawn_gate_and_a_drawn_variant_are_independent() {
    let feature = json!({"name": "f", "enabled": true, "variants": pair(json!({"weight": 50})),
        "strategies": [{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "default", "groupId": "f"}}]});
    let world = World::one(feature);
    let names = |name: &str| {
        (0..4_000)
            .filter(|seed| world.ask_with("f", &json!({}), *seed).1["name"] == name)
            .count()
    };
    assert!((850..1_150).contains(&names("a")) && (850..1_150).contains(&names("b")));
}

#[test]
fn overrides_come_before_weights_but_not_before_strategies() {
    let feature = json!({"name": "f", "enabled": true,
        "strategies": [{"name": "default", "constraints": [{"contextName": "x", "operator": "IN", "values": ["1"]}]}],
        "variants": [
            {"name": "a", "weight": 1000},
            {"name": "b", "weight": 0, "payload": {"type": "json", "value": "{}"},
             "overrides": [{"contextName": "userId", "values": ["u1", "u2"]}, {"contextName": "team", "values": ["t"]}]}]});
    let world = World::one(feature);
    assert_eq!(world.variant(&json!({"userId": "u1", "properties": {"x": "1"}})), "b");
    assert_eq!(
        world.variant(&json!({"userId": "u9", "properties": {"x": "1", "team": "t"}})),
        "b"
    );
    assert_eq!(world.variant(&json!({"userId": "u9", "properties": {"x": "1"}})), "a");
    assert_eq!(world.variant(&json!({"userId": "u1"})), "disabled");
    let payload = &world.ask("f", &json!({"userId": "u2", "properties": {"x": "1"}})).1["payload"];
    assert_eq!(*payload, json!({"type": "json", "value": "{}"}));
}

#[test]
fn overrides_hold_without_strategies() {
    let feature = json!({"name": "f", "enabled": true, "variants": [
        {"name": "a", "weight": 1}, {"name": "b", "weight": 1, "overrides": [{"contextName": "userId", "values": ["u1"]}]}]});
    assert_eq!(World::one(feature).variant(&json!({"userId": "u1"})), "b");
}

#[test]
fn variants_of_strategies() {
    let feature = json!({"name": "f", "enabled": true, "variants": [{"name": "of feature", "weight": 1}], "strategies": [
        {"name": "userWithId", "parameters": {"userIds": "1, 2"},
         "variants": [{"name": "same", "weight": 1, "payload": {"type": "string", "value": "one"}}]},
        {"name": "userWithId", "parameters": {"userIds": "3"},
         "variants": [{"name": "same", "weight": 1, "payload": {"type": "string", "value": "two"}}]},
        {"name": "userWithId", "parameters": {"userIds": "4"}, "variants": []},
        {"name": "userWithId", "parameters": {"userIds": "5"}, "variants": [{"name": "none", "weight": 0}]}]});
    let world = World::one(feature);
    let user = |id: &str| world.ask("f", &json!({"userId": id})).1;
    assert_eq!(
        (user("2")["name"].clone(), user("2")["payload"]["value"].clone()),
        (json!("same"), json!("one"))
    );
    assert_eq!(
        (user("3")["name"].clone(), user("3")["payload"]["value"].clone()),
        (json!("same"), json!("two"))
    );
    assert_eq!(user("4")["name"], "of feature");
    assert_eq!(
        user("5"),
        json!({"name": "disabled", "enabled": false, "feature_enabled": true})
    );
    assert_eq!(user("6")["feature_enabled"], false);
    assert_eq!(world.codes(), [gap::VARIANT_RENAMED, gap::WEIGHT]);
}

#[test]
fn variants_may_be_called_on_off_and_disabled() {
    let feature = json!({"name": "f", "enabled": true, "strategies": [{"name": "userWithId", "parameters": {"userIds": "1"}}],
        "variants": [{"name": "on", "weight": 0}, {"name": "off", "weight": 1}, {"name": "disabled", "weight": 0}]});
    let world = World::one(feature);
    assert_eq!(world.ask("f", &json!({"userId": "1"})).1["name"], "off");
    assert_eq!(world.ask("f", &json!({"userId": "1"})).1["enabled"], true);
    assert!(!world.ask("f", &json!({})).0);
}
