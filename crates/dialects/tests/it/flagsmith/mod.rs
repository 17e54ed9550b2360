//! Flagsmith's SDK API, whole answers over the router.

mod answers;
mod document;
mod refusals;
mod reports;
mod streams;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hoist_dialects::flagsmith::{Flagsmith, Settings, routes};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::house::{Audience, House};

pub const FLAGS: &str = "/flagsmith/api/v1/flags/";
pub const IDENTITIES: &str = "/flagsmith/api/v1/identities/";

/// The dialect on a house.
pub struct Site {
    pub house: Arc<House>,
    router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A flag among all.
    #[track_caller]
    pub fn flag(&self, name: &str) -> Json {
        let json = self.json();
        let all = json.get("flags").unwrap_or(&json).as_array().unwrap();
        let flag = all.iter().find(|flag| flag["feature"]["name"] == name);
        flag.cloned().unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }
}

impl Site {
    /// With the rules of the house.
    pub fn new() -> Self {
        let house = House::new();
        let flagsmith = Flagsmith::new(house.ports(), Settings::default());
        let lines = routes(&flagsmith).into_iter();
        let router = lines.fold(Router::new(), |router, line| {
            Router::route(router, &line.path, line.handler)
        });
        Self { house, router }
    }

    /// With flags of Flagsmith's.
    pub fn imported() -> Self {
        let site = Self::new();
        site.house.publish(&imported(), 2, Audience::Everybody);
        site
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let (parts, body) = self
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await
            .into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub async fn get(&self, key: &str, path: &str) -> Answer {
        self.ask("GET", path, &[("x-environment-key", key)], "").await
    }

    /// An identity with traits, by the server key.
    pub async fn identity(&self, body: &Json) -> Answer {
        let headers = [("x-environment-key", "server"), ("content-type", "application/json")];
        self.ask("POST", IDENTITIES, &headers, &body.to_string()).await
    }
}

/// What an import makes of an environment with the key `envkey`: a feature with two options, an override by a segment
/// and one of an identity; a feature without value; one for servers only.
pub fn imported() -> Json {
    let serve = |what: Json, enabled: bool| json!({"serve": what, "enabled": enabled});
    let split = json!({"split": {
        "allocation": {"scheme": "flagsmith", "salt": "78986", "inputs": [{"flagsmith_identity": "envkey"}]},
        "arms": [{"variant": "blue_key", "weight": 3000}, {"variant": "green", "weight": 3000},
            {"variant": "control", "weight": 4000}]}});
    let segment = json!({"segment": "testers"});
    let test =
        |attribute: &str, op: &str, value: &str| json!({"test": {"attribute": attribute, "op": op, "values": [value]}});
    let simple = |key: &str, index: u32, client_visible: bool| {
        json!({"key": key, "index": index, "kind": "any", "profile": "flagsmith", "client_visible": client_visible,
            "foreign": {"id": 20 + index, "type": "STANDARD", "salt": "5"},
            "steps": [{"serve": {"serve": serve(json!({"value": null}), true)}}]})
    };
    json!({"v": 1, "environment": "live", "environment_name": "Shop live", "epoch": "e1", "flags": [
        {"key": "colour", "index": 0, "kind": "string", "profile": "flagsmith", "client_visible": true,
            "variants": [{"key": "blue_key", "value": "blue"}, {"key": "green", "value": "green"},
                {"key": "control", "value": "red"}],
            "foreign": {"id": 11, "type": "MULTIVARIATE", "salt": "78986", "options": {
                "blue_key": {"id": "2|Some(\"blue_key\")|\"blue\"", "key": "blue_key"},
                "green": {"id": "3|None|\"green\""}}},
            "steps": [
                {"subjects": {"groups": [{"serve": serve(json!({"value": "gold"}), true), "subjects": ["ann"]}]}},
                {"rules": {"rules": [
                    {"id": "segment-1", "name": "testers", "condition": segment,
                        "serve": serve(json!({"value": "grey"}), false)},
                    {"id": "variants", "serve": serve(split, true)}]}},
                {"serve": {"serve": serve(json!({"variant": "control"}), true)}}]},
        simple("bare", 1, true),
        simple("secret", 2, false),
    ], "segments": [{"key": "testers", "index": 0, "profile": "flagsmith", "condition": {"any": [
        {"test": {"attribute": "unknown", "op": "equals", "values": ["x"]}},
        test("plan", "equals", "test"), test("$.environment.key", "equals", "other")]}}]})
}
