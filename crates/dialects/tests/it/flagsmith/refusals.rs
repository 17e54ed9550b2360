//! Keys, methods, other origins, and whatever else arrives.

use hoist_dialects::Access;
use hoist_dialects::flagsmith::{Flagsmith, Settings, routes};
use http::Method;
use serde_json::json;

use super::{FLAGS, IDENTITIES, Site};
use crate::house::House;

#[tokio::test]
async fn keys_open_what_they_may() {
    let site = Site::new();
    for key in ["server", "ser.server", "client"] {
        assert_eq!(site.get(key, FLAGS).await.status, 200, "{key}");
    }
    for key in ["nobody", "ser.nobody", "ser.client", "ser.ser.server", "ser.", " "] {
        let answer = site.get(key, FLAGS).await;
        assert_eq!(answer.status, 401, "{key}");
        assert_eq!(answer.json(), json!({"detail": "Invalid or missing Environment Key"}));
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    assert_eq!(
        site.ask("GET", FLAGS, &[("authorization", "Bearer server")], "")
            .await
            .status,
        401
    );
    site.house.revoke("server");
    assert_eq!(site.get("server", FLAGS).await.status, 401);
    assert_eq!(site.get("ser.server", FLAGS).await.status, 401);
}

#[tokio::test]
async fn other_methods_are_refused_and_head_has_no_body() {
    let site = Site::new();
    for (method, path, allowed) in [
        ("POST", FLAGS, "GET, HEAD, OPTIONS"),
        ("DELETE", IDENTITIES, "GET, HEAD, POST, OPTIONS"),
    ] {
        let answer = site.ask(method, path, &[("x-environment-key", "server")], "").await;
        assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allowed));
        assert!(answer.json()["detail"].is_string());
    }
    let head = site.ask("HEAD", FLAGS, &[("x-environment-key", "server")], "").await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
}

#[tokio::test]
async fn pages_of_any_origin_may_ask() {
    let site = Site::new();
    let preflight = site
        .ask("OPTIONS", IDENTITIES, &[("origin", "https://shop.example")], "")
        .await;
    assert_eq!(preflight.status, 204);
    let allowed = preflight.header("access-control-allow-headers").to_lowercase();
    for needed in [
        "x-environment-key",
        "content-type",
        "flagsmith-application-name",
        "traceparent",
    ] {
        assert!(allowed.contains(needed), "{needed}");
    }
    let answer = site.get("client", FLAGS).await;
    let exposed = answer.header("access-control-expose-headers");
    assert!(
        exposed.contains("X-Flagsmith-Document-Updated-At"),
        "Flagsmith's own client reads it"
    );
}

#[tokio::test]
async fn who_is_asked_for_must_be_said() {
    let site = Site::new();
    for path in [
        IDENTITIES.to_owned(),
        format!("{IDENTITIES}?identifier="),
        format!("{IDENTITIES}?x=1"),
    ] {
        let answer = site.get("server", &path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (400, json!({"detail": "Missing identifier"}))
        );
    }
    let long = format!("{IDENTITIES}?identifier={}", "x".repeat(2_001));
    let answer = site.get("server", &long).await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["identifier"][0].as_str().unwrap().contains("2000"));
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused_in_its_words() {
    let site = Site::new();
    let key = [("x-environment-key", "server")];
    let trait_of =
        |key: String, value: serde_json::Value| json!({"traits": [{"trait_key": key, "trait_value": value}]});
    let rows = [
        (String::new(), "detail"),
        ("{".to_owned(), "detail"),
        ("nonsense".to_owned(), "detail"),
        ("[".repeat(100_000), "traits"),
        (format!("{{\"traits\":{}", "[".repeat(10_000)), "non_field_errors"),
        (format!("{{\"identifier\":{}", "[".repeat(10_000)), "detail"),
        (format!("{{\"more\":{}", "{\"a\":".repeat(10_000)), "detail"),
        ("[]".to_owned(), "non_field_errors"),
        ("null".to_owned(), "non_field_errors"),
        (json!({"identifier": {}}).to_string(), "identifier"),
        (json!({"identifier": true}).to_string(), "identifier"),
        (json!({"identifier": "x".repeat(2_001)}).to_string(), "identifier"),
        (json!({"traits": {}}).to_string(), "non_field_errors"),
        (json!({"traits": [1]}).to_string(), "non_field_errors"),
        (json!({"traits": [{"trait_value": 1}]}).to_string(), "non_field_errors"),
        (json!({"traits": [{"trait_key": 5}]}).to_string(), "non_field_errors"),
        (trait_of("k".into(), json!([1])).to_string(), "traits"),
        (trait_of("k".into(), json!({"a": 1})).to_string(), "traits"),
        (trait_of("k".repeat(201), json!(1)).to_string(), "traits"),
        (trait_of("k".into(), json!("ü".repeat(2_001))).to_string(), "traits"),
        (
            json!({"identifier": "a", "more": "x".repeat(70_000)}).to_string(),
            "traits",
        ),
    ];
    for (body, field) in rows {
        let shown: String = body.chars().take(80).collect();
        let answer = site.ask("POST", IDENTITIES, &key, &body).await;
        assert_eq!(answer.status, 400, "{shown}");
        let json = answer.json();
        assert_eq!(
            json.as_object().unwrap().keys().collect::<Vec<_>>(),
            [field],
            "{shown}: {json}"
        );
    }
    let fits = trait_of("k".repeat(200), json!("ü".repeat(2_000)));
    assert_eq!(site.identity(&fits).await.status, 200);
    for odd in [
        json!({"identifier": 7}),
        json!({"identifier": null, "traits": null}),
        json!({"transient": "x"}),
    ] {
        assert_eq!(site.identity(&odd).await.status, 200, "{odd}");
    }
    let packed = [("x-environment-key", "server"), ("content-encoding", "gzip")];
    assert_eq!(site.ask("POST", IDENTITIES, &packed, "{}").await.status, 415);
    let large = "x".repeat(2 * 1024 * 1024);
    assert_eq!(site.ask("POST", IDENTITIES, &key, &large).await.status, 413);
}

#[tokio::test]
async fn every_line_of_the_table_needs_what_it_says() {
    let site = Site::new();
    let table = routes(&Flagsmith::new(House::new().ports(), Settings::default()));
    let (mut keys, mut open) = (0, 0);
    for line in &table {
        let path = line.path.replace("{key}", "nobody");
        for (method, access) in &line.methods {
            let answer = site.ask(method.as_str(), &path, &[], "{}").await;
            match access {
                Access::Credential => {
                    assert_eq!(answer.status, 401, "{method} {path}");
                    keys += 1;
                }
                Access::Public => {
                    assert!(answer.status.is_success(), "{method} {path}");
                    open += 1;
                }
                Access::StreamToken => panic!("{path} has no token"),
            }
        }
        for method in [Method::PATCH, Method::DELETE] {
            let answer = site
                .ask(method.as_str(), &path, &[("x-environment-key", "server")], "{}")
                .await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
    assert_eq!((table.len(), keys, open), (32, 34, 48));
}
