//! Windows: spans of time in which a flag is on or off.
//!
//! | open windows | the flag is |
//! |---|---|
//! | some | what the last one listed says |
//! | none, [`Outside::On`] or [`Outside::Off`] | that |
//! | none, [`Outside::Opposite`] | off if any window says on, else on |
//!
//! A span begins at its first moment and ends before its last (`from <= now < until`). A recurring window
//! opens at each firing of its pattern between `from` and `until` and closes after its duration, at `until` at
//! the latest; firings that overlap keep it open.
//!
//! Firings are those of the wall clock in the window's time zone. Where the clock is put forward, a firing of a
//! fixed time (`30 2 * * *`) that would be left out comes at the first moment after the gap, one of a
//! repeating pattern (`*/30 * * * *`) is left out. Where it is put back, a fixed time fires once, at the
//! earlier of the two moments, a repeating pattern both times.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A span of time, once or again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Stable in the configuration; names the window in explanations.
    pub id: String,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What the flag is while it is open.
    pub turns: Turns,
    /// Closed before; absent = it began long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Closed from then on; absent = without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Absent = open all the time between `from` and `until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurs: Option<Recurrence>,
}

/// What a window does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turns {
    /// The flag is on.
    On,
    /// The flag is off.
    Off,
}

/// What holds while no window is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// The flag is on.
    On,
    /// The flag is off.
    Off,
    /// The flag is off if any window turns it on, else on.
    #[default]
    Opposite,
}

/// When a recurring window opens, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// Five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday; names and the
    /// `L`, `W` and `#` of other crons are understood). If both days are restricted, either fires.
    pub cron: String,
    /// IANA name, such as `Europe/Vienna`.
    #[serde(default = "utc", skip_serializing_if = "is_utc")]
    pub time_zone: String,
    /// How long it stays open, seconds: 60 to 366 days.
    pub seconds: u32,
}

fn utc() -> String {
    "UTC".into()
}

fn is_utc(zone: &String) -> bool {
    zone == "UTC"
}
