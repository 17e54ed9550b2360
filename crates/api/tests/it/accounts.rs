//! Passwords: who sets them, what ends with them, how often one may try.

use hoist_app::limiter::SignInLimits;
use hoist_testkit::{OPERATOR, PASSWORD, PROJECT, Person, Reply, TestApp};
use http::{Request, header};
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

async fn sign_in(house: &TestApp, email: &str, password: &str) -> Reply {
    let request = Request::builder()
        .method("POST")
        .uri("/hoist/v1/session")
        .header("hoist-csrf", "1")
        .body(json!({"email": email, "password": password}).to_string().into());
    house.send(None, request.expect("a request")).await
}

/// The secret and the id of a new access token.
async fn token(house: &TestApp, who: &Person, name: &str) -> (String, String) {
    let made = house.post(Some(who), "/hoist/v1/tokens", json!({"name": name})).await;
    let made = made.with(201);
    let part = |name: &str| made["secrets"][0][name].as_str().expect("text").to_owned();
    (part("secret"), part("document"))
}

async fn ask_with(house: &TestApp, secret: &str) -> Reply {
    let request = Request::get(PROJECT).header(header::AUTHORIZATION, format!("Bearer {secret}"));
    let request = request.body(String::new().into()).expect("a request");
    house.send(None, request).await
}

async fn newest(house: &TestApp, operator: &Person) -> Json {
    let audit = house.get(Some(operator), "/hoist/v1/audit?limit=1").await;
    audit.with(200)["items"][0].clone()
}

#[tokio::test]
async fn an_operator_resets_a_password_and_ends_sessions() {
    let house = TestApp::start().await;
    let operator = house.person(hoist_testkit::OPERATOR).await;
    let viewer = house.sign_in_as("viewer").await;
    let path = format!("/hoist/v1/users/{}/password", viewer.id);
    let answer = house
        .call(Some(&operator), http::Method::POST, &path, None)
        .await
        .with(200);
    house.get(Some(&viewer), PROJECT).await.with(401);
    let audit = house.get(Some(&operator), "/hoist/v1/audit?limit=1").await;
    let password = answer["password"].as_str().expect("a password");
    assert!(!audit.text.contains(password), "{}", audit.text);
    let audit = audit.with(200);
    let newest = &audit["items"][0];
    assert_eq!(
        newest["summary"],
        "Sets a new password for viewer@example.org and ends the sessions of the account"
    );
    assert_eq!(newest["actor"]["name"], "Operator");
    let entry = house
        .app
        .store
        .entry(house.revision())
        .await
        .expect("the log")
        .expect("an entry");
    let kept = serde_json::to_string(&entry).expect("JSON");
    assert!(!kept.contains(password) && !kept.contains("argon2"), "{kept}");
    let undo = json!({"changes": [{"undo": {"revision": entry.revision}}]});
    let undone = house.post(Some(&operator), "/hoist/v1/changes", undo).await;
    assert_eq!(undone.code(), "not_undoable", "{}", undone.text);
    let request = Request::builder()
        .method("POST")
        .uri("/hoist/v1/session")
        .header("hoist-csrf", "1")
        .body(
            json!({"email": "viewer@example.org", "password": answer["password"]})
                .to_string()
                .into(),
        );
    house.send(None, request.expect("a request")).await.with(200);
}

