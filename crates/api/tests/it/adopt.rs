//! Keys that clients have already, from another system.

use hoist_testkit::{FOREIGN, OPERATOR, PROJECT, TestApp};
use http::Request;
use serde_json::{Value as Json, json};

const SERVER: &str = "*:production.964a287e1b728cb5f4f3e0120df92cb5";
const CLIENT: &str = "AYGp5kZ2xXcxkPcyTi";

fn key(kind: &str, secret: &str) -> Json {
    json!({"name": "the old one", "kind": kind, "environment": "dev", "secret": secret})
}

#[tokio::test]
async fn a_secret_key_is_kept_as_a_digest_and_never_told() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let path = format!("{PROJECT}/credentials");
    let made = house.post(Some(&admin), &path, key("server", SERVER)).await;
    assert!(!made.text.contains(SERVER), "{}", made.text);
    let made = made.with(201);
    assert!(
        made["secrets"].as_array().is_none_or(Vec::is_empty),
        "nothing is revealed: {made}"
    );
    let list = house.get(Some(&admin), &path).await;
    assert!(!list.text.contains("964a287e1b728cb5"), "{}", list.text);
    let item = &list.with(200)["items"][0];
    assert_eq!((&item["kind"], item.get("key")), (&json!("server"), None));
    // It opens what it says.
    let request = Request::post("/hoist/v1/evaluate").header("authorization", format!("Bearer {SERVER}"));
    let request = request.body(json!({"contexts": [{"targetingKey": "u"}]}).to_string().into());
    house.send(None, request.expect("a request")).await.with(200);
}

#[tokio::test]
async fn a_key_opens_one_place() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let path = format!("{PROJECT}/credentials");
    let made = house.post(Some(&admin), &path, key("client", CLIENT)).await.with(201);
    let again = house.post(Some(&admin), &path, key("client", CLIENT)).await;
    assert_eq!(
        (again.status.as_u16(), again.code()),
        (422, "key_known"),
        "{}",
        again.text
    );
    let other = json!({"name": "x", "kind": "client", "environment": "prod", "secret": CLIENT});
    let other = house.post(Some(&admin), &path, other).await;
    assert_eq!(other.code(), "key_elsewhere", "{}", other.text);
    let operator = house.person(OPERATOR).await;
    let elsewhere = json!({"name": "mine", "kind": "client", "environment": "dev", "secret": CLIENT});
    let elsewhere = house
        .post(Some(&operator), &format!("{FOREIGN}/credentials"), elsewhere)
        .await;
    assert_eq!(
        (elsewhere.status.as_u16(), elsewhere.code()),
        (422, "key_in_use"),
        "{}",
        elsewhere.text
    );
    let id = made["plan"]["effects"][0]["document"].as_str().expect("an id");
    house.delete(Some(&admin), &format!("{path}/{id}")).await.with(200);
    let revoked = house.post(Some(&admin), &path, key("client", CLIENT)).await;
    assert_eq!(revoked.code(), "key_revoked", "revoked is revoked: {}", revoked.text);
}

#[tokio::test]
async fn what_anybody_could_guess_is_no_key() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let path = format!("{PROJECT}/credentials");
    let long = "x".repeat(257);
    for (kind, secret) in [
        ("server", "short"),
        ("server", "aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("server", "hst_abcdefghijklmnopqrstuvwxyz"),
        ("client", "hst_abcdefghijklmnopqrstuvwxyz"),
        ("server", "with a space in it, and long enough"),
        ("server", "schlüssel-schlüssel"),
        ("server", long.as_str()),
        ("client", "short"),
        ("client", "two words"),
        ("client", long.as_str()),
    ] {
        let refused = house.post(Some(&admin), &path, key(kind, secret)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code()),
            (422, "bad_key"),
            "{kind} {secret}: {}",
            refused.text
        );
    }
    let viewer = house.sign_in_as("viewer").await;
    house.post(Some(&viewer), &path, key("server", SERVER)).await.with(403);
}

/// A digest that somebody else made would be believed unseen.
#[tokio::test]
async fn keys_are_taken_over_one_by_one_only() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let server = json!({"digest": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b", "prefix": "1"});
    for key in [json!({ "server": server }), json!({"client": CLIENT})] {
        let adopt = json!({"credential": {"adopt": {"name": "x", "environment": "dev", "key": key}}});
        let refused = house
            .post(
                Some(&admin),
                &format!("{PROJECT}/changes"),
                json!({ "changes": [adopt] }),
            )
            .await;
        assert!(refused.status.is_client_error(), "{}", refused.text);
        assert!(
            refused.text.contains("adopt"),
            "it is no change that others write: {}",
            refused.text
        );
    }
}
