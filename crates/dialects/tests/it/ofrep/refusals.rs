//! Refusals: every one has a body that clients can read.

use hoist_dialects::ofrep::Settings;
use http::{Method, Request, StatusCode, header};
use serde_json::json;

use super::{ALL, Answer, Site, post, raw};

fn is_whole(answer: &Answer, code: &str) {
    let json = answer.json();
    assert_eq!(json["errorCode"], code, "{}", answer.text);
    assert!(!json["errorDetails"].as_str().unwrap().is_empty());
    assert_eq!(json["metadata"], json!({}));
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    assert_eq!(answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
}

#[tokio::test]
async fn an_unknown_flag_is_not_found_and_nothing_else_is() {
    let site = Site::new();
    let answer = site.one("no\"pe", "{}").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    is_whole(&answer, "FLAG_NOT_FOUND");
    assert_eq!(answer.json()["key"], "no\"pe");
}

#[tokio::test]
async fn keys_in_three_places() {
    let site = Site::new();
    for (name, value) in [
        ("authorization", "Bearer server"),
        ("authorization", "bearer server"),
        ("authorization", "server"),
        ("x-api-key", "server"),
    ] {
        let request = Request::post(ALL).header(name, value).body("{}".into()).unwrap();
        assert_eq!(site.ask(request).await.status, StatusCode::OK, "{name}: {value}");
    }
    let both = Request::post(ALL)
        .header("authorization", "Basic proxy")
        .header("x-api-key", "server");
    assert_eq!(site.ask(both.body("{}".into()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_key_is_unauthorized() {
    let site = Site::new();
    for request in [post(ALL, "wrong", "{}"), Request::post(ALL).body("{}".into()).unwrap()] {
        let answer = site.ask(request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        is_whole(&answer, "GENERAL");
        assert!(answer.json().get("key").is_none());
    }
    let one = site.ask(post(&format!("{ALL}/rule"), "wrong", "{}")).await;
    assert_eq!(one.json()["key"], "rule");
}

#[tokio::test]
async fn broken_bodies_and_contexts_are_told_apart() {
    let site = Site::new();
    for body in ["{", "[]", "\"x\"", "{\"context\":{\"a\":}}", "{} x", "\u{1}"] {
        let answer = site.ask(raw(ALL, "server", body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        is_whole(&answer, "PARSE_ERROR");
    }
    for body in ["{\"context\":5}", "{\"context\":[]}", "{\"context\":\"x\"}"] {
        let answer = site.ask(raw(ALL, "server", body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        is_whole(&answer, "INVALID_CONTEXT");
    }
    let bytes = site
        .ask(raw(ALL, "server", vec![b'{', b'"', 0xff, b'"', b':', b'1', b'}']))
        .await;
    is_whole(&bytes, "PARSE_ERROR");
}

#[tokio::test]
async fn limits_of_body_and_context() {
    let site = Site::new();
    let context = |bytes: usize| format!(r#"{{"context":{{"a":"{}"}}}}"#, "x".repeat(bytes - r#"{"a":""}"#.len()));
    assert_eq!(
        site.ask(raw(ALL, "server", context(65_536))).await.status,
        StatusCode::OK
    );
    let large = site.ask(raw(ALL, "server", context(65_537))).await;
    is_whole(&large, "INVALID_CONTEXT");
    assert!(
        large.json()["errorDetails"]
            .as_str()
            .unwrap()
            .starts_with("/context: 65537 bytes")
    );
    let padded = format!("{{\"other\":\"{}\",\"context\":{{}}}}", "x".repeat(100_000));
    assert_eq!(site.ask(raw(ALL, "server", padded)).await.status, StatusCode::OK);
    let huge = site.ask(raw(ALL, "server", " ".repeat(1024 * 1024 + 1))).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    is_whole(&huge, "GENERAL");
    assert_eq!(
        huge.json()["errorDetails"],
        "the body is larger than 1048576 bytes (limits.body_bytes); send less at once"
    );
}

#[tokio::test]
async fn other_methods_are_refused_in_json() {
    let site = Site::new();
    for path in [ALL, "/ofrep/v1/evaluate/flags/rule", "/ofrep/v1/streams/x"] {
        let request = Request::builder()
            .method(Method::DELETE)
            .uri(path)
            .body("".into())
            .unwrap();
        let answer = site.ask(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        is_whole(&answer, "GENERAL");
    }
}

#[tokio::test]
async fn browsers_may_ask_and_read() {
    let site = Site::new();
    for path in [ALL, "/ofrep/v1/evaluate/flags/rule", "/ofrep/v1/streams/x"] {
        let request = Request::builder().method(Method::OPTIONS).uri(path);
        let request = request
            .header("origin", "https://shop.example")
            .body("".into())
            .unwrap();
        let preflight = site.ask(request).await;
        assert_eq!(preflight.status, StatusCode::NO_CONTENT);
        assert_eq!(preflight.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
        assert!(preflight.header(header::ACCESS_CONTROL_ALLOW_METHODS).contains("POST"));
        let allowed = preflight.header(header::ACCESS_CONTROL_ALLOW_HEADERS).to_lowercase();
        for name in ["authorization", "x-api-key", "content-type", "if-none-match"] {
            assert!(allowed.contains(name), "{name}");
        }
        assert!(preflight.header(header::ACCESS_CONTROL_MAX_AGE).parse::<u32>().unwrap() >= 3_600);
    }
    let exposed = site.all("{}").await;
    let exposed = exposed.header(header::ACCESS_CONTROL_EXPOSE_HEADERS);
    assert!(exposed.contains("ETag") && exposed.contains("Retry-After"), "{exposed}");
}

#[tokio::test]
async fn too_many_streams_are_told_when_to_come_again() {
    let site = Site::with(Settings {
        most_streams: 0,
        ..Settings::default()
    });
    let stream = site.all("{}").await.stream();
    let answer = site.ask(Request::get(stream).body("".into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    is_whole(&answer, "GENERAL");
    assert!(
        answer.header(header::RETRY_AFTER).parse::<u32>().is_ok(),
        "whole seconds"
    );
}
