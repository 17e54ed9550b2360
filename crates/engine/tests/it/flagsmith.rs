//! What Flagsmith's profile means beyond its own test data: paths, sizes, and who is asked for what.

use serde_json::{Value as Json, json};

use crate::support::holds;

fn test(attribute: &str, op: &str, value: Json) -> Json {
    json!({"test": {"attribute": attribute, "op": op, "values": [value]}})
}

#[track_caller]
fn assert_holds(condition: &Json, attributes: Json, wanted: bool) {
    assert_eq!(holds("flagsmith", condition, attributes), wanted, "{condition}");
}

#[test]
fn paths_reach_the_environment_the_subject_and_single_attributes() {
    let subject = json!({"targetingKey": "ann", "a.b": "x", "a": {"b": "y"}});
    for (path, value) in [
        ("$.environment.name", "Production"),
        ("$.environment['key']", "production"),
        ("$.identity.identifier", "ann"),
        ("$.identity.traits[\"a.b\"]", "x"),
    ] {
        assert_holds(&test(path, "equals", json!(value)), subject.clone(), true);
        assert_holds(&test(path, "equals", json!("other")), subject.clone(), false);
    }
    assert_holds(
        &test("$.identity.traits[\"userId\"]", "equals", json!("ann")),
        subject.clone(),
        false,
    );
    assert_holds(&test("userId", "equals", json!("ann")), subject, true);
}

#[test]
fn an_attribute_with_the_path_for_its_name_wins() {
    let attributes = json!({"targetingKey": "ann", "$.environment.name": "other"});
    assert_holds(&test("$.environment.name", "equals", json!("other")), attributes, true);
}

#[test]
fn whole_numbers_of_any_size_are_numbers() {
    let large = format!("1{}", "0".repeat(40));
    assert_holds(&test("n", "gt", json!("5")), json!({"n": large}), true);
    assert_holds(&test("n", "lt", json!(large)), json!({"n": 7}), true);
    assert_holds(
        &test("n", "equals", json!(format!("0{large}"))),
        json!({"n": large}),
        true,
    );
    assert_holds(&test("n", "contains", json!("1")), json!({"n": large}), false);
}

#[test]
fn negation_belongs_to_the_operator() {
    let differs = |value: Json| json!({"test": {"attribute": "n", "op": "equals", "values": [value], "negate": true}});
    assert_holds(&differs(json!("8")), json!({"n": 7}), true);
    assert_holds(&differs(json!("no number")), json!({"n": 7}), false);
    assert_holds(&differs(json!("8")), json!({}), false);
}
