//! Restoring a flag or a project to a revision.

use hoist_testkit::{PROJECT, Seeded, TestApp};
use serde_json::{Value as Json, json};

use crate::travel::{Dice, FLAGS, explain, tried};

fn flag(key: &str) -> Json {
    json!({"flag": {"create": {"key": key, "kind": "boolean"}}})
}

fn switch(key: &str, on: bool) -> Json {
    json!({"config": {"switch": {"flag": key, "environment": "dev", "on": on}}})
}

/// What is decided, without the steps that a kill adds.
fn decided(answer: &Json) -> Vec<Json> {
    let results = answer["results"].as_array().expect("results").iter();
    results
        .map(|one| {
            json!([
                one["context"],
                one["environment"],
                one["flag"],
                one["enabled"],
                one["variant"],
                one["detail"]
            ])
        })
        .collect()
}

#[tokio::test]
async fn a_restored_project_decides_as_it_did_and_taking_that_back_brings_the_rest_again() {
    for seed in [5, 8] {
        let house = TestApp::start().await;
        let admin = house.sign_in_as("admin").await;
        let dice = Dice::without_kills(Seeded::new(seed));
        for key in FLAGS {
            assert!(tried(&house, &admin, flag(key)).await);
        }
        let oldest = house.revision();
        let mut seen = Vec::new();
        for _ in 0..120 {
            let before = house.revision();
            let next = dice.change(oldest, before);
            if tried(&house, &admin, next).await && house.revision() > before {
                let now = explain(&house, &admin, json!({})).await;
                seen.push((house.revision(), decided(&now)));
            }
        }
        let (newest, last) = seen.last().cloned().expect("changes");
        let mut undone = 0;
        for (revision, then) in seen.iter().step_by(9) {
            let restore = json!([{"project": {"restore_to": {"project": "first", "revision": revision}}}]);
            let restored = house.change(&admin, restore).await;
            let now = explain(&house, &admin, json!({})).await;
            assert_eq!(&decided(&now), then, "seed {seed}: {newest} restored to {revision}");
            if decided(&now) == last {
                continue;
            }
            if tried(&house, &admin, json!({"undo": {"revision": restored}})).await {
                undone += 1;
            } else {
                // What is refused when it is typed in today is no undo either; it can be restored.
                let back = json!([{"project": {"restore_to": {"project": "first", "revision": newest}}}]);
                house.change(&admin, back).await;
            }
            let again = explain(&house, &admin, json!({})).await;
            assert_eq!(decided(&again), last, "seed {seed}: back from {revision}");
        }
        assert!(undone > 0, "seed {seed}: nothing was undone");
    }
}

#[tokio::test]
async fn a_flag_goes_back_with_its_settings_and_the_plan_says_what_is_lost() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let viewer = house.sign_in_as("viewer").await;
    let then = house
        .change(&admin, json!([flag("alpha"), flag("other"), switch("alpha", true)]))
        .await;
    house.change(&admin, json!([switch("alpha", false)])).await;
    house.change(&admin, json!([switch("other", true)])).await;
    let rename = json!([{"flag": {"edit": {"flag": "alpha", "patch": {"name": "Another name"}}}}]);
    house.change(&admin, rename).await;
    let kill = json!([{"config": {"kill": {"flag": "alpha", "environments": ["dev"], "reason": "fire"}}}]);
    house.change(&admin, kill).await;
    let path = format!("{PROJECT}/flags/alpha/history/{then}/restore");
    let denied = house.post(Some(&viewer), &path, Json::Null).await;
    assert_eq!((denied.status.as_u16(), denied.code()), (403, "denied"));
    let planned = house
        .post(Some(&admin), &format!("{path}?dry_run=true"), Json::Null)
        .await;
    let planned = planned.with(200);
    let plan = planned["plan"].clone();
    let said = plan["sentences"].to_string();
    assert!(
        said.contains(&format!("Restores flag alpha to revision {then} of 21 Nov 2026")),
        "{said}"
    );
    let warned = plan["warnings"].to_string();
    for part in [
        "What came since is lost",
        "alpha: changes name",
        "alpha stays killed in dev",
    ] {
        assert!(warned.contains(part) || said.contains(part), "{part}: {warned} {said}");
    }
    let token = plan["token"].as_str().expect("a token").to_owned();
    // Something else moves between the plan and the deed.
    house.change(&admin, json!([switch("alpha", true)])).await;
    let stale = house
        .post(Some(&admin), &format!("{path}?plan={token}"), Json::Null)
        .await;
    assert_eq!((stale.status.as_u16(), stale.code()), (409, "plan_changed"));
    house.post(Some(&admin), &path, Json::Null).await.with(200);
    let now = house
        .get(Some(&admin), &format!("{PROJECT}/flags/alpha"))
        .await
        .with(200);
    assert_eq!(now["flag"]["name"], "");
    let dev = &now["environments"][0];
    assert_eq!(
        (&dev["config"]["enabled"], dev["kill"].is_object()),
        (&json!(true), true)
    );
    let other = explain(&house, &admin, json!({"flags": ["other"], "environments": ["dev"]})).await;
    assert_eq!(other["results"][0]["enabled"], json!(true), "no other flag is touched");
    // Once more changes nothing.
    let before = house.revision();
    house.post(Some(&admin), &path, Json::Null).await.with(200);
    assert_eq!(house.revision(), before);
}

