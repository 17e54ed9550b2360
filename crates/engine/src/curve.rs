//! Shares over time.
//!
//! A curve runs on a clock that stands still during pauses. Linear stretches move on a grid of
//! [`GRID`] from their first point, so an answer stays valid for at least that long.

use jiff::Timestamp;

use crate::ruleset::{self, CurveShape, Share};

/// Microseconds between two steps of a linear stretch.
const GRID: i64 = 60_000_000;

/// A compiled curve; instants in microseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    shape: CurveShape,
    points: Box<[Point]>,
    pauses: Box<[Pause]>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    at: i64,
    share: Share,
}

#[derive(Clone, Copy, Debug)]
struct Pause {
    from: i64,
    /// `i64::MAX`: until further notice.
    until: i64,
}

impl Curve {
    /// # Errors
    /// Says which order is broken.
    pub(crate) fn new(curve: &ruleset::Curve) -> Result<Self, String> {
        let points: Box<[Point]> = curve
            .points
            .iter()
            .map(|point| Point {
                at: point.at.as_microsecond(),
                share: point.share,
            })
            .collect();
        let pauses: Box<[Pause]> = curve.pauses.iter().map(Pause::new).collect();
        if points.is_empty() {
            return Err("a curve needs at least one point".into());
        }
        if !points.is_sorted_by(|a, b| a.at < b.at) {
            return Err("the points of a curve must be in order of time".into());
        }
        let whole = pauses.iter().all(|pause| pause.from < pause.until);
        if !whole || !pauses.is_sorted_by(|a, b| a.until <= b.from) {
            return Err("the pauses of a curve must be in order of time and not overlap".into());
        }
        Ok(Self {
            shape: curve.shape,
            points,
            pauses,
        })
    }

    /// The share at a moment.
    pub(crate) fn share(&self, now: Timestamp) -> Share {
        let clock = self.clock(now.as_microsecond());
        match self.stretch(clock) {
            (None, _) => Share::NONE,
            (Some(from), Some(to)) if self.shape == CurveShape::Linear => between(from, to, clock),
            (Some(from), _) => from.share,
        }
    }

    /// The first moment after `now` at which the share may differ.
    pub(crate) fn changes(&self, now: Timestamp) -> Option<Timestamp> {
        let clock = self.clock(now.as_microsecond());
        let next = match self.stretch(clock) {
            (Some(from), Some(to)) if self.shape == CurveShape::Linear && from.share != to.share => {
                to.at.min(on_grid(from, clock).saturating_add(GRID))
            }
            (_, Some(to)) => to.at,
            (_, None) => return None,
        };
        Timestamp::from_microsecond(self.wall(next)?).ok()
    }

    /// The next point, and the moment at which it is reached; None after the last one, and while
    /// a pause has no end.
    pub(crate) fn next_point(&self, now: Timestamp) -> Option<(Timestamp, Share)> {
        let (_, next) = self.stretch(self.clock(now.as_microsecond()));
        let next = next?;
        let at = Timestamp::from_microsecond(self.wall(next.at)?).ok()?;
        Some((at, next.share))
    }

    /// The curve's own clock: pauses do not count.
    fn clock(&self, now: i64) -> i64 {
        let begun = self.pauses.iter().take_while(|pause| pause.from < now);
        let paused = begun.fold(0_i64, |sum, pause| {
            sum.saturating_add(pause.until.min(now).saturating_sub(pause.from))
        });
        now.saturating_sub(paused)
    }

    /// The moment at which the curve's clock shows `clock` and moves on; None if it never does.
    fn wall(&self, clock: i64) -> Option<i64> {
        let mut wall = clock;
        for pause in &self.pauses {
            if pause.from >= wall {
                break;
            }
            if pause.until == i64::MAX {
                return None;
            }
            wall = wall.saturating_add(pause.until - pause.from);
        }
        Some(wall)
    }

    /// The last point passed and the next one.
    fn stretch(&self, clock: i64) -> (Option<Point>, Option<Point>) {
        let passed = self.points.partition_point(|point| point.at <= clock);
        let last = passed.checked_sub(1).and_then(|at| self.points.get(at));
        (last.copied(), self.points.get(passed).copied())
    }
}

impl Pause {
    fn new(pause: &ruleset::Pause) -> Self {
        let until = pause.until.map_or(i64::MAX, |until| until.as_microsecond());
        Self {
            from: pause.from.as_microsecond(),
            until,
        }
    }
}

fn on_grid(from: Point, clock: i64) -> i64 {
    let passed = clock.saturating_sub(from.at);
    from.at.saturating_add(passed - passed.rem_euclid(GRID))
}

