//! Systems whose importer reads answers of their API in one file: `hoist eval --from` and `hoist import`.

use serde_json::{Value as Json, json};

use crate::{Scratch, hoist};

fn togglr() -> Json {
    let tree = json!({"condition": {"attribute": "country_code", "operator": "in", "value": ["at", "CH"]}});
    json!({"features": [{
        "feature": {"id": "1", "key": "checkout", "kind": "multivariant", "rollout_key": "user.id", "enabled": true,
                    "default_value": "old", "created_at": "2025-01-01T00:00:00Z"},
        "variants": [{"id": "a", "name": "blue", "rollout_percent": 41}, {"id": "b", "name": "green", "rollout_percent": 59}],
        "rules": [{"id": "r", "action": "include", "priority": 1, "conditions": tree}],
        "tags": [{"name": "Guarded", "slug": "guarded"}]}]})
}

fn fluxgate() -> Json {
    let weights = json!([{"variantControl": "blue", "weight": 50}, {"variantControl": "amber", "weight": 50}]);
    json!({"features": [{
        "id": "1", "key": "premium_features", "featureType": "CONTEXTUAL", "enabled": true, "killSwitchEnabled": true,
        "variants": [{"control": "blue", "value": "Buy"}, {"control": "amber", "value": 3}],
        "stages": [{"id": "s", "environment": {"id": "e", "name": "production"}, "status": "DEPLOYED"}]}],
        "criteria": {"s": [{"priority": 0, "variantAllocations": weights}]}})
}

fn toggle_meister() -> Json {
    let users = json!([{"userid": "alice", "env": "production", "features": {"beam": true}}]);
    json!({"features": [{"name": "beam"}], "rollout_users": users, "read_at": "2025-11-20T10:00:00Z",
           "toggles": [{"feature": "beam", "env": "production", "state": "ROLL", "schedule": {"hours_count": 0, "total_hours": 240}}]})
}

fn eval(system: &str, document: &Json, contexts: &str) -> Vec<Json> {
    let state = Scratch::new(&format!("{system}.json"), &document.to_string());
    let args = [
        "eval",
        "--from",
        system,
        state.path(),
        "--contexts",
        "-",
        "--environment",
        "production",
    ];
    hoist(&args, contexts).lines()
}

#[test]
fn togglrs_lines_are_its_bodies() {
    let contexts = "{\"user.id\": \"alice\", \"country_code\": \"AT\"}\n{\"user.id\": \"alice\"}\n";
    let lines = eval("togglr", &togglr(), contexts);
    let line = |context: u8, enabled: bool, value: &str| json!({"context": context, "feature_key": "checkout", "enabled": enabled, "value": value});
    assert_eq!(lines, [line(0, true, "blue"), line(1, false, "")]);
}

#[test]
fn fluxgates_lines_are_its_bodies() {
    let contexts = "{\"bucketingKey\": \"user-44444\"}\n{}\n";
    let lines = eval("fluxgate", &fluxgate(), contexts);
    let line = |context: u8, value: Json, variant: Json, reason: &str| json!({"context": context, "flagKey": "premium_features", "value": value, "variant": variant, "reason": reason});
    let expected = [
        line(0, json!(3), json!("amber"), "TARGETING_MATCH"),
        line(1, json!(false), Json::Null, "UNKNOWN"),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn toggle_meisters_lines_are_its_bodies() {
    let state = Scratch::new("toggle-meister.json", &toggle_meister().to_string());
    let args = [
        "eval",
        "--from",
        "toggle-meister",
        state.path(),
        "--contexts",
        "-",
        "--environment",
        "production",
    ];
    let at = [
        args.as_slice(),
        &["--now", "2025-11-20T11:00:00Z", "--flag", "beam", "--flag", "x"],
    ]
    .concat();
    let lines = hoist(&at, "{\"enrollment_id\": \"alice\"}\n{}\n").lines();
    let expected = [
        json!({"context": 0, "beam": true}),
        json!({"context": 0, "x": false}),
        json!({"context": 1, "beam": false}),
        json!({"context": 1, "x": false}),
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_flag_that_is_not_there_has_an_answer_too() {
    for (system, document, key) in [("togglr", togglr(), "feature_key"), ("fluxgate", fluxgate(), "flagKey")] {
        let state = Scratch::new(&format!("{system}-unknown.json"), &document.to_string());
        let args = [
            "eval",
            "--from",
            system,
            state.path(),
            "--contexts",
            "-",
            "--environment",
            "production",
            "--flag",
            "x",
        ];
        let lines = hoist(&args, "{}").lines();
        assert_eq!(lines[0][key], "x", "{lines:?}");
    }
}

/// What is imported is a project that answers the same, and says what it could not take over.
#[test]
fn imports_are_project_files() {
    for (system, document, gap) in [("togglr", togglr(), "guarded"), ("fluxgate", fluxgate(), "")] {
        let source = Scratch::new(&format!("{system}-import.json"), &document.to_string());
        let run = hoist(&["import", system, source.path(), "--environment", "production"], "");
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains(gap), "{}", run.err);
        let project = Scratch::new(&format!("{system}-project.json"), &run.out);
        let context = "{\"targetingKey\": \"user-44444\", \"user.id\": \"alice\", \"country_code\": \"CH\"}";
        let lines = hoist(&["eval", project.path(), "--contexts", "-"], context).lines();
        let expected = if system == "togglr" { json!("blue") } else { json!(3) };
        assert_eq!(lines[0]["value"], expected, "{system}");
    }
}

#[test]
fn other_documents_are_refused() {
    for system in ["togglr", "fluxgate", "toggle-meister"] {
        let source = Scratch::new(&format!("{system}-bad.json"), "{\"feature_states\": []}");
        let run = hoist(&["import", system, source.path(), "--environment", "production"], "");
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("`features`"), "{}", run.err);
    }
    let source = Scratch::new("fluxgate-elsewhere.json", &fluxgate().to_string());
    let run = hoist(&["import", "fluxgate", source.path(), "--environment", "staging"], "");
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(
        run.err.contains("production"),
        "the environments there are named: {}",
        run.err
    );
}
