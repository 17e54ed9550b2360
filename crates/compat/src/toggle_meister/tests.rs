//! States, rollouts and who is in.

use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
use serde_json::{Value as Json, json};

use super::{answer, gap, import};

const READ_AT: &str = "2025-11-20T10:00:00Z";

/// How many of a thousand, and whether somebody without an id, get the feature at a moment.
fn served(document: &Json, feature: &str, now: &str) -> (usize, bool) {
    let is_on = |context: Context| {
        let import = import(document, "production").expect("toggles");
        let (snapshot, _) = Snapshot::compile(&import.project.ruleset("production").unwrap());
        let bound = snapshot.bind(&context);
        let moment = Moment {
            now: now.parse().unwrap(),
            seed: 0,
        };
        let outcome = snapshot
            .flag(feature)
            .map(|flag| snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor));
        answer(feature, outcome.as_ref())[feature] == true
    };
    let all = (0..1_000).filter(|number| is_on(Context::new().with("enrollment_id", format!("user-{number}"))));
    (all.count(), is_on(Context::new()))
}

fn is_on(document: &Json, feature: &str, user: &str, now: &str) -> bool {
    let import = import(document, "production").expect("toggles");
    let (snapshot, _) = Snapshot::compile(&import.project.ruleset("production").unwrap());
    let context = Context::new().with("enrollment_id", user);
    let moment = Moment {
        now: now.parse().unwrap(),
        seed: 0,
    };
    let outcome = snapshot
        .flag(feature)
        .map(|flag| snapshot.evaluate(flag, &snapshot.bind(&context), &moment, &mut NoVisitor));
    answer(feature, outcome.as_ref())[feature] == true
}

fn of(toggles: &Json, users: &Json) -> Json {
    json!({"features": [{"name": "f"}, "g"], "toggles": toggles, "rollout_users": users, "read_at": READ_AT})
}

fn row(state: &str, schedule: &Json) -> Json {
    json!({"feature": "f", "env": "production", "state": state, "schedule": schedule})
}

#[test]
fn on_is_on_and_what_is_unknown_is_off() {
    let on = of(
        &json!([{"toggle": {"env": "production", "feature": "f", "state": "ON", "over_x_days": 0, "current_percent": 100}}]),
        &json!([]),
    );
    assert_eq!(served(&on, "f", READ_AT), (1_000, true));
    assert_eq!(served(&on, "g", READ_AT), (0, false), "no row is off");
    assert_eq!(served(&on, "unknown", READ_AT), (0, false));
    let odd = import(&of(&json!([row("HALF", &Json::Null), 5]), &json!([])), "production").unwrap();
    let codes: Vec<&str> = odd.gaps.iter().map(|own| own.code.as_str()).collect();
    assert_eq!(codes, [gap::UNREADABLE, gap::STATE]);
}

#[test]
fn a_rollout_goes_on_where_it_was() {
    // 3 days, 30 hours in: the tenth step, 23 %, until hour 33.
    let schedule = json!({"increment": 1, "hours_count": 30, "total_hours": 72, "current_percent": 23});
    let document = of(&json!([row("ROLL", &schedule)]), &json!([]));
    let percent = |now: &str| served(&document, "f", now).0 as f64 / 10.0;
    assert!((percent(READ_AT) - 23.0).abs() < 4.0, "{}", percent(READ_AT));
    assert!((percent("2025-11-20T12:59:59Z") - 23.0).abs() < 4.0);
    assert!((percent("2025-11-20T13:00:00Z") - 26.0).abs() < 4.0);
    assert_eq!(
        served(&document, "f", "2025-11-22T04:00:00Z"),
        (1_000, false),
        "the 24th step lets all in"
    );
}

