//! Date-times at their boundaries, kills, ramps, and how long answers stay valid.

use hoist_engine::{NoVisitor, UntilVisitor};
use serde_json::json;

use crate::support::{at, context, flag, holds_until, moment, outcome, sound, variant};

fn now_test(op: &str, values: &[&str]) -> serde_json::Value {
    json!({"test": {"attribute": "$now", "op": op, "values": values}})
}

#[test]
fn the_moment_of_evaluation_at_its_boundaries() {
    const TICK: &str = "2024-06-15T12:00:00.000000001Z";
    let edge = "2024-06-15T12:00:00Z";
    let (before, after) = ("2024-06-15T11:59:59Z", "2024-06-15T12:00:01Z");
    let until = |text: &str| Some(at(text));
    let cases = [
        (now_test("before", &[edge]), before, true, until(edge)),
        (now_test("before", &[edge]), edge, false, until(TICK)),
        (now_test("before", &[edge]), after, false, None),
        (now_test("after", &[edge]), edge, false, until(TICK)),
        (now_test("after", &[edge]), after, true, None),
        (now_test("within", &[edge, after]), before, false, until(edge)),
        (now_test("within", &[edge, after]), edge, true, until(TICK)),
        (now_test("within", &[edge, after]), TICK, true, until(after)),
        (
            now_test("within", &[edge, after]),
            after,
            false,
            until("2024-06-15T12:00:01.000000001Z"),
        ),
    ];
    for (condition, now, expected, until) in cases {
        let attributes = json!({"$now": "1999-01-01"});
        assert_eq!(
            holds_until("native", &condition, attributes, now),
            (expected, until),
            "{condition} at {now}"
        );
    }
}

#[test]
fn tests_relative_to_now_say_when_they_turn() {
    let condition = json!({"test": {"attribute": "signup", "op": "after", "values": ["-P30D"]}});
    let signup = json!({"signup": "2024-06-01"});
    let (held, until) = holds_until("native", &condition, signup.clone(), "2024-06-15T00:00:00Z");
    assert_eq!((held, until), (true, Some(at("2024-07-01T00:00:00Z"))));
    assert!(!holds_until("native", &condition, signup.clone(), "2024-07-01T00:00:00Z").0);
    let calendar = json!({"test": {"attribute": "signup", "op": "before", "values": ["-P1M"]}});
    let (held, until) = holds_until("native", &calendar, signup.clone(), "2024-06-15T00:00:00Z");
    assert!(!held && until.unwrap() > at("2024-06-20T00:00:00Z") && until.unwrap() <= at("2024-07-01T00:00:00Z"));
    let absolute = json!({"test": {"attribute": "signup", "op": "before", "values": ["2025-01-01"]}});
    assert_eq!(
        holds_until("native", &absolute, signup, "2024-06-15T00:00:00Z"),
        (true, None)
    );
}

#[test]
fn a_kill_ends_by_itself() {
    let steps = json!([
        {"kill": {"until": "2024-06-15T13:00:00Z", "off": {"serve": {"variant": "off"}}}},
        {"serve": {"serve": {"serve": {"variant": "on"}}}},
    ]);
    let snapshot = sound(vec![flag("f", steps)], vec![]);
    let context = context(json!({}));
    let bound = snapshot.bind(&context);
    let flag = snapshot.flag("f").unwrap();
    let mut until = UntilVisitor::default();
    let killed = snapshot.evaluate(flag, &bound, &moment("2024-06-15T12:59:59Z"), &mut until);
    assert_eq!(
        (killed.enabled, killed.variant(), killed.detail()),
        (false, Some("off"), "killed")
    );
    assert_eq!(until.until(), Some(at("2024-06-15T13:00:00Z")));
    let mut until = UntilVisitor::default();
    let back = snapshot.evaluate(flag, &bound, &moment("2024-06-15T13:00:00Z"), &mut until);
    assert_eq!(
        (back.enabled, back.variant(), back.reason.as_str()),
        (true, Some("on"), "DEFAULT")
    );
    assert_eq!(until.until(), None);
}

fn ramp(pauses: &serde_json::Value) -> serde_json::Value {
    json!({
        "allocation": {"salt": "s"},
        "curve": {
            "shape": "linear",
            "points": [{"at": "2024-06-01T00:00:00Z", "share": 0}, {"at": "2024-06-11T00:00:00Z", "share": 10000}],
            "pauses": pauses,
        },
    })
}

