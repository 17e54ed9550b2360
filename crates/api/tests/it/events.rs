//! The stream of events: who hears what, and what it costs to tell many.

use hoist_model::authorise::{Place, access, holders};
use hoist_model::permission::Permission;
use hoist_model::record::Kind;
use hoist_testkit::{FOREIGN, OPERATOR, PROJECT, TestApp};
use serde_json::json;

const ORGANIZATION: &str = "/hoist/v1/organizations/default";

#[tokio::test]
async fn everybody_who_may_see_a_change_gets_the_same_bytes() {
    let house = TestApp::start().await;
    let (editor, viewer) = (house.sign_in_as("editor").await, house.sign_in_as("viewer").await);
    let (mut one, mut other) = (house.listen(&editor, "").await, house.listen(&viewer, "").await);
    for stream in [&mut one, &mut other] {
        assert_eq!(
            stream.next_named("connected").await,
            json!({"revision": house.revision()})
        );
    }
    let body = json!({"key": "checkout", "kind": "boolean"});
    house
        .post(Some(&editor), &format!("{PROJECT}/flags"), body)
        .await
        .with(201);
    let (first, second) = (one.next().await, other.next().await);
    assert_eq!(first.as_ptr(), second.as_ptr(), "written down once, and shared");
    let text = String::from_utf8_lossy(&first).into_owned();
    let revision = house.revision();
    assert!(
        text.starts_with(&format!("event: change\nid: {revision}\ndata: {{")),
        "{text}"
    );
    assert!(text.ends_with("}\n\n"), "{text}");
    let mut again = house.listen(&viewer, &format!("?since={}", revision - 1)).await;
    let told = again.next_named("change").await;
    assert_eq!(
        (&told["organization"], &told["project"], &told["touched"][0]["key"]),
        (&json!("default"), &json!("first"), &json!("checkout"))
    );
}

/// Each stream ends with a change that its reader may see: whatever they may not see would have come before.
#[tokio::test]
async fn nobody_hears_what_they_may_not_see() {
    let house = TestApp::start().await;
    let operator = house.person(OPERATOR).await;
    let viewer = house.sign_in_as("viewer").await;
    let stranger = house.sign_in_as("stranger").await;
    let before = house.revision();
    let mut live = house.listen(&viewer, "").await;
    live.next_named("connected").await;
    let flag = json!({"key": "theirs", "kind": "boolean"});
    house
        .post(Some(&operator), &format!("{FOREIGN}/flags"), flag)
        .await
        .with(201);
    let organization = "/hoist/v1/organizations/other";
    house
        .patch(Some(&operator), organization, json!({"name": "Other"}))
        .await
        .with(200);
    let name = json!({"name": "Ours"});
    house.patch(Some(&operator), ORGANIZATION, name).await.with(200);
    let mut late = house.listen(&viewer, &format!("?since={before}")).await;
    for stream in [&mut live, &mut late] {
        let told = stream.next_named("change").await;
        assert_eq!(told["revision"], json!(house.revision()));
        assert_eq!(
            (&told["organization"], told.get("project")),
            (&json!("default"), None),
            "{told}"
        );
    }
    // A stranger hears of nothing until they are let in; then of what follows.
    let mut outside = house.listen(&stranger, &format!("?since={before}")).await;
    outside.next_named("connected").await;
    let member = json!({"email": "stranger@example.org", "role": "viewer"});
    let members = format!("{ORGANIZATION}/members");
    house.post(Some(&operator), &members, member).await.with(201);
    let told = outside.next_named("change").await;
    assert_eq!(told["revision"], json!(house.revision()));
}

#[tokio::test]
async fn what_is_gone_is_told_with_the_keys_it_had() {
    let house = TestApp::start().await;
    let owner = house.sign_in_as("owner").await;
    let mut stream = house.listen(&owner, "").await;
    stream.next_named("connected").await;
    house.delete(Some(&owner), PROJECT).await.with(200);
    let told = stream.next_named("change").await;
    assert_eq!(
        (&told["organization"], &told["project"]),
        (&json!("default"), &json!("first"))
    );
}

/// Finding all who may is the same as asking one after the other.
#[tokio::test]
async fn an_audience_is_whom_access_lets_in() {
    let house = TestApp::start().await;
    for role in ["owner", "admin", "editor", "viewer", "stranger", "operator"] {
        house.sign_in_as(role).await;
    }
    let operator = house.person(OPERATOR).await;
    let gone = house.sign_in_as("viewer").await;
    let path = format!("/hoist/v1/users/{}", gone.id);
    house
        .patch(Some(&operator), &path, json!({"disabled": true}))
        .await
        .with(200);
    let member = json!({"email": "stranger@example.org", "role": "editor"});
    house
        .post(Some(&operator), &format!("{FOREIGN}/members"), member)
        .await
        .with(201);
    let state = house.app.world.state();
    let mut places = vec![Place::Instance];
    places.extend(
        state
            .list_all(Kind::Organization)
            .map(|doc| Place::Organization(doc.id)),
    );
    places.extend(state.list_all(Kind::Project).map(|doc| Place::Project(doc.id)));
    for place in places {
        for permission in Permission::ALL.iter().copied() {
            let all = holders(&state, place, permission);
            for user in state.list(Kind::User, None) {
                let actor = hoist_model::log::Actor::User { id: user.id };
                assert_eq!(
                    all.contains(&user.id),
                    access(&*state, &actor, place).allows(permission),
                    "{} {} at {place:?}",
                    user.key,
                    permission.as_str()
                );
            }
        }
    }
}

/// A stream is no longer open than what opened it.
#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_its_token() {
    let house = TestApp::start().await;
    let operator = house.person(OPERATOR).await;
    let viewer = house.sign_in_as("viewer").await;
    let again = house.person("viewer@example.org").await;
    let mut signed_out = house.listen(&viewer, "").await;
    let mut reset = house.listen(&again, "").await;
    let made = house
        .post(Some(&again), "/hoist/v1/tokens", json!({"name": "tool"}))
        .await
        .with(201);
    let token = made["secrets"][0]["secret"].as_str().expect("a secret").to_owned();
    let mut with_token = house.listen_with("authorization", &format!("Bearer {token}")).await;
    for stream in [&mut signed_out, &mut reset, &mut with_token] {
        stream.next_named("connected").await;
    }
    house.delete(Some(&viewer), "/hoist/v1/session").await.with(204);
    signed_out.ends().await;
    let body = json!({"key": "checkout", "kind": "boolean"});
    house
        .post(Some(&operator), &format!("{PROJECT}/flags"), body)
        .await
        .with(201);
    for stream in [&mut reset, &mut with_token] {
        assert_eq!(stream.next_named("change").await["project"], "first", "others go on");
    }
    let path = format!("/hoist/v1/users/{}/password", again.id);
    house
        .post(Some(&operator), &path, json!({"tokens": "revoke"}))
        .await
        .with(200);
    reset.ends().await;
    with_token.ends().await;
}
