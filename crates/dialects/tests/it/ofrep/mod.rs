//! OFREP, whole answers over the router.

mod answers;
mod etag;
mod refusals;
mod streams;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use hoist_dialects::ofrep::{self, Ofrep, Settings};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::house::House;

pub const ALL: &str = "/ofrep/v1/evaluate/flags";

/// The dialect on a house.
pub struct Site {
    pub house: Arc<House>,
    router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: http::HeaderMap,
    pub text: String,
}

impl Site {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let house = House::new();
        let ofrep = Ofrep::new(house.ports(), settings);
        // The server mounts the same lines from its one route table.
        let lines = ofrep::routes(&ofrep).into_iter();
        let router = lines.fold(Router::new(), |router, line| {
            Router::route(router, &line.path, line.handler)
        });
        Self { house, router }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Sends and reads to the end.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.send(request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    /// All flags for a context, with the server key.
    pub async fn all(&self, context: &str) -> Answer {
        self.ask(post(ALL, "server", context)).await
    }

    /// One flag for a context, with the server key.
    pub async fn one(&self, key: &str, context: &str) -> Answer {
        self.ask(post(&format!("{ALL}/{key}"), "server", context)).await
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn etag(&self) -> &str {
        self.header(header::ETAG)
    }

    /// An item of a bulk answer.
    pub fn flag(&self, key: &str) -> Value {
        let json = self.json();
        let flags = json["flags"].as_array().unwrap();
        let flag = flags.iter().find(|flag| flag["key"] == key);
        flag.cloned().unwrap_or_else(|| panic!("no {key} in {}", self.text))
    }

    pub fn keys(&self) -> Vec<String> {
        let json = self.json();
        let flags = json["flags"].as_array().unwrap();
        flags
            .iter()
            .map(|flag| flag["key"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The path of the stream.
    pub fn stream(&self) -> String {
        let json = self.json();
        json["eventStreams"][0]["endpoint"]["requestUri"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// A question for a context given as a JSON object.
pub fn post(path: &str, key: &str, context: &str) -> Request<Body> {
    raw(path, key, format!("{{\"context\":{context}}}"))
}

/// A question with any body.
pub fn raw(path: &str, key: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(Method::POST).uri(path);
    request
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .body(body.into())
        .unwrap()
}
