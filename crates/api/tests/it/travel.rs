//! Explaining as of a past revision and at other moments.

use hoist_testkit::{PROJECT, Person, Seeded, TestApp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

pub(crate) const FLAGS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const SEGMENTS: [&str; 2] = ["staff", "friends"];
const PEOPLE: [&str; 3] = ["ann", "bob", "cem"];
const ENVIRONMENTS: [&str; 2] = ["dev", "prod"];

/// Picks from a seed.
pub(crate) struct Dice {
    seeded: Seeded,
    /// How many kinds of changes are made; kills are the last.
    kinds: usize,
}

impl Dice {
    pub(crate) const fn new(seeded: Seeded) -> Self {
        Self { seeded, kinds: 16 }
    }

    pub(crate) const fn without_kills(seeded: Seeded) -> Self {
        Self { seeded, kinds: 14 }
    }

    /// A change; an undo goes back to no revision before the oldest.
    pub(crate) fn change(&self, oldest: u64, newest: u64) -> Json {
        let (flag, environment) = (self.seeded.of(&FLAGS), self.seeded.of(&ENVIRONMENTS));
        let (segment, person) = (self.seeded.of(&SEGMENTS), self.seeded.of(&PEOPLE));
        let variant = self.seeded.of(&["on", "off"]);
        let serve = json!({"serve": {"variant": variant}});
        let edit =
            |patch: Json| json!({"config": {"edit": {"flag": flag, "environment": environment, "patch": patch}}});
        match self.seeded.below(self.kinds) {
            0 => json!({"flag": {"create": {"key": flag, "kind": "boolean"}}}),
            1 => json!({"flag": {"archive": {"flag": flag}}}),
            2 => json!({"flag": {"delete": {"flag": flag}}}),
            3 => json!({"flag": {"restore": {"flag": flag}}}),
            4 | 5 => {
                json!({"config": {"switch": {"flag": flag, "environment": environment, "on": self.seeded.below(3) > 0}}})
            }
            6 | 7 => edit(json!({"rules": [{"id": "r1", "condition": {"segment": segment}, "serve": serve}]})),
            8 => edit(json!({"default": serve})),
            9 => edit(json!({"prerequisites": [{"flag": self.seeded.of(&FLAGS), "variants": ["on"]}]})),
            10 => json!({"config": {"override": {"flag": flag, "environment": environment,
                "patch": {"subjects": [{"subjects": [person], "serve": serve}]}}}}),
            14 => json!({"config": {"kill": {"flag": flag, "environments": [environment], "reason": "fire"}}}),
            15 => json!({"config": {"lift": {"flag": flag, "environments": [environment]}}}),
            11 => json!({"segment": {"create": {"key": segment, "members": [person]}}}),
            12 if self.seeded.below(2) == 0 => {
                json!({"segment": {"add_members": {"segment": segment, "members": [person]}}})
            }
            12 => json!({"segment": {"remove_members": {"segment": segment, "members": [person]}}}),
            13 if self.seeded.below(3) == 0 => json!({"segment": {"delete": {"segment": segment}}}),
            _ => {
                let back = self.seeded.below(usize::try_from(newest - oldest).expect("small") + 1);
                json!({"undo": {"revision": newest - back as u64}})
            }
        }
    }
}

pub(crate) async fn explain(house: &TestApp, who: &Person, more: Json) -> Json {
    let mut form = json!({"environments": ENVIRONMENTS,
        "contexts": PEOPLE.map(|person| json!({"targetingKey": person}))});
    for (name, value) in more.as_object().expect("an object") {
        form[name] = value.clone();
    }
    house
        .post(Some(who), &format!("{PROJECT}/explain"), form)
        .await
        .with(200)
}

pub(crate) async fn tried(house: &TestApp, who: &Person, change: Json) -> bool {
    let body = json!({"changes": [change]});
    house
        .post(Some(who), &format!("{PROJECT}/changes"), body)
        .await
        .status
        .is_success()
}

#[tokio::test]
async fn every_past_revision_explains_as_it_did_when_it_was_the_newest() {
    for seed in [3, 11, 42] {
        let house = TestApp::start().await;
        let admin = house.sign_in_as("admin").await;
        let dice = Dice::new(Seeded::new(seed));
        for flag in FLAGS {
            let made = json!({"flag": {"create": {"key": flag, "kind": "boolean"}}});
            assert!(tried(&house, &admin, made).await);
        }
        let oldest = house.revision();
        let mut seen: Vec<(u64, Json)> = Vec::new();
        for _ in 0..220 {
            let before = house.revision();
            let change = dice.change(oldest, before);
            if tried(&house, &admin, change).await && house.revision() > before {
                let now = explain(&house, &admin, json!({})).await;
                assert!(now.get("as_of").is_none());
                seen.push((house.revision(), now["results"].clone()));
            }
        }
        assert!(
            seen.len() > 50,
            "seed {seed}: only {} changes were possible",
            seen.len()
        );
        for (revision, then) in &seen {
            let past = explain(&house, &admin, json!({"revision": revision})).await;
            assert_eq!(&past["results"], then, "seed {seed}, revision {revision}");
            assert_eq!(past["as_of"]["revision"], json!(revision));
            for flag in FLAGS {
                let of_flag = |all: &Json| -> Vec<Json> {
                    let results = all.as_array().expect("results").iter();
                    results.filter(|one| one["flag"] == flag).cloned().collect()
                };
                let wanted = of_flag(then);
                if !wanted.is_empty() {
                    let one = explain(&house, &admin, json!({"revision": revision, "flags": [flag]})).await;
                    assert_eq!(of_flag(&one["results"]), wanted, "seed {seed}, {flag} at {revision}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_gone_is_found_where_it_was() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let path = format!("{PROJECT}/environments");
    house.post(Some(&admin), &path, json!({"key": "trial"})).await.with(201);
    let made = json!({"flag": {"create": {"key": "alpha", "kind": "boolean"}}});
    assert!(tried(&house, &admin, made).await);
    let on = json!({"config": {"switch": {"flag": "alpha", "environment": "trial", "on": true}}});
    assert!(tried(&house, &admin, on).await);
    let then = house.revision();
    let ask = json!({"environments": ["trial"], "flags": ["alpha"]});
    let before = explain(&house, &admin, ask.clone()).await;
    house.delete(Some(&admin), &format!("{path}/trial")).await.with(200);
    let archive = json!({"flag": {"archive": {"flag": "alpha"}}});
    assert!(tried(&house, &admin, archive).await);
    assert!(tried(&house, &admin, json!({"flag": {"delete": {"flag": "alpha"}}})).await);
    let mut ask = ask;
    ask["revision"] = json!(then);
    let past = explain(&house, &admin, ask.clone()).await;
    assert_eq!(past["results"], before["results"]);
    assert_eq!(past["results"][0]["enabled"], json!(true));
    ask["revision"] = json!(house.revision());
    ask["contexts"] = json!([{}]);
    let gone = house.post(Some(&admin), &format!("{PROJECT}/explain"), ask).await;
    assert_eq!((gone.status.as_u16(), gone.code()), (422, "unknown_environment"));
}

#[tokio::test]
async fn moments_are_those_that_the_clock_will_show() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let made = json!({"flag": {"create": {"key": "alpha", "kind": "boolean"}}});
    assert!(tried(&house, &admin, made).await);
    let patch = json!({"enabled": true,
        "schedule": {"windows": [{"turns": "off", "recurs": {"cron": "0 15 * * *", "time_zone": "Europe/Vienna", "seconds": 3600}}]},
        "default": {"serve": {"ramp": {"variant": "on", "rest": "off",
            "curve": {"shape": "steps", "points": [
                {"at": "2026-11-21T11:00:00Z", "share": 1000}, {"at": "2026-11-22T02:00:00Z", "share": 6000},
                {"at": "2026-11-23T12:00:00Z", "share": 10_000}]}}}}});
    let edit = json!({"config": {"edit": {"flag": "alpha", "environment": "dev", "patch": patch}}});
    let body = json!({"changes": [edit]});
    house
        .post(Some(&admin), &format!("{PROJECT}/changes"), body)
        .await
        .with(200);
    let until = "2026-11-21T18:00:00Z";
    let kill = json!({"config": {"kill": {"flag": "alpha", "environments": ["dev"], "until": until, "reason": ""}}});
    assert!(tried(&house, &admin, kill).await);
    let revision = house.revision();
    let start: Timestamp = "2026-11-21T12:00:00Z".parse().expect("a time");
    let mut told = Vec::new();
    for hour in 0..60 {
        let at = start + SignedDuration::from_hours(hour);
        let ahead = explain(&house, &admin, json!({"at": at, "revision": revision})).await;
        assert_eq!(ahead["at"], json!(at));
        told.push((at, ahead["results"].clone()));
    }
    let mut different = 0;
    for pair in told.windows(2) {
        different += usize::from(pair[0].1 != pair[1].1);
    }
    assert!(different > 3, "kill, window and ramp show");
    for (at, ahead) in told {
        house.clock.set(at);
        let now = explain(&house, &admin, json!({})).await;
        assert_eq!(now["results"], ahead, "at {at}");
    }
}

#[tokio::test]
async fn the_past_has_bounds_and_takes_a_permission() {
    let house = TestApp::start().await;
    let admin = house.sign_in_as("admin").await;
    let viewer = house.sign_in_as("viewer").await;
    let made = json!({"flag": {"create": {"key": "alpha", "kind": "boolean"}}});
    assert!(tried(&house, &admin, made).await);
    let revision = house.revision();
    let path = format!("{PROJECT}/explain");
    let ask = async |who: &Person, more: Json| {
        let mut form = json!({"environments": ["dev"], "contexts": [{}]});
        for (name, value) in more.as_object().expect("an object") {
            form[name] = value.clone();
        }
        house.post(Some(who), &path, form).await
    };
    ask(&viewer, json!({ "revision": revision })).await.with(200);
    for (form, code, pointer) in [
        (json!({"revision": revision + 1}), "unknown_revision", "/revision"),
        (json!({"revision": 0}), "unknown_revision", "/revision"),
        (json!({"revision": u64::MAX}), "unknown_revision", "/revision"),
        (json!({"at": "2025-11-19T12:00:00Z"}), "beyond_horizon", "/at"),
        (json!({"at": "2031-11-25T12:00:00Z"}), "beyond_horizon", "/at"),
        (
            json!({"revision": revision, "flags": ["none"]}),
            "unknown_flag",
            "/flags/0",
        ),
        (
            json!({"revision": 1, "environments": ["dev", "none"]}),
            "unknown_environment",
            "/environments/0",
        ),
        (
            json!({"revision": revision, "draft": {"flag": "alpha", "environment": "dev"}}),
            "draft_of_the_past",
            "/draft",
        ),
    ] {
        let refused = ask(&viewer, form.clone()).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (422, code), "{form}");
        assert_eq!(refused.body["problems"][0]["pointer"], pointer, "{form}");
    }
    // Over a year later the revision is beyond what one may look back to.
    house.clock.advance(SignedDuration::from_hours(24 * 367));
    let viewer = house.sign_in_as("viewer").await;
    let refused = ask(&viewer, json!({ "revision": revision })).await;
    assert_eq!(refused.code(), "beyond_horizon");
    assert!(
        refused.body["detail"]
            .as_str()
            .is_some_and(|text| text.contains("366 days"))
    );
}