/// The share on the straight line, at the last grid step, rounded down.
fn between(from: Point, to: Point, clock: i64) -> Share {
    let passed = i128::from(on_grid(from, clock)) - i128::from(from.at);
    let length = (i128::from(to.at) - i128::from(from.at)).max(1);
    let rise = i128::from(to.share.hundredths()) - i128::from(from.share.hundredths());
    let hundredths = i128::from(from.share.hundredths()) + (rise * passed).div_euclid(length);
    Share::from_hundredths(u16::try_from(hundredths).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2024-01-{text}Z").parse().unwrap()
    }

    fn curve(shape: CurveShape, points: &[(&str, u16)], pauses: &[(&str, Option<&str>)]) -> Result<Curve, String> {
        let points = points.iter().map(|(when, share)| ruleset::Point {
            at: at(when),
            share: Share::from_hundredths(*share),
        });
        let pauses = pauses.iter().map(|(from, until)| ruleset::Pause {
            from: at(from),
            until: until.map(at),
        });
        Curve::new(&ruleset::Curve {
            shape,
            points: points.collect(),
            pauses: pauses.collect(),
        })
    }

    #[test]
    fn steps_hold_until_the_next_point() {
        let curve = curve(
            CurveShape::Steps,
            &[("02T00:00:00", 1_000), ("03T00:00:00", 10_000)],
            &[],
        )
        .unwrap();
        let cases = [
            ("01T00:00:00", 0, Some("02T00:00:00")),
            ("02T00:00:00", 1_000, Some("03T00:00:00")),
            ("02T23:59:59", 1_000, Some("03T00:00:00")),
            ("03T00:00:00", 10_000, None),
        ];
        for (now, share, next) in cases {
            assert_eq!(curve.share(at(now)).hundredths(), share, "{now}");
            assert_eq!(curve.changes(at(now)), next.map(at), "{now}");
        }
    }

    #[test]
    fn lines_move_on_a_grid_of_a_minute() {
        let curve = curve(CurveShape::Linear, &[("02T00:00:00", 0), ("02T01:00:00", 6_000)], &[]).unwrap();
        let cases = [
            ("02T00:00:59", 0, Some("02T00:01:00")),
            ("02T00:01:00", 100, Some("02T00:02:00")),
            ("02T00:30:30", 3_000, Some("02T00:31:00")),
            ("02T00:59:30", 5_900, Some("02T01:00:00")),
            ("02T01:00:00", 6_000, None),
        ];
        for (now, share, next) in cases {
            assert_eq!(curve.share(at(now)).hundredths(), share, "{now}");
            assert_eq!(curve.changes(at(now)), next.map(at), "{now}");
        }
    }

    #[test]
    fn pauses_do_not_count() {
        let points = [("02T00:00:00", 0), ("02T10:00:00", 10_000)];
        let pauses = [
            ("02T02:00:00", Some("02T04:00:00")),
            ("02T05:00:00", Some("02T06:00:00")),
        ];
        let curve = curve(CurveShape::Linear, &points, &pauses).unwrap();
        let cases = [
            ("02T02:00:00", 2_000, Some("02T04:01:00")),
            ("02T03:00:00", 2_000, Some("02T04:01:00")),
            ("02T04:00:00", 2_000, Some("02T04:01:00")),
            ("02T05:30:00", 3_000, Some("02T06:01:00")),
            ("02T12:59:30", 9_983, Some("02T13:00:00")),
            ("02T13:00:00", 10_000, None),
        ];
        for (now, share, next) in cases {
            assert_eq!(curve.share(at(now)).hundredths(), share, "{now}");
            assert_eq!(curve.changes(at(now)), next.map(at), "{now}");
        }
    }

    #[test]
    fn an_open_pause_stands_still() {
        let points = [("02T00:00:00", 500), ("03T00:00:00", 10_000)];
        let curve = curve(CurveShape::Steps, &points, &[("02T12:00:00", None)]).unwrap();
        assert_eq!(curve.share(at("09T00:00:00")).hundredths(), 500);
        assert_eq!(curve.changes(at("09T00:00:00")), None);
        assert_eq!(curve.changes(at("01T00:00:00")), Some(at("02T00:00:00")));
    }

    #[test]
    fn disorder_is_refused() {
        let steps = CurveShape::Steps;
        assert!(curve(steps, &[], &[]).is_err());
        assert!(curve(steps, &[("03T00:00:00", 1), ("02T00:00:00", 2)], &[]).is_err());
        let points = [("02T00:00:00", 1)];
        assert!(curve(steps, &points, &[("03T00:00:00", Some("03T00:00:00"))]).is_err());
        assert!(curve(steps, &points, &[("03T00:00:00", None), ("04T00:00:00", None)]).is_err());
    }
}
