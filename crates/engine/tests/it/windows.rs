//! Windows: golden firings, both clock changes, leap years, which window decides, time lines.

use hoist_engine::UntilVisitor;
use hoist_engine::ruleset::{Outside, Recurrence, Turns, Window};
use hoist_engine::windows::{Turn, Windows};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{at, compile, context, flag, moment, outcome, sound};

const HOUR: u32 = 3600;

fn recurring(cron: &str, zone: &str, seconds: u32) -> Window {
    Window {
        recurs: Some(Recurrence {
            cron: cron.into(),
            time_zone: zone.into(),
            seconds,
        }),
        ..span(Turns::On, None, None)
    }
}

fn span(turns: Turns, from: Option<&str>, until: Option<&str>) -> Window {
    Window {
        id: "w".into(),
        name: String::new(),
        turns,
        from: from.map(at),
        until: until.map(at),
        recurs: None,
    }
}

fn windows(windows: &[Window]) -> Windows {
    let (read, problems) = Windows::new(windows, Outside::Opposite);
    assert!(problems.is_empty(), "{problems:?}");
    read
}

fn time_line(of: &Windows, from: Timestamp, to: Timestamp) -> Vec<Turn> {
    of.turns(from).take_while(|turn| turn.at < to).collect()
}

/// When the flag turns on and off, as `+` and `-` with the moment in the zone.
fn line(of: &Windows, from: &str, to: &str, zone: &str) -> Vec<String> {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(zone).unwrap();
    let show = |turn: &Turn| {
        let sign = if turn.turns == Turns::On { '+' } else { '-' };
        let there = turn.at.to_zoned(zone.clone());
        format!("{sign}{}", there.strftime("%a %Y-%m-%d %H:%M"))
    };
    time_line(of, at(from), at(to)).iter().skip(1).map(show).collect()
}

#[test]
fn weekdays_from_nine_to_eleven() {
    let own = windows(&[recurring("0 9 * * 1-5", "UTC", 2 * HOUR)]);
    // A Thursday to a Tuesday: the original system lost Thursday and stayed on from Friday to Sunday.
    assert_eq!(
        line(&own, "2026-03-05T00:00:00Z", "2026-03-10T12:00:00Z", "UTC"),
        [
            "+Thu 2026-03-05 09:00",
            "-Thu 2026-03-05 11:00",
            "+Fri 2026-03-06 09:00",
            "-Fri 2026-03-06 11:00",
            "+Mon 2026-03-09 09:00",
            "-Mon 2026-03-09 11:00",
            "+Tue 2026-03-10 09:00",
            "-Tue 2026-03-10 11:00",
        ]
    );
}

#[test]
fn the_first_of_each_month() {
    let own = windows(&[recurring("0 10 1 * *", "UTC", 2 * HOUR)]);
    let opened = line(&own, "2026-01-01T00:00:00Z", "2026-08-01T00:00:00Z", "UTC");
    assert_eq!(
        opened,
        [
            "+Thu 2026-01-01 10:00",
            "-Thu 2026-01-01 12:00",
            "+Sun 2026-02-01 10:00",
            "-Sun 2026-02-01 12:00",
            "+Sun 2026-03-01 10:00",
            "-Sun 2026-03-01 12:00",
            "+Wed 2026-04-01 10:00",
            "-Wed 2026-04-01 12:00",
            "+Fri 2026-05-01 10:00",
            "-Fri 2026-05-01 12:00",
            "+Mon 2026-06-01 10:00",
            "-Mon 2026-06-01 12:00",
            "+Wed 2026-07-01 10:00",
            "-Wed 2026-07-01 12:00",
        ]
    );
}

