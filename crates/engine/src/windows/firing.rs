//! The firings of a cron pattern in a time zone.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, Zoned};

/// Longest pattern, bytes.
const LONGEST: usize = 255;

/// A pattern that does not fire once in this time is taken for a mistake: 29 February on a given day of the
/// week comes every 28 years, or 40 around a century.
const RAREST: SignedDuration = SignedDuration::from_hours(24 * 366 * 41);

/// Any moment, the same for everybody.
const REFERENCE: Timestamp = Timestamp::constant(1_704_067_200, 0);

/// When a recurring window opens.
#[derive(Debug)]
pub(super) struct Firings {
    cron: Cron,
    zone: TimeZone,
}

impl Firings {
    /// # Errors
    /// The path of the field that is wrong, and why.
    pub(super) fn new(pattern: &str, zone: &str) -> Result<Self, (&'static str, String)> {
        let wrong = |message: String| ("/recurs/cron", message);
        if pattern.len() > LONGEST {
            return Err(wrong(format!("a pattern is at most {LONGEST} bytes long")));
        }
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser
            .parse(pattern)
            .map_err(|error| wrong(format!("not a pattern of five fields: {error}")))?;
        // Bundled: what a system has installed must not change answers.
        let zone = TimeZoneDatabase::bundled()
            .get(zone)
            .map_err(|_| ("/recurs/time_zone", format!("there is no time zone `{zone}`")))?;
        let firings = Self { cron, zone };
        let soon = REFERENCE.checked_add(RAREST).unwrap_or(Timestamp::MAX);
        match firings.after(REFERENCE) {
            Some(first) if first <= soon => Ok(firings),
            _ => Err(wrong("never fires".into())),
        }
    }

    /// The last firing that is not after a moment.
    pub(super) fn at_or_before(&self, now: Timestamp) -> Option<Timestamp> {
        let found = self.cron.find_previous_occurrence(&self.zoned(now), true);
        found.ok().map(|firing| firing.timestamp())
    }

    /// The first firing after a moment.
    pub(super) fn after(&self, now: Timestamp) -> Option<Timestamp> {
        let found = self.cron.find_next_occurrence(&self.zoned(now), false);
        found.ok().map(|firing| firing.timestamp())
    }

    /// Firings are whole seconds; a part of one would hide the firing of its second.
    fn zoned(&self, now: Timestamp) -> Zoned {
        let whole = Timestamp::from_second(now.as_second() - i64::from(now.subsec_nanosecond() < 0));
        whole.unwrap_or(now).to_zoned(self.zone.clone())
    }
}
