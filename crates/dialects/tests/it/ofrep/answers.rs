//! What is answered.

use hoist_dialects::ports::Evaluated;
use http::StatusCode;
use serde_json::json;

use super::{ALL, Site, post, raw};

#[tokio::test]
async fn one_flag_says_everything_clients_need() {
    let site = Site::new();
    let answer = site.one("integer", "{}").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(http::header::CONTENT_TYPE), "application/json");
    assert_eq!(
        answer.text,
        r#"{"key":"integer","reason":"STATIC","variant":"only","value":10,"metadata":{"flagSetId":"acme/shop/production","version":"40","reasonDetail":"default"}}"#
    );
}

#[tokio::test]
async fn numbers_keep_their_type() {
    let site = Site::new();
    assert!(site.one("float", "{}").await.text.contains(r#""value":10.0,"#));
    assert!(site.one("integer", "{}").await.text.contains(r#""value":10,"#));
    assert_eq!(site.one("string", "{}").await.json()["value"], "a \"quoted\" text");
    assert_eq!(site.one("object", "{}").await.json()["value"], json!({"a": [1, null]}));
}

#[tokio::test]
async fn reasons_are_standard_and_details_are_metadata() {
    let site = Site::new();
    let matched = site.one("rule", r#"{"targetingKey":"u","country":"DE"}"#).await.json();
    assert_eq!(matched["reason"], "TARGETING_MATCH");
    assert_eq!(matched["value"], true);
    assert_eq!(matched["metadata"]["rule"], "r-\"1\"");
    assert_eq!(matched["metadata"]["reasonDetail"], "rule");
    let other = site.one("rule", "{}").await.json();
    assert_eq!((&other["reason"], &other["value"]), (&json!("DEFAULT"), &json!(false)));
    let disabled = site.one("disabled", "{}").await.json();
    assert_eq!(
        (&disabled["reason"], &disabled["value"]),
        (&json!("DISABLED"), &json!(false))
    );
}

#[tokio::test]
async fn the_codes_own_default_has_no_value_but_a_variant_of_null() {
    let answer = Site::new().one("code-default", "{}").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains(r#""variant":null,"metadata""#), "{}", answer.text);
}

#[tokio::test]
async fn metadata_is_flat_without_null_and_the_flags_own_wins() {
    let answer = Site::new().one("metadata", "{}").await;
    let expected = json!({"flagSetId": "acme/shop/production", "version": "mine", "reasonDetail": "default",
        "nested": "{\"a\":1}", "number": 5});
    assert_eq!(answer.json()["metadata"], expected);
    assert_eq!(answer.text.matches("\"version\"").count(), 1);
}

#[tokio::test]
async fn only_a_flag_that_places_subjects_needs_a_targeting_key() {
    let site = Site::new();
    let alone = site.one("split", r#"{"country":"DE"}"#).await;
    assert_eq!(alone.status, StatusCode::BAD_REQUEST);
    assert_eq!(alone.json()["errorCode"], "TARGETING_KEY_MISSING");
    assert!(alone.json()["metadata"].is_object());
    assert!(alone.json()["errorDetails"].is_string());
    for name in ["targetingKey", "bucketingKey"] {
        let placed = site.one("split", &format!(r#"{{"{name}":"u1"}}"#)).await;
        assert_eq!(placed.json()["reason"], "SPLIT", "{name}");
    }
    let among = site.all("{}").await;
    assert_eq!(among.status, StatusCode::OK);
    assert_eq!(among.flag("split")["errorCode"], "TARGETING_KEY_MISSING");
    assert_eq!(among.flag("rule")["value"], false);
}

#[tokio::test]
async fn keys_with_slashes_arrive_escaped_or_not() {
    let site = Site::new();
    for key in ["secret/with%25slash", "secret%2Fwith%25slash", "secret%2fwith%slash"] {
        assert_eq!(site.one(key, "{}").await.json()["key"], "secret/with%slash", "{key}");
    }
}

#[tokio::test]
async fn all_flags_in_order_with_the_stream() {
    let site = Site::new();
    let answer = site.all(r#"{"targetingKey":"u1"}"#).await;
    let mut sorted = answer.keys();
    sorted.sort_unstable();
    assert_eq!(answer.keys(), sorted);
    assert_eq!(sorted.len(), 12);
    assert_eq!(
        answer.json()["metadata"],
        json!({"flagSetId": "acme/shop/production", "version": "1"})
    );
    let streams = &answer.json()["eventStreams"];
    assert_eq!(streams[0]["type"], "sse");
    assert_eq!(streams[0]["endpoint"].as_object().unwrap().len(), 1, "no origin");
    assert!(streams[0].get("url").is_none());
    let slash = site
        .ask(post(&format!("{ALL}/"), "server", r#"{"targetingKey":"u1"}"#))
        .await;
    assert_eq!(slash.text, answer.text);
}

#[tokio::test]
async fn bodies_may_be_empty() {
    let site = Site::new();
    for body in ["", "{}", r#"{"context":{}}"#, r#"{"context":null}"#] {
        assert_eq!(
            site.ask(raw(ALL, "server", body)).await.status,
            StatusCode::OK,
            "{body:?}"
        );
    }
}

#[tokio::test]
async fn public_keys_see_what_is_visible_to_them() {
    let site = Site::new();
    let seen = site.ask(post(ALL, "client", "{}")).await.keys();
    assert_eq!(seen.len(), 10);
    assert!(!seen.iter().any(|key| key == "drawn" || key.starts_with("secret")));
    let hidden = site.ask(post(&format!("{ALL}/drawn"), "client", "{}")).await;
    let absent = site.ask(post(&format!("{ALL}/dr4wn"), "client", "{}")).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(hidden.text, absent.text.replace("dr4wn", "drawn"));
    let filtered = site.ask(post(&format!("{ALL}?flags=drawn,rule"), "client", "{}")).await;
    assert_eq!(filtered.keys(), ["rule"]);
}

#[tokio::test]
async fn subsets_ignore_unknown_names() {
    let site = Site::new();
    let query = site
        .ask(post(&format!("{ALL}?flags=rule,nope,float"), "server", "{}"))
        .await;
    assert_eq!(query.keys(), ["float", "rule"]);
    for context in [
        r#"{"flags":"rule, nope,float"}"#,
        r#"{"flags":["float","rule"]}"#,
        r#"{"gofeatureflag":{"flagList":["rule","float"]}}"#,
    ] {
        assert_eq!(site.all(context).await.keys(), ["float", "rule"], "{context}");
    }
    assert_eq!(site.all(r#"{"flags":["nope"]}"#).await.keys(), [""; 0]);
}

#[tokio::test]
async fn what_is_answered_is_told_in_one_batch() {
    let site = Site::new();
    site.one("rule", r#"{"country":"DE"}"#).await;
    let only = Evaluated {
        flag: 4,
        variant: Some(0),
    };
    assert_eq!(*site.house.answered.lock().unwrap(), [only]);
    site.all("{}").await;
    assert_eq!(site.house.answered.lock().unwrap().len(), 13);
}

#[tokio::test]
async fn what_is_stored_of_the_subject_takes_part() {
    let site = Site::new();
    *site.house.stored.lock().unwrap() = Some(("country".into(), "DE".into(), 3));
    assert_eq!(site.one("rule", r#"{"targetingKey":"u"}"#).await.json()["value"], true);
}
