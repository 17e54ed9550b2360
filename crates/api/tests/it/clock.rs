//! A clock that jumps: by an hour, by a year, and back. Nothing is lost, nobody is locked out for longer than the window
//! of the limit, and what depends on time is what it is at the time that the clock shows.

use hoist_app::limiter::SignInLimits;
use hoist_app::{Clock as _, Purged};
use hoist_testkit::{OPERATOR, PASSWORD, PROJECT, Person, TestApp};
use http::Request;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value as Json, json};

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

const YEAR: i64 = 365 * 24;

async fn create(house: &TestApp, who: &Person, key: &str) -> Json {
    let request = Request::post(format!("{PROJECT}/flags"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(json!({"key": key, "kind": "boolean"}).to_string().into());
    house.send(Some(who), request.expect("a request")).await.with(201)
}

async fn sign_in(house: &TestApp, password: &str) -> u16 {
    let body = json!({"email": OPERATOR, "password": password}).to_string();
    let request = Request::post("/hoist/v1/session")
        .header("hoist-csrf", "1")
        .body(body.into());
    house.send(None, request.expect("a request")).await.status.as_u16()
}

/// Variant and reason in `dev`.
async fn decided(house: &TestApp, who: &Person, flag: &str) -> (Json, Json) {
    let contexts = json!([{"targetingKey": "ann"}]);
    let body = json!({"flags": [flag], "environments": ["dev"], "contexts": contexts});
    let told = house
        .post(Some(who), &format!("{PROJECT}/explain"), body)
        .await
        .with(200);
    let result = &told["results"][0];
    (result["variant"].clone(), result["detail"].clone())
}

#[tokio::test]
async fn changes_stay_in_order_and_happen_once() {
    let house = TestApp::start().await;
    let operator = house.person(OPERATOR).await;
    let first = house.revision();
    let mut answers = Vec::new();
    for (n, jump) in [1, -2, YEAR, -YEAR, 7 * YEAR, -7 * YEAR, 0].into_iter().enumerate() {
        house.clock.advance(hours(jump));
        let operator = house.person(OPERATOR).await;
        answers.push(create(&house, &operator, &format!("flag-{n}")).await);
        assert_eq!(house.revision(), first + answers.len() as u64);
        // What was asked before the jumps is still known, as long as it has not become old on the way.
        if jump < YEAR {
            assert_eq!(
                create(&house, &operator, "flag-0").await["revision"],
                answers[0]["revision"]
            );
        }
        assert_eq!(
            house.revision(),
            first + answers.len() as u64,
            "after a jump by {jump} h"
        );
    }
    let history = house
        .get(Some(&operator), &format!("{PROJECT}/history"))
        .await
        .with(200);
    let revisions = history["items"].as_array().expect("items").iter();
    let revisions = revisions.filter_map(|item| item["revision"].as_u64());
    let revisions: Vec<u64> = revisions.take_while(|revision| *revision > first).collect();
    let expected: Vec<u64> = (first + 1..=house.revision()).rev().collect();
    assert_eq!(revisions, expected);
    let house = house.reopened().await;
    assert_eq!(house.revision(), first + answers.len() as u64);
}

#[tokio::test]
async fn what_is_old_is_thrown_away() {
    let house = TestApp::start().await;
    let old = house.person(OPERATOR).await;
    create(&house, &old, "flag").await;
    let purged = async || house.app.purge().await.expect("a database");
    let nothing = Purged {
        sessions: 0,
        answers: 0,
    };
    assert_eq!(purged().await, nothing);
    house.clock.advance(hours(YEAR));
    let fresh = house.person(OPERATOR).await;
    create(&house, &fresh, "another").await;
    let Purged { sessions, answers } = purged().await;
    assert!(sessions >= 1, "{sessions}");
    assert_eq!(answers, 1);
    assert_eq!(purged().await, nothing);
    // What is young is there.
    let revision = house.revision();
    create(&house, &fresh, "another").await;
    assert_eq!(house.revision(), revision);
}

#[tokio::test]
async fn kills_and_windows_are_what_the_clock_says() {
    let house = TestApp::start().await;
    let operator = house.person(OPERATOR).await;
    let start = house.clock.now();
    let until = |span: i64| (start + span.hours()).to_string();
    create(&house, &operator, "killed").await;
    house
        .change(
            &operator,
            json!([
                {"config": {"switch": {"flag": "killed", "environment": "dev", "on": true}}},
                {"config": {"kill": {"flag": "killed", "environments": ["dev"], "until": until(2)}}}
            ]),
        )
        .await;
    let at = async |when: Timestamp| {
        house.clock.set(when);
        let operator = house.person(OPERATOR).await;
        decided(&house, &operator, "killed").await
    };
    let (killed, served) = (at(start).await, at(start + 3.hours()).await);
    assert_eq!((&killed.1, &served.0), (&json!("killed"), &json!("on")));
    for (when, expected) in [
        (start + 1.hour(), &killed),
        (start + (YEAR).hours(), &served),
        (start + 1.hour(), &killed),
        (start - (YEAR).hours(), &killed),
        (start + 2.hours(), &served),
    ] {
        assert_eq!(&at(when).await, expected, "{when}");
    }
}

#[tokio::test]
async fn nobody_is_locked_out_by_a_clock_that_was_wrong() {
    let house = TestApp::start_with(SignInLimits {
        // Half of it for one address.
        per_account: 6,
        ..SignInLimits::default()
    })
    .await;
    let before = house.person(OPERATOR).await;
    let session = async |who: &Person| house.get(Some(who), "/hoist/v1/session").await.status.as_u16();
    house.clock.advance(hours(YEAR));
    assert_eq!(session(&before).await, 401, "a year later a session has ended");
    for _ in 0..3 {
        assert_eq!(sign_in(&house, "something else").await, 401);
    }
    assert_eq!(sign_in(&house, PASSWORD).await, 429);
    let later = house.person(OPERATOR).await;
    house.clock.advance(hours(-YEAR));
    assert_eq!(
        sign_in(&house, PASSWORD).await,
        200,
        "what is in the future does not count"
    );
    assert_eq!(session(&later).await, 200);
    let fresh = house.person(OPERATOR).await;
    house.clock.advance(hours(-YEAR));
    assert_eq!(session(&fresh).await, 200);
    assert_eq!(sign_in(&house, PASSWORD).await, 200);
}
