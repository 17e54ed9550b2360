//! Cases written from what is known of FluxGate's evaluation engine, step by step.

use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
use serde_json::{Map, Value as Json, json};

use super::{answer, gap, import};
use crate::Import;

fn imported(document: &Json) -> Import {
    import(document, "production").expect("a team")
}

fn body(document: &Json, key: &str, context: &Json) -> Map<String, Json> {
    let import = imported(document);
    let ruleset = import.project.ruleset("production").unwrap();
    let (snapshot, _) = Snapshot::compile(&ruleset);
    let context = Context::from_json(context.as_object().unwrap());
    let bound = snapshot.bind(&context);
    let moment = Moment {
        now: "2025-11-20T10:30:00Z".parse().unwrap(),
        seed: 0,
    };
    let outcome = snapshot
        .flag(key)
        .map(|flag| snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor));
    let entry = import.project.flags.get(key);
    let flag = entry.map(|flag| (flag, flag.environments.get("production")));
    answer(key, flag, outcome.as_ref())
}

/// `value variant reason`, the error if there is one.
fn said(document: &Json, key: &str, context: &Json) -> String {
    let body = body(document, key, context);
    let error = body
        .get("errorCode")
        .map(|error| format!(" {}", error.as_str().unwrap()));
    let shown = |name: &str| body[name].to_string().replace('"', "");
    format!(
        "{} {} {}{}",
        shown("value"),
        shown("variant"),
        shown("reason"),
        error.unwrap_or_default()
    )
}

/// A feature with these criteria in production.
fn feature(key: &str, criteria: &Json, more: &Json) -> Json {
    let mut feature = json!({"id": format!("id-{key}"), "key": key, "description": null, "featureType": "CONTEXTUAL",
        "enabled": true, "killSwitchEnabled": true,
        "variants": [{"control": "blue", "value": "Buy", "valueType": "STRING"},
                     {"control": "green", "value": {"text": "Get"}, "valueType": "JSON"},
                     {"control": "amber", "value": 3, "valueType": "NUMBER"}],
        "stages": [{"id": format!("stage-{key}"), "environment": {"id": "e1", "name": "Production"}, "status": "DEPLOYED",
                    "criteria": criteria},
                   {"id": "other", "environment": {"id": "e2", "name": "Staging"}, "status": "NOT_DEPLOYED"}]});
    feature
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    feature
}

fn of(features: &[Json]) -> Json {
    json!({ "features": features })
}

fn condition(operator: &str, value: &Json) -> Json {
    json!({"contextKey": "a", "operator": operator, "value": value})
}

fn group(operator: &str, conditions: &[Json]) -> Json {
    json!({"logicOperator": operator, "conditions": conditions})
}

/// Whether a criterion with these groups matches.
fn holds(groups: &[Json], context: &Json) -> bool {
    let criteria = json!([{"priority": 0, "ruleGroups": groups}]);
    let body = body(&of(&[feature("f", &criteria, &json!({}))]), "f", context);
    assert_eq!(body["reason"] == "TARGETING_MATCH", body["value"] == true, "{body:?}");
    body["value"] == true
}

