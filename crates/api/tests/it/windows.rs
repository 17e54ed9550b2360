//! Windows over the API: what a plan says, what is served, lists, time lines, problems.

use hoist_testkit::{PROJECT, Person, TestApp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

/// A Thursday at noon, UTC.
const NOW: &str = "2026-03-05T12:00:00Z";

async fn house_at_noon() -> (TestApp, Person) {
    let house = TestApp::start().await;
    let noon: Timestamp = NOW.parse().expect("a time");
    house.clock.set(noon);
    let admin = house.sign_in_as("admin").await;
    let changes = json!({"changes": [
        {"flag": {"create": {"key": "sale", "kind": "boolean", "client_visible": true}}},
        {"config": {"switch": {"flag": "sale", "environment": "dev", "on": true}}},
    ]});
    house
        .post(Some(&admin), &format!("{PROJECT}/changes"), changes)
        .await
        .with(200);
    (house, admin)
}

fn weekdays() -> Json {
    json!({"schedule": {"windows": [{"turns": "on",
        "recurs": {"cron": "0 9 * * 1-5", "time_zone": "Europe/Vienna", "seconds": 7200}}]}})
}

fn setting() -> String {
    format!("{PROJECT}/flags/sale/environments/dev")
}

#[tokio::test]
async fn windows_are_planned_in_words_and_served() {
    let (house, admin) = house_at_noon().await;
    let plan = house
        .patch(Some(&admin), &format!("{}?dry_run=true", setting()), weekdays())
        .await
        .with(200);
    let said = plan.to_string();
    assert!(
        said.contains("on for 2 h at each `0 9 * * 1-5` (Europe/Vienna)"),
        "{said}"
    );
    assert!(said.contains("off while no window is open"), "{said}");
    house.patch(Some(&admin), &setting(), weekdays()).await.with(200);
    let set = house.get(Some(&admin), &setting()).await.with(200);
    let window = &set["config"]["schedule"]["windows"][0];
    assert!(window["id"].as_str().is_some_and(|id| id.starts_with("w-")), "{window}");

    // Vienna is an hour ahead: Friday from 8 to 10.
    let list = format!("{PROJECT}/flags");
    let state = |list: &Json| list["items"][0]["environments"]["dev"].clone();
    let closed = state(&house.get(Some(&admin), &list).await.with(200));
    assert_eq!(
        (&closed["state"], &closed["next"]["at"]),
        (&json!("waiting"), &json!("2026-03-06T08:00:00Z"))
    );
    let explain = json!({"flags": ["sale"], "environments": ["dev"], "contexts": [{}]});
    let off = house
        .post(Some(&admin), &format!("{PROJECT}/explain"), explain.clone())
        .await
        .with(200);
    assert_eq!(
        (&off["results"][0]["enabled"], &off["results"][0]["detail"]),
        (&json!(false), &json!("window"))
    );
    house.clock.advance(SignedDuration::from_hours(20));
    let open = state(&house.get(Some(&admin), &list).await.with(200));
    assert_eq!(
        (&open["state"], &open["next"]["at"]),
        (&json!("on"), &json!("2026-03-06T10:00:00Z"))
    );
    let on = house
        .post(Some(&admin), &format!("{PROJECT}/explain"), explain)
        .await
        .with(200);
    assert_eq!(on["results"][0]["enabled"], json!(true));
    let waiting = house
        .get(Some(&admin), &format!("{list}?q=status:waiting"))
        .await
        .with(200);
    assert_eq!(waiting["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn the_time_line_shows_what_comes() {
    let (house, admin) = house_at_noon().await;
    house.patch(Some(&admin), &setting(), weekdays()).await.with(200);
    house
        .post(
            Some(&admin),
            &format!("{}/kill", setting()),
            json!({"reason": "test", "until": "2026-03-05T18:00:00Z"}),
        )
        .await
        .with(200);
    let path = format!("{PROJECT}/environments/dev/timeline?flag=sale&to=2026-03-10T00:00:00Z");
    let line = house.get(Some(&admin), &path).await.with(200);
    let events: Vec<String> = line["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| {
            let what = event["event"].as_str().expect("a word");
            let on = event["on"].as_bool().map_or("", |on| if on { " on" } else { " off" });
            format!("{} {what}{on}", event["at"].as_str().expect("a time"))
        })
        .collect();
    assert_eq!(
        events,
        [
            "2026-03-05T12:00:00Z turn off",
            "2026-03-05T18:00:00Z kill_ends",
            "2026-03-06T08:00:00Z turn on",
            "2026-03-06T10:00:00Z turn off",
            "2026-03-09T08:00:00Z turn on",
            "2026-03-09T10:00:00Z turn off",
        ]
    );
    assert_eq!(line["truncated"], json!(false));
    let whole = format!("{PROJECT}/environments/dev/timeline?to=2026-03-10T00:00:00Z");
    let whole = house.get(Some(&admin), &whole).await.with(200);
    assert_eq!(
        whole["events"].as_array().map(Vec::len),
        Some(5),
        "without what holds at the beginning"
    );
    let other = format!("{PROJECT}/environments/dev/timeline?flag=nothing");
    house.get(Some(&admin), &other).await.with(404);
    let backwards = format!("{PROJECT}/environments/dev/timeline?from=2026-03-05T00:00:00Z&to=2026-03-05T00:00:00Z");
    house.get(Some(&admin), &backwards).await.with(422);
}

#[tokio::test]
async fn what_cannot_be_a_window_is_refused_where_it_stands() {
    let (house, admin) = house_at_noon().await;
    let cases = [
        (
            json!({"turns": "on", "recurs": {"cron": "0 9 * *", "seconds": 7200}}),
            "/recurs/cron",
        ),
        (
            json!({"turns": "on", "recurs": {"cron": "0 0 30 2 *", "seconds": 7200}}),
            "/recurs/cron",
        ),
        (
            json!({"turns": "on", "recurs": {"cron": "0 9 * * *", "seconds": 7200, "time_zone": "Mars/Olympus"}}),
            "/recurs/time_zone",
        ),
        (
            json!({"turns": "off", "from": "2026-03-06T00:00:00Z", "until": "2026-03-05T00:00:00Z"}),
            "/until",
        ),
    ];
    for (window, field) in cases {
        let patch = json!({"schedule": {"windows": [window]}});
        let refused = house.patch(Some(&admin), &setting(), patch).await.with(422);
        let pointer = refused["problems"][0]["pointer"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(pointer.ends_with(&format!("/schedule/windows/0{field}")), "{refused}");
    }
}

#[tokio::test]
async fn a_time_line_has_an_end_however_often_a_window_opens() {
    let (house, admin) = house_at_noon().await;
    let often = json!({"schedule": {"windows": [{"turns": "on", "recurs": {"cron": "*/2 * * * *", "seconds": 60}}]}});
    house.patch(Some(&admin), &setting(), often).await.with(200);
    let year = format!("{PROJECT}/environments/dev/timeline?to=2027-03-01T00:00:00Z");
    let line = house.get(Some(&admin), &year).await.with(200);
    assert_eq!(
        (line["events"].as_array().map(Vec::len), &line["truncated"]),
        (Some(2_000), &json!(true))
    );
}
