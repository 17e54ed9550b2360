//! Changes as events, polled and streamed.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::Request;
use serde_json::{Value as Json, json};
use tokio::time::timeout;
use tower::ServiceExt;

use super::{Answer, Site, boolean, rule, test};

const SERVER: (&str, &str) = ("authorization", "server");

fn inside(segment: &str) -> Json {
    rule(&json!({"segment": segment}), "on")
}

fn segment(key: &str, index: u32, country: &str) -> Json {
    json!({"key": key, "index": index, "condition": test("country", "in", &json!([country]))})
}

fn first() -> Site {
    let flags = json!([boolean("a", &json!([inside("one")])), boolean("b", &json!([]))]);
    Site::with(&flags, &json!([segment("one", 0, "NO")]))
}

/// `a` asks for another segment, `b` is gone, `c` is new.
fn change(site: &Site, revision: u64) {
    let flags = json!([boolean("a", &json!([inside("two")])), boolean("c", &json!([]))]);
    site.publish(&flags, &json!([segment("two", 1, "SE")]), revision);
}

fn kinds(told: &Json) -> String {
    let kind = |event: &Json| {
        let name = ["/feature/name", "/featureName", "/segment/id", "/segmentId"]
            .iter()
            .find_map(|at| event.pointer(at));
        format!("{} {}", event["type"].as_str().unwrap(), name.unwrap_or(&Json::Null))
    };
    let all: Vec<String> = told["events"].as_array().unwrap().iter().map(kind).collect();
    all.join(", ")
}

const CHANGED: &str =
    "segment-updated 2, feature-updated \"a\", feature-updated \"c\", feature-removed \"b\", segment-removed 1";

async fn delta(site: &Site, query: &str, known: Option<&str>) -> Answer {
    let known = known.map(|known| ("if-none-match", known));
    let headers: Vec<_> = known.into_iter().chain([SERVER]).collect();
    site.get(&format!("/api/client/delta{query}"), &headers).await
}

#[tokio::test]
async fn everything_first_then_what_changed() {
    let site = first();
    let hydrated = delta(&site, "", None).await;
    let event = &hydrated.json()["events"][0];
    assert_eq!((&event["type"], &event["eventId"]), (&json!("hydration"), &json!(2)));
    assert_eq!(event["features"][0]["strategies"][0]["segments"], json!([1]));
    assert_eq!(event["segments"][0]["name"], "one");
    let tag = hydrated.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), tag.trim_matches('"').to_owned()] {
        let same = delta(&site, "", Some(&known)).await;
        assert_eq!((same.status.as_u16(), same.text.as_str()), (304, ""), "{known}");
    }
    change(&site, 3);
    let changed = delta(&site, "", Some(&tag)).await;
    assert_eq!(kinds(&changed.json()), CHANGED);
    assert_ne!(changed.header("etag"), tag);
    assert_eq!(delta(&site, "", Some(changed.header("etag"))).await.status, 304);
    assert_eq!(
        kinds(&delta(&site, "?namePrefix=b", Some(&tag)).await.json()),
        "segment-updated 2, feature-removed \"b\", segment-removed 1"
    );
    let unknown = delta(&site, "", Some("\"never told\"")).await;
    assert_eq!(kinds(&unknown.json()), "hydration null");
    for revision in 4..26 {
        let flags = json!([boolean(&format!("f{revision}"), &json!([]))]);
        site.publish(&flags, &json!([]), revision);
        assert_eq!(delta(&site, "", None).await.status, 200);
    }
    assert_eq!(
        kinds(&delta(&site, "", Some(&tag)).await.json()),
        "hydration null",
        "too old"
    );
    let public = site.get("/api/client/delta", &[("authorization", "client")]).await;
    assert_eq!(public.status, 403);
}

struct Listening(BodyDataStream);

impl Listening {
    async fn open(site: &Site, last: Option<&str>) -> Result<Self, u16> {
        let mut request = Request::get("/api/client/streaming").header("authorization", "server");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = site
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        if response.status() != 200 {
            return Err(response.status().as_u16());
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Ok(Self(response.into_body().into_data_stream()))
    }

    /// Id, kind and data of the next event.
    async fn event(&mut self) -> Option<(String, String, Json)> {
        let piece = self.0.next().await?.unwrap();
        let text = String::from_utf8(piece.to_vec()).unwrap();
        let line = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default()
                .to_owned()
        };
        let data = serde_json::from_str(&line("data: ")).unwrap_or_default();
        Some((line("id: "), line("event: "), data))
    }

    async fn is_silent_for(&mut self, seconds: u64) -> bool {
        timeout(Duration::from_secs(seconds), self.0.next()).await.is_err()
    }
}

#[tokio::test(start_paused = true)]
async fn changes_are_streamed_as_they_come() {
    let site = first();
    let mut stream = Listening::open(&site, None).await.ok().unwrap();
    let (id, kind, data) = stream.event().await.unwrap();
    assert_eq!(
        (kind.as_str(), kinds(&data).as_str()),
        ("unleash-connected", "hydration null")
    );
    assert!(stream.is_silent_for(10).await);
    change(&site, 3);
    let (next, kind, data) = stream.event().await.unwrap();
    assert_eq!((kind.as_str(), kinds(&data).as_str()), ("unleash-updated", CHANGED));
    assert_ne!(next, id);
    let mut back = Listening::open(&site, Some(&id)).await.ok().unwrap();
    assert_eq!(
        kinds(&back.event().await.unwrap().2),
        CHANGED,
        "who comes back is told what was missed"
    );
    change(&site, 4);
    assert!(stream.is_silent_for(10).await, "nothing that is told has changed");
    assert_eq!(
        stream.event().await.map(|(_, kind, _)| kind),
        Some(String::new()),
        "a sign of life"
    );
    site.house.revoke("server");
    assert_eq!(stream.event().await, None);
}

#[tokio::test(start_paused = true)]
async fn streams_are_counted() {
    let site = first();
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(Listening::open(&site, None).await.ok().unwrap());
    }
    assert_eq!(Listening::open(&site, None).await.err(), Some(429));
    open.pop();
    assert!(Listening::open(&site, None).await.is_ok());
}
