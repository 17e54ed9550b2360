//! Documents as a whole: dependencies, segments, events, what is kept and what is refused.

use serde_json::json;

use super::*;

#[test]
fn dependencies() {
    let parent = json!({"name": "p", "enabled": true, "strategies": [{"name": "default"}], "variants": [{"name": "a", "weight": 1}]});
    let plain = json!({"name": "q", "enabled": true, "strategies": [{"name": "default"}]});
    let child = |dependency: Json| {
        let child = json!({"name": "f", "enabled": true, "strategies": [], "dependencies": [dependency]});
        World::new(&json!({"features": [parent, plain, child]}))
            .ask("f", &json!({"userId": "u"}))
            .0
    };
    assert!(child(json!({"feature": "p"})));
    assert!(!child(json!({"feature": "p", "enabled": false})));
    assert!(child(json!({"feature": "p", "variants": ["a"]})));
    assert!(!child(json!({"feature": "p", "variants": ["z"]})));
    assert!(!child(json!({"feature": "p", "variants": ["disabled"]})));
    assert!(!child(json!({"feature": "p", "enabled": false, "variants": ["a"]})));
    assert!(child(json!({"feature": "q", "variants": ["disabled"]})));
    assert!(!child(json!({"feature": "q", "variants": ["z"]})));
    assert!(!child(json!({"feature": "f"})));
    assert!(!child(json!({"feature": "nobody", "enabled": false})));
    assert!(!child(json!({})));
}

#[test]
fn a_chain_of_two_levels_is_off_and_says_so() {
    let world = World::new(&json!({"features": [
        {"name": "a", "enabled": true},
        {"name": "b", "enabled": true, "dependencies": [{"feature": "a"}]},
        {"name": "c", "enabled": true, "dependencies": [{"feature": "b", "enabled": false}]}]}));
    assert!(world.ask("b", &json!({})).0);
    assert!(!world.ask("c", &json!({})).0);
    assert_eq!(world.codes(), [gap::DEPENDENCY]);
    let config = &world.import.project.flags["c"].environments["dev"];
    assert_eq!(config.foreign["dependencies"][0]["feature"], "b");
}

#[test]
fn segments_hold_all_of_their_constraints() {
    let world = World::new(&json!({
        "features": [{"name": "f", "enabled": true, "strategies": [{"name": "default", "segments": [1, 2]}]}],
        "segments": [
            {"id": 1, "name": "s", "constraints": [{"contextName": "x", "operator": "IN", "values": ["1"]},
                {"contextName": "y", "operator": "IN", "values": ["1"]}]},
            {"id": 2, "name": "s", "constraints": []}]}));
    assert!(world.ask("f", &json!({"properties": {"x": "1", "y": "1"}})).0);
    assert!(!world.ask("f", &json!({"properties": {"x": "1"}})).0);
    assert_eq!(
        world.import.project.segments.keys().collect::<Vec<_>>(),
        ["s", "segment-2"]
    );
}

#[test]
fn events_are_applied_in_order() {
    let feature =
        |name: &str| json!({"name": name, "enabled": true, "strategies": [{"name": "default", "segments": [1]}]});
    let world = World::new(&json!({"state": {"events": [
        {"type": "feature-updated", "feature": feature("before")},
        {"type": "hydration", "features": [feature("f"), feature("gone")], "segments": [{"id": 1, "constraints": []}]},
        {"type": "feature-removed", "featureName": "gone"},
        {"type": "segment-removed", "segmentId": 1},
        {"type": "feature-updated", "feature": feature("f")},
        {"type": "what"}]}}));
    assert_eq!(world.import.project.flags.keys().collect::<Vec<_>>(), ["f"]);
    assert!(!world.ask("f", &json!({})).0);
    assert_eq!(world.codes(), [gap::UNKNOWN_EVENT, gap::MISSING_SEGMENT]);
}

#[test]
fn what_hoist_does_not_use_is_kept() {
    let feature = json!({"name": "f", "enabled": true, "description": "d", "type": "kill-switch", "project": "p", "stale": true,
        "impressionData": true, "createdAt": "x", "strategies": [{"name": "default", "id": "i", "sortOrder": 3}]});
    let flag = World::one(feature).import.project.flags["f"].clone();
    assert_eq!(flag.description, "d");
    assert_eq!(flag.tags, ["project:p", "stale"]);
    assert_eq!(
        (&flag.foreign["impressionData"], &flag.foreign["createdAt"]),
        (&json!(true), &json!("x"))
    );
    assert_eq!(
        flag.environments["dev"].rules[0].foreign.get("sortOrder"),
        Some(3.into())
    );
}

#[test]
fn other_documents_are_refused_with_a_next_step() {
    for document in [
        json!([]),
        json!({}),
        json!({"features": {}}),
        json!({"state": 1}),
        json!({"events": 1}),
    ] {
        assert!(
            import(&document, "dev")
                .unwrap_err()
                .to_string()
                .contains("/api/client/features"),
            "{document}"
        );
    }
}