/// Tokens are for programs that know nothing of the password: they go on, unless the account was in other hands.
#[tokio::test]
async fn a_reset_revokes_tokens_where_that_is_asked_for() {
    let house = TestApp::start().await;
    let operator = house.person(OPERATOR).await;
    let viewer = house.sign_in_as("viewer").await;
    let (secret, _) = token(&house, &viewer, "script").await;
    let (other, revoked) = token(&house, &viewer, "old script").await;
    house
        .delete(Some(&viewer), &format!("/hoist/v1/tokens/{revoked}"))
        .await
        .with(200);
    let path = format!("/hoist/v1/users/{}/password", viewer.id);
    house.post(Some(&operator), &path, json!({})).await.with(200);
    ask_with(&house, &secret).await.with(200);
    ask_with(&house, &other).await.with(401);
    let bad = house.post(Some(&operator), &path, json!({"tokens": "burn"})).await;
    assert_eq!(bad.code(), "bad_body");
    let revoke = json!({"tokens": "revoke"});
    house.post(Some(&operator), &path, revoke).await.with(200);
    ask_with(&house, &secret).await.with(401);
    let entry = house.app.store.entry(house.revision()).await.expect("the log");
    let told = entry.expect("an entry").summary;
    assert!(told.contains("new password for viewer@example.org"), "{told}");
    let tokens = house
        .get(Some(&house.person("viewer@example.org").await), "/hoist/v1/tokens")
        .await;
    let tokens = tokens.with(200);
    let live = tokens["items"].as_array().expect("items").iter();
    assert_eq!(
        live.filter(|token| token["revoked_at"].is_null()).count(),
        0,
        "{tokens}"
    );
}

#[tokio::test]
async fn a_change_of_ones_own_password_stands_in_the_audit() {
    let house = TestApp::start().await;
    let operator = house.person(OPERATOR).await;
    let viewer = house.sign_in_as("viewer").await;
    let path = format!("/hoist/v1/users/{}/password", viewer.id);
    let given = house.post(Some(&operator), &path, json!({})).await.with(200);
    let first = given["password"].as_str().expect("a password").to_owned();
    let viewer = house.person("viewer@example.org").await;
    let elsewhere = house.person("viewer@example.org").await;
    let (secret, _) = token(&house, &viewer, "script").await;
    let before = house.revision();
    let change = "/hoist/v1/session/password";
    let wrong = json!({"current": "something else", "new": "a longer horse battery"});
    house.post(Some(&viewer), change, wrong).await.with(401);
    let weak = json!({"current": first, "new": "short"});
    let weak = house.post(Some(&viewer), change, weak).await.with(422);
    assert_eq!(weak["problems"][0]["pointer"], "/new");
    assert_eq!(house.revision(), before, "nothing has changed");
    let right = json!({"current": first, "new": "a longer horse battery"});
    house.post(Some(&viewer), change, right).await.with(200);
    let told = newest(&house, &operator).await;
    assert_eq!(
        told["summary"],
        "viewer@example.org changes their password; the other sessions of the account end"
    );
    assert_eq!(told["actor"]["id"], viewer.id.to_string());
    let entry = house.app.store.entry(house.revision()).await.expect("the log");
    let kept = serde_json::to_string(&entry.expect("an entry")).expect("JSON");
    assert!(!kept.contains("horse") && !kept.contains("argon2"), "{kept}");
    house.get(Some(&elsewhere), PROJECT).await.with(401);
    ask_with(&house, &secret).await.with(200);
    sign_in(&house, "viewer@example.org", &first).await.with(401);
    sign_in(&house, "viewer@example.org", "a longer horse battery")
        .await
        .with(200);
    // From outside nobody sets a hash, and only operators set passwords.
    let reset = json!({"changes": [{"user": {"reset_password": {"user": viewer.id}}}]});
    let viewer = house.person("viewer@example.org").await;
    house.post(Some(&viewer), "/hoist/v1/changes", reset).await.with(403);
}

#[tokio::test]
async fn attempts_to_sign_in_are_limited_as_configured() {
    let house = TestApp::start_with(SignInLimits {
        per_account: 2,
        per_address: 4,
        window: SignedDuration::from_secs(600),
    })
    .await;
    // The operator has a session from here: the account's attempts are not shared with anybody.
    for _ in 0..2 {
        sign_in(&house, OPERATOR, "wrong").await.with(401);
    }
    let limited = sign_in(&house, OPERATOR, PASSWORD).await;
    assert_eq!(limited.headers[header::RETRY_AFTER], "601");
    limited.with(429);
    // From the same address with another account: the fourth that counts, and no fifth.
    sign_in(&house, "viewer@example.org", "wrong").await.with(401);
    sign_in(&house, "editor@example.org", "wrong").await.with(429);
    house.clock.advance(SignedDuration::from_secs(601));
    sign_in(&house, OPERATOR, PASSWORD).await.with(200);
}
