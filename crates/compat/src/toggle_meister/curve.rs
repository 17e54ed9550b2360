//! Toggle-Meister's rollout: 24 percentages over so many days, one each `days` hours.
//!
//! From the beginning 1 %; after `k · days` hours the k-th percentage; after 24 steps everybody. The first two steps
//! are both of 1 %, so 2 % comes after `2 · days` hours.

use hoist_engine::ruleset::{Curve, CurveShape, Point, Share};
use jiff::{SignedDuration, Timestamp};

/// The percentages of the steps.
pub const PERCENTS: [u16; 24] = [
    1, 2, 3, 5, 8, 11, 14, 17, 20, 23, 26, 30, 35, 40, 45, 50, 55, 61, 67, 73, 79, 86, 93, 100,
];

/// How long a pause lasts.
pub const SNOOZE: SignedDuration = SignedDuration::from_hours(48);

/// The curve of a rollout over `days` (at least 1) that began at `start`.
pub fn curve(days: u32, start: Timestamp) -> Curve {
    let at = |step: usize| {
        let hours = i64::from(days) * i64::try_from(step).unwrap_or_default();
        start.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(start)
    };
    let point = |(step, percent): (usize, u16)| Point {
        at: at(step),
        share: Share::from_hundredths(percent * 100),
    };
    // The step of 1 % begins with the rollout.
    let steps = (1_usize..)
        .zip(PERCENTS)
        .map(|(step, percent)| if step == 1 { (0, percent) } else { (step, percent) });
    Curve {
        shape: CurveShape::Steps,
        points: steps.map(point).collect(),
        pauses: Vec::new(),
    }
}

/// The hours of a rollout over `days` that has come to a percentage: the beginning of its step.
pub(super) fn hours(days: u32, percent: u16) -> i64 {
    let step = PERCENTS.iter().rposition(|own| *own <= percent).unwrap_or_default();
    let step = if step == 0 { 0 } else { step + 1 };
    i64::from(days) * i64::try_from(step).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(days: u32, hour: i64) -> u16 {
        let start: Timestamp = "2025-03-01T00:00:00Z".parse().unwrap();
        let now = start + SignedDuration::from_hours(hour);
        curve(days, start).share_at(now).hundredths() / 100
    }

    /// Seen in Toggle-Meister, hour by hour.
    #[test]
    fn percentages_come_at_their_hours() {
        for (days, hour, expected) in [
            (1, 0, 1),
            (1, 1, 1),
            (1, 2, 2),
            (1, 23, 93),
            (1, 24, 100),
            (2, 3, 1),
            (2, 4, 2),
            (2, 24, 30),
            (2, 46, 93),
            (2, 48, 100),
            (14, 27, 1),
            (14, 28, 2),
            (14, 168, 30),
            (14, 322, 93),
            (14, 336, 100),
        ] {
            assert_eq!(percent(days, hour), expected, "{days} days, hour {hour}");
        }
        assert_eq!(percent(2, -1), 0);
    }

    #[test]
    fn a_percentage_tells_the_step() {
        for days in [1, 3, 14] {
            for (step, own) in (1..24).zip(PERCENTS) {
                let hour = hours(days, own);
                assert_eq!(percent(days, hour), own, "{days} days, step {step}");
                assert!(step == 1 || percent(days, hour - 1) < own, "{days} days, step {step}");
            }
        }
    }
}
