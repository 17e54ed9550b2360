//! Explaining, evaluating with a key, importing.

use hoist_testkit::{FOREIGN, PROJECT, Person, Reply, TestApp};
use http::{Request, header};
use serde_json::{Value as Json, json};

async fn changes(house: &TestApp, who: &Person, changes: Json) -> Json {
    let body = json!({ "changes": changes });
    house
        .post(Some(who), &format!("{PROJECT}/changes"), body)
        .await
        .with(200)
}

async fn furnished() -> (TestApp, Person) {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let rules = json!([{"id": "r1", "condition": {"test": {"attribute": "country", "op": "equals", "values": ["NO"]}},
        "serve": {"serve": {"variant": "on"}}}]);
    let patch = json!({"enabled": true, "rules": rules, "default": {"serve": {"variant": "off"}}});
    changes(
        &house,
        &admin,
        json!([
            {"flag": {"create": {"key": "checkout", "kind": "boolean", "client_visible": true}}},
            {"flag": {"create": {"key": "hidden", "kind": "boolean"}}},
            {"config": {"edit": {"flag": "checkout", "environment": "dev", "patch": patch}}}
        ]),
    )
    .await;
    (house, admin)
}

#[tokio::test]
async fn decisions_are_explained_live_and_as_drafted() {
    let (house, _) = furnished().await;
    let viewer = house.sign_in_as("viewer").await;
    let path = format!("{PROJECT}/explain");
    let ask = |draft: Json| {
        json!({"flags": ["checkout"], "environments": ["dev"],
            "contexts": [{"targetingKey": "ann", "country": "NO"}, {"targetingKey": "bob"}], "draft": draft})
    };
    let before = house.revision();
    let live = house.post(Some(&viewer), &path, ask(Json::Null)).await.with(200);
    let first = &live["results"][0];
    assert_eq!(
        (&first["variant"], &first["rule"], &first["reason"]),
        (&json!("on"), &json!("r1"), &json!("TARGETING_MATCH"))
    );
    assert_eq!(first["explanation"]["subject"], "ann");
    assert_eq!(
        (&live["results"][1]["context"], &live["results"][1]["variant"]),
        (&json!(1), &json!("off"))
    );
    let split = json!({"split": {"arms": [{"variant": "on", "weight": 5000}, {"variant": "off", "weight": 5000}]}});
    let draft = json!({"flag": "checkout", "environment": "dev",
        "config": {"rules": [], "default": {"serve": split}},
        "overrides": {"subjects": [{"subjects": ["bob"], "serve": {"serve": {"variant": "on"}}}]}});
    let drafted = house.post(Some(&viewer), &path, ask(draft.clone())).await.with(200);
    assert_eq!(drafted["results"][0]["reason"], "SPLIT");
    assert_eq!(drafted["results"][1]["detail"], "subject_override");
    let again = house.post(Some(&viewer), &path, ask(draft)).await.with(200);
    assert_eq!(drafted, again, "a draft places everybody the same each time");
    assert_eq!(house.revision(), before);
    let bad = json!({"flag": "checkout", "environment": "dev", "config": {"default": {"serve": {"variant": "blue"}}}});
    let refused = house.post(Some(&viewer), &path, ask(bad)).await.with(422);
    assert!(
        refused["problems"][0]["pointer"]
            .as_str()
            .is_some_and(|at| at.starts_with("/draft/config"))
    );
    let elsewhere = json!({"flags": ["checkout"], "environments": ["prod"], "contexts": [{}],
        "draft": {"flag": "checkout", "environment": "dev", "config": {"default": 1}}});
    let unused = house.post(Some(&viewer), &path, elsewhere).await;
    assert_eq!((unused.status.as_u16(), unused.code()), (422, "unused_draft"));
    let all = json!({"environments": ["dev", "prod"], "contexts": [{}]});
    let all = house.post(Some(&viewer), &path, all).await.with(200);
    assert_eq!(all["results"].as_array().map(Vec::len), Some(4));
    let many = json!({"environments": ["dev"], "contexts": vec![json!({}); 51]});
    assert_eq!(house.post(Some(&viewer), &path, many).await.code(), "too_many");
    let unknown = json!({"flags": ["none"], "environments": ["dev"], "contexts": [{}]});
    assert_eq!(house.post(Some(&viewer), &path, unknown).await.code(), "unknown_flag");
    let form = json!({"environments": ["dev"], "contexts": [{}]});
    house
        .post(Some(&viewer), &format!("{FOREIGN}/explain"), form)
        .await
        .with(404);
}