#[test]
fn operators_mean_what_they_mean_there() {
    let cases: [(&str, Json, Json, bool); 33] = [
        ("EQUALS", json!("x"), json!({"a": "x"}), true),
        ("EQUALS", json!("x"), json!({"a": "X"}), false),
        ("EQUALS", json!(5), json!({"a": "5"}), true),
        ("EQUALS", json!("5.0"), json!({"a": 5.0}), true),
        ("EQUALS", json!("true"), json!({"a": true}), true),
        ("EQUALS", json!(["x", "y"]), json!({"a": "y"}), false),
        ("EQUALS", json!("x"), json!({"a": ["x"]}), false),
        ("NOT_EQUALS", json!("x"), json!({"a": "y"}), true),
        ("NOT_EQUALS", json!("x"), json!({}), false),
        ("NOT_EQUALS", json!("x"), json!({"a": null}), false),
        ("GREATER_THAN", json!(4), json!({"a": 5}), true),
        ("GREATER_THAN", json!("4"), json!({"a": "5"}), true),
        ("GREATER_THAN", json!(4), json!({"a": "x"}), false),
        ("GREATER_THAN", json!("x"), json!({"a": 5}), false),
        ("LESS_THAN", json!(5), json!({"a": 5}), false),
        ("GREATER_THAN_OR_EQUAL", json!(5), json!({"a": 5.0}), true),
        ("LESS_THAN_OR_EQUAL", json!([5, 1]), json!({"a": 5}), true),
        ("CONTAINS", json!("b"), json!({"a": "abc"}), true),
        ("CONTAINS", json!("B"), json!({"a": "abc"}), false),
        ("STARTS_WITH", json!("ab"), json!({"a": "abc"}), true),
        ("ENDS_WITH", json!("ab"), json!({"a": "abc"}), false),
        ("REGEX", json!("b.$"), json!({"a": "abc"}), true),
        ("REGEX", json!("("), json!({"a": "("}), false),
        ("IN", json!(["x", 5]), json!({"a": 5}), true),
        ("IN", json!("x"), json!({"a": "x"}), true),
        ("IN", json!(["X"]), json!({"a": "x"}), false),
        ("NOT_IN", json!(["x"]), json!({"a": "y"}), true),
        ("NOT_IN", json!(["x"]), json!({}), false),
        ("SEMVER_GREATER_THAN", json!("1.2.3"), json!({"a": "1.10.0"}), true),
        ("SEMVER_GREATER_THAN", json!("1.2.3"), json!({"a": "1.10"}), false),
        ("SEMVER_LESS_THAN", json!("1.2"), json!({"a": "1.0.0"}), false),
        ("SEMVER_LESS_THAN", json!("2.0.0"), json!({"a": "2.0.0-rc.1"}), true),
        ("LIKE", json!("x"), json!({"a": "x"}), false),
    ];
    for (operator, value, context, expected) in cases {
        let group = group("AND", &[condition(operator, &value)]);
        assert_eq!(
            holds(&[group], &context),
            expected,
            "a {operator} {value} for {context}"
        );
    }
}

#[test]
fn groups_are_joined_by_or() {
    let yes = condition("EQUALS", &json!(1));
    let no = condition("EQUALS", &json!(2));
    let context = json!({"a": 1});
    assert!(holds(&[], &context), "without groups for everybody");
    assert!(!holds(&[group("AND", &[])], &context), "an empty group never holds");
    assert!(!holds(&[group("AND", &[yes.clone(), no.clone()])], &context));
    assert!(holds(&[group("OR", &[yes.clone(), no.clone()])], &context));
    assert!(holds(&[group("AND", &[no]), group("AND", &[yes])], &context));
}

#[test]
fn steps_come_in_their_order() {
    let none = json!([]);
    let feature = |more: Json| feature("f", &none, &more);
    let said = |feature: Json| said(&of(&[feature]), "f", &json!({"targetingKey": "u"}));
    assert_eq!(said(feature(json!({}))), "true null STATIC", "no criteria");
    assert_eq!(
        said(feature(json!({"killSwitchEnabled": false, "enabled": false}))),
        "false null STATIC"
    );
    assert_eq!(said(feature(json!({"enabled": false}))), "false null STATIC");
    assert_eq!(said(feature(json!({"dependencies": ["gone"]}))), "false null DISABLED");
    let elsewhere =
        json!({"stages": [{"id": "s", "environment": {"id": "e2", "name": "Staging"}, "status": "DEPLOYED"}]});
    let both = of(&[feature(elsewhere), feature_named("g")]);
    assert_eq!(
        super::tests::said(&both, "f", &json!({})),
        "false null UNKNOWN FLAG_NOT_FOUND"
    );
    for (status, expected) in [
        ("NOT_DEPLOYED", "false null DISABLED"),
        ("DEPLOYMENT_REQUESTED", "false null DISABLED"),
        ("ROLLBACK_REQUESTED", "true null STATIC"),
        ("ROLLBACKED", "false null DISABLED"),
    ] {
        let stage =
            json!({"stages": [{"id": "s", "environment": {"id": "e1", "name": "Production"}, "status": status}]});
        assert_eq!(said(feature(stage)), expected, "{status}");
    }
    assert_eq!(
        super::tests::said(&of(&[]), "f", &json!({})),
        "false null DEFAULT FLAG_NOT_FOUND"
    );
}

fn feature_named(key: &str) -> Json {
    feature(key, &json!([]), &json!({}))
}

#[test]
fn a_killed_feature_comes_back_on() {
    let killed = feature(
        "f",
        &json!([]),
        &json!({"killSwitchEnabled": false, "enabled": false, "rollbackScheduledAt": "2025-11-20T11:00:00Z"}),
    );
    let import = imported(&of(&[killed]));
    let flag = &import.project.flags["f"];
    assert!(flag.kills.contains_key("production") && flag.environments["production"].enabled);
    assert!(import.gaps.iter().any(|own| own.code == gap::KILL));
}

