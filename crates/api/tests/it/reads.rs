//! Lists and single documents: segments, who may, attributes.

use hoist_testkit::{FOREIGN, PROJECT, Person, TestApp};
use serde_json::{Value as Json, json};

async fn changes(house: &TestApp, who: &Person, changes: Json) -> Json {
    let body = json!({ "changes": changes });
    house
        .post(Some(who), &format!("{PROJECT}/changes"), body)
        .await
        .with(200)
}

/// A project with two segments, a flag that uses one, and a flag with many tests.
async fn furnished() -> (TestApp, Person, Person) {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let viewer = house.sign_in_as("viewer").await;
    let test =
        |attribute: &str, op: &str, values: Json| json!({"test": {"attribute": attribute, "op": op, "values": values}});
    let rules = json!([
        {"id": "r1", "name": "Beta", "condition": {"segment": "beta"}, "serve": {"serve": {"variant": "on"}}},
        {"id": "r2", "condition": {"all": [
            test("country", "in", json!(["NO", "SE"])), test("age", "gte", json!([18])),
            test("version", "semver_gt", json!(["1.2.0"])), test("$now", "after", json!(["2026-01-01T00:00:00Z"]))]},
            "serve": {"serve": {"variant": "on"}}}]);
    changes(
        &house,
        &admin,
        json!([
            {"segment": {"create": {"key": "beta", "name": "Beta testers", "members": ["ann", "bob", "bo", "carl"]}}},
            {"segment": {"create": {"key": "wide", "condition": test("country", "equals", json!(["DK"]))}}},
            {"flag": {"create": {"key": "checkout", "kind": "boolean"}}},
            {"config": {"edit": {"flag": "checkout", "environment": "dev", "patch": {"enabled": true, "rules": rules}}}},
            {"config": {"override": {"flag": "checkout", "environment": "prod",
                "patch": {"segments": [{"segment": "beta", "serve": {"serve": {"variant": "on"}}}]}}}}
        ]),
    )
    .await;
    (house, admin, viewer)
}

