//! Exports of the admin API say what a features document of one environment says.

use serde_json::{Value as Json, json};

use super::super::{gap, import};

/// Two environments, as `GET /api/admin/state/export` has them.
fn state() -> Json {
    json!({"version": 4,
        "features": [{"name": "beam", "type": "release", "project": "sea", "stale": true, "variants": []},
                     {"name": "old", "archivedAt": "2024-01-01T00:00:00Z"}],
        "projects": [{"id": "default"}], "strategies": [], "environments": [{"name": "dev"}, {"name": "prod"}],
        "featureEnvironments": [{"featureName": "beam", "environment": "dev", "enabled": true},
                                {"featureName": "beam", "environment": "prod", "enabled": false,
                                 "variants": [{"name": "blue", "weight": 1000}]}],
        "featureStrategies": [
            {"id": "b", "featureName": "beam", "environment": "dev", "strategyName": "default", "sortOrder": 2,
             "constraints": [{"contextName": "fleet", "operator": "IN", "values": ["north"]}]},
            {"id": "a", "featureName": "beam", "environment": "dev", "strategyName": "userWithId", "sortOrder": 1,
             "parameters": {"userIds": "7"}, "projectId": "sea", "createdAt": "2024-01-01T00:00:00Z"},
            {"id": "c", "featureName": "beam", "environment": "prod", "strategyName": "default"}],
        "featureStrategySegments": [{"featureStrategyId": "b", "segmentId": 3}],
        "segments": [{"id": 3, "name": "grown-ups", "constraints": [{"contextName": "age", "operator": "NUM_GTE", "value": "18"}]}],
        "tags": [{"type": "simple", "value": "x"}], "featureTags": [{"featureName": "beam", "tagType": "simple", "tagValue": "x"}]})
}

/// The same of `dev`, as a client gets it.
fn features() -> Json {
    json!({"version": 2,
        "features": [{"name": "beam", "type": "release", "project": "sea", "stale": true, "enabled": true, "variants": [],
            "tags": ["simple:x"],
            "strategies": [{"name": "userWithId", "parameters": {"userIds": "7"}},
                           {"name": "default", "segments": [3],
                            "constraints": [{"contextName": "fleet", "operator": "IN", "values": ["north"]}]}]}],
        "segments": [{"id": 3, "name": "grown-ups", "constraints": [{"contextName": "age", "operator": "NUM_GTE", "value": "18"}]}]})
}

#[test]
fn a_state_export_says_the_same_of_its_environment() {
    let export = import(&state(), "dev").unwrap();
    let document = import(&features(), "dev").unwrap();
    assert_eq!(export.project, document.project);
    let codes: Vec<(&str, Option<&str>)> = export
        .gaps
        .iter()
        .map(|own| (own.code.as_str(), own.flag.as_deref()))
        .collect();
    assert_eq!(codes, [(gap::IGNORED, Some("old"))], "what is archived is told");
    assert_eq!(export.project.flags["beam"].tags, ["project:sea", "stale", "simple:x"]);
    let prod = import(&state(), "prod").unwrap();
    let config = &prod.project.flags["beam"].environments["prod"];
    assert!(!config.enabled && config.rules.len() == 1, "{config:?}");
    assert!(prod.project.flags["beam"].variants.iter().any(|own| own.key == "blue"));
}

#[test]
fn the_environment_is_the_one_asked_for_or_the_only_one() {
    let error = import(&state(), "stage").unwrap_err();
    assert!(
        error.what.contains("stage") && error.next.contains("dev, prod"),
        "{error}"
    );
    let mut global = state();
    for list in ["featureEnvironments", "featureStrategies"] {
        let items = global[list].as_array_mut().unwrap();
        items.retain(|own| own["environment"] == "dev");
        items.iter_mut().for_each(|own| own["environment"] = ":global:".into());
    }
    let of = |document: &Json, environment: &str| {
        import(document, environment).unwrap().project.flags["beam"].environments[environment].clone()
    };
    assert_eq!(
        of(&global, "prod"),
        of(&state(), "dev"),
        "what is global is of any environment"
    );
}

/// `POST /api/admin/features-batch/export` is of one environment, and has no constraints of segments.
#[test]
fn a_batch_export_lacks_the_constraints_of_segments() {
    let export = json!({
        "features": [{"name": "beam", "type": "release"}, {"name": "child"}],
        "featureStrategies": [{"name": "default", "featureName": "beam", "id": "a", "segments": [3]},
                              {"name": "default", "featureName": "child", "id": "b"}],
        "featureEnvironments": [{"featureName": "beam", "environment": "production", "enabled": true},
                                {"featureName": "child", "environment": "production", "enabled": true}],
        "segments": [{"id": 3, "name": "grown-ups"}],
        "dependencies": [{"feature": "child", "dependencies": [{"feature": "beam", "enabled": true}]}]});
    let import = import(&export, "dev").unwrap();
    let config = &import.project.flags["beam"].environments["dev"];
    let never = format!("{:?}", config.rules[0].condition);
    assert!(
        never.contains("Broken") && never.contains("verdict: false"),
        "nobody instead of everybody: {never}"
    );
    assert!(
        import
            .gaps
            .iter()
            .any(|own| own.code == gap::MISSING_SEGMENT && own.segment.as_deref() == Some("grown-ups"))
    );
    assert_eq!(
        import.project.flags["child"].environments["dev"].prerequisites[0].flag,
        "beam"
    );
}