#[tokio::test]
async fn a_deleted_flag_comes_back_and_what_cannot_be_is_refused_with_its_paths() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let segment = json!({"segment": {"create": {"key": "staff", "members": ["ann"]}}});
    let rules = json!({"config": {"edit": {"flag": "alpha", "environment": "dev", "patch": {"enabled": true,
        "rules": [{"id": "r1", "condition": {"segment": "staff"}, "serve": {"serve": {"variant": "on"}}}]}}}});
    let then = house.change(&admin, json!([flag("alpha"), segment, rules])).await;
    let gone = json!([{"flag": {"archive": {"flag": "alpha"}}}, {"flag": {"delete": {"flag": "alpha"}}}]);
    house.change(&admin, gone).await;
    let path = format!("{PROJECT}/flags/alpha/history/{then}/restore");
    house.post(Some(&admin), &path, Json::Null).await.with(200);
    let ask = json!({"flags": ["alpha"], "environments": ["dev"]});
    let back = explain(&house, &admin, ask.clone()).await;
    assert_eq!(
        (&back["results"][0]["rule"], &back["results"][1]["rule"]),
        (&json!("r1"), &Json::Null)
    );
    let undo = house.revision();
    house.change(&admin, json!([{"undo": {"revision": undo}}])).await;
    house
        .get(Some(&admin), &format!("{PROJECT}/flags/alpha"))
        .await
        .with(404);
    house
        .change(&admin, json!([{"segment": {"delete": {"segment": "staff"}}}]))
        .await;
    let refused = house.post(Some(&admin), &path, Json::Null).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "unknown_segment"));
    assert!(
        refused.body["problems"][0]["pointer"]
            .as_str()
            .is_some_and(|at| at.contains("/rules/0"))
    );
    // The whole project can go back: the segment comes with it.
    let project = format!("{PROJECT}/history/{then}/restore");
    let editor = house.sign_in_as("editor").await;
    assert_eq!(
        house.post(Some(&editor), &project, Json::Null).await.status.as_u16(),
        403
    );
    house.post(Some(&admin), &project, Json::Null).await.with(200);
    let back = explain(&house, &admin, ask).await;
    assert_eq!(back["results"][0]["rule"], json!("r1"));
    let path = format!("{PROJECT}/flags/none/history/{then}/restore");
    let refused = house.post(Some(&admin), &path, Json::Null).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "not_there_then"));
    // Revision 1 is none of this project.
    for path in [
        "flags/alpha/history/999999/restore",
        "history/0/restore",
        "history/1/restore",
    ] {
        let path = format!("{PROJECT}/{path}");
        house.post(Some(&admin), &path, Json::Null).await.with(404);
    }
}

#[tokio::test]
async fn keys_members_and_later_environments_stay() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let path = format!("{PROJECT}/credentials");
    let key = json!({"name": "server", "kind": "server", "environment": "dev"});
    let made = house.post(Some(&admin), &path, key).await.with(201);
    let id = made["plan"]["effects"][0]["document"]
        .as_str()
        .expect("an id")
        .to_owned();
    let secret = made["secrets"][0]["secret"].as_str().map(str::to_owned);
    let then = house.change(&admin, json!([flag("alpha")])).await;
    house.delete(Some(&admin), &format!("{path}/{id}")).await.with(200);
    let environments = format!("{PROJECT}/environments");
    house
        .post(Some(&admin), &environments, json!({"key": "trial"}))
        .await
        .with(201);
    let later = json!([flag("beta"), {"config": {"switch": {"flag": "alpha", "environment": "trial", "on": true}}}]);
    house.change(&admin, later).await;
    let restore =
        json!({"changes": [{"project": {"restore_to": {"project": "first", "revision": then}}}], "dry_run": true});
    let planned = house
        .post(Some(&admin), &format!("{PROJECT}/changes"), restore)
        .await
        .with(200);
    assert_eq!(
        (&planned["plan"]["grade"], &planned["plan"]["confirm"]),
        (&json!(3), &json!("first"))
    );
    assert!(
        planned["plan"]["warnings"]
            .to_string()
            .contains("later environment stays as it is: trial"),
        "{planned}"
    );
    house
        .change(
            &admin,
            json!([{"project": {"restore_to": {"project": "first", "revision": then}}}]),
        )
        .await;
    house
        .get(Some(&admin), &format!("{environments}/trial"))
        .await
        .with(200);
    house
        .get(Some(&admin), &format!("{PROJECT}/flags/beta"))
        .await
        .with(404);
    let keys = house.get(Some(&admin), &path).await.with(200);
    assert!(keys["items"][0]["revoked_at"].is_string(), "{keys}");
    assert!(secret.is_none_or(|secret| !planned.to_string().contains(&secret)));
}
