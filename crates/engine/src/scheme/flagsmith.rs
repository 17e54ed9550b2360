//! Flagsmith's scheme: MD5 of the ids joined by commas, as a whole number modulo 9,999.
//!
//! A remainder of 9,998 would be 100 %: the ids are then repeated (`a,b,a,b`), until it is another. What is
//! left is one of 9,998 places, and Flagsmith calls `place / 9998 · 100` the percentage. Each limit between
//! places is met by hundredths of a percent exactly ([`hundredths_below`], [`hundredths_up_to`]), so shares and
//! weights are kept in those and nobody moves.

use md5::{Digest, Md5};

use crate::ruleset::{Bound, Share};

/// Places that a subject can have.
pub const PLACES: u16 = 9_998;

/// What all weights together must be for limits to be met exactly.
pub const TOTAL: u16 = 10_000;

/// The place of the concatenation of the pieces, 0–9,997.
pub fn place<'p>(pieces: impl Iterator<Item = &'p str> + Clone) -> u16 {
    let first = Ids::default();
    let first = pieces.clone().fold(first, Ids::after);
    let whole: String = match first.place() {
        Some(place) => return place,
        None => pieces.collect(),
    };
    repeated(&whole)
}

/// Where one repetition did not do; practically the second always does.
fn repeated(whole: &str) -> u16 {
    let mut ids = Ids::default().after(whole);
    loop {
        ids = ids.after(",").after(whole);
        if let Some(place) = ids.clone().place() {
            return place;
        }
    }
}

/// Ids under way.
#[derive(Clone, Debug, Default)]
pub struct Ids(Md5);

impl Ids {
    /// Goes on with a text.
    #[must_use]
    pub fn after(mut self, text: &str) -> Self {
        self.0.update(text.as_bytes());
        self
    }

    fn place(self) -> Option<u16> {
        let number = u128::from_be_bytes(self.0.finalize().into());
        u16::try_from(number % 9_999).ok().filter(|place| *place < PLACES)
    }
}

/// A beginning that many subjects share, read once.
#[derive(Clone, Debug)]
pub struct Beginning {
    text: Box<str>,
    ids: Ids,
}

impl Beginning {
    /// Reads it.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.into(),
            ids: Ids::default().after(text),
        }
    }

    /// The place of the beginning and the rest.
    pub fn place<'p>(&'p self, rest: impl Iterator<Item = &'p str> + Clone) -> u16 {
        let first = rest.clone().fold(self.ids.clone(), Ids::after);
        match first.place() {
            Some(place) => place,
            None => place(std::iter::once(&*self.text).chain(rest)),
        }
    }
}

/// In hundredths of a percent.
pub fn position(place: u16) -> u16 {
    u16::try_from(point(place, TOTAL.into())).unwrap_or(u16::MAX)
}

/// A point below `total`.
pub fn point(place: u16, total: u64) -> u64 {
    u64::from(place).saturating_mul(total) / u64::from(PLACES)
}

/// Whether the place falls into the share.
pub fn inside(place: u16, share: Share, bound: Bound) -> bool {
    let own = u32::from(place) * 10_000;
    let limit = u32::from(share.hundredths()) * u32::from(PLACES);
    match bound {
        Bound::Exclusive => own < limit,
        Bound::Inclusive => own <= limit,
    }
}

/// Flagsmith's percentage of a place, 0 ≤ p < 100.
pub fn percentage(place: u16) -> f64 {
    f64::from(place) / f64::from(PLACES) * 100.0
}

/// The hundredths that exactly the places below a percentage are below: a split's limit.
pub fn hundredths_below(limit: f64) -> u16 {
    let below = places(|place| percentage(place) < limit);
    u16::try_from(u32::from(below) * 10_000 / u32::from(PLACES)).unwrap_or(u16::MAX)
}

/// The share that has exactly the places up to a percentage, if any has.
pub fn hundredths_up_to(limit: f64) -> Option<Share> {
    let last = places(|place| percentage(place) <= limit).checked_sub(1)?;
    let hundredths = (u32::from(last) * 10_000).div_ceil(u32::from(PLACES));
    // Nobody is beyond; where the limit is, no share says more than everybody.
    let all = u32::from(Share::ALL.hundredths());
    let share = if last + 1 == PLACES { all } else { hundredths };
    Some(Share::from_hundredths(u16::try_from(share).unwrap_or(u16::MAX)))
}

/// How many places the test holds for; it holds for none after one for which it does not.
fn places(test: impl Fn(u16) -> bool) -> u16 {
    let (mut low, mut high) = (0, PLACES);
    while low < high {
        let middle = u16::midpoint(low, high);
        if test(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(first: &str, second: &str) -> f64 {
        percentage(place([first, ",", second].into_iter()))
    }

    /// Bit for bit what Flagsmith's own engine says.
    #[track_caller]
    fn assert_is(first: &str, second: &str, percentage: f64) {
        assert_eq!(of(first, second).to_bits(), percentage.to_bits(), "{first},{second}");
    }

    #[test]
    fn vectors_of_the_reference_engine() {
        assert_is("1", "2", 26.595_319_063_812_76);
        assert_is("2", "1", 68.203_640_728_145_63);
        assert_is("12", "93", 27.655_531_106_221_243);
        assert_is("78986", "test_env_foobar", 54.530_906_181_236_25);
        assert_is("12345", "test_env_foobar", 51.990_398_079_615_915);
        assert_is("78986", "32103813", 49.279_855_971_194_24);
    }

    #[test]
    fn a_hundred_is_tried_again_and_zero_is_a_place() {
        assert_is("1", "8931", 45.779_155_831_166_236);
        assert_is("1", "13116", 18.433_686_737_347_468);
        assert_is("1", "50972", 50.400_080_016_003_2);
        for subject in ["13139", "47271", "47811"] {
            assert_is("1", subject, 0.0);
        }
    }

    #[test]
    fn a_beginning_read_beforehand_changes_nothing() {
        for subject in ["2", "8931", "13116", "13139", "é"] {
            let beginning = Beginning::new("1,");
            let whole = place(["1,", subject].into_iter());
            assert_eq!(beginning.place([subject].into_iter()), whole, "{subject}");
        }
    }

    #[test]
    fn hundredths_meet_every_limit_exactly() {
        let limits = (0..=20_000).map(|number| f64::from(number) * 0.005 + f64::from(number % 7) * 1e-4);
        let own = (0..PLACES).step_by(97).map(percentage);
        for limit in limits.chain(own).chain([-1.0, 54.54, 33.3 + 33.3, 99.999, 250.0]) {
            let below = u64::from(hundredths_below(limit));
            let share = hundredths_up_to(limit);
            for place in (0..PLACES).step_by(13).chain([0, 4_999, 5_000, PLACES - 1]) {
                let own = percentage(place);
                assert_eq!(point(place, TOTAL.into()) < below, own < limit, "{place} below {limit}");
                let is_inside = share.is_some_and(|share| inside(place, share, Bound::Inclusive));
                assert_eq!(is_inside, own <= limit, "{place} up to {limit}");
            }
        }
        assert_eq!(hundredths_below(30.0), 3_000);
        assert_eq!(hundredths_below(100.0), 10_000);
        assert_eq!(hundredths_up_to(30.0), Some(Share::from_hundredths(3_000)));
        assert_eq!(hundredths_up_to(100.0), Some(Share::ALL));
        assert_eq!(hundredths_up_to(-0.1), None);
    }
}