#[test]
fn what_is_needed_is_on_by_its_own_key() {
    let half = json!([{"priority": 0, "variantAllocations": [{"variantControl": "blue", "weight": 50}]}]);
    let parent = feature("test-feature", &half, &json!({}));
    let child = feature("child", &json!([]), &json!({"dependencies": ["id-test-feature"]}));
    let document = of(&[child, parent]);
    // test-feature:user123 is at 95.76, BetaUsers' user-15 is somewhere else here.
    assert_eq!(
        said(&document, "child", &json!({"targetingKey": "user123"})),
        "false null DISABLED"
    );
    let inside = (0..50).map(|number| format!("u{number}")).find(|subject| {
        said(&document, "test-feature", &json!({"targetingKey": subject})) == "Buy blue TARGETING_MATCH"
    });
    let context = json!({"targetingKey": inside.expect("half of them are")});
    assert_eq!(
        said(&document, "child", &context),
        "true null STATIC",
        "a value that is no boolean counts as on"
    );
}

#[test]
fn weights_are_shared_out_in_the_order_of_names() {
    let allocations = json!([{"variantControl": "green", "weight": 30}, {"variantControl": "amber", "weight": 28},
                             {"variantControl": "blue", "weight": 20}]);
    let criteria = json!([{"priority": 0, "variantAllocations": allocations}]);
    let of_key = |key: &str, context: Json| said(&of(&[feature(key, &criteria, &json!({}))]), key, &context);
    // amber below 28, blue below 48, green below 78.
    let amber = "3 amber TARGETING_MATCH";
    let green = "{text:Get} green TARGETING_MATCH";
    assert_eq!(
        of_key("premium_features", json!({"targetingKey": "user-44444"})),
        amber,
        "4.43"
    );
    assert_eq!(
        of_key("subscription_price", json!({"bucketingKey": "user-11111"})),
        green,
        "48.83"
    );
    assert_eq!(
        of_key("checkout_button_text", json!({"targetingKey": "user-12345"})),
        green,
        "67.64"
    );
    assert_eq!(
        of_key("api_timeout_config", json!({"targetingKey": "user-22222"})),
        "Buy blue TARGETING_MATCH",
        "28.07"
    );
    for nobody in [
        json!({"user.id": "user-22222"}),
        json!({"targetingKey": "", "user.id": "u"}),
        json!({"targetingKey": {"a": 1}}),
    ] {
        assert_eq!(
            of_key("api_timeout_config", nobody.clone()),
            "false null UNKNOWN",
            "{nobody}"
        );
    }
    assert_eq!(
        of_key("test-feature", json!({"targetingKey": "user123"})),
        "false null UNKNOWN",
        "95.76"
    );
    assert_eq!(
        of_key("test-feature", json!({"targetingKey": ""})),
        "false null UNKNOWN"
    );
    assert_eq!(of_key("test-feature", json!({})), "false null UNKNOWN");
    let import = imported(&of(&[feature("f", &criteria, &json!({}))]));
    assert!(
        import.gaps.iter().any(|own| own.code == gap::OUTSIDE),
        "{:?}",
        import.gaps
    );
}

#[test]
fn the_first_criterion_that_matches_decides() {
    let only = |value: u8| json!([{"logicOperator": "AND", "conditions": [condition("EQUALS", &json!(value))]}]);
    let criteria = json!([
        {"priority": 5, "ruleGroups": [], "variantSelectionMode": "SPECIFIC_VARIANT", "selectedVariantControl": "blue"},
        {"priority": 2, "ruleGroups": only(1), "variantSelectionMode": "SPECIFIC_VARIANT", "selectedVariantControl": "amber"},
        {"priority": 3, "ruleGroups": only(2), "variantSelectionMode": "SPECIFIC_VARIANT", "selectedVariantControl": "gone"},
        {"priority": 4, "ruleGroups": only(3)},
    ]);
    let said = |context: Json| said(&of(&[feature("f", &criteria, &json!({}))]), "f", &context);
    assert_eq!(said(json!({"a": 1})), "3 amber TARGETING_MATCH");
    assert_eq!(said(json!({"a": 2})), "true null TARGETING_MATCH", "no such variant");
    assert_eq!(said(json!({"a": 3})), "true null TARGETING_MATCH", "no allocations");
    assert_eq!(
        said(json!({})),
        "Buy blue TARGETING_MATCH",
        "nobody is placed, so no key is needed"
    );
}

