//! The environment document.

use hoist_dialects::flagsmith::{About, Export, export};
use hoist_engine::ruleset::Ruleset;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::{FLAGS, Site};
use crate::house::{Audience, START};

const DOCUMENT: &str = "/flagsmith/api/v1/environment-document/";
const GAPS: &str = "/flagsmith/api/v1/environment-document/gaps/";

fn state<'d>(document: &'d Json, name: &str) -> Option<&'d Json> {
    let states = document["feature_states"].as_array().unwrap();
    states.iter().find(|state| state["feature"]["name"] == name)
}

#[tokio::test]
async fn a_whole_document() {
    let site = Site::imported();
    let answer = site.get("ser.server", DOCUMENT).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("hoist-gaps"), "0");
    let document = answer.json();
    assert_eq!(document["api_key"], "envkey");
    assert_eq!(document["name"], "Shop live");
    assert_eq!(document["updated_at"], "2026-11-21T12:00:00.000000+00:00");
    assert_eq!(document["project"]["name"], "shop");
    assert_eq!(document["project"]["organisation"]["name"], "acme");
    assert_eq!(document["project"]["organisation"]["persist_trait_data"], false);
    assert_eq!(document["project"]["server_key_only_feature_ids"], json!([22]));
    let feature = json!({"id": 11, "name": "colour", "type": "MULTIVARIATE"});
    let colour = state(&document, "colour").unwrap();
    assert_eq!((&colour["feature"], &colour["django_id"]), (&feature, &json!(78986)));
    let shares: Vec<(&Json, &Json)> = colour["multivariate_feature_state_values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (&own["percentage_allocation"], &own["multivariate_feature_option"]))
        .collect();
    let option = |id: u64, value: &str, key: Json| json!({"id": id, "value": value, "key": key});
    let (blue, green) = (option(2, "blue", json!("blue_key")), option(3, "green", Json::Null));
    assert_eq!(shares, [(&json!(30.0), &blue), (&json!(30.0), &green)]);
    let segment = &document["project"]["segments"][0];
    assert_eq!(segment["name"], "testers");
    let over = &segment["feature_states"][0];
    assert_eq!(
        (&over["feature_state_value"], &over["enabled"]),
        (&json!("grey"), &json!(false))
    );
    assert_eq!(over["feature_segment"], json!({"priority": 0}));
    let ann = &document["identity_overrides"][0];
    assert_eq!(ann["identifier"], "ann");
    assert_eq!(ann["identity_features"][0]["feature_state_value"], "gold");
}

#[tokio::test]
async fn it_is_for_server_keys_only() {
    let site = Site::imported();
    for path in [DOCUMENT, GAPS, "/flagsmith/api/v1/environment-document"] {
        assert_eq!(site.get("server", path).await.status, 200, "{path}");
        let refused = site.get("client", path).await;
        assert_eq!(refused.status, 403);
        assert!(refused.json()["detail"].is_string());
        assert_eq!(site.get("ser.client", path).await.status, 401);
    }
}

#[tokio::test]
async fn unchanged_is_304_by_tag_and_by_date() {
    let site = Site::imported();
    let ask = |name: &'static str, value: String| {
        let site = &site;
        async move {
            site.ask("GET", DOCUMENT, &[("x-environment-key", "server"), (name, &value)], "")
                .await
        }
    };
    let first = site.get("server", DOCUMENT).await;
    assert_eq!(
        first.header("last-modified"),
        "",
        "another change may come within this second"
    );
    site.house.advance(1);
    let later = site.get("server", DOCUMENT).await;
    let date = later.header("last-modified").to_owned();
    assert_eq!(date, "Sat, 21 Nov 2026 12:00:00 GMT");
    let tag = first.header("etag").to_owned();
    assert_eq!(tag, later.header("etag"));
    for (name, value) in [("if-modified-since", &date), ("if-none-match", &tag)] {
        let known = ask(name, value.clone()).await;
        assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""), "{name}");
        assert_eq!(known.header("x-flagsmith-document-updated-at"), "1795262400.000000");
    }
    for (name, value) in [
        ("if-modified-since", "Sat, 21 Nov 2026 11:59:59 GMT"),
        ("if-modified-since", "yesterday"),
        ("if-none-match", "\"x\""),
    ] {
        assert_eq!(ask(name, value.into()).await.status, 200, "{value}");
    }
    site.house.publish(&super::imported(), 3, Audience::Everybody);
    assert_eq!(ask("if-modified-since", date).await.status, 200);
    assert_eq!(ask("if-none-match", tag).await.status, 200, "it says when it changed");
}

