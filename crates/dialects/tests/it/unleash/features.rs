//! The client features document over HTTP.

use serde_json::json;

use super::{Site, boolean, rule, serve, test};
use crate::house::START;

const SERVER: (&str, &str) = ("authorization", "server");
const SPEC: (&str, &str) = ("unleash-client-spec", "5.2.0");
const PATH: &str = "/api/client/features";

/// A flag that asks for a segment, one that does not.
fn site() -> Site {
    let inside = json!({"segment": "nordics"});
    let flags = json!([
        boolean("a.flag", &json!([rule(&inside, "on")])),
        boolean("b.flag", &json!([rule(&test("plan", "in", &json!(["pro"])), "on")])),
        {"key": "placed", "kind": "boolean", "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}],
            "steps": [{"rules": {"rules": [{"id": "r", "serve": serve("on"), "gate": {"allocation": {"salt": "s"}, "share": 5000}}]}},
                {"serve": {"serve": serve("off")}}]},
    ]);
    let segments = json!([{"key": "nordics", "index": 4, "condition": test("country", "in", &json!(["NO", "SE"]))},
        {"key": "unused", "index": 5, "condition": test("country", "in", &json!(["DE"]))}]);
    Site::with(&flags, &segments)
}

#[tokio::test]
async fn a_whole_document_with_segments_apart() {
    let site = site();
    let answer = site.get(PATH, &[SERVER, SPEC]).await;
    assert_eq!(answer.status, 200);
    let feature = |name: &str, strategy: serde_json::Value| {
        json!({"name": name, "type": "release", "enabled": true, "project": "shop", "stale": false, "strategies": [strategy],
            "variants": [], "description": null, "impressionData": false})
    };
    let country = json!({"contextName": "country", "operator": "IN", "values": ["NO", "SE"]});
    let plan = json!({"contextName": "plan", "operator": "IN", "values": ["pro"]});
    let by_segment = json!({"name": "default", "constraints": [], "parameters": {}, "variants": [], "segments": [5]});
    let by_plan = json!({"name": "default", "constraints": [plan], "parameters": {}, "variants": []});
    assert_eq!(
        answer.json(),
        json!({"version": 2, "features": [feature("a.flag", by_segment), feature("b.flag", by_plan.clone())],
            "query": {"environment": "production", "inlineSegmentConstraints": false},
            "segments": [{"id": 5, "name": "nordics", "constraints": [country]}]})
    );
    assert_eq!(answer.header("hoist-gaps"), "1");
    let gaps = site.get("/api/client/gaps.json", &[SERVER]).await.json();
    assert_eq!(gaps["gaps"][0]["flag"], "placed");
    assert_eq!(gaps["gaps"][0]["left_out"], "flag");

    for old in [None, Some("4.1.9")] {
        let headers: Vec<_> = old
            .into_iter()
            .map(|old| ("unleash-client-spec", old))
            .chain([SERVER])
            .collect();
        let inlined = site.get(PATH, &headers).await.json();
        let by_country = json!({"name": "default", "constraints": [country], "parameters": {}, "variants": []});
        assert_eq!(inlined["features"][0], feature("a.flag", by_country));
        assert_eq!(inlined.get("segments"), None);
    }
}

#[tokio::test]
async fn filters_and_single_features() {
    let site = site();
    let names = async |query: &str| {
        let answer = site.get(&format!("{PATH}?{query}"), &[SERVER, SPEC]).await.json();
        let all = answer["features"].as_array().unwrap().clone();
        let names: Vec<String> = all.iter().map(|own| own["name"].as_str().unwrap().to_owned()).collect();
        (names.join(" "), answer["segments"].as_array().unwrap().len())
    };
    assert_eq!(names("namePrefix=b").await, ("b.flag".into(), 0));
    assert_eq!(names("project=shop&project=x").await, ("a.flag b.flag".into(), 1));
    assert_eq!(names("project=default").await, (String::new(), 0));
    let other = ("authorization", "other:production.server");
    assert_eq!(
        site.get(PATH, &[other, SPEC]).await.json()["features"],
        json!([]),
        "a token's project"
    );
    assert_eq!(site.get(&format!("{PATH}/a.flag"), &[other]).await.status, 404);
    assert_eq!(names("tag=simple:foo&environment=x").await, ("a.flag b.flag".into(), 1));
    let bad = site.get(&format!("{PATH}?tag=bad"), &[SERVER, SPEC]).await;
    assert_eq!(
        (bad.status.as_u16(), &bad.json()["name"]),
        (400, &json!("BadDataError"))
    );
    let one = site.get(&format!("{PATH}/b%2Eflag"), &[SERVER, SPEC]).await;
    assert_eq!(one.json()["name"], "b.flag");
    for unknown in ["nope", "placed", "x/y"] {
        let none = site.get(&format!("{PATH}/{unknown}"), &[SERVER]).await;
        assert_eq!(
            (none.status.as_u16(), &none.json()["name"]),
            (404, &json!("NotFoundError")),
            "{unknown}"
        );
    }
}

