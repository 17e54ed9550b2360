//! History, one change with its differences, audit.

use hoist_testkit::{FOREIGN, OPERATOR, PROJECT, Person, TestApp};
use serde_json::{Value as Json, json};

async fn change(house: &TestApp, who: &Person, change: Json) -> u64 {
    house.change(who, json!([change])).await
}

fn revisions(page: &Json) -> Vec<u64> {
    let items = page["items"].as_array().expect("items");
    items.iter().filter_map(|item| item["revision"].as_u64()).collect()
}

async fn list(house: &TestApp, who: &Person, query: &str) -> Json {
    house
        .get(Some(who), &format!("{PROJECT}/history?{query}"))
        .await
        .with(200)
}

#[tokio::test]
async fn a_flags_history_holds_its_settings_and_lifted_kills() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let created = change(
        &house,
        &editor,
        json!({"flag": {"create": {"key": "checkout", "kind": "boolean"}}}),
    )
    .await;
    let on = change(
        &house,
        &editor,
        json!({"config": {"switch": {"flag": "checkout", "environment": "dev", "on": true}}}),
    )
    .await;
    change(
        &house,
        &editor,
        json!({"flag": {"create": {"key": "other", "kind": "boolean"}}}),
    )
    .await;
    let kill = json!({"config": {"kill": {"flag": "checkout", "environments": ["dev"], "reason": "fire"}}});
    let killed = change(&house, &editor, kill).await;
    let lifted = change(
        &house,
        &editor,
        json!({"config": {"lift": {"flag": "checkout", "environments": ["dev"]}}}),
    )
    .await;
    let members = json!({"segment": {"create": {"key": "beta", "members": ["ann"]}}});
    let segment = change(&house, &editor, members).await;
    let joined = change(
        &house,
        &editor,
        json!({"segment": {"add_members": {"segment": "beta", "members": ["bob"]}}}),
    )
    .await;
    let of_flag = list(&house, &editor, "flag=checkout").await;
    assert_eq!(revisions(&of_flag), [lifted, killed, on, created]);
    assert_eq!(of_flag["items"][2]["environments"], json!(["dev"]));
    assert_eq!(of_flag["items"][0]["actor"]["kind"], "user");
    assert_eq!(
        revisions(&list(&house, &editor, "segment=beta").await),
        [joined, segment]
    );
    assert_eq!(
        revisions(&list(&house, &editor, "flag=checkout&q=KILL").await),
        [lifted, killed]
    );
    assert!(revisions(&list(&house, &editor, "environment=dev").await).contains(&killed));
    let by = list(
        &house,
        &editor,
        "flag=checkout&actor=editor@example.org&from=2026-11-21&to=2026-11-22",
    )
    .await;
    assert_eq!(revisions(&by).len(), 4);
    let others = list(&house, &editor, "flag=checkout&other_than=editor@example.org").await;
    assert_eq!(revisions(&others), [0; 0]);
    let operator = "flag=checkout&other_than=operator@example.org";
    assert_eq!(revisions(&list(&house, &editor, operator).await).len(), 4);
    for (at, item) in of_flag["items"].as_array().expect("items").iter().enumerate() {
        assert_eq!(item["flags"], json!(["checkout"]), "{at}");
    }
    assert_eq!(
        list(&house, &editor, "segment=beta").await["items"][0]["flags"],
        json!([])
    );
    assert_eq!(revisions(&list(&house, &editor, "to=2026-11-20").await), [0; 0]);
    let first = list(&house, &editor, "flag=checkout&limit=3").await;
    assert_eq!(revisions(&first), [lifted, killed, on]);
    let next = first["next"].as_str().expect("a cursor");
    let rest = list(&house, &editor, &format!("flag=checkout&limit=3&cursor={next}")).await;
    assert_eq!((revisions(&rest), &rest["next"]), (vec![created], &Json::Null));
    house
        .get(Some(&editor), &format!("{PROJECT}/history?flag=none"))
        .await
        .with(404);
    house
        .get(Some(&editor), &format!("{PROJECT}/history?from=soon"))
        .await
        .with(422);
    house
        .get(Some(&editor), &format!("{PROJECT}/history?actor=nobody@x"))
        .await
        .with(422);
    house
        .get(Some(&editor), &format!("{PROJECT}/history?other_than=nobody@x"))
        .await
        .with(422);
    house.get(Some(&editor), &format!("{FOREIGN}/history")).await.with(404);
}