async fn key(house: &TestApp, admin: &Person, kind: &str) -> String {
    let create = json!([{"credential": {"create": {"name": kind, "kind": kind, "environment": "dev"}}}]);
    let answer = changes(house, admin, create).await;
    answer["secrets"][0]["secret"].as_str().expect("a secret").to_owned()
}

async fn evaluate(house: &TestApp, header: &str, value: &str, body: &Json) -> Reply {
    let request = Request::post("/hoist/v1/evaluate").header(header, value);
    house
        .send(None, request.body(body.to_string().into()).expect("a request"))
        .await
}

#[tokio::test]
async fn keys_evaluate_what_they_may_see() {
    let (house, admin) = furnished().await;
    let (server, client) = (key(&house, &admin, "server").await, key(&house, &admin, "client").await);
    let bearer = format!("Bearer {server}");
    let body = json!({"contexts": [{"targetingKey": "ann", "country": "NO"}, {"targetingKey": "bob"}]});
    let answer = evaluate(&house, "authorization", &bearer, &body).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let answer = answer.with(200);
    assert_eq!(
        (&answer["environment"], answer["results"].as_array().map(Vec::len)),
        (&json!("dev"), Some(4))
    );
    assert_eq!(
        answer["results"][0],
        json!({"context": 0, "key": "checkout", "enabled": true, "variant": "on", "value": true,
            "reason": "TARGETING_MATCH", "rule": "r1"})
    );
    let seen = evaluate(&house, "x-api-key", &client, &body).await.with(200);
    assert_eq!(seen["results"].as_array().map(Vec::len), Some(2));
    assert!(seen["results"][0].get("rule").is_none());
    let named = json!({"contexts": [{}], "flags": ["hidden", "none"]});
    let named = evaluate(&house, "x-api-key", &client, &named).await.with(200);
    assert_eq!(
        (&named["results"][0]["error"], &named["results"][1]["error"]),
        (&json!("FLAG_NOT_FOUND"), &json!("FLAG_NOT_FOUND"))
    );
    let why = json!({"contexts": [{}], "explain": true});
    let why_server = evaluate(&house, "authorization", &bearer, &why).await.with(200);
    assert!(why_server["results"][0]["explanation"]["steps"].is_array());
    assert_eq!(
        evaluate(&house, "x-api-key", &client, &why).await.with(403)["code"],
        "server_key_needed"
    );
    let many = json!({"contexts": vec![json!({}); 51], "explain": true});
    evaluate(&house, "authorization", &bearer, &many).await.with(422);
    let many = json!({"contexts": vec![json!({}); 50_001]});
    evaluate(&house, "authorization", &bearer, &many).await.with(422);
    evaluate(&house, "authorization", "Bearer none", &body).await.with(401);
    evaluate(&house, "authorization", &bearer, &json!({"contexts": 1}))
        .await
        .with(422);
}

#[tokio::test]
async fn a_project_file_is_planned_then_taken_over_once() {
    let (house, admin) = furnished().await;
    let viewer = house.sign_in_as("viewer").await;
    let on = json!({"serve": {"variant": "on"}});
    let off = json!({"serve": {"variant": "off"}});
    let flag = |key: &str| {
        json!({"kind": "boolean", "name": key, "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}],
            "environments": {"dev": {"enabled": true, "off": off, "default": on}}})
    };
    let file = json!({"format": "hoist-project/1", "flags": {"checkout": flag("Checkout"), "search": flag("Search")}});
    let path = format!("{PROJECT}/import?from=hoist&environment=dev");
    let before = house.revision();
    let planned = house
        .post(Some(&admin), &format!("{path}&dry_run=true"), file.clone())
        .await
        .with(200);
    assert_eq!(planned["outcome"], "planned");
    assert_eq!(
        (&planned["created"], &planned["changed"]),
        (&json!(["search"]), &json!(["checkout"]))
    );
    assert_eq!((house.revision(), &planned["gaps"]), (before, &json!([])));
    let token = planned["plan"]["token"].as_str().expect("a token");
    let done = house
        .post(Some(&admin), &format!("{path}&plan={token}&note=move"), file.clone())
        .await
        .with(200);
    assert_eq!(
        (&done["outcome"], &done["created"]),
        (&json!("applied"), &json!(["search"]))
    );
    let again = house.post(Some(&admin), &path, file.clone()).await.with(200);
    assert_eq!(again["skipped"], json!(["checkout", "search"]));
    house.post(Some(&viewer), &path, file.clone()).await.with(403);
    house
        .post(Some(&admin), &format!("{FOREIGN}/import?from=hoist"), file.clone())
        .await
        .with(404);
    let unknown = house
        .post(
            Some(&admin),
            &format!("{PROJECT}/import?from=elsewhere&environment=dev"),
            file,
        )
        .await;
    assert_eq!(unknown.code(), "unknown_source");
    let broken = house.post(Some(&admin), &path, json!({"format": "x"})).await;
    assert_eq!(broken.code(), "unreadable");
    let elsewhere = json!({"format": "hoist-project/1", "environments": {"new": {"hue": 1, "code": "N"}}});
    let editor = house.sign_in_as("editor").await;
    house.post(Some(&editor), &path, elsewhere).await.with(403);
}

