//! Recurring windows: a pattern, a time zone, seconds, a moment; a line each.

use hoist_engine::ruleset::{Outside, Recurrence, Turns, Window};
use hoist_engine::windows::{Phase, Windows};
use jiff::{SignedDuration, Timestamp};

use super::lines;

/// Turns looked at.
const TURNS: usize = 12;

/// The state of any moment agrees with that of the moments around it: nothing changes before a phase ends, something
/// changes when it does, and the time line lists just that.
///
/// # Panics
/// Where that does not hold.
pub fn run(data: &[u8]) {
    let lines = lines(data);
    let [cron, time_zone, seconds, moment, ..] = lines.as_slice() else {
        return;
    };
    let (Ok(seconds), Ok(now)) = (seconds.trim().parse::<u32>(), moment.trim().parse::<Timestamp>()) else {
        return;
    };
    let window = Window {
        id: "w".into(),
        name: String::new(),
        turns: Turns::On,
        from: None,
        until: None,
        recurs: Some(Recurrence {
            cron: (*cron).to_owned(),
            time_zone: (*time_zone).to_owned(),
            seconds,
        }),
    };
    let text = serde_json::to_string(&window).expect("a window is JSON");
    assert_eq!(
        serde_json::from_str::<Window>(&text).expect("what was written is read"),
        window
    );
    let (windows, problems) = Windows::new(std::slice::from_ref(&window), Outside::Opposite);
    if !problems.is_empty() {
        let phase = windows.phase(now);
        assert_eq!(
            (phase.turns, phase.until),
            (Turns::Off, None),
            "what cannot be used never opens"
        );
        return;
    }
    walk(&windows, now);
    time_line(&windows, now);
}

/// From phase to phase.
fn walk(windows: &Windows, from: Timestamp) {
    let mut now = from;
    for _ in 0..TURNS {
        let phase = windows.phase(now);
        let Some(until) = phase.until else { return };
        assert!(until > now, "a phase ends before it begins: {phase:?} at {now}");
        let middle = now
            .checked_add(until.duration_since(now) / 2)
            .expect("between two moments");
        for inside in [middle, just_before(until)] {
            assert_same(phase, windows.phase(inside), inside);
        }
        let next = windows.phase(until);
        // An open window may be opened anew before it closes, so an end may be no change; a beginning always is.
        assert!(
            phase.turns == Turns::On || next.turns == Turns::On,
            "nothing opens at {until}: {next:?}"
        );
        now = until;
    }
}

fn just_before(moment: Timestamp) -> Timestamp {
    moment.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(moment)
}

fn assert_same(phase: Phase, other: Phase, at: Timestamp) {
    assert_eq!(
        (phase.turns, phase.window),
        (other.turns, other.window),
        "within {phase:?} at {at}"
    );
}

fn time_line(windows: &Windows, from: Timestamp) {
    let turns: Vec<_> = windows.turns(from).take(TURNS).collect();
    assert_eq!(turns.first().map(|turn| turn.at), Some(from));
    for pair in turns.windows(2) {
        assert!(pair[0].at < pair[1].at && pair[0].turns != pair[1].turns, "{pair:?}");
        assert_eq!(windows.phase(pair[1].at).turns, pair[1].turns);
        assert_eq!(windows.phase(just_before(pair[1].at)).turns, pair[0].turns, "{pair:?}");
    }
    assert_eq!(windows.next(from), turns.get(1).copied());
}
