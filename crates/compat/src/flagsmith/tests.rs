//! What an environment document becomes, and what evaluation contexts that nobody publishes are answered.

use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
use hoist_model::portable::ProjectFile;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{Evaluation, ReasonStyle, import};

fn moment() -> Moment {
    Moment {
        now: Timestamp::UNIX_EPOCH,
        seed: 0,
    }
}

fn result(context: &Json) -> Json {
    let all = Evaluation::read(&json!({ "context": context }).to_string()).unwrap();
    all.first().unwrap().result(&moment(), ReasonStyle::V11)
}

/// A document with an option of 30 %, a segment and somebody with an override.
fn document() -> Json {
    let state = |value: Json, more: Json| {
        let mut state = json!({
            "feature": {"id": 11, "name": "colour", "type": "MULTIVARIATE"}, "enabled": true, "django_id": 78986,
            "feature_state_value": value, "multivariate_feature_state_values": [],
        });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        state
    };
    let option = json!([{"id": 5, "percentage_allocation": 30.0,
        "multivariate_feature_option": {"id": 2, "value": "blue", "key": "blue_key"}}]);
    json!({
        "id": 1, "api_key": "envkey", "name": "Shop live", "hide_disabled_flags": true,
        "project": {"id": 1, "server_key_only_feature_ids": [11], "segments": [{
            "id": 4, "name": "testers",
            "rules": [{"type": "ALL", "conditions": [
                {"operator": "EQUAL", "property_": "plan", "value": "test"},
                {"operator": "IS_SET", "property_": "$.features.x", "value": null}], "rules": []}],
            "feature_states": [state(json!("green"), json!({"enabled": false, "feature_segment": {"priority": 0}}))],
        }]},
        "feature_states": [state(json!("red"), json!({"multivariate_feature_state_values": option}))],
        "identity_overrides": [{"identifier": "ann", "identity_features": [state(json!("gold"), json!({}))]}],
    })
}

fn answer(project: &ProjectFile, subject: &str) -> (bool, Json, Option<String>) {
    let (snapshot, problems) = Snapshot::compile(&project.ruleset("live").unwrap());
    assert_eq!(problems, []);
    let context = Context::new().with("targetingKey", subject).with("plan", "none");
    let bound = snapshot.bind(&context);
    let outcome = snapshot.evaluate(snapshot.flag("colour").unwrap(), &bound, &moment(), &mut NoVisitor);
    (
        outcome.enabled,
        outcome.value().unwrap().clone(),
        outcome.variant().map(str::to_owned),
    )
}

#[test]
fn a_document_becomes_a_project() {
    let import = import(&document(), "live").unwrap();
    let codes: Vec<&str> = import.gaps.iter().map(|gap| gap.code.as_str()).collect();
    assert_eq!(codes, ["setting", "key", "path"]);
    let flag = &import.project.flags["colour"];
    assert!(!flag.client_visible, "only server keys saw it");
    assert_eq!(import.project.environments["live"].name.as_deref(), Some("Shop live"));
    assert_eq!(answer(&import.project, "ann"), (true, json!("gold"), None));
    // 78986,envkey_… : 30 % and no more, the same people as in Flagsmith.
    let place = |subject: &str| {
        let pieces = ["78986", ",", "envkey_", subject];
        hoist_engine::scheme::flagsmith::percentage(hoist_engine::scheme::flagsmith::place(pieces.into_iter()))
    };
    let mut blue = 0;
    for subject in (0..400).map(|number| format!("user-{number}")) {
        let wanted = if place(&subject) < 30.0 {
            blue += 1;
            (true, json!("blue"), Some("blue_key".to_owned()))
        } else {
            (true, json!("red"), Some("control".to_owned()))
        };
        assert_eq!(answer(&import.project, &subject), wanted, "{subject}");
    }
    assert!((80..160).contains(&blue), "{blue}");
}

#[test]
fn other_documents_are_refused_with_a_word() {
    for bad in [json!([]), json!({}), json!({"flags": {}}), json!({"api_key": 1})] {
        let error = import(&bad, "live").unwrap_err();
        assert!(error.to_string().contains("environment document"), "{error}");
    }
    for bad in ["", "[]", "{}", r#"{"context": {}}"#, "nonsense"] {
        assert!(Evaluation::read(bad).is_err(), "{bad}");
    }
}

#[test]
fn who_has_no_identity_gets_the_states_own_value() {
    let feature = json!({"key": "1", "name": "f", "enabled": true, "value": "own",
        "variants": [{"value": "v", "weight": 100, "priority": 1}]});
    let context = json!({"environment": {"key": "e", "name": "E"}, "features": {"f": feature}, "segments": {}});
    let without = result(&context);
    assert_eq!(without["flags"]["f"]["value"], "own");
    assert_eq!(without["flags"]["f"]["variant"], Json::Null);
    assert_eq!(without["flags"]["f"]["reason"], "STATIC");
    let mut with = context;
    with["identity"] = json!({"identifier": "a"});
    assert_eq!(result(&with)["flags"]["f"]["reason"], "SPLIT; weight=100");
}

#[test]
fn of_equal_priorities_the_first_segment_wins_and_segments_keep_their_order() {
    let segment = |key: &str, value: &str, priority: Json| {
        json!({"key": key, "name": format!("s{key}"), "rules": [{"type": "ALL"}],
            "overrides": [{"key": "1", "name": "f", "enabled": true, "value": value, "priority": priority}]})
    };
    // An object of serde_json would be sorted; the text is not.
    let text = format!(
        r#"{{"environment": {{"key": "e", "name": "E"}}, "features": {{"f":
            {{"key": "1", "name": "f", "enabled": false, "value": null}}}},
            "segments": {{"z": {}, "b": {}, "a": {}}}}}"#,
        segment("9", "first", json!(1)),
        segment("2", "second", json!(1)),
        segment("1", "weak", json!(2)),
    );
    let all = Evaluation::read(&text).unwrap();
    let result = all.first().unwrap().result(&moment(), ReasonStyle::V10);
    assert_eq!(result["flags"]["f"]["value"], "first");
    assert_eq!(result["flags"]["f"]["reason"], "TARGETING_MATCH; segment=s9");
    assert_eq!(
        result["segments"],
        json!([{"name": "s9"}, {"name": "s2"}, {"name": "s1"}])
    );
}

#[test]
fn several_documents_are_answered_one_by_one() {
    let one = r#"{"environment": {"key": "e", "name": "E"}}"#;
    assert_eq!(Evaluation::read(&format!("{one}\n// again\n{one}")).unwrap().len(), 2);
}