#[tokio::test]
async fn what_cannot_be_said_is_left_out_and_named() {
    let site = Site::new();
    let answer = site.get("server", DOCUMENT).await;
    let document = answer.json();
    let told: Vec<&str> = document["feature_states"]
        .as_array()
        .unwrap()
        .iter()
        .map(|state| state["feature"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "integer",
            "float",
            "string",
            "object",
            "rule",
            "secret/with%slash",
            "code-default",
            "disabled",
            "metadata"
        ]
    );
    let gaps = site.get("server", GAPS).await.json();
    let names: Vec<&str> = gaps["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["flag"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["drawn", "split", "window"]);
    assert_eq!(answer.header("hoist-gaps"), "3");
    assert_eq!(document["api_key"], "acme/shop/production");
    let (float, rule) = (state(&document, "float").unwrap(), state(&document, "rule").unwrap());
    assert_eq!(float["feature_state_value"], "10.0");
    assert_eq!(
        (&rule["enabled"], &rule["feature_state_value"]),
        (&json!(false), &json!(false))
    );
    let segment = &document["project"]["segments"][0];
    assert_eq!(segment["name"], "rule: r-\"1\"");
    let condition = json!({"operator": "IN", "property_": "country", "value": "DE"});
    assert_eq!(
        segment["rules"],
        json!([{"type": "ALL", "rules": [], "conditions": [condition]}])
    );
    assert_eq!(
        segment["feature_states"][0]["enabled"], true,
        "a boolean that is true is on"
    );
}

fn exported(flags: &Json, segments: &Json, now: Timestamp) -> Export {
    let rules = json!({"v": 1, "environment": "e", "flags": flags, "segments": segments});
    let rules: Ruleset = serde_json::from_value(rules).unwrap();
    let about = About {
        flag_set: "o/p/e",
        now,
        updated_at: START.parse().unwrap(),
    };
    export(&rules, &about)
}

fn flag(steps: &Json) -> Json {
    json!({"key": "f", "index": 0, "kind": "boolean", "steps": steps,
        "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}]})
}

fn serve(variant: &str) -> Json {
    json!({"serve": {"variant": variant}})
}

#[test]
fn what_a_kill_or_a_window_says_is_said_until_it_changes() {
    let now: Timestamp = START.parse().unwrap();
    let at = |seconds: i64| now + SignedDuration::from_secs(seconds);
    let kill = json!({"kill": {"until": at(60), "off": serve("off")}});
    let window = json!({"windows": {"windows": [{"id": "w", "turns": "on", "from": at(90), "until": at(120)}],
        "off": serve("off")}});
    let flags = json!([flag(&json!([kill, window, {"serve": {"serve": serve("on")}}]))]);
    for (seconds, enabled, until, since) in [
        (0, false, Some(60), 0),
        (60, false, Some(90), 60),
        (90, true, Some(120), 90),
        (119, true, Some(120), 119),
        (120, false, None, 120),
    ] {
        let exported = exported(&flags, &json!([]), at(seconds));
        assert_eq!(exported.gaps, []);
        assert_eq!(state(&exported.document, "f").unwrap()["enabled"], enabled, "{seconds}");
        assert_eq!(exported.until, until.map(at), "{seconds}");
        assert_eq!(exported.updated_at, at(since), "{seconds}");
    }
}

#[tokio::test]
async fn time_makes_another_document() {
    let site = Site::new();
    let now: Timestamp = START.parse().unwrap();
    let kill = json!({"kill": {"until": now + SignedDuration::from_secs(60), "off": serve("off")}});
    let rules = json!({"v": 1, "environment": "e", "epoch": "e1",
        "flags": [flag(&json!([kill, {"serve": {"serve": serve("on")}}]))]});
    site.house.publish(&rules, 2, Audience::Everybody);
    let ask = || async { state(&site.get("server", DOCUMENT).await.json(), "f").unwrap()["enabled"].clone() };
    assert_eq!(ask().await, false);
    site.house.advance(59);
    let tag = site.get("server", DOCUMENT).await;
    assert_eq!(ask().await, false);
    site.house.advance(1);
    assert_eq!(ask().await, true);
    assert_eq!(site.get("server", FLAGS).await.flag("f")["enabled"], true);
    let since = [
        ("x-environment-key", "server"),
        ("if-modified-since", tag.header("last-modified")),
    ];
    assert_eq!(site.ask("GET", DOCUMENT, &since, "").await.status, 200);
}

#[test]
fn reasons_why_a_flag_is_left_out() {
    let last = json!({"serve": {"serve": serve("off")}});
    let ruled = |rule: Json| json!([{"rules": {"rules": [rule]}}, last]);
    let tested = |test: Json| ruled(json!({"id": "1", "serve": serve("on"), "condition": {"test": test}}));
    let split = |scheme: &str, inputs: Json| {
        json!([{"serve": {"serve": {"serve": {"split": {"allocation": {"scheme": scheme, "salt": "s", "inputs": inputs},
            "arms": [{"variant": "on", "weight": 1}, {"variant": "off", "weight": 1}]}}}}}])
    };
    let placed = json!({"percentage": {"allocation": {"scheme": "flagsmith", "salt": "7",
        "inputs": [{"flagsmith_identity": "k"}]}, "share": 5000, "bound": "inclusive"}});
    let rows = [
        (
            tested(json!({"attribute": "a", "op": "matches", "values": ["x"]})),
            "matches",
        ),
        (tested(json!({"attribute": "a", "op": "gt", "values": [1]})), "gt"),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": [5]})),
            "more than the same text",
        ),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": ["5"]})),
            "more than the same text",
        ),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": ["true"]})),
            "more than the same text",
        ),
        (
            tested(json!({"attribute": "a", "op": "contains", "values": ["1.5"]})),
            "more than the same text",
        ),
        (tested(json!({"attribute": "userId", "op": "exists"})), "userId"),
        (tested(json!({"attribute": "$now", "op": "exists"})), "$now"),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": ["x"], "ignore_case": true})),
            "case",
        ),
        (
            tested(json!({"attribute": "a", "op": "equals", "values": ["x"], "quantifier": "all"})),
            "lists",
        ),
        (
            tested(json!({"attribute": "a", "op": "exists", "negate": true})),
            "where nobody is named",
        ),
        (
            ruled(json!({"id": "1", "serve": serve("on"), "condition": placed})),
            "segment of its own",
        ),
        (
            ruled(json!({"id": "1", "serve": serve("on"), "condition": {"segment": "numbers"}})),
            "`numbers` cannot be said",
        ),
        (
            ruled(json!({"id": "1", "serve": serve("on"), "condition": {"segment": "s"},
                "gate": {"allocation": {"scheme": "hoist64", "salt": "s"}, "share": 10}})),
            "gate",
        ),
        (
            json!([{"prerequisites": {"all": [{"flag": "x"}], "off": serve("off")}}, last]),
            "prerequisites",
        ),
        (
            split("hoist64", json!([{"first_of": ["targetingKey"]}])),
            "another hash",
        ),
        (
            split("flagsmith", json!([{"first_of": ["targetingKey"]}])),
            "identity key",
        ),
        (split("flagsmith", json!([{"flagsmith_identity": "k"}])), "one switch"),
        (
            json!([{"subjects": {"groups": [{"serve": serve("on"), "subjects": ["007"]}]}}, last]),
            "007",
        ),
        (
            json!([{"rules": {"rules": [{"id": "1", "serve": serve("on"), "condition": {"segment": "s"}}]}},
                {"subjects": {"groups": [{"serve": serve("on"), "subjects": ["x"]}]}}, last]),
            "come first",
        ),
    ];
    let segments = json!([
        {"key": "numbers", "index": 0, "condition": {"test": {"attribute": "a", "op": "lt", "values": [5]}}},
        {"key": "s", "index": 1, "members": ["ann"]}]);
    for (steps, why) in rows {
        let exported = exported(&json!([flag(&steps)]), &segments, START.parse().unwrap());
        assert_eq!(exported.document["feature_states"], json!([]), "{why}");
        let gaps = serde_json::to_value(&exported.gaps).unwrap();
        assert_eq!(gaps[0]["segment"], "numbers");
        assert!(gaps[1]["text"].as_str().unwrap().contains(why), "{gaps} lacks {why}");
    }
}

/// Each subject of an override is an identity with a state of its own.
#[test]
fn a_document_has_an_end() {
    let subjects: Vec<String> = (0..150_000).map(|number| format!("subject-{number}")).collect();
    let group = json!({"subjects": subjects, "serve": {"serve": {"value": "x"}}});
    let flag = |key: &str, index: u32, groups: Json| {
        json!({"key": key, "index": index, "kind": "any", "profile": "flagsmith", "client_visible": true,
            "foreign": {"id": index, "type": "STANDARD", "salt": "5"},
            "steps": [{"subjects": {"groups": groups}}, {"serve": {"serve": {"serve": {"value": "y"}}}}]})
    };
    let flags = json!([flag("large", 1, json!([group])), flag("small", 2, json!([]))]);
    let export = exported(&flags, &json!([]), START.parse().unwrap());
    assert!(format!("{:?}", export.gaps).contains("large"), "{:?}", export.gaps);
    assert_eq!(export.document["identity_overrides"], json!([]));
    assert!(state(&export.document, "small").is_some());
}
