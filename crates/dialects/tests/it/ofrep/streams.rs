//! The stream of notices. Time stands still but for the runtime's own, which jumps when all wait.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use hoist_dialects::ofrep::Settings;
use http::{Request, Response, StatusCode, header};
use tokio::time::{Instant, timeout};

use super::{ALL, Site, post};
use crate::house::{Audience, rules};

/// A stream being read.
struct Listening(BodyDataStream);

impl Site {
    async fn connect(&self, key: &str, last: Option<&str>) -> Response<Body> {
        let path = self.ask(post(ALL, key, "{}")).await.stream();
        self.connect_to(&path, last).await
    }

    async fn connect_to(&self, path: &str, last: Option<&str>) -> Response<Body> {
        let mut request = Request::get(path);
        if let Some(id) = last {
            request = request.header("last-event-id", id);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn listen(&self, key: &str, last: Option<&str>) -> Listening {
        let response = self.connect(key, last).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        Listening(response.into_body().into_data_stream())
    }
}

impl Listening {
    /// The next piece; None at the end.
    async fn piece(&mut self) -> Option<String> {
        let piece = self.0.next().await?;
        Some(String::from_utf8(piece.unwrap().to_vec()).unwrap())
    }

    async fn is_silent_for(&mut self, seconds: u64) -> bool {
        timeout(Duration::from_secs(seconds), self.0.next()).await.is_err()
    }
}

fn refetch(id: &str) -> String {
    format!("id: {id}\nevent: message\ndata: {{\"type\":\"refetchEvaluation\"}}\n\n")
}

fn greeting(id: &str) -> String {
    format!("id: {id}\nevent: message\ndata: {{\"type\":\"connected\"}}\n\n")
}

/// Positions: epoch, revision, seconds of the last turn (an hour before the start).
const FIRST: &str = "e1.1.1795258800";
const SECOND: &str = "e1.2.1795258800";

#[tokio::test(start_paused = true)]
async fn greets_then_tells_of_changes() {
    let site = Site::new();
    let mut stream = site.listen("server", None).await;
    let first = stream.piece().await.unwrap();
    assert!(
        first.starts_with("retry: ") && first.ends_with(&greeting(FIRST)),
        "{first}"
    );
    assert!(stream.is_silent_for(10).await);
    site.house.publish(&rules(), 2, Audience::Everybody);
    assert_eq!(stream.piece().await.unwrap(), refetch(SECOND));
    assert!(stream.is_silent_for(10).await);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_the_latest_only() {
    let site = Site::new();
    let mut stream = site.listen("server", None).await;
    stream.piece().await.unwrap();
    for revision in 2..=50 {
        site.house.publish(&rules(), revision, Audience::Everybody);
    }
    assert_eq!(stream.piece().await.unwrap(), refetch("e1.50.1795258800"));
    assert!(stream.is_silent_for(10).await);
}

#[tokio::test(start_paused = true)]
async fn who_comes_back_is_told_what_it_missed() {
    let site = Site::new();
    site.house.publish(&rules(), 2, Audience::Everybody);
    site.house.advance(3_600);
    for (last, missed) in [
        (Some(FIRST), true),
        (Some(SECOND), false),
        (Some("e0.9.1795258800"), true),
        (Some("e1.9.1795258800"), false),
        (Some("e1.2.1"), true),
        (Some("nonsense"), true),
        (None, false),
    ] {
        let first = site.listen("server", last).await.piece().await.unwrap();
        assert_eq!(
            first.ends_with(&(greeting(SECOND) + &refetch(SECOND))),
            missed,
            "{last:?}: {first}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_position_a_young_change_counts_as_missed() {
    let site = Site::new();
    site.house.publish(&rules(), 2, Audience::Everybody);
    site.house.advance(59);
    assert!(
        site.listen("server", None)
            .await
            .piece()
            .await
            .unwrap()
            .ends_with(&refetch(SECOND))
    );
    site.house.advance(1);
    assert!(
        site.listen("server", None)
            .await
            .piece()
            .await
            .unwrap()
            .ends_with(&greeting(SECOND))
    );
}

#[tokio::test(start_paused = true)]
async fn passing_time_is_told() {
    let site = Site::new();
    let mut stream = site.listen("client", None).await;
    stream.piece().await.unwrap();
    site.house.turn();
    assert_eq!(stream.piece().await.unwrap(), refetch("e1.1.1795262400"));
    let back = site.listen("client", Some(FIRST)).await.piece().await.unwrap();
    assert!(back.ends_with(&refetch("e1.1.1795262400")), "{back}");
}

#[tokio::test(start_paused = true)]
async fn public_keys_are_not_told_of_what_they_cannot_see() {
    let site = Site::new();
    let mut stream = site.listen("client", None).await;
    stream.piece().await.unwrap();
    site.house.publish(&rules(), 2, Audience::ServersOnly);
    assert!(stream.is_silent_for(14).await);
}

#[tokio::test(start_paused = true)]
async fn silence_is_broken_by_comments() {
    let site = Site::new();
    let mut stream = site.listen("server", None).await;
    stream.piece().await.unwrap();
    let start = Instant::now();
    for beat in 1..=3 {
        assert_eq!(stream.piece().await.unwrap(), ":\n\n");
        assert_eq!(start.elapsed().as_secs(), 15 * beat);
    }
}

#[tokio::test(start_paused = true)]
async fn ends_with_its_credential() {
    let site = Site::new();
    let path = site.ask(post(ALL, "client", "{}")).await.stream();
    let mut theirs = site.listen("client", None).await;
    let mut ours = site.listen("server", None).await;
    theirs.piece().await.unwrap();
    ours.piece().await.unwrap();
    assert_eq!(site.house.listeners(), 2);
    site.house.revoke("client");
    assert_eq!(theirs.piece().await, None);
    assert!(ours.is_silent_for(10).await, "others go on");
    drop(theirs);
    assert_eq!(site.house.listeners(), 1);
    assert_eq!(site.connect_to(&path, None).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn an_address_is_stable_and_cannot_be_made_up() {
    let site = Site::new();
    let path = site.ask(post(ALL, "client", "{}")).await.stream();
    assert_eq!(
        site.ask(post(ALL, "client", r#"{"targetingKey":"other"}"#))
            .await
            .stream(),
        path
    );
    let (before, token) = path.rsplit_once('/').unwrap();
    let swapped: String = token.chars().rev().collect();
    for wrong in [&swapped, "", "x", &token[..token.len() - 2], &format!("{token}AA")] {
        let answer = site
            .ask(Request::get(format!("{before}/{wrong}")).body(Body::empty()).unwrap())
            .await;
        assert!(answer.status == StatusCode::UNAUTHORIZED || wrong.is_empty(), "{wrong}");
    }
    *site.house.secret.lock().unwrap() = [9; 32];
    assert_eq!(site.connect_to(&path, None).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(start_paused = true)]
async fn many_streams_are_told_within_a_second() {
    let site = Site::with(Settings {
        calm_streams: 4,
        ..Settings::default()
    });
    let mut calm = Vec::new();
    for _ in 0..4 {
        calm.push(site.listen("server", None).await);
    }
    assert_eq!(delays(&site, &mut calm, 2).await, [0; 4]);
    calm.push(site.listen("server", Some("e1.2.1795258800")).await);
    calm.push(site.listen("server", Some("e1.2.1795258800")).await);
    let spread = delays(&site, &mut calm, 3).await;
    assert!(spread.iter().all(|delay| *delay <= 1_000), "{spread:?}");
    assert!(spread.iter().max() > spread.iter().min(), "{spread:?}");
}

/// Milliseconds until each stream is told of a revision.
async fn delays(site: &Site, streams: &mut [Listening], revision: u64) -> Vec<u128> {
    for stream in &mut *streams {
        while !stream.is_silent_for(1).await {}
    }
    let start = Instant::now();
    site.house.publish(&rules(), revision, Audience::Everybody);
    let waiting = streams.iter_mut().map(|stream| async move {
        stream.piece().await.unwrap();
        start.elapsed().as_millis()
    });
    futures_util::future::join_all(waiting).await
}
