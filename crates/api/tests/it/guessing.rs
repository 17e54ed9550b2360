//! Passwords cannot be guessed, owners cannot be locked out, and nothing tells who has an account.

use std::sync::Arc;

use hoist_api::ClientAddress;
use hoist_app::hashing::{AT_ONCE, IN_WAIT};
use hoist_testkit::{OPERATOR, PASSWORD, Reply, TestApp};
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::json;

async fn sign_in(house: &TestApp, email: &str, password: &str, address: &str) -> Reply {
    let request = Request::builder()
        .method("POST")
        .uri("/hoist/v1/session")
        .header("hoist-csrf", "1")
        .extension(ClientAddress(address.to_owned()))
        .body(json!({"email": email, "password": password}).to_string().into());
    house.send(None, request.expect("a request")).await
}

/// Wrong passwords that were looked at, of so many from each of some addresses.
async fn guesses(house: &TestApp, addresses: std::ops::Range<u8>, each: usize) -> usize {
    let mut looked_at = 0;
    for address in addresses {
        for n in 0..each {
            let reply = sign_in(
                house,
                OPERATOR,
                &format!("guess number {n}"),
                &format!("10.6.6.{address}"),
            )
            .await;
            match reply.status.as_u16() {
                401 => looked_at += 1,
                _ => assert!(reply.headers.contains_key(header::RETRY_AFTER), "{}", reply.text),
            }
        }
    }
    looked_at
}

#[tokio::test]
async fn ten_guesses_a_minute_whoever_guesses_and_the_owner_comes_in() {
    let house = TestApp::start().await;
    // From here the owner has signed in before; what else was known is long over.
    sign_in(&house, OPERATOR, PASSWORD, "192.0.2.1").await.with(200);
    for minute in 0..3 {
        house.clock.advance(SignedDuration::from_secs(61));
        // One guesser gets half: from an address that nobody knows, the owner comes in.
        assert!(guesses(&house, 1..2, 40).await <= 5, "minute {minute}");
        sign_in(&house, OPERATOR, PASSWORD, &format!("192.0.2.{}", 10 + minute))
            .await
            .with(200);
        // Many get the rest.
        let rest = guesses(&house, 2..40, 3).await;
        assert!(rest <= 5, "{rest} more in minute {minute}");
        // From where the owner usually is, they come in all the same.
        sign_in(&house, OPERATOR, PASSWORD, "192.0.2.1").await.with(200);
    }
}

/// After a start nothing is remembered but sessions.
#[tokio::test]
async fn an_address_with_a_session_is_known_after_a_start() {
    let house = TestApp::start().await;
    sign_in(&house, OPERATOR, PASSWORD, "192.0.2.1").await.with(200);
    let house = house.reopened().await;
    guesses(&house, 1..40, 2).await;
    sign_in(&house, OPERATOR, PASSWORD, "192.0.2.99").await.with(429);
    sign_in(&house, OPERATOR, PASSWORD, "192.0.2.1").await.with(200);
}

/// Each would cost the database a look at the sessions of the account, and there are as many strangers as somebody likes.
#[tokio::test]
async fn strangers_who_are_refused_cost_the_database_nothing() {
    let house = TestApp::start().await;
    guesses(&house, 1..40, 1).await;
    let attempts = async {
        for address in 100..150_u8 {
            let address = format!("10.7.7.{address}");
            let reply = sign_in(&house, OPERATOR, "a wrong password", &address).await;
            assert_eq!(reply.status.as_u16(), 429, "{}", reply.text);
        }
    };
    let faults = house.app.store.faults();
    let ((), spared) = faults.during(1, hoist_app::Fault::Refused, attempts).await;
    assert!(spared, "the database was asked");
}

/// The same answers in the same order, after the same work: only the name of the request may differ.
#[tokio::test]
async fn nothing_tells_whether_there_is_an_account() {
    let house = TestApp::start().await;
    // Somebody without a password, and somebody who may not come in.
    house.sign_in_as("stranger").await;
    let disabled = house.sign_in_as("viewer").await;
    let operator = house.person(OPERATOR).await;
    let off = json!({"disabled": true});
    house
        .patch(Some(&operator), &format!("/hoist/v1/users/{}", disabled.id), off)
        .await
        .with(200);
    let mut seen = Vec::new();
    let emails = [
        "operator@example.org",
        "stranger@example.org",
        "viewer@example.org",
        "nobody@example.org",
        "no address",
    ];
    for (number, email) in (0..).zip(emails) {
        let mut told = Vec::new();
        for n in 0..8 {
            let before = house.app.hashing.runs();
            let reply = sign_in(&house, email, "a wrong password", &format!("198.51.100.{number}")).await;
            let worked = house.app.hashing.runs() - before;
            assert_eq!(worked, u64::from(n < 5), "{email} at attempt {n}");
            let mut headers: Vec<(String, String)> = reply
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect();
            headers.sort();
            told.push((reply.status, headers, reply.text));
        }
        seen.push(told);
    }
    for (email, told) in emails.iter().zip(&seen) {
        assert_eq!(told, &seen[0], "{email} is answered differently");
    }
    let statuses: Vec<u16> = seen[0].iter().map(|(status, ..)| status.as_u16()).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
}

/// A hash takes 19 MiB on purpose: a flood waits its turn, or is told to come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_takes_only_so_much_memory() {
    let house = Arc::new(TestApp::start().await);
    let before = house.app.hashing.runs();
    let asked: Vec<_> = (0..300_u16)
        .map(|n| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let address = format!("10.{}.{}.1", n / 250, n % 250);
                sign_in(&house, &format!("{n}@example.org"), "a wrong password", &address)
                    .await
                    .status
                    .as_u16()
            })
        })
        .collect();
    let mut looked_at = 0;
    for each in asked {
        match each.await.expect("no panic") {
            401 => looked_at += 1,
            other => assert_eq!(other, 429),
        }
    }
    assert_eq!(house.app.hashing.runs() - before, looked_at);
    assert!(looked_at >= (AT_ONCE + IN_WAIT) as u64, "{looked_at}");
    assert!(house.app.hashing.most_at_once() <= AT_ONCE);
    sign_in(&house, OPERATOR, PASSWORD, "192.0.2.1").await.with(200);
}