/// A page of any origin may ask with a key; what the console asks with its cookie stays closed.
#[tokio::test]
async fn pages_of_other_origins_may_evaluate() {
    let (house, admin) = furnished().await;
    let client = key(&house, &admin, "client").await;
    let preflight = Request::options("/hoist/v1/evaluate")
        .header("origin", "https://shop.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let answer = house
        .send(None, preflight.body(String::new().into()).expect("a request"))
        .await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    let allowed = |name: &str| answer.headers[name].to_str().expect("text").to_lowercase();
    assert!(allowed("access-control-allow-methods").contains("post"));
    for header in ["authorization", "x-api-key", "content-type"] {
        assert!(allowed("access-control-allow-headers").contains(header), "{header}");
    }
    let body = json!({"contexts": [{}]});
    for (key, status) in [(client.as_str(), 200), ("nonsense", 401)] {
        let answer = evaluate(&house, "x-api-key", key, &body).await;
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{status}");
        let exposed = answer.headers["access-control-expose-headers"].to_str().expect("text");
        assert!(exposed.contains("Retry-After") && exposed.contains("X-Request-Id"));
        answer.with(status);
    }
    for path in ["/hoist/v1/session", PROJECT] {
        let closed = house.get(Some(&admin), path).await;
        assert!(!closed.headers.contains_key("access-control-allow-origin"), "{path}");
        let request = Request::options(path).header("origin", "https://shop.example");
        let closed = house
            .send(None, request.body(String::new().into()).expect("a request"))
            .await;
        assert_eq!(closed.status, 405, "{path}");
        assert!(!closed.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn the_last_use_of_a_key_is_known_to_the_minute_and_survives_a_restart() {
    let (house, admin) = furnished().await;
    let (used, unused) = (key(&house, &admin, "server").await, key(&house, &admin, "client").await);
    let before = house.revision();
    let seen = async |house: &TestApp, who: &Person| {
        let list = house.get(Some(who), &format!("{PROJECT}/credentials")).await.with(200);
        let items = list["items"].as_array().expect("items").clone();
        ["server", "client"].map(|kind| {
            let item = items.iter().find(|item| item["kind"] == kind).expect("a key");
            item["last_used_at"].clone()
        })
    };
    assert_eq!(seen(&house, &admin).await, [Json::Null, Json::Null]);
    let body = json!({"contexts": [{}]});
    house.clock.set("2026-11-21T13:37:42Z".parse().expect("a time"));
    evaluate(&house, "x-api-key", &used, &body).await.with(200);
    let noted = json!("2026-11-21T13:37:00Z");
    assert_eq!(seen(&house, &admin).await, [noted.clone(), Json::Null]);
    house.app.save_uses().await.expect("written");
    let house = house.reopened().await;
    let admin = house.person("admin@example.org").await;
    assert_eq!(seen(&house, &admin).await, [noted, Json::Null]);
    assert_eq!(house.revision(), before, "a use is no change");
    house.clock.set("2026-11-22T00:00:59Z".parse().expect("a time"));
    evaluate(&house, "x-api-key", &unused, &body).await.with(200);
    assert_eq!(seen(&house, &admin).await[1], json!("2026-11-22T00:00:00Z"));
}
