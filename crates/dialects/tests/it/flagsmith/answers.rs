//! Flags and identities.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{FLAGS, IDENTITIES, Site};
use crate::house::Audience;

fn flag(id: u64, name: &str, enabled: bool, value: &Json) -> Json {
    json!({"feature": {"id": id, "name": name, "type": "STANDARD"}, "enabled": enabled, "feature_state_value": value})
}

#[tokio::test]
async fn all_flags_of_an_environment() {
    let site = Site::new();
    let answer = site.get("server", FLAGS).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("flagsmith-version"), "2.265.0");
    assert_eq!(answer.header("x-flagsmith-document-updated-at"), "1795258800.000000");
    assert!(answer.header("cache-control").contains("no-store"));
    for (at, name, enabled, value) in [
        (0, "integer", true, json!(10)),
        (1, "float", true, json!("10.0")),
        (2, "string", true, json!("a \"quoted\" text")),
        (3, "object", true, json!("{\"a\":[1,null]}")),
        (4, "rule", false, json!(false)),
        (7, "code-default", false, Json::Null),
        (8, "disabled", false, json!(false)),
        (6, "secret/with%slash", true, json!(true)),
    ] {
        assert_eq!(answer.flag(name), flag(1_000_000_000 + at, name, enabled, &value));
    }
    assert_eq!(answer.flag("split")["feature"]["type"], "MULTIVARIATE");
    assert_eq!(answer.json().as_array().unwrap().len(), 12);
    assert_eq!(site.house.answered.lock().unwrap().len(), 12);

    let public = site.get("client", "/flagsmith/api/v1/flags").await.json();
    let names: Vec<&str> = public
        .as_array()
        .unwrap()
        .iter()
        .map(|flag| flag["feature"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(!names.contains(&"secret/with%slash") && !names.contains(&"drawn"));
}

#[tokio::test]
async fn one_flag_by_its_name() {
    let site = Site::imported();
    let one = |key: &'static str, query: &'static str| {
        let site = &site;
        async move { site.get(key, &format!("{FLAGS}?feature={query}")).await }
    };
    let found = one("client", "bare").await;
    assert_eq!(found.json(), flag(21, "bare", true, &Json::Null));
    assert_eq!(one("client", "BARE").await.json(), found.json(), "whatever its case");
    assert_eq!(one("server", "secret").await.status, 200);
    for (key, query) in [("client", "secret"), ("server", "nowhere"), ("server", "")] {
        let answer = one(key, query).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (404, json!({"detail": "Given feature not found"}))
        );
    }
    let identity = site
        .get("client", &format!("{IDENTITIES}?identifier=ann&feature=colour"))
        .await;
    let mut expected = flag(11, "colour", true, &json!("gold"));
    expected["feature"]["type"] = json!("MULTIVARIATE");
    expected["variant"] = Json::Null;
    assert_eq!(identity.json(), expected);
}

#[tokio::test]
async fn where_nobody_is_named_flagsmiths_segments_do_not_apply() {
    let site = Site::imported();
    let mut rules = super::imported();
    rules["segments"][0]["condition"] = json!({"test": {"attribute": "plan", "op": "exists", "negate": true}});
    site.house.publish(&rules, 3, crate::house::Audience::Everybody);
    let all = site.get("server", FLAGS).await.flag("colour");
    assert_eq!(
        (&all["enabled"], &all["feature_state_value"]),
        (&json!(true), &json!("red"))
    );
    let somebody = site.identity(&json!({"identifier": "bob"})).await.flag("colour");
    assert_eq!(
        (&somebody["enabled"], &somebody["feature_state_value"]),
        (&json!(false), &json!("grey"))
    );
}

#[tokio::test]
async fn an_identity_has_the_variant_that_it_had_in_flagsmith() {
    let site = Site::imported();
    let mut counts = BTreeMap::new();
    for at in 0..300 {
        let name = format!("user-{at}");
        let answer = site.get("client", &format!("{IDENTITIES}?identifier={name}")).await;
        let flag = answer.flag("colour");
        let pieces = ["78986", ",", "envkey_", &name];
        let place = hoist_engine::scheme::flagsmith::place(pieces.into_iter());
        let expected = match hoist_engine::scheme::flagsmith::percentage(place) {
            share if share < 30.0 => ("blue", json!("blue_key")),
            share if share < 60.0 => ("green", Json::Null),
            _ => ("red", json!("control")),
        };
        assert_eq!(
            (flag["feature_state_value"].as_str().unwrap(), &flag["variant"]),
            (expected.0, &expected.1)
        );
        *counts.entry(expected.0).or_insert(0) += 1;
        // Asked with a body the answer is the same.
        assert_eq!(site.identity(&json!({"identifier": name})).await.flag("colour"), flag);
    }
    assert!(
        counts.len() == 3 && counts.values().all(|count| *count > 60),
        "{counts:?}"
    );
}