#[tokio::test]
async fn segments_say_where_they_are_used() {
    let (house, admin, viewer) = furnished().await;
    let list = house.get(Some(&viewer), &format!("{PROJECT}/segments")).await.with(200);
    assert_eq!(list["total"], 2);
    assert_eq!(list["items"][0]["key"], "beta");
    assert_eq!(
        (&list["items"][0]["used_by"], &list["items"][0]["member_count"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(list["items"][1]["used_by"], 0);
    let one = house
        .get(Some(&viewer), &format!("{PROJECT}/segments/beta"))
        .await
        .with(200);
    assert_eq!(
        one["used_by"],
        json!([
            {"flag": "checkout", "environment": "dev", "where": "rule", "rule": "Beta", "state": "on"},
            {"flag": "checkout", "environment": "prod", "where": "override", "state": "off"}
        ])
    );
    let found = house
        .get(Some(&viewer), &format!("{PROJECT}/segments?q=TESTERS"))
        .await
        .with(200);
    assert_eq!(found["total"], 1);
    changes(
        &house,
        &admin,
        json!([{"segment": {"create": {"key": "old"}}}, {"segment": {"archive": {"segment": "old"}}}]),
    )
    .await;
    let archived = house
        .get(Some(&viewer), &format!("{PROJECT}/segments?archived=true"))
        .await
        .with(200);
    assert_eq!(
        (&archived["total"], &archived["items"][0]["key"]),
        (&json!(1), &json!("old"))
    );
    house
        .get(Some(&viewer), &format!("{PROJECT}/segments/none"))
        .await
        .with(404);
    house.get(Some(&viewer), &format!("{FOREIGN}/segments")).await.with(404);
}

#[tokio::test]
async fn segments_and_members_come_in_pages() {
    let (house, _, viewer) = furnished().await;
    let first = house
        .get(Some(&viewer), &format!("{PROJECT}/segments?limit=1"))
        .await
        .with(200);
    let next = first["next"].as_str().expect("a cursor");
    let second = house
        .get(Some(&viewer), &format!("{PROJECT}/segments?limit=1&cursor={next}"))
        .await
        .with(200);
    assert_eq!(
        (&second["items"][0]["key"], &second["next"]),
        (&json!("wide"), &Json::Null)
    );
    let path = format!("{PROJECT}/segments/beta/members");
    let page = house
        .get(Some(&viewer), &format!("{path}?prefix=bo&limit=1"))
        .await
        .with(200);
    assert_eq!(page["items"], json!([{"subject": "bo"}]));
    let next = page["next"].as_str().expect("a cursor");
    let rest = house
        .get(Some(&viewer), &format!("{path}?prefix=bo&limit=5&cursor={next}"))
        .await
        .with(200);
    assert_eq!(
        (&rest["items"], &rest["next"]),
        (&json!([{"subject": "bob"}]), &Json::Null)
    );
    let all = house.get(Some(&viewer), &path).await.with(200);
    assert_eq!(
        (all["items"].as_array().map(Vec::len), &all["total"]),
        (Some(4), &json!(4))
    );
    house.get(Some(&viewer), &format!("{path}?limit=0")).await.with(422);
    house.get(Some(&viewer), &format!("{path}?cursor=!")).await.with(422);
    house
        .get(Some(&viewer), &format!("{FOREIGN}/segments/beta/members"))
        .await
        .with(404);
}

#[tokio::test]
async fn attributes_have_kinds_and_examples() {
    let (house, _, viewer) = furnished().await;
    let found = house
        .get(Some(&viewer), &format!("{PROJECT}/attributes"))
        .await
        .with(200);
    assert_eq!(
        found["items"],
        json!([
            {"name": "age", "kinds": ["number"], "used": 1},
            {"name": "country", "kinds": ["string"], "examples": ["NO", "SE", "DK"], "used": 2},
            {"name": "version", "kinds": ["semver"], "used": 1}
        ])
    );
    house
        .get(Some(&viewer), &format!("{FOREIGN}/attributes"))
        .await
        .with(404);
}

#[tokio::test]
async fn who_may_is_listed_without_secrets() {
    let (house, admin, viewer) = furnished().await;
    for (name, kind) in [("backend", "server"), ("web", "client")] {
        changes(
            &house,
            &admin,
            json!([{"credential": {"create": {"name": name, "kind": kind, "environment": "dev"}}}]),
        )
        .await;
    }
    let path = format!("{PROJECT}/credentials");
    let list = house.get(Some(&admin), &path).await;
    assert!(!list.text.contains("digest"));
    let list = list.with(200);
    assert_eq!(list["total"], 2);
    for item in list["items"].as_array().expect("items") {
        assert_eq!(item["environment"], "dev");
        assert_eq!(item.get("key").is_some(), item["kind"] == "client");
    }
    let page = house.get(Some(&admin), &format!("{path}?limit=1")).await.with(200);
    let next = page["next"].as_str().expect("a cursor");
    house
        .get(Some(&admin), &format!("{path}?limit=1&cursor={next}"))
        .await
        .with(200);
    house.get(Some(&viewer), &path).await.with(403);
    house
        .get(Some(&admin), &format!("{FOREIGN}/credentials"))
        .await
        .with(404);
    let members = "/hoist/v1/organizations/default/members";
    let list = house.get(Some(&viewer), members).await.with(200);
    let emails: Vec<&str> = list["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter_map(|item| item["user"]["email"].as_str())
        .collect();
    assert_eq!(
        emails,
        ["admin@example.org", "operator@example.org", "viewer@example.org"]
    );
    assert_eq!(list["items"][0]["role"], "admin");
    let page = house.get(Some(&viewer), &format!("{members}?limit=2")).await.with(200);
    let next = page["next"].as_str().expect("a cursor");
    let rest = house
        .get(Some(&viewer), &format!("{members}?limit=2&cursor={next}"))
        .await
        .with(200);
    assert_eq!(rest["items"][0]["user"]["email"], "viewer@example.org");
    assert_eq!(
        house.get(Some(&viewer), &format!("{PROJECT}/members")).await.with(200)["total"],
        0
    );
    house
        .get(Some(&viewer), "/hoist/v1/organizations/other/members")
        .await
        .with(404);
    let roles = house
        .get(Some(&viewer), "/hoist/v1/organizations/default/roles")
        .await
        .with(200);
    assert_eq!(roles["total"], 4);
    assert!(
        roles["items"][3]["permissions"]
            .as_array()
            .is_some_and(|list| list.contains(&json!("explain.run")))
    );
    let operator = house.person(hoist_testkit::OPERATOR).await;
    let users = house.get(Some(&operator), "/hoist/v1/users?q=VIEW").await.with(200);
    assert_eq!(
        (&users["total"], &users["items"][0]["email"]),
        (&json!(1), &json!("viewer@example.org"))
    );
    house.get(Some(&admin), "/hoist/v1/users").await.with(403);
    house
        .post(Some(&viewer), "/hoist/v1/tokens", json!({"name": "ci"}))
        .await
        .with(201);
    let tokens = house.get(Some(&viewer), "/hoist/v1/tokens").await;
    assert!(!tokens.text.contains("digest"));
    assert_eq!(tokens.with(200)["items"][0]["name"], "ci");
    assert_eq!(house.get(Some(&admin), "/hoist/v1/tokens").await.with(200)["total"], 0);
    house.get(None, "/hoist/v1/tokens").await.with(401);
}