#[test]
fn older_criteria_have_a_context_and_a_percentage() {
    let context = json!({"key": "country", "entries": [{"value": "AT"}, "CH"]});
    let second = json!([{"contextKey": "country", "context": context, "rolloutPercentage": 50, "serve": "blue", "priority": 0},
                        {"contextKey": "country", "context": context, "rolloutPercentage": 100, "serve": "amber", "priority": 1}]);
    let simple = |criteria: &Json, key: &str| of(&[feature(key, criteria, &json!({}))]);
    let near = json!({"country": "AT", "targetingKey": "user-44444"});
    let far = json!({"country": "CH", "targetingKey": "user123"});
    assert_eq!(
        said(&simple(&second, "premium_features"), "premium_features", &near),
        "Buy blue TARGETING_MATCH"
    );
    assert_eq!(
        said(&simple(&second, "test-feature"), "test-feature", &far),
        "false null UNKNOWN",
        "outside is not served"
    );
    assert_eq!(
        said(
            &simple(&second, "f"),
            "f",
            &json!({"country": "DE", "targetingKey": "u"})
        ),
        "false null UNKNOWN"
    );
    let first = json!([{"contextKey": "country", "context": context, "rolloutPercentage": 50},
                       {"contextKey": "country", "context": context, "rolloutPercentage": 100}]);
    assert_eq!(
        said(&simple(&first, "test-feature"), "test-feature", &far),
        "true null TARGETING_MATCH",
        "the next one is tried"
    );
    assert_eq!(
        said(&simple(&first, "f"), "f", &json!({"country": "AT"})),
        "false null UNKNOWN",
        "no key"
    );
}

#[test]
fn simple_features_are_booleans() {
    let criteria =
        json!([{"priority": 0, "variantSelectionMode": "SPECIFIC_VARIANT", "selectedVariantControl": "blue"}]);
    let simple = feature("f", &criteria, &json!({"featureType": "SIMPLE"}));
    assert_eq!(said(&of(&[simple]), "f", &json!({})), "true null TARGETING_MATCH");
}

#[test]
fn the_first_generation_places_by_its_own_attribute() {
    let context = json!({"key": "country", "entries": ["AT"]});
    let first = json!([{"contextKey": "country", "context": context, "rolloutPercentage": 50}]);
    let document = of(&[feature("premium_features", &first, &json!({}))]);
    let near = json!({"country": "AT", "user.id": "user-44444"});
    assert_eq!(
        said(&document, "premium_features", &near),
        "true null TARGETING_MATCH",
        "4.43"
    );
}

#[test]
fn environments_are_told_apart_by_case() {
    let stage = |id: &str, name: &str, status: &str| json!({"id": id, "environment": {"id": id, "name": name}, "status": status});
    let stages = json!({"stages": [stage("a", "PRODUCTION", "NOT_DEPLOYED"), stage("b", "production", "DEPLOYED")]});
    let document = of(&[feature("f", &json!([]), &stages)]);
    assert_eq!(said(&document, "f", &json!({})), "true null STATIC");
}

#[test]
fn what_is_at_its_end_or_doubtful_is_said() {
    for (more, code) in [
        (json!({"lifecycleStage": "ARCHIVED"}), gap::LIFECYCLE),
        (json!({"expires_at": "2026-01-01T00:00:00Z"}), gap::LIFECYCLE),
        (json!({"killSwitchEnabled": false}), gap::KILL),
    ] {
        let import = imported(&of(&[feature("f", &json!([]), &more)]));
        assert!(
            import.gaps.iter().any(|own| own.code == code),
            "{more}: {:?}",
            import.gaps
        );
    }
    let null = json!({"dependencies": null, "tags": null});
    assert_eq!(imported(&of(&[feature("f", &json!([]), &null)])).gaps, []);
}

#[test]
fn documents_say_which_environment_they_mean() {
    let mut document = of(&[feature("f", &json!([]), &json!({}))]);
    assert_eq!(
        said(&document, "f", &json!({})),
        "true null STATIC",
        "of the name asked for"
    );
    document["environment"] = "e2".into();
    assert_eq!(said(&document, "f", &json!({})), "false null DISABLED", "by id");
    document["environment"] = "qa".into();
    let error = import(&document, "production").unwrap_err();
    assert!(error.next.contains("Production"), "{error}");
    let apart = json!({"features": [feature("f", &json!([]), &json!({}))],
                       "criteria": {"stage-f": [{"priority": 0, "variantSelectionMode": "SPECIFIC_VARIANT", "selectedVariantControl": "amber"}, 5]}});
    assert_eq!(said(&apart, "f", &json!({})), "3 amber TARGETING_MATCH");
    assert!(imported(&apart).gaps.iter().any(|own| own.code == gap::UNREADABLE));
    for bad in [json!({}), json!([]), json!({"features": 1})] {
        assert!(import(&bad, "production").is_err(), "{bad}");
    }
}