#[test]
fn who_is_in_stays_in_while_it_pauses() {
    let rolling = json!({"hours_count": 10, "total_hours": 48, "current_percent": 8});
    let pause = json!({"hours_count": 40, "total_hours": 48, "current_percent": 8, "rolling_state": rolling});
    let users = json!([{"userid": "anna", "env": "production", "features": {"f": true, "g": true}},
                       {"userid": "bert", "env": "stage", "features": {"f": true}},
                       {"userid": "carl", "env": "production", "features": {"f": false}}]);
    let document = of(&json!([row("PAUSE", &pause)]), &users);
    for now in [READ_AT, "2025-11-20T17:59:59Z"] {
        assert!(is_on(&document, "f", "anna", now), "{now}");
        let (number, keyless) = served(&document, "f", now);
        assert!((50..110).contains(&number) && !keyless, "8 % stay in: {number}");
    }
    // Paused for 40 of 48 hours; it goes on at 18:00 in the tenth hour of its own, 11 % come at the twelfth.
    let (before, _) = served(&document, "f", "2025-11-20T19:59:59Z");
    let (after, _) = served(&document, "f", "2025-11-20T20:00:00Z");
    assert!(before < after, "{before} {after}");
    let import = import(&document, "production").unwrap();
    assert_eq!(import.project.segments["f-enrolled"].members, ["anna"]);
    assert!(!import.project.segments.contains_key("g-enrolled"), "g is off");
}

#[test]
fn the_api_tells_the_percentage_only() {
    let rolls = json!([{"toggle": {"env": "production", "feature": "f", "state": "ROLL", "over_x_days": 2.0, "current_percent": 30}}]);
    let document = of(&rolls, &json!([]));
    let (number, _) = served(&document, "f", READ_AT);
    assert!((260..340).contains(&number), "{number}");
    let (later, _) = served(&document, "f", "2025-11-20T12:00:00Z");
    assert!((310..390).contains(&later), "{later}");
    let import = import(&document, "production").unwrap();
    assert!(import.gaps.iter().any(|own| own.code == gap::PROGRESS));
}

#[test]
fn what_no_rollout_can_be_is_no_rollout() {
    let odd = [
        ("ROLL", json!({"hours_count": i64::MAX, "total_hours": 48})),
        ("ROLL", json!({"hours_count": i64::MIN, "total_hours": 48})),
        ("ROLL", json!({"hours_count": 1, "total_hours": 0})),
        ("ROLL", json!({"hours_count": 1, "total_hours": 48_000_000_000_000_i64})),
        ("PAUSE", json!({"hours_count": 3, "total_hours": 48})),
    ];
    for (state, schedule) in odd {
        let document = of(&json!([row(state, &schedule)]), &json!([]));
        let import = import(&document, "production").expect("toggles");
        let is_told = import.gaps.iter().any(|own| own.code == gap::PROGRESS);
        assert_eq!(is_told, schedule["total_hours"] != 48 || state == "PAUSE", "{schedule}");
        let curve = import.project.flags["f"].environments["production"].rules[0]
            .gate
            .as_ref()
            .and_then(|gate| gate.curve.clone());
        assert_eq!(
            curve.expect("a curve").pauses.len(),
            usize::from(state == "PAUSE"),
            "{schedule}"
        );
    }
}

#[test]
fn whoever_was_whitelisted_gets_what_is_not_off() {
    let rolling = row("ROLL", &json!({"hours_count": 0, "total_hours": 24}));
    let users = json!([{"userid": "vera", "env": "production", "features": {"-whitelisted-": true}}]);
    let document = of(&json!([rolling]), &users);
    assert!(is_on(&document, "f", "vera", READ_AT));
    assert!(!is_on(&document, "g", "vera", READ_AT), "g is off");
    assert!(
        import(&document, "production")
            .unwrap()
            .gaps
            .iter()
            .any(|own| own.code == gap::WHITELIST)
    );
}

#[test]
fn what_is_missing_is_said() {
    let mut document = of(
        &json!([row("ROLL", &json!({"hours_count": 0, "total_hours": 24}))]),
        &json!([]),
    );
    document.as_object_mut().unwrap().remove("read_at");
    let error = import(&document, "production").unwrap_err();
    assert!(error.next.contains("read_at"), "{error}");
    let error = import(&document, "stage").unwrap_err();
    assert!(error.next.contains("production"), "{error}");
    document["environment"] = "production".into();
    document["read_at"] = READ_AT.into();
    assert!(
        import(&document, "Live").is_ok(),
        "the document says which one it means"
    );
    for bad in [json!({}), json!({"features": []}), json!([])] {
        assert!(import(&bad, "production").is_err(), "{bad}");
    }
}
