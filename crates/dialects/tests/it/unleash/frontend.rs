//! The frontend API.

use serde_json::{Value as Json, json};

use super::{Site, boolean, rule, serve, test};

const CLIENT: (&str, &str) = ("authorization", "*:production.client");

fn imported() -> Json {
    let payload = json!({"payloadType": "json", "payload": "{\"a\":1}"});
    json!({"key": "imported", "kind": "boolean", "profile": "unleash", "client_visible": true,
        "variants": [{"key": "on", "value": true}, {"key": "red~2", "value": true, "metadata": payload}, {"key": "off", "value": false}],
        "foreign": {"unleashVariants": {"on": null, "red~2": "red", "off": null}, "impressionData": true, "project": "default"},
        "steps": [{"rules": {"rules": [
            rule(&test("remoteAddress", "cidr", &json!(["192.0.2.0/24"])), "red~2"),
            rule(&test("country", "in", &json!(["NO"])), "on")]}},
            {"serve": {"serve": {"serve": {"variant": "off"}, "enabled": false}}}]})
}

fn site() -> Site {
    let number = json!({"key": "number", "kind": "integer", "client_visible": true,
        "variants": [{"key": "ten", "value": 10}], "steps": [{"serve": {"serve": serve("ten")}}]});
    let mut hidden = boolean("hidden", &json!([{"id": "r", "serve": serve("on")}]));
    hidden["client_visible"] = json!(false);
    Site::with(
        &json!([
            boolean("country", &json!([rule(&test("country", "in", &json!(["NO"])), "on")])),
            hidden,
            imported(),
            number
        ]),
        &json!([]),
    )
}

fn toggle(name: &str, variant: &Json, impressions: bool) -> Json {
    json!({"name": name, "enabled": true, "variant": variant, "impressionData": impressions, "impression_data": impressions})
}

fn none(enabled: bool) -> Json {
    json!({"name": "disabled", "enabled": false, "feature_enabled": enabled, "featureEnabled": enabled})
}

#[tokio::test]
async fn whole_answers_by_query_and_by_body() {
    let site = site();
    let ten = json!({"name": "ten", "enabled": true, "payload": {"type": "number", "value": "10"}, "feature_enabled": true, "featureEnabled": true});
    let red = json!({"name": "red", "enabled": true, "payload": {"type": "json", "value": "{\"a\":1}"}, "feature_enabled": true, "featureEnabled": true});
    let expected = json!({"toggles": [toggle("country", &none(true), false), toggle("imported", &red, true), toggle("number", &ten, false)]});
    let query = "appName=a&userId=u&properties%5Bcountry%5D=NO";
    for path in ["/api/frontend", "/api/proxy"] {
        let answer = site.get(&format!("{path}?{query}"), &[CLIENT]).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, expected.clone()));
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let body = json!({"context": {"appName": "a", "userId": "u", "properties": {"country": "NO"}}});
        assert_eq!(site.post(path, CLIENT.1, &body.to_string()).await.json(), expected);
    }
    let elsewhere = json!({"context": {"remoteAddress": "10.0.0.1"}}).to_string();
    let answer = site.post("/api/frontend", CLIENT.1, &elsewhere).await;
    assert_eq!(
        answer.json(),
        json!({"toggles": [toggle("number", &ten, false)]}),
        "only what is enabled"
    );
    assert_eq!(*site.house.answered.lock().unwrap(), [], "clients count by themselves");
}

#[tokio::test]
async fn all_one_and_what_servers_see() {
    let site = site();
    let names = async |path: &str, key: &str| {
        let answer = site.get(path, &[("authorization", key)]).await.json();
        let all = answer["toggles"].as_array().unwrap().clone();
        all.iter()
            .map(|own| own["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(names("/api/frontend/all", "client").await, "country imported number");
    assert_eq!(
        names("/api/frontend/all", "default:production.client").await,
        "imported"
    );
    assert_eq!(
        names("/api/frontend/all", "shop:production.client").await,
        "country imported number"
    );
    assert_eq!(
        names("/api/proxy/all", "server").await,
        "country hidden imported number"
    );
    assert_eq!(
        names("/api/frontend?country=x", "server").await,
        "hidden imported number"
    );
    let off = site.get("/api/frontend/features/country", &[CLIENT]).await;
    assert_eq!(off.json()["enabled"], false);
    assert_eq!(off.json()["variant"], none(false));
    for unknown in ["/api/frontend/features/hidden", "/api/proxy/features/nope"] {
        assert_eq!(site.get(unknown, &[CLIENT]).await.status, 404, "{unknown}");
    }
}

#[tokio::test]
async fn unchanged_is_304() {
    let site = site();
    let first = site.get("/api/frontend?country=NO", &[CLIENT]).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    let again = site
        .get("/api/frontend?country=NO", &[CLIENT, ("if-none-match", &tag)])
        .await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    assert_eq!(again.header("access-control-allow-origin"), "*");
    let other = site
        .get("/api/frontend?country=SE", &[CLIENT, ("if-none-match", &tag)])
        .await;
    assert_eq!(other.status, 200);
}

#[tokio::test]
async fn pages_of_other_origins_may_ask() {
    let site = site();
    let asked = [
        ("access-control-request-headers", "my-key, unleash-appname"),
        ("origin", "https://app.example"),
    ];
    for path in ["/api/frontend", "/api/proxy/all", "/api/frontend/client/metrics"] {
        let answer = site.ask("OPTIONS", path, &asked, "").await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-headers"), "my-key, unleash-appname");
        assert_eq!(answer.header("access-control-max-age"), "86400");
    }
    let refused = site.get("/api/frontend", &[]).await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("access-control-allow-origin")),
        (401, "*")
    );
}

#[tokio::test]
async fn odd_bodies_are_refused_in_unleashs_shape() {
    let site = site();
    let deep = format!("{{\"context\": {}1{}}}", "[".repeat(4000), "]".repeat(4000));
    for odd in [
        "{",
        "[]",
        "{\"context\": \"x\"}",
        "{\"context\": {\"properties\": 1}}",
        &deep,
    ] {
        let answer = site.post("/api/frontend", CLIENT.1, odd).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["name"]),
            (400, &json!("BadDataError")),
            "{odd:.40}"
        );
    }
    let large = json!({"context": {"userId": "x".repeat(11_000)}}).to_string();
    assert_eq!(site.post("/api/frontend", CLIENT.1, &large).await.status, 413);
    let lists = json!({"context": {"userId": ["a"], "country": {"x": 1}, "properties": {"country": null}}}).to_string();
    assert_eq!(site.post("/api/frontend", CLIENT.1, &lists).await.status, 200);
    for odd in ["%", "properties%5B", "=&&=", "properties[]=x&userId=%ff"] {
        assert_eq!(
            site.get(&format!("/api/frontend?{odd}"), &[CLIENT]).await.status,
            200,
            "{odd}"
        );
    }
    assert_eq!(site.ask("DELETE", "/api/frontend", &[CLIENT], "").await.status, 405);
}
