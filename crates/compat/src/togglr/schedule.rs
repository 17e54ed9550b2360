//! Schedules as windows.
//!
//! There the schedule that was made last decides, and of two made at once the one that turns off: here the window
//! listed last. What holds outside of all of them is Togglr's baseline.
//!
//! | schedule | window |
//! |---|---|
//! | without `cron_expr` | from `starts_at` (else when the feature was made) until `ends_at` |
//! | with `cron_expr` and `cron_duration` | recurs; the firings are the true ones, where Togglr guesses the last one |
//! | with `cron_expr` alone | for ever after its first firing: a year long, at each firing anew |
//!
//! A span ends before `ends_at`, where Togglr counts that very moment in.

use hoist_engine::ruleset::{Outside, Recurrence, Turns, Window};
use hoist_engine::windows::Windows;
use hoist_model::document;

use super::document::{Feature, Schedule, Turn};
use super::gap;
use crate::report::Gaps;

/// Longest a recurring window stays open, seconds.
const LONGEST: u32 = 366 * 24 * 60 * 60;

/// Shortest.
const SHORTEST: u32 = 60;

pub(super) fn translate(feature: &Feature, schedules: &[Schedule], gaps: &mut Gaps) -> document::Schedule {
    if schedules.is_empty() {
        return document::Schedule::default();
    }
    let mut ordered: Vec<&Schedule> = schedules.iter().collect();
    ordered.sort_by_key(|own| (own.created_at, own.action));
    let windows = (1_usize..).zip(&ordered).map(|(number, own)| {
        let (window, problem) = window(feature, own, number);
        if let Some(problem) = problem {
            gaps.flag(&feature.key, gap::SCHEDULE, format!("schedule {number}: {problem}"));
        }
        window
    });
    document::Schedule::new(windows.collect(), baseline(&ordered))
}

/// A schedule's window, and what is wrong with it. What cannot be read never opens, there and here; in a time zone that
/// is not known it is UTC.
fn window(feature: &Feature, schedule: &Schedule, number: usize) -> (Window, Option<String>) {
    let (recurs, problem) = match schedule.pattern() {
        None => (None, None),
        Some(pattern) => {
            let (recurs, problem) = recurrence(pattern, schedule);
            (Some(recurs), problem)
        }
    };
    let mut window = Window {
        id: format!("schedule-{number}"),
        name: String::new(),
        turns: match schedule.action {
            Turn::Enable => Turns::On,
            Turn::Disable => Turns::Off,
        },
        from: schedule.starts_at.or(feature.created_at),
        until: schedule.ends_at,
        recurs,
    };
    let (_, problems) = Windows::new(std::slice::from_ref(&window), Outside::Off);
    let found = problems.into_iter().next();
    if let (Some(found), Some(recurs)) = (&found, window.recurs.as_mut())
        && found.path == "/recurs/time_zone"
    {
        let problem = format!("{}; it is taken as UTC, as there", found.message);
        "UTC".clone_into(&mut recurs.time_zone);
        return (window, Some(problem));
    }
    let never = |problem: String| format!("{problem}; it never opens");
    (window, problem.or(found.map(|found| found.message)).map(never))
}

/// What holds while no schedule does.
fn baseline(ordered: &[&Schedule]) -> Outside {
    let is_on = match ordered.first() {
        Some(first) if first.pattern().is_some() => first.action == Turn::Disable,
        _ => ordered.iter().any(|own| own.action == Turn::Disable),
    };
    if is_on { Outside::On } else { Outside::Off }
}

/// A pattern, and what is wrong with its duration: then it is one of no time, which never opens.
fn recurrence(pattern: &str, schedule: &Schedule) -> (Recurrence, Option<String>) {
    let zoned = pattern.strip_prefix("CRON_TZ=").or_else(|| pattern.strip_prefix("TZ="));
    let (zone, cron) = zoned
        .and_then(|rest| rest.split_once(' '))
        .unwrap_or((&schedule.timezone, pattern));
    let duration = schedule.cron_duration.as_deref().filter(|text| !text.is_empty());
    let (seconds, problem) = match duration.map(|text| (text, seconds(text))) {
        // There for ever.
        None | Some((_, Some(0))) => (LONGEST, None),
        Some((_, Some(seconds))) if (SHORTEST..=LONGEST).contains(&seconds) => (seconds, None),
        Some((text, Some(_))) => (
            0,
            Some(format!("it stays open for `{text}`; here that is a minute to 366 days")),
        ),
        Some((text, None)) => (0, Some(format!("`{text}` is no duration"))),
    };
    let (seconds, problem) = if is_known(cron) {
        (seconds, problem)
    } else {
        (0, Some(format!("`{cron}` is no pattern there")))
    };
    let recurrence = Recurrence {
        cron: cron.trim().to_owned(),
        time_zone: if zone.is_empty() {
            "UTC".to_owned()
        } else {
            zone.to_owned()
        },
        seconds,
    };
    (recurrence, problem)
}

/// Whether Togglr's parser knows every word of a pattern: numbers, signs, and names of months and days. Days of the week
/// end with 6.
fn is_known(cron: &str) -> bool {
    const NAMES: [&str; 19] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "sun", "mon", "tue", "wed",
        "thu", "fri", "sat",
    ];
    let words = || {
        cron.split(|letter: char| !letter.is_ascii_alphabetic())
            .filter(|word| !word.is_empty())
    };
    let is_name = |word: &str| NAMES.contains(&word.to_ascii_lowercase().as_str());
    let signs = cron
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || " \t*/,-?".contains(letter));
    let days = cron.split_ascii_whitespace().nth(4).unwrap_or_default();
    let mut numbers = days.split(|letter: char| !letter.is_ascii_digit());
    signs && words().all(is_name) && numbers.all(|number| number != "7")
}

/// A duration as Go writes it (`2h45m0s`), rounded down to seconds.
fn seconds(text: &str) -> Option<u32> {
    let (mut rest, mut seconds) = (text, 0.0);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, after) = rest.split_at(end);
        let units = [
            ("ms", 0.001),
            ("us", 1e-6),
            ("µs", 1e-6),
            ("ns", 1e-9),
            ("h", 3_600.0),
            ("m", 60.0),
            ("s", 1.0),
        ];
        let (unit, size) = units.into_iter().find(|(unit, _)| after.starts_with(unit))?;
        seconds += number.parse::<f64>().ok()? * size;
        rest = after.get(unit.len()..)?;
    }
    let is_whole = !text.is_empty() && seconds <= f64::from(u32::MAX);
    is_whole.then_some(seconds as u32)
}

impl Schedule {
    fn pattern(&self) -> Option<&str> {
        self.cron_expr.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn durations_are_gos() {
        assert_eq!(seconds("2h45m0s"), Some(9_900));
        assert_eq!(seconds("30m"), Some(1_800));
        assert_eq!(seconds("1.5h"), Some(5_400));
        assert_eq!(seconds("90000ms"), Some(90));
        for text in ["", "5", "1d", "h", "-1h", "1h2"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
