//! The stream of changes. Time stands still but for the runtime's own, which jumps when all wait.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use futures_util::StreamExt;
use http::Request;
use serde_json::json;
use tokio::time::timeout;

use super::{FLAGS, Site, imported};
use crate::house::Audience;

/// A stream being read.
struct Listening(BodyDataStream);

impl Site {
    async fn listen(&self, key: &str) -> Listening {
        let path = format!("/flagsmith/sse/environments/{key}/stream");
        let response = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
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

fn event(at: &str) -> String {
    format!("event: environment_updated\ndata: {{\"updated_at\": {at}}}\n\n")
}

#[tokio::test(start_paused = true)]
async fn says_since_when_what_is_served_is_what_it_is() {
    let site = Site::new();
    let mut stream = site.listen("client").await;
    let first = stream.piece().await.unwrap();
    assert!(
        first.starts_with("retry: ") && first.ends_with(&event("1795258800.000000")),
        "{first}"
    );
    assert!(stream.is_silent_for(10).await);
    site.house.publish(&imported(), 2, Audience::Everybody);
    assert_eq!(stream.piece().await.unwrap(), event("1795262400.000000"));
    let answer = site.get("client", FLAGS).await;
    assert_eq!(
        answer.header("x-flagsmith-document-updated-at"),
        "1795262400.000000",
        "clients compare the two"
    );
    site.house.advance(5);
    site.house.turn();
    assert_eq!(stream.piece().await.unwrap(), event("1795262405.000000"));
    assert!(stream.is_silent_for(10).await);
}

#[tokio::test(start_paused = true)]
async fn a_public_key_does_not_hear_of_what_it_cannot_see() {
    let site = Site::new();
    let mut stream = site.listen("client").await;
    stream.piece().await.unwrap();
    site.house.publish(&imported(), 2, Audience::ServersOnly);
    assert!(stream.is_silent_for(10).await);
}

#[tokio::test(start_paused = true)]
async fn silence_is_a_comment_and_the_end_of_a_key_is_the_end() {
    let site = Site::new();
    let mut stream = site.listen("client").await;
    stream.piece().await.unwrap();
    for _ in 0..40 {
        assert_eq!(
            stream.piece().await.unwrap(),
            ":\n\n",
            "events would be taken for changes"
        );
    }
    assert_eq!(site.house.listeners(), 1);
    site.house.revoke("client");
    assert_eq!(stream.piece().await, None);
    drop(stream);
    assert_eq!(site.house.listeners(), 0);
}

#[tokio::test(start_paused = true)]
async fn keys_that_open_no_stream() {
    let site = Site::new();
    for (key, status) in [("nobody", 401), ("server", 403), ("ser.server", 401), ("%00", 401)] {
        let answer = site
            .ask("GET", &format!("/flagsmith/sse/environments/{key}/stream"), &[], "")
            .await;
        assert_eq!(answer.status, status, "{key}");
        assert!(answer.json()["detail"].is_string());
    }
    let other = site
        .ask("POST", "/flagsmith/sse/environments/client/stream", &[], "")
        .await;
    assert_eq!((other.status.as_u16(), other.header("allow")), (405, "GET, OPTIONS"));
    assert!(json!(other.json()).is_object());
}
