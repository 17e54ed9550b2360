//! Large plans: the answer stays small, and says how much there is.

use hoist_testkit::{PROJECT, TestApp};
use serde_json::{Map, Value as Json, json};

/// A project file with so many flags, each with a setting in `dev`.
fn file(flags: usize) -> Json {
    let serve = |variant: &str| json!({"serve": {"variant": variant}});
    let flag = |n: usize| {
        let config = json!({"enabled": true, "off": serve("off"), "default": serve("on")});
        let variants = json!([{"key": "on", "value": true}, {"key": "off", "value": false}]);
        let flag = json!({"kind": "boolean", "variants": variants, "environments": {"dev": config}});
        (format!("flag-{n:05}"), flag)
    };
    let flags: Map<String, Json> = (0..flags).map(flag).collect();
    json!({"format": "hoist-project/1", "flags": flags})
}

#[tokio::test]
async fn a_plan_lists_its_first_sentences_and_counts_all() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let path = format!("{PROJECT}/import?from=hoist&dry_run=true");
    let planned = house.post(Some(&admin), &path, file(600)).await.with(200);
    let plan = &planned["plan"];
    let listed = |plan: &Json| plan["sentences"].as_array().map_or(0, Vec::len);
    let count = plan["sentence_count"].as_u64().expect("a number");
    assert_eq!(
        (listed(plan), plan["effects"].as_array().map(Vec::len)),
        (500, Some(200))
    );
    assert!(count >= 1200, "{count}");
    let tally =
        json!([{"act": "create", "kind": "config", "count": 600}, {"act": "create", "kind": "flag", "count": 600}]);
    assert_eq!(plan["tally"], tally);
    let all = house
        .post(Some(&admin), &format!("{path}&sentences=all"), file(600))
        .await
        .with(200);
    assert_eq!(listed(&all["plan"]) as u64, count);
    assert_eq!(all["plan"]["token"], plan["token"], "it is the same plan");
    let other = house
        .post(Some(&admin), &format!("{path}&sentences=some"), file(1))
        .await;
    assert_eq!(other.code(), "bad_query");
    // Fewer are listed as they are.
    let change = json!({"dry_run": true, "sentences": "all",
        "changes": [{"flag": {"create": {"key": "checkout", "kind": "boolean"}}}]});
    let one = house
        .post(Some(&admin), &format!("{PROJECT}/changes"), change)
        .await
        .with(200);
    assert_eq!((listed(&one["plan"]), &one["plan"]["sentence_count"]), (1, &json!(1)));
}
