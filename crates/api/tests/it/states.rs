//! The word that a flag has in each environment, and what comes by itself.

use hoist_testkit::{PROJECT, Person, TestApp};
use serde_json::{Value as Json, json};

async fn changes(house: &TestApp, who: &Person, changes: Json) -> Json {
    let body = json!({ "changes": changes });
    house
        .post(Some(who), &format!("{PROJECT}/changes"), body)
        .await
        .with(200)
}

/// The summary of the only flag in an environment, as the list has it; the flag's page agrees.
async fn summary(house: &TestApp, who: &Person, environment: &str) -> Json {
    let list = house.get(Some(who), &format!("{PROJECT}/flags")).await.with(200);
    let listed = list["items"][0]["environments"][environment].clone();
    let key = list["items"][0]["key"].as_str().expect("a key");
    let page = house.get(Some(who), &format!("{PROJECT}/flags/{key}")).await.with(200);
    let places = page["environments"].as_array().expect("environments");
    let place = places.iter().find(|each| each["environment"]["key"] == environment);
    for part in ["state", "summary", "share", "next", "until"] {
        assert_eq!(place.expect("the environment").get(part), listed.get(part), "{part}");
    }
    listed
}

async fn house() -> (TestApp, Person) {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    changes(
        &house,
        &admin,
        json!([{"flag": {"create": {"key": "beam", "kind": "boolean"}}}]),
    )
    .await;
    (house, admin)
}

#[tokio::test]
async fn a_kill_shows_where_nothing_else_was_ever_set() {
    let (house, admin) = house().await;
    let off = summary(&house, &admin, "dev").await;
    assert_eq!(
        (&off["state"], &off["summary"], &off["next"]),
        (&json!("off"), &json!("off"), &Json::Null)
    );
    let until = "2026-11-21T13:00:00Z";
    let kill = json!({"config": {"kill": {"flag": "beam", "environments": ["dev"], "until": until, "reason": "fog"}}});
    changes(&house, &admin, json!([kill])).await;
    let killed = summary(&house, &admin, "dev").await;
    assert_eq!((&killed["state"], &killed["until"]), (&json!("killed"), &json!(until)));
    assert_eq!(killed["next"], json!({ "at": until }));
    let path = format!("{PROJECT}/flags/beam/environments/dev");
    let kill = house.get(Some(&admin), &path).await.with(200)["kill"].clone();
    assert_eq!(
        (&kill["reason"], &kill["by"]["name"]),
        (&json!("fog"), &json!("admin@example.org"))
    );
    let found = house
        .get(Some(&admin), &format!("{PROJECT}/flags?q=status:killed"))
        .await
        .with(200);
    assert_eq!(found["total"], 1);
    house.clock.set(until.parse().expect("a time"));
    assert_eq!(summary(&house, &admin, "dev").await["state"], "off", "it has ended");
    assert_eq!(house.get(Some(&admin), &path).await.with(200)["kill"], Json::Null);
}

#[tokio::test]
async fn a_ramp_says_what_comes_next() {
    let (house, admin) = house().await;
    let points = json!([
        {"at": "2026-11-21T11:00:00Z", "share": 1000},
        {"at": "2026-11-21T13:00:00Z", "share": 5000},
        {"at": "2026-11-21T15:00:00Z", "share": 10_000}]);
    let ramp = |pauses: Json| {
        let curve = json!({"shape": "steps", "points": points, "pauses": pauses});
        let serve = json!({"serve": {"ramp": {"variant": "on", "rest": "off", "curve": curve}}});
        json!([{"config": {"edit": {"flag": "beam", "environment": "dev",
            "patch": {"enabled": true, "default": serve}}}}])
    };
    changes(&house, &admin, ramp(json!([]))).await;
    let now = summary(&house, &admin, "dev").await;
    assert_eq!((&now["state"], &now["share"]), (&json!("ramping"), &json!(1000)));
    assert_eq!(now["next"], json!({"at": "2026-11-21T13:00:00Z", "share": 5000}));
    let half_an_hour = json!([{"from": "2026-11-21T12:00:00Z", "until": "2026-11-21T12:30:00Z"}]);
    changes(&house, &admin, ramp(half_an_hour)).await;
    let paused = summary(&house, &admin, "dev").await;
    assert_eq!(paused["state"], "paused");
    assert_eq!(
        paused["next"],
        json!({"at": "2026-11-21T13:30:00Z", "share": 5000}),
        "shifted by the pause"
    );
    changes(&house, &admin, ramp(json!([{"from": "2026-11-21T12:00:00Z"}]))).await;
    assert_eq!(
        summary(&house, &admin, "dev").await["next"],
        Json::Null,
        "nobody knows when it goes on"
    );
    changes(&house, &admin, ramp(json!([]))).await;
    house.clock.set("2026-11-21T15:00:00Z".parse().expect("a time"));
    let arrived = summary(&house, &admin, "dev").await;
    assert_eq!((&arrived["state"], &arrived["next"]), (&json!("on"), &Json::Null));
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_makes_the_flag_broken() {
    let (house, admin) = house().await;
    let file = json!({"format": "hoist-project/1", "flags": {"beam": {"kind": "boolean", "profile": "unleash",
        "variants": [{"key": "on", "value": true}, {"key": "off", "value": false}],
        "environments": {"dev": {"enabled": true, "off": {"serve": {"variant": "off"}},
            "default": {"serve": {"variant": "off"}},
            "rules": [{"id": "r1", "serve": {"serve": {"variant": "on"}},
                "condition": {"all": [{"not": {"broken": {"verdict": false, "problem": "unknown operator"}}}]}}]}}}}});
    let path = format!("{PROJECT}/import?from=hoist");
    house.post(Some(&admin), &path, file).await.with(200);
    assert_eq!(summary(&house, &admin, "dev").await["state"], "broken");
    let found = house
        .get(Some(&admin), &format!("{PROJECT}/flags?q=status:broken"))
        .await
        .with(200);
    assert_eq!(found["total"], 1);
    let switch = json!([{"config": {"switch": {"flag": "beam", "environment": "dev", "on": false}}}]);
    changes(&house, &admin, switch).await;
    assert_eq!(
        summary(&house, &admin, "dev").await["state"],
        "off",
        "nothing broken is served"
    );
}

#[tokio::test]
async fn a_flag_that_should_be_gone_is_stale() {
    let (house, admin) = house().await;
    let stays = json!([{"flag": {"create": {"key": "limit", "kind": "integer", "purpose": "operational"}}}]);
    changes(&house, &admin, stays).await;
    let found = async |who: &Person, query: &str| {
        let path = format!("{PROJECT}/flags?q={query}");
        let list = house.get(Some(who), &path).await.with(200);
        let keys = list["items"].as_array().expect("items").iter();
        assert_eq!(list["unknown"], Json::Null, "the filter is known");
        keys.map(|item| item["key"].as_str().expect("a key").to_owned())
            .collect::<Vec<_>>()
    };
    assert!(found(&admin, "is:stale").await.is_empty(), "all are new");
    house.clock.set("2027-01-15T12:00:00Z".parse().expect("a time"));
    let editor = house.sign_in_as("editor").await;
    assert_eq!(found(&editor, "is:stale").await, ["beam"]);
    assert_eq!(found(&editor, "-is:stale").await, ["limit"]);
    let edit = json!([{"config": {"switch": {"flag": "beam", "environment": "dev", "on": true}}}]);
    changes(&house, &editor, edit).await;
    assert!(found(&editor, "is:stale").await.is_empty(), "it has just changed");
}
