//! When an answer counts as unchanged.

use http::{StatusCode, header};

use super::{ALL, Answer, Site, post};
use crate::house::{Audience, rules};

const WHO: &str = r#"{"targetingKey":"u1","country":"DE","plan":"pro"}"#;

impl Site {
    async fn again(&self, path: &str, key: &str, context: &str, tag: &str) -> Answer {
        let mut request = post(path, key, context);
        request
            .headers_mut()
            .insert(header::IF_NONE_MATCH, tag.parse().unwrap());
        self.ask(request).await
    }

    async fn is_unchanged(&self, context: &str, tag: &str) -> bool {
        let answer = self.again(ALL, "server", context, tag).await;
        match answer.status {
            StatusCode::NOT_MODIFIED => {
                assert_eq!((answer.text.as_str(), answer.etag()), ("", tag));
                true
            }
            status => {
                assert_eq!(status, StatusCode::OK);
                assert_ne!(answer.etag(), tag);
                false
            }
        }
    }
}

#[tokio::test]
async fn the_same_question_is_answered_unchanged_without_evaluating() {
    let site = Site::new();
    let tag = site.all(WHO).await.etag().to_owned();
    site.house.answered.lock().unwrap().clear();
    assert!(site.is_unchanged(WHO, &tag).await);
    let reordered = r#"{"plan":"pro","country":"DE","targetingKey":"u1"}"#;
    assert!(site.is_unchanged(reordered, &tag).await);
    assert!(site.house.answered.lock().unwrap().is_empty());
    assert!(site.is_unchanged(WHO, &tag).await);
    let weak = site.again(ALL, "server", WHO, &format!("W/{tag}")).await;
    assert_eq!(weak.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn every_part_of_the_context_counts() {
    let site = Site::new();
    let tag = site.all(WHO).await.etag().to_owned();
    for other in [
        r#"{"targetingKey":"u2","country":"DE","plan":"pro"}"#,
        r#"{"targetingKey":"u1","country":"FR","plan":"pro"}"#,
        r#"{"targetingKey":"u1","country":"DE","plan":"PRO"}"#,
        r#"{"targetingKey":"u1","country":"DE"}"#,
        r#"{"targetingKey":"u1","country":"DE","plan":"pro","more":null}"#,
    ] {
        assert!(!site.is_unchanged(other, &tag).await, "{other}");
    }
    *site.house.stored.lock().unwrap() = Some(("plan".into(), "pro".into(), 2));
    assert!(!site.is_unchanged(WHO, &tag).await, "another version of what is stored");
}

#[tokio::test]
async fn filter_and_key_count() {
    let site = Site::new();
    let answer = site.all(WHO).await;
    let some = site
        .again(&format!("{ALL}?flags=rule"), "server", WHO, answer.etag())
        .await;
    assert_eq!(some.status, StatusCode::OK);
    let same = site
        .again(&format!("{ALL}?flags=rule,rule"), "server", WHO, some.etag())
        .await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    assert_eq!(
        site.again(ALL, "client", WHO, answer.etag()).await.status,
        StatusCode::OK
    );
    site.house.rename("server", 77);
    let renewed = site.again(ALL, "server", WHO, answer.etag()).await;
    assert_eq!(renewed.status, StatusCode::OK, "the stream's address is another");
    assert_ne!(renewed.stream(), answer.stream());
}

#[tokio::test]
async fn a_change_counts_for_those_who_can_notice_it() {
    let site = Site::new();
    let server = site.all(WHO).await;
    let client = site.ask(post(ALL, "client", WHO)).await;
    site.house.publish(&rules(), 2, Audience::ServersOnly);
    assert!(!site.is_unchanged(WHO, server.etag()).await);
    let unchanged = site.again(ALL, "client", WHO, client.etag()).await;
    assert_eq!(unchanged.status, StatusCode::NOT_MODIFIED);
    site.house.publish(&rules(), 3, Audience::Everybody);
    assert_eq!(
        site.again(ALL, "client", WHO, client.etag()).await.status,
        StatusCode::OK
    );
    let mut restored = rules();
    restored["epoch"] = "e2".into();
    let before = site.all(WHO).await.etag().to_owned();
    site.house.publish(&restored, 3, Audience::Everybody);
    assert!(!site.is_unchanged(WHO, &before).await, "a restored backup");
}

#[tokio::test]
async fn time_alone_ends_a_tag() {
    let site = Site::new();
    let answer = site.all(WHO).await;
    assert_eq!(answer.flag("window")["value"], false);
    let tag = answer.etag().to_owned();
    site.house.advance(599);
    assert!(site.is_unchanged(WHO, &tag).await);
    site.house.advance(2);
    let later = site.again(ALL, "server", WHO, &tag).await;
    assert_eq!(
        (later.status, later.flag("window")["value"].clone()),
        (StatusCode::OK, true.into())
    );
    site.house.advance(1_000_000);
    assert!(site.is_unchanged(WHO, later.etag()).await, "nothing is left that turns");
}

#[tokio::test]
async fn a_tag_ends_only_with_flags_that_were_asked_for() {
    let site = Site::new();
    let path = format!("{ALL}?flags=rule");
    let tag = site.ask(post(&path, "server", WHO)).await.etag().to_owned();
    site.house.advance(3_600);
    assert_eq!(
        site.again(&path, "server", WHO, &tag).await.status,
        StatusCode::NOT_MODIFIED
    );
}

#[tokio::test]
async fn draws_hold_as_long_as_the_tag() {
    let site = Site::new();
    let first = site.all(WHO).await;
    for _ in 0..20 {
        assert_eq!(site.all(WHO).await.text, first.text);
    }
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..64 {
        seen.insert(site.one("drawn", WHO).await.json()["variant"].to_string());
    }
    assert_eq!(seen.len(), 2, "one flag alone is drawn anew each time");
}