#[tokio::test]
async fn one_change_shows_effects_differences_and_whether_it_can_be_undone() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let viewer = house.sign_in_as("viewer").await;
    change(
        &house,
        &editor,
        json!({"flag": {"create": {"key": "checkout", "kind": "boolean"}}}),
    )
    .await;
    let rule = |id: &str, variant: &str| json!({"id": id, "serve": {"serve": {"variant": variant}}});
    let rules = |rules: Json| json!({"config": {"edit": {"flag": "checkout", "environment": "dev", "patch": {"rules": rules}}}});
    change(&house, &editor, rules(json!([rule("a", "on"), rule("b", "off")]))).await;
    let moved = change(&house, &editor, rules(json!([rule("b", "on"), rule("a", "on")]))).await;
    let path = format!("{PROJECT}/history/{moved}");
    let detail = house.get(Some(&editor), &path).await.with(200);
    assert_eq!(detail["effects"][0]["kind"], "config");
    assert_eq!(detail["effects"][0]["key"], "checkout in dev");
    assert!(detail["effects"][0]["before"].is_object() && detail["effects"][0]["after"].is_object());
    let config = |path: &str, op: &str, before: Json, after: Json| json!({"kind": "config", "key": "checkout in dev", "path": path, "op": op, "before": before, "after": after});
    assert_eq!(
        detail["diff"],
        json!([
            config("/rules/b/serve/serve/variant", "replace", json!("off"), json!("on")),
            config("/rules", "move", json!(["a", "b"]), json!(["b", "a"]))
        ])
    );
    assert_eq!(detail["undo"], json!({"possible": true}));
    let denied = house.get(Some(&viewer), &path).await.with(200);
    assert_eq!(denied["undo"]["possible"], false);
    let undo = change(&house, &editor, json!({"undo": {"revision": moved}})).await;
    let detail = house.get(Some(&editor), &path).await.with(200);
    assert_eq!(
        (&detail["undone_by"], &detail["undo"]["possible"]),
        (&json!(undo), &json!(false))
    );
    let page = list(&house, &editor, "limit=2").await;
    assert_eq!(
        (&page["items"][0]["undoes"], &page["items"][1]["undone_by"]),
        (&json!(moved), &json!(undo))
    );
    house
        .get(Some(&editor), &format!("{PROJECT}/history/999"))
        .await
        .with(404);
    house
        .get(Some(&editor), &format!("{PROJECT}/history/1"))
        .await
        .with(404);
    house
        .get(Some(&editor), &format!("{FOREIGN}/history/{moved}"))
        .await
        .with(404);
}

#[tokio::test]
async fn a_large_change_shows_its_beginning_or_one_flag() {
    let house = TestApp::start().await;
    let editor = house.sign_in_as("editor").await;
    let create = |at: usize| json!({"flag": {"create": {"key": format!("flag-{at:03}"), "kind": "boolean"}}});
    let on =
        |at: usize| json!({"config": {"switch": {"flag": format!("flag-{at:03}"), "environment": "dev", "on": true}}});
    let changes: Vec<Json> = (0..150).flat_map(|at| [create(at), on(at)]).collect();
    let answer = house
        .post(
            Some(&editor),
            &format!("{PROJECT}/changes"),
            json!({"changes": changes}),
        )
        .await
        .with(200);
    let path = format!("{PROJECT}/history/{}", answer["revision"]);
    let whole = house.get(Some(&editor), &path).await.with(200);
    assert_eq!(whole["effects"].as_array().map(Vec::len), Some(200));
    assert_eq!(whole["effect_count"], 300);
    let part = house
        .get(Some(&editor), &format!("{path}?flag=flag-149"))
        .await
        .with(200);
    let kinds: Vec<_> = part["effects"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|effect| (effect["kind"].clone(), effect["key"].clone()))
        .collect();
    assert_eq!(
        kinds,
        [
            (json!("flag"), json!("flag-149")),
            (json!("config"), json!("flag-149 in dev"))
        ]
    );
    assert_eq!(part["effect_count"], 2);
    house
        .get(Some(&editor), &format!("{path}?segment=nowhere"))
        .await
        .with(404);
}

#[tokio::test]
async fn audit_holds_the_organization_and_nothing_of_others() {
    let house = TestApp::start().await;
    let viewer = house.sign_in_as("viewer").await;
    let editor = house.sign_in_as("editor").await;
    change(
        &house,
        &editor,
        json!({"flag": {"create": {"key": "checkout", "kind": "boolean"}}}),
    )
    .await;
    let on = json!({"config": {"switch": {"flag": "checkout", "environment": "dev", "on": true}}});
    change(&house, &editor, on).await;
    let path = "/hoist/v1/organizations/default/audit";
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let page = house
            .get(Some(&viewer), &format!("{path}?limit=2{next}"))
            .await
            .with(200);
        seen.extend(page["items"].as_array().expect("items").clone());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => break,
        }
    }
    let text = Json::Array(seen).to_string();
    assert!(
        text.contains("viewer@example.org") && text.contains("Creates environment dev"),
        "{text}"
    );
    assert!(!text.contains("theirs") && !text.contains("other"), "{text}");
    let one = house
        .get(Some(&viewer), &format!("{path}?environment=dev"))
        .await
        .with(200);
    assert_eq!(revisions(&one).len(), 1);
    house
        .get(Some(&viewer), "/hoist/v1/organizations/other/audit")
        .await
        .with(404);
    house.get(Some(&viewer), "/hoist/v1/audit").await.with(403);
    let operator = house.person(OPERATOR).await;
    let all = house.get(Some(&operator), "/hoist/v1/audit?limit=500").await.with(200);
    assert_eq!(revisions(&all).len() as u64, house.revision());
}