#[test]
fn a_ramp_grows_stands_still_and_never_takes_back() {
    let pauses = json!([{"from": "2024-06-03T00:00:00Z", "until": "2024-06-05T00:00:00Z"}]);
    let mut spec = ramp(&pauses);
    spec.as_object_mut()
        .unwrap()
        .extend([("variant".to_owned(), json!("on")), ("rest".to_owned(), json!("off"))]);
    let gate = json!([
        {"rules": {"rules": [{"id": "r", "gate": ramp(&pauses), "serve": {"serve": {"variant": "on"}}}]}},
        {"serve": {"serve": {"serve": {"variant": "off"}}}},
    ]);
    let snapshot = sound(
        vec![
            flag("ramp", json!([{"serve": {"serve": {"serve": {"ramp": spec}}}}])),
            flag("gate", gate),
        ],
        vec![],
    );
    let contexts: Vec<_> = (0..400)
        .map(|n| context(json!({"targetingKey": format!("u{n}")})))
        .collect();
    let mut before = vec![false; contexts.len()];
    for (day, expected) in [
        (1, 0.0),
        (2, 0.1),
        (3, 0.2),
        (4, 0.2),
        (5, 0.2),
        (6, 0.3),
        (12, 0.9),
        (13, 1.0),
        (20, 1.0),
    ] {
        let now = format!("2024-06-{day:02}T00:00:00Z");
        let inside: Vec<bool> = contexts
            .iter()
            .map(|context| variant(&snapshot, "ramp", context, &now) == "on")
            .collect();
        for ((context, is_in), was_in) in contexts.iter().zip(&inside).zip(&before) {
            assert!(*is_in || !was_in, "taken back on {now}");
            assert_eq!(variant(&snapshot, "gate", context, &now) == "on", *is_in);
        }
        let share = inside.iter().filter(|inside| **inside).count() as f64 / contexts.len() as f64;
        assert!((share - expected).abs() < 0.06, "{now}: {share}");
        before = inside;
    }
    outcome(&snapshot, "ramp", &contexts[0], "2024-06-20T00:00:00Z", |outcome| {
        assert_eq!((outcome.reason.as_str(), outcome.detail()), ("SPLIT", "ramp"));
    });
}

#[test]
fn a_visited_ramp_is_valid_for_a_grid_step() {
    let steps = json!([
        {"rules": {"rules": [{"id": "r", "gate": ramp(&json!([])), "serve": {"serve": {"variant": "on"}}}]}},
        {"serve": {"serve": {"serve": {"variant": "off"}}}},
    ]);
    let snapshot = sound(vec![flag("f", steps)], vec![]);
    let context = context(json!({"targetingKey": "u"}));
    let bound = snapshot.bind(&context);
    let mut until = UntilVisitor::default();
    snapshot.evaluate(
        snapshot.flag("f").unwrap(),
        &bound,
        &moment("2024-06-02T00:00:30Z"),
        &mut until,
    );
    assert_eq!(until.until(), Some(at("2024-06-02T00:01:00Z")));
    let outcome = snapshot.evaluate(
        snapshot.flag("f").unwrap(),
        &bound,
        &moment("2024-07-02T00:00:00Z"),
        &mut NoVisitor,
    );
    assert_eq!(
        (outcome.variant(), outcome.reason.as_str(), outcome.rule()),
        (Some("on"), "SPLIT", Some("r"))
    );
}

#[test]
fn answers_hold_until_they_say() {
    // Whatever `until` says, no evaluation before it may differ.
    let conditions = [
        now_test("before", &["2024-06-15T12:10:00Z"]),
        now_test("within", &["2024-06-15T12:03:00Z", "2024-06-15T12:07:30Z"]),
        json!({"test": {"attribute": "t", "op": "after", "values": ["-PT5M"]}}),
        json!({"test": {"attribute": "t", "op": "within", "values": ["PT1M", "PT3M"]}}),
        json!({"test": {"attribute": "t", "op": "before", "values": ["now"]}}),
    ];
    for condition in conditions {
        let answer = |second: i64| {
            let now = at("2024-06-15T12:00:00Z").as_second() + second;
            let now = jiff::Timestamp::from_second(now).unwrap().to_string();
            holds_until("native", &condition, json!({"t": "2024-06-15T12:04:00Z"}), &now)
        };
        for second in (0..900).step_by(7) {
            let (held, until) = answer(second);
            let end = until.map_or(900, |until| until.as_second() - at("2024-06-15T12:00:00Z").as_second());
            let later = (second + 1..end).step_by(11);
            assert!(
                later.into_iter().all(|later| answer(later).0 == held),
                "{condition} at {second}"
            );
        }
    }
}
