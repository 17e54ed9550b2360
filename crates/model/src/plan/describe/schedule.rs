//! Windows in words.

use hoist_engine::ruleset::{Outside, Turns, Window};
use jiff::Timestamp;

use crate::document::Schedule;

/// What differs between two schedules.
pub(super) fn lines(before: &Schedule, after: &Schedule, label: &str, lines: &mut Vec<String>) {
    for window in &after.windows {
        match before.windows.iter().find(|old| old.id == window.id) {
            None => lines.push(format!("{label}: new window: {}", sentence(window))),
            Some(old) if old != window => {
                lines.push(format!("{label}: window {} (was {})", sentence(window), sentence(old)));
            }
            Some(_) => {}
        }
    }
    let gone = |old: &&Window| !after.windows.iter().any(|window| window.id == old.id);
    for old in before.windows.iter().filter(gone) {
        lines.push(format!("{label}: no window any more: {}", sentence(old)));
    }
    let order = |of: &Schedule, other: &Schedule| -> Vec<String> {
        let both = of
            .windows
            .iter()
            .filter(|window| other.windows.iter().any(|each| each.id == window.id));
        both.map(|window| window.id.clone()).collect()
    };
    if order(before, after) != order(after, before) {
        lines.push(format!(
            "{label}: windows in another order; of those that are open the last decides"
        ));
    }
    let changed = before.outside != after.outside || before.is_empty();
    if changed && !after.is_empty() {
        lines.push(format!("{label}: {} while no window is open", outside(after)));
    }
}

fn outside(schedule: &Schedule) -> &'static str {
    let turns_on = || schedule.windows.iter().any(|window| window.turns == Turns::On);
    match schedule.outside {
        Outside::On => "on",
        Outside::Off => "off",
        Outside::Opposite if turns_on() => "off",
        Outside::Opposite => "on",
    }
}

/// A window in a few words.
fn sentence(window: &Window) -> String {
    let turns = match window.turns {
        Turns::On => "on",
        Turns::Off => "off",
    };
    let again = window.recurs.as_ref().map_or_else(String::new, |recurs| {
        let open_for = length(recurs.seconds);
        format!(" for {open_for} at each `{}` ({})", recurs.cron, recurs.time_zone)
    });
    let from = window
        .from
        .map_or_else(String::new, |at| format!(" from {}", moment(at)));
    let until = window
        .until
        .map_or_else(String::new, |at| format!(" until {}", moment(at)));
    let name = match window.name.as_str() {
        "" => String::new(),
        name => format!("“{name}”, "),
    };
    format!("{name}{turns}{again}{from}{until}")
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %b %Y %H:%M UTC").to_string()
}

/// Such as `2 h 30 min`.
fn length(seconds: u32) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(json: serde_json::Value) -> Window {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn windows_are_said_in_words() {
        let nine = serde_json::json!({"id": "a", "turns": "on",
            "recurs": {"cron": "0 9 * * 1-5", "time_zone": "Europe/Vienna", "seconds": 9000}});
        let freeze = serde_json::json!({"id": "b", "name": "Freeze", "turns": "off",
            "from": "2026-12-20T00:00:00Z", "until": "2027-01-07T00:00:00Z"});
        let before = Schedule::new(vec![window(nine)], Outside::Opposite);
        let after = Schedule::new(vec![window(freeze)], Outside::Opposite);
        let mut said = Vec::new();
        lines(&before, &after, "f in dev", &mut said);
        assert_eq!(
            said,
            [
                "f in dev: new window: “Freeze”, off from 20 Dec 2026 00:00 UTC until 7 Jan 2027 00:00 UTC",
                "f in dev: no window any more: on for 2 h 30 min at each `0 9 * * 1-5` (Europe/Vienna)",
            ]
        );
    }
}
