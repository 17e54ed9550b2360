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
        "feature-removed \"b\", segment-removed 1",
        "segments of features that are not wanted are not told"
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

#[tokio::test]
async fn who_wants_some_features_is_told_their_segments() {
    let all = |of_a: Json, country: &str| {
        let flags = json!([boolean("a", &of_a), boolean("z", &json!([inside("one")]))]);
        (flags, json!([segment("one", 0, country)]))
    };
    let (flags, segments) = all(json!([]), "NO");
    let site = Site::with(&flags, &segments);
    let hydrated = delta(&site, "?namePrefix=a", None).await;
    assert_eq!(hydrated.json()["events"][0]["segments"], json!([]));
    let (flags, segments) = all(json!([inside("one")]), "NO");
    site.publish(&flags, &segments, 3);
    let changed = delta(&site, "?namePrefix=a", Some(hydrated.header("etag"))).await;
    assert_eq!(
        kinds(&changed.json()),
        "segment-updated 1, feature-updated \"a\"",
        "a segment that is old, but new to them"
    );
    let (flags, segments) = all(json!([inside("one")]), "SE");
    site.publish(&flags, &segments, 4);
    let next = delta(&site, "?namePrefix=a", Some(changed.header("etag"))).await;
    assert_eq!(kinds(&next.json()), "segment-updated 1");
    let (flags, segments) = all(json!([]), "DE");
    site.publish(&flags, &segments, 5);
    let last = delta(&site, "?namePrefix=a", Some(next.header("etag"))).await;
    assert_eq!(
        kinds(&last.json()),
        "feature-updated \"a\"",
        "nobody there asks for it any more"
    );
}

/// Another state for each number.
async fn tell(site: &Site, number: u64) -> String {
    let flags = json!([boolean(&format!("f{number}"), &json!([]))]);
    site.publish(&flags, &json!([]), number);
    delta(site, "", None).await.header("etag").to_owned()
}

#[tokio::test]
async fn a_state_that_comes_back_is_young_again() {
    let site = first();
    let tag = tell(&site, 100).await;
    for number in 101..111 {
        tell(&site, number).await;
    }
    assert_eq!(tell(&site, 100).await, tag);
    for number in 111..126 {
        tell(&site, number).await;
    }
    assert_eq!(
        kinds(&delta(&site, "", Some(&tag)).await.json()),
        "feature-updated \"f125\", feature-removed \"f100\""
    );
}

#[tokio::test(start_paused = true)]
async fn who_has_the_present_state_is_told_nothing() {
    let site = first();
    tell(&site, 100).await;
    let mut stream = Listening::open(&site, None).await.ok().unwrap();
    stream.event().await.unwrap();
    for number in 101..125 {
        tell(&site, number).await;
    }
    let flags = json!([boolean("f100", &json!([]))]);
    site.publish(&flags, &json!([]), 125);
    assert!(
        stream.is_silent_for(10).await,
        "the state that it was told is long forgotten, and has come back"
    );
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
