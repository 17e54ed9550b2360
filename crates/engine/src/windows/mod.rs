//! Windows as functions of time: the state at a moment, the next state, the time line.
//!
//! The meaning is written down at [`crate::ruleset::Window`]. Everything here is a pure function of the
//! windows and the moment that is asked for.

mod firing;
mod memo;

use jiff::{SignedDuration, Timestamp};

use crate::ruleset::{self, Outside, Recurrence, Turns};
use firing::Firings;
use memo::Memo;

/// States looked through in search of the next one that differs.
const LOOKED_THROUGH: usize = 10_000;

/// Shortest and longest time a recurring window stays open, seconds.
pub const OPEN_SECONDS: std::ops::RangeInclusive<u32> = 60..=366 * 24 * 3600;

/// The windows of a flag, ready to be asked.
#[derive(Debug)]
pub struct Windows {
    /// None: cannot be used.
    windows: Box<[Option<Window>]>,
    outside: Turns,
    memo: Memo,
}

/// What the windows say at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// On or off.
    pub turns: Turns,
    /// Position of the window that decides; None if none is open.
    pub window: Option<usize>,
    /// Nothing changes before this moment; None: nothing ever changes again.
    pub until: Option<Timestamp>,
}

/// From a moment on, the flag is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// First moment.
    pub at: Timestamp,
    /// On or off.
    pub turns: Turns,
    /// Position of the window that decides; None if none is open.
    pub window: Option<usize>,
}

/// What is wrong with a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowProblem {
    /// Position of the window.
    pub window: usize,
    /// JSON pointer inside of it.
    pub path: &'static str,
    /// For people.
    pub message: String,
}

impl Windows {
    /// Reads windows, and says which cannot be used, with the field that is wrong: those never open.
    pub fn new(windows: &[ruleset::Window], outside: Outside) -> (Self, Vec<WindowProblem>) {
        let mut problems = Vec::new();
        let read = windows.iter().enumerate().map(|(position, own)| {
            let problem = |(path, message)| WindowProblem {
                window: position,
                path,
                message,
            };
            Window::new(own).map_err(|found| problems.push(problem(found))).ok()
        });
        let read = read.collect();
        let turns_on = windows.iter().any(|window| window.turns == Turns::On);
        let outside = match outside {
            Outside::On => Turns::On,
            Outside::Off => Turns::Off,
            Outside::Opposite if turns_on => Turns::Off,
            Outside::Opposite => Turns::On,
        };
        let windows = Self {
            windows: read,
            outside,
            memo: Memo::default(),
        };
        (windows, problems)
    }

    /// What holds at a moment. Asked again for a moment of the same phase, it answers from memory.
    pub fn phase(&self, now: Timestamp) -> Phase {
        self.memo.get(now).unwrap_or_else(|| {
            let phase = self.phase_anew(now);
            self.memo.set(now, phase);
            phase
        })
    }

    fn phase_anew(&self, now: Timestamp) -> Phase {
        let mut phase = Phase {
            turns: self.outside,
            window: None,
            until: None,
        };
        let usable = (0..)
            .zip(&self.windows)
            .filter_map(|(at, window)| Some((at, window.as_ref()?)));
        for (position, window) in usable {
            let (openness, until) = window.at(now);
            if openness == Openness::Open {
                phase.turns = window.turns;
                phase.window = Some(position);
            }
            phase.until = earlier(phase.until, until);
        }
        phase
    }

    /// The first moment after `now` at which the flag turns on or off; None if it does not, as far as can be
    /// seen.
    pub fn next(&self, now: Timestamp) -> Option<Turn> {
        let mut turns = self.turns(now);
        let current = turns.next()?.turns;
        turns.find(|turn| turn.turns != current)
    }

    /// How the flag turns on and off from a moment on: first what holds then, after it each moment at which
    /// that changes or another window decides. Lazy, and without end only as far as can be seen.
    pub fn turns(&self, from: Timestamp) -> impl Iterator<Item = Turn> {
        let mut at = Some(from);
        let phases = std::iter::from_fn(move || {
            let now = at?;
            let phase = self.phase_anew(now);
            at = phase.until;
            Some(Turn {
                at: now,
                turns: phase.turns,
                window: phase.window,
            })
        });
        let mut last = None;
        phases.take(LOOKED_THROUGH).filter(move |turn| {
            let state = Some((turn.turns, turn.window));
            std::mem::replace(&mut last, state) != state
        })
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Openness {
    Open,
    Closed,
}

#[derive(Debug)]
struct Window {
    turns: Turns,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    recurs: Option<Recurring>,
}

#[derive(Debug)]
struct Recurring {
    firings: Firings,
    open_for: SignedDuration,
}

impl Window {
    fn new(window: &ruleset::Window) -> Result<Self, (&'static str, String)> {
        if let (Some(from), Some(until)) = (window.from, window.until)
            && from >= until
        {
            return Err(("/until", "must be after `from`".into()));
        }
        if window.from.is_none() && window.until.is_none() && window.recurs.is_none() {
            return Err((
                "",
                "needs a beginning, an end or a recurrence; use the switch instead".into(),
            ));
        }
        Ok(Self {
            turns: window.turns,
            from: window.from,
            until: window.until,
            recurs: window.recurs.as_ref().map(Recurring::new).transpose()?,
        })
    }

    /// Whether it is open, and until when that certainly stays so.
    fn at(&self, now: Timestamp) -> (Openness, Option<Timestamp>) {
        if self.until.is_some_and(|until| until <= now) {
            return (Openness::Closed, None);
        }
        if let Some(from) = self.from.filter(|from| now < *from) {
            return (Openness::Closed, Some(from));
        }
        let Some(recurring) = &self.recurs else {
            return (Openness::Open, self.until);
        };
        match recurring.closes(now, self.from) {
            Some(closes) => (Openness::Open, earlier(Some(closes), self.until)),
            None => {
                let next = recurring.firings.after(now);
                let within = next.filter(|next| self.until.is_none_or(|until| *next < until));
                (Openness::Closed, within)
            }
        }
    }
}

impl Recurring {
    fn new(recurrence: &Recurrence) -> Result<Self, (&'static str, String)> {
        if !OPEN_SECONDS.contains(&recurrence.seconds) {
            let (least, most) = (OPEN_SECONDS.start(), OPEN_SECONDS.end());
            let message = format!("must be between {least} and {most}");
            return Err(("/recurs/seconds", message));
        }
        Ok(Self {
            firings: Firings::new(&recurrence.cron, &recurrence.time_zone)?,
            open_for: SignedDuration::from_secs(i64::from(recurrence.seconds)),
        })
    }

    /// When the window closes that the last firing opened, if it is still open. A firing before `from` opens
    /// nothing.
    fn closes(&self, now: Timestamp, from: Option<Timestamp>) -> Option<Timestamp> {
        let fired = self.firings.at_or_before(now)?;
        if from.is_some_and(|from| fired < from) {
            return None;
        }
        let closes = fired.checked_add(self.open_for).unwrap_or(Timestamp::MAX);
        Some(closes).filter(|closes| now < *closes)
    }
}
