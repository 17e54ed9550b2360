//! Unleash's API: whole answers, refusals, and what of our rules is said to its clients.

mod features;
mod frontend;
mod projection;
mod reports;
mod streaming;
mod table;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hoist_dialects::Access;
use hoist_dialects::unleash::{Settings, Unleash, routes};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use crate::house::{Audience, House};

/// Where every request comes from.
const CALLER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));

struct Site {
    house: Arc<House>,
    router: Router,
    table: Vec<(String, Vec<(Method, Access)>)>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Site {
    fn new() -> Self {
        Self::at("")
    }

    fn at(path: &str) -> Self {
        let house = House::new();
        let settings = Settings {
            path: path.to_owned(),
            body_bytes: 10_000,
            most_streams: 3,
            caller: Arc::new(|_| Some(CALLER)),
        };
        let lines = routes(&Unleash::new(house.ports(), settings));
        let table = lines.iter().map(|line| (line.path.clone(), line.methods.clone()));
        let table = table.collect();
        let router = lines.into_iter().fold(Router::new(), |router, line| {
            Router::route(router, &line.path, line.handler)
        });
        Self { house, router, table }
    }

    /// With these flags and segments.
    fn with(flags: &Json, segments: &Json) -> Self {
        let site = Self::new();
        site.publish(flags, segments, 2);
        site
    }

    fn publish(&self, flags: &Json, segments: &Json, revision: u64) {
        self.house
            .publish(&ruleset(flags, segments), revision, Audience::Everybody);
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(path), |request, (name, value)| {
                request.header(*name, *value)
            });
        let response = self
            .router
            .clone()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers, Body::empty()).await
    }

    async fn post(&self, path: &str, key: &str, body: &str) -> Answer {
        let headers = [("authorization", key), ("content-type", "application/json")];
        self.ask("POST", path, &headers, body.to_owned()).await
    }
}

fn ruleset(flags: &Json, segments: &Json) -> Json {
    let mut flags = flags.clone();
    for (at, flag) in flags.as_array_mut().unwrap().iter_mut().enumerate() {
        flag["index"] = json!(at);
    }
    json!({"v": 1, "environment": "production", "epoch": "e1", "flags": flags, "segments": segments})
}

fn serve(variant: &str) -> Json {
    json!({"serve": {"variant": variant}})
}

/// On or off by these rules, else off.
fn boolean(key: &str, rules: &Json) -> Json {
    let variants = [
        json!({"key": "on", "value": true}),
        json!({"key": "off", "value": false}),
    ];
    json!({"key": key, "kind": "boolean", "client_visible": true, "variants": variants,
        "steps": [{"rules": {"rules": rules}}, {"serve": {"serve": serve("off")}}]})
}

fn rule(condition: &Json, variant: &str) -> Json {
    json!({"id": "r", "condition": condition, "serve": serve(variant)})
}

fn test(attribute: &str, op: &str, values: &Json) -> Json {
    json!({"test": {"attribute": attribute, "op": op, "values": values}})
}