#[tokio::test]
async fn traits_of_the_question_count_and_are_given_back() {
    let site = Site::imported();
    let body = json!({"identifier": "bob", "transient": true, "traits": [
        {"trait_key": "plan", "trait_value": "free"},
        {"trait_key": "plan", "trait_value": "test", "transient": true},
        {"trait_key": "age", "trait_value": 1.5},
        {"trait_key": "gone", "trait_value": null},
        {"trait_key": "$.identity.key", "trait_value": "forged"}]});
    let answer = site.identity(&body).await;
    assert_eq!(answer.status, 200);
    let given = |key: &str, value: Json, transient: bool| json!({"id": null, "trait_key": key, "trait_value": value, "transient": transient});
    let all = answer.json();
    assert_eq!(all["identifier"], "bob");
    assert_eq!(
        all["traits"],
        json!([
            given("plan", json!("test"), true),
            given("age", json!(1.5), false),
            given("$.identity.key", json!("forged"), false)
        ])
    );
    let flag = answer.flag("colour");
    assert_eq!(
        (&flag["enabled"], &flag["feature_state_value"]),
        (&json!(false), &json!("grey"))
    );
    let asked = site.get("server", &format!("{IDENTITIES}?identifier=bob")).await.json();
    assert_eq!(asked["traits"], json!([]), "nothing is stored");
}

#[tokio::test]
async fn who_has_no_name_is_told_by_their_traits() {
    let site = Site::imported();
    let of = |body: Json| {
        let site = &site;
        async move {
            site.identity(&body).await.json()["identifier"]
                .as_str()
                .unwrap()
                .to_owned()
        }
    };
    let pair = |key: &str, value: Json| json!({"trait_key": key, "trait_value": value});
    let one = of(json!({"identifier": "", "traits": [pair("b", json!(true)), pair("a", json!("x"))]})).await;
    // sha256 of `axbTrue`
    assert_eq!(one, "34460d3e793737a0d29f8c0a15a15b56f75bb142391d551d4abf8806a450879a");
    let other = of(json!({"traits": [pair("a", json!("x")), pair("b", json!(true))]})).await;
    assert_eq!(one, other, "whatever their order");
    let (first, second) = (of(json!({})).await, of(json!({"traits": []})).await);
    assert!(first != second && first.len() == 16, "{first} {second}");
}

#[tokio::test]
async fn whoever_takes_a_url_apart_gets_the_same() {
    let site = Site::imported();
    let answer = site
        .get("server", &format!("{IDENTITIES}?transient=1&identifier=a+b%2Fc%C3%BC"))
        .await;
    assert_eq!(answer.json()["identifier"], "a b/cü");
    let plain = site
        .get("server", "/flagsmith/api/v1/identities?identifier=a%20b/c%C3%BC")
        .await;
    assert_eq!(answer.json(), plain.json());
}

/// Where nobody is named, what a flag of Flagsmith's needs may be a flag of ours.
#[tokio::test]
async fn nobody_gets_what_stands_on_a_native_flag() {
    let site = Site::new();
    let parent = json!({"key": "parent", "index": 1, "kind": "boolean", "client_visible": true,
        "variants": [{"key": "on", "value": true}], "steps": [{"serve": {"serve": {"serve": {"variant": "on"}}}}]});
    let off = json!({"serve": {"value": null}, "enabled": false});
    let child = json!({"key": "child", "index": 2, "kind": "any", "profile": "flagsmith", "client_visible": true,
        "foreign": {"id": 2, "type": "STANDARD", "salt": "5"},
        "steps": [{"prerequisites": {"all": [{"flag": "parent", "enabled": true}], "off": off}},
                  {"serve": {"serve": {"serve": {"value": "x"}}}}]});
    let rules = json!({"v": 1, "environment": "live", "epoch": "e1", "flags": [parent, child]});
    site.house.publish(&rules, 2, Audience::Everybody);
    for path in ["/flagsmith/api/v1/flags/?feature=child", "/flagsmith/api/v1/flags/"] {
        let answer = site.get("client", path).await.json();
        let flags = answer.as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
        let child = flags.iter().find(|flag| flag["feature"]["name"] == "child");
        assert_eq!(
            child.map(|flag| &flag["enabled"]),
            Some(&json!(true)),
            "{path}: {answer}"
        );
    }
}