#[test]
fn once_a_year_and_on_leap_days() {
    let own = windows(&[recurring("30 8 24 12 *", "Europe/Vienna", HOUR)]);
    assert_eq!(
        line(&own, "2027-06-01T00:00:00Z", "2029-01-01T00:00:00Z", "Europe/Vienna"),
        [
            "+Fri 2027-12-24 08:30",
            "-Fri 2027-12-24 09:30",
            "+Sun 2028-12-24 08:30",
            "-Sun 2028-12-24 09:30"
        ]
    );
    let leap = windows(&[recurring("0 0 29 2 *", "UTC", 24 * HOUR)]);
    assert_eq!(
        line(&leap, "2096-01-01T00:00:00Z", "2105-01-01T00:00:00Z", "UTC"),
        [
            "+Wed 2096-02-29 00:00",
            "-Thu 2096-03-01 00:00",
            "+Fri 2104-02-29 00:00",
            "-Sat 2104-03-01 00:00"
        ]
    );
}

#[test]
fn the_clock_is_put_forward() {
    // Vienna: 29 March 2026, 02:00 becomes 03:00.
    let fixed = windows(&[recurring("30 2 * * *", "Europe/Vienna", HOUR)]);
    assert_eq!(
        line(&fixed, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z", "Europe/Vienna"),
        [
            "+Sat 2026-03-28 02:30",
            "-Sat 2026-03-28 03:30",
            "+Sun 2026-03-29 03:00",
            "-Sun 2026-03-29 04:00",
            "+Mon 2026-03-30 02:30",
            "-Mon 2026-03-30 03:30",
        ]
    );
    // Nine o'clock stays nine o'clock for people: the day has 23 hours.
    let daily = windows(&[recurring("0 9 * * *", "Europe/Vienna", HOUR)]);
    let turns = time_line(&daily, at("2026-03-28T07:00:00Z"), at("2026-03-29T12:00:00Z"));
    let opened: Vec<Timestamp> = turns
        .iter()
        .filter(|turn| turn.turns == Turns::On)
        .map(|turn| turn.at)
        .collect();
    assert_eq!(opened, [at("2026-03-28T08:00:00Z"), at("2026-03-29T07:00:00Z")]);
}

#[test]
fn the_clock_is_put_back() {
    // Vienna: 25 October 2026, 03:00 becomes 02:00. A fixed time fires once, at the earlier 02:30.
    let fixed = windows(&[recurring("30 2 * * *", "Europe/Vienna", HOUR / 2)]);
    let turns = time_line(&fixed, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
    let expected = [at("2026-10-25T00:30:00Z"), at("2026-10-25T01:00:00Z")];
    assert_eq!(turns.iter().skip(1).map(|turn| turn.at).collect::<Vec<_>>(), expected);
    // A repeating one fires in both hours.
    let repeating = windows(&[recurring("*/30 * * * *", "Europe/Vienna", 10 * 60)]);
    let turns = time_line(&repeating, at("2026-10-24T23:50:00Z"), at("2026-10-25T02:20:00Z"));
    let opened: Vec<String> = turns
        .iter()
        .filter(|turn| turn.turns == Turns::On)
        .map(|turn| turn.at.to_string())
        .collect();
    assert_eq!(
        opened,
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z"
        ]
    );
}

#[test]
fn spans_begin_with_their_first_moment_and_end_before_their_last() {
    let own = windows(&[span(
        Turns::On,
        Some("2026-05-01T00:00:00Z"),
        Some("2026-06-01T00:00:00Z"),
    )]);
    let turns = |moment: &str| own.phase(at(moment)).turns;
    assert_eq!(turns("2026-04-30T23:59:59.999999999Z"), Turns::Off);
    assert_eq!(turns("2026-05-01T00:00:00Z"), Turns::On);
    assert_eq!(turns("2026-05-31T23:59:59.999999999Z"), Turns::On);
    assert_eq!(turns("2026-06-01T00:00:00Z"), Turns::Off);
    let over = own.phase(at("2026-06-01T00:00:00Z"));
    assert_eq!((over.window, over.until), (None, None));
    assert_eq!(own.next(at("2026-07-01T00:00:00Z")), None);
}

#[test]
fn a_firing_before_the_beginning_opens_nothing_and_the_end_closes() {
    let mut own = recurring("0 9 * * *", "UTC", 4 * HOUR);
    own.from = Some(at("2026-05-01T10:00:00Z"));
    own.until = Some(at("2026-05-03T10:00:00Z"));
    assert_eq!(
        line(&windows(&[own]), "2026-05-01T00:00:00Z", "2026-05-09T00:00:00Z", "UTC"),
        [
            "+Sat 2026-05-02 09:00",
            "-Sat 2026-05-02 13:00",
            "+Sun 2026-05-03 09:00",
            "-Sun 2026-05-03 10:00"
        ]
    );
}

#[test]
fn firings_that_overlap_keep_the_window_open() {
    let own = windows(&[recurring("0 * * * *", "UTC", 2 * HOUR)]);
    assert_eq!(own.phase(at("2026-05-01T10:30:00Z")).turns, Turns::On);
    assert_eq!(own.next(at("2026-05-01T10:30:00Z")), None);
    assert_eq!(
        line(&own, "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z", "UTC").len(),
        0
    );
}

#[test]
fn the_last_open_window_decides_and_outside_is_the_opposite_unless_said() {
    let month = span(Turns::On, Some("2026-05-01T00:00:00Z"), Some("2026-06-01T00:00:00Z"));
    let freeze = span(Turns::Off, Some("2026-05-10T00:00:00Z"), Some("2026-05-12T00:00:00Z"));
    let both = [month.clone(), freeze.clone()];
    let expected = [
        "+Fri 2026-05-01 00:00",
        "-Sun 2026-05-10 00:00",
        "+Tue 2026-05-12 00:00",
        "-Mon 2026-06-01 00:00",
    ];
    assert_eq!(
        line(&windows(&both), "2026-04-01T00:00:00Z", "2027-01-01T00:00:00Z", "UTC"),
        expected
    );
    let reversed = windows(&[freeze.clone(), month]);
    assert_eq!(reversed.phase(at("2026-05-11T00:00:00Z")).window, Some(1));
    assert_eq!(
        windows(std::slice::from_ref(&freeze))
            .phase(at("2026-05-01T00:00:00Z"))
            .turns,
        Turns::On
    );
    let (off, _) = Windows::new(&[freeze], Outside::Off);
    assert_eq!(off.phase(at("2026-05-01T00:00:00Z")).turns, Turns::Off);
}

#[test]
fn what_cannot_be_used_is_said_and_never_opens() {
    let cases = [
        (recurring("0 9 * *", "UTC", HOUR), "/recurs/cron"),
        (recurring("0 0 9 * * *", "UTC", HOUR), "/recurs/cron"),
        (recurring("61 9 * * *", "UTC", HOUR), "/recurs/cron"),
        (recurring("0 0 31 2 *", "UTC", HOUR), "/recurs/cron"),
        (recurring(&"0,".repeat(200), "UTC", HOUR), "/recurs/cron"),
        (recurring("0 9 * * *", "Europe/Hallstatt", HOUR), "/recurs/time_zone"),
        (recurring("0 9 * * *", "../../etc/passwd", HOUR), "/recurs/time_zone"),
        (recurring("0 9 * * *", "UTC", 59), "/recurs/seconds"),
        (recurring("0 9 * * *", "UTC", 367 * 24 * HOUR), "/recurs/seconds"),
        (span(Turns::On, None, None), ""),
        (
            span(Turns::On, Some("2026-05-01T00:00:00Z"), Some("2026-05-01T00:00:00Z")),
            "/until",
        ),
    ];
    for (window, path) in cases {
        let (read, problems) = Windows::new(std::slice::from_ref(&window), Outside::Opposite);
        assert_eq!(
            problems.iter().map(|problem| problem.path).collect::<Vec<_>>(),
            [path],
            "{window:?}"
        );
        assert_eq!(read.phase(at("2026-05-01T09:30:00Z")).turns, Turns::Off, "{window:?}");
    }
}

fn scheduled() -> serde_json::Value {
    json!([
        {"windows": {"windows": [{"id": "mornings", "turns": "on",
            "recurs": {"cron": "0 9 * * *", "seconds": 3600}}],
            "off": {"serve": {"variant": "off"}}}},
        {"serve": {"serve": {"serve": {"variant": "on"}}}},
    ])
}

#[test]
fn a_flag_is_served_by_its_windows() {
    let snapshot = sound(vec![flag("f", scheduled())], vec![]);
    let nobody = context(json!({}));
    outcome(&snapshot, "f", &nobody, "2026-05-01T08:59:59Z", |outcome| {
        assert_eq!((outcome.enabled, outcome.variant()), (false, Some("off")));
        assert_eq!((outcome.reason.as_str(), outcome.detail()), ("DISABLED", "window"));
    });
    outcome(&snapshot, "f", &nobody, "2026-05-01T09:00:00Z", |outcome| {
        assert_eq!((outcome.enabled, outcome.variant()), (true, Some("on")));
        assert_eq!(outcome.reason.as_str(), "DEFAULT");
    });
    let bound = snapshot.bind(&nobody);
    let mut until = UntilVisitor::default();
    snapshot.evaluate(
        snapshot.flag("f").unwrap(),
        &bound,
        &moment("2026-05-01T09:30:00Z"),
        &mut until,
    );
    assert_eq!(until.until(), Some(at("2026-05-01T10:00:00Z")));
    let (_, explanation) = snapshot.explain(snapshot.flag("f").unwrap(), &bound, &moment("2026-05-01T09:30:00Z"));
    assert_eq!(
        json!(explanation.steps[0]),
        json!({"step": "windows", "verdict": "passed", "windows": {"turns": "on", "open": "mornings"}})
    );
}

#[test]
fn a_broken_window_is_a_problem_of_its_flag_and_the_rest_is_served() {
    let mut steps = scheduled();
    steps[0]["windows"]["windows"][0]["recurs"]["cron"] = json!("never");
    let (snapshot, problems) = compile(vec![flag("f", steps)], vec![]);
    assert_eq!(problems[0].path, "/steps/0/windows/windows/0/recurs/cron");
    outcome(&snapshot, "f", &context(json!({})), "2026-05-01T09:30:00Z", |outcome| {
        assert_eq!(outcome.variant(), Some("off"));
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// The phase at any moment is that of the time line, whatever was asked before; and it holds until its end.
    #[test]
    fn phases_agree_with_the_time_line(
        asked in proptest::collection::vec(0_i64..10 * 24 * 3600, 1..40),
        (minute, hour, open) in (0_u32..60, 0_u32..24, 1_u32..40),
        zone in prop_oneof![Just("UTC"), Just("America/New_York"), Just("Australia/Lord_Howe"), Just("Asia/Kathmandu")],
    ) {
        let start = at("2026-03-28T00:00:00Z");
        let cron = format!("{minute} {hour} * * *");
        let own = windows(&[
            recurring(&cron, zone, open * HOUR),
            span(Turns::Off, Some("2026-03-31T11:22:33Z"), Some("2026-04-02T00:00:00Z")),
        ]);
        let end = start + SignedDuration::from_hours(24 * 11);
        let line = time_line(&own, start, end);
        for seconds in asked {
            let now = start + SignedDuration::from_secs(seconds);
            let on_line = line.iter().rev().find(|turn| turn.at <= now).unwrap();
            let phase = own.phase(now);
            prop_assert_eq!((phase.turns, phase.window), (on_line.turns, on_line.window), "{} {}", now, cron);
            if let Some(until) = phase.until {
                prop_assert!(until > now);
                let last = until - SignedDuration::from_nanos(1);
                prop_assert_eq!(own.phase(last).turns, phase.turns);
            }
        }
    }
}