#[tokio::test]
async fn unchanged_is_304_until_it_changes() {
    let site = site();
    let first = site.get(PATH, &[SERVER, SPEC]).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"'), "strong: {tag}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let again = site.get(PATH, &[SERVER, SPEC, ("if-none-match", &known)]).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{known}");
    }
    let other = site.get(PATH, &[SERVER, ("if-none-match", &tag)]).await;
    assert_eq!(other.status, 200, "another form is another document");
    site.publish(&json!([boolean("a.flag", &json!([]))]), &json!([]), 3);
    let changed = site.get(PATH, &[SERVER, SPEC, ("if-none-match", &tag)]).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.json()["features"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn time_turns_the_document() {
    let start: jiff::Timestamp = START.parse().unwrap();
    let at = |seconds: i64| (start + jiff::SignedDuration::from_secs(seconds)).to_string();
    let off = json!({"serve": {"variant": "off"}, "enabled": false});
    let mut killed = boolean("killed", &json!([]));
    killed["steps"] = json!([{"kill": {"until": at(10), "off": off}}, {"serve": {"serve": serve("on")}}]);
    let mut windowed = boolean("windowed", &json!([]));
    let window = json!({"id": "w", "turns": "on", "from": at(20), "until": at(30)});
    windowed["steps"] = json!([{"windows": {"windows": [window], "off": off}}, {"serve": {"serve": serve("on")}}]);
    let site = Site::with(&json!([killed, windowed]), &json!([]));
    for (wait, expected) in [
        (0, [false, false]),
        (10, [true, false]),
        (10, [true, true]),
        (10, [true, false]),
    ] {
        site.house.advance(wait);
        let read = site.get(PATH, &[SERVER, SPEC]).await.json();
        let enabled = [0, 1].map(|at| read["features"][at]["enabled"] == true);
        assert_eq!(enabled, expected, "after {wait} more seconds");
    }
}

#[tokio::test]
async fn keys_and_refusals_in_unleashs_words() {
    let site = site();
    for open in [
        "server",
        "Bearer server",
        "bearer *:development.server",
        "[]:x.server",
        "shop:x.server",
    ] {
        assert_eq!(site.get(PATH, &[("authorization", open)]).await.status, 200, "{open}");
    }
    let unknown = site.get(PATH, &[("authorization", "*:development.nobody")]).await;
    let none = site.get(PATH, &[]).await;
    let told =
        "This endpoint requires an API token. Please add an authorization header to your request with a valid token";
    for answer in [unknown, none] {
        assert_eq!((answer.status.as_u16(), answer.json()), (401, json!({"message": told})));
    }
    let public = site.get(PATH, &[("authorization", "client")]).await;
    let told = "invalid token: expected a different token type for this endpoint";
    assert_eq!((public.status.as_u16(), public.json()), (403, json!({"message": told})));
    let spec = site.get(PATH, &[SERVER, ("unleash-client-spec", "v5")]).await;
    assert_eq!(
        (spec.status.as_u16(), spec.json()),
        (
            400,
            json!({"name": "BadDataError",
            "message": "Request validation failed: your request body or params contain invalid data: Invalid prefix in the Unleash-Client-Spec header: \"v5\".",
            "details": [{"message": "Invalid prefix in the Unleash-Client-Spec header: \"v5\"."}]})
        )
    );
    let method = site.ask("POST", PATH, &[SERVER], "").await;
    assert_eq!((method.status.as_u16(), method.header("allow")), (405, "GET, HEAD"));
}

#[tokio::test]
async fn below_a_path_of_its_own() {
    let site = Site::at("/unleash");
    assert_eq!(site.get("/unleash/api/client/features", &[SERVER]).await.status, 200);
    assert_eq!(site.get("/unleash/api/frontend", &[SERVER]).await.status, 200);
    assert_eq!(site.get(PATH, &[SERVER]).await.status, 404);
}
