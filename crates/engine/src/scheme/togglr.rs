//! Togglr's scheme: `h = 31·h + code point` over the text alone, in signed 64 bits; `|h| mod 100` is the percent.
//!
//! There is no salt, so whoever imports leaves it empty: the same people are in the first percents of every flag.
//! Whole percents are Togglr's; hundredths, which it does not know, refine them by `|h| / 100 mod 100`.

use crate::ruleset::{Bound, Share};

/// Positions that a subject can have: hundredths of a percent.
pub const POSITIONS: u16 = 10_000;

/// The hash of a text under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum(i64);

impl Sum {
    /// Goes on with a text.
    #[must_use]
    pub fn after(self, text: &str) -> Self {
        let step = |sum: i64, letter| sum.wrapping_mul(31).wrapping_add(i64::from(u32::from(letter)));
        Self(text.chars().fold(self.0, step))
    }

    /// In hundredths of a percent.
    pub fn position(self) -> u16 {
        let hash = self.0.unsigned_abs();
        u16::try_from(hash % 100 * 100 + hash / 100 % 100).unwrap_or_default()
    }
}

/// The position of the concatenation of the pieces.
pub fn position<'p>(pieces: impl Iterator<Item = &'p str>) -> u16 {
    pieces.fold(Sum::default(), Sum::after).position()
}

/// A point below `total`.
pub fn point(position: u16, total: u64) -> u64 {
    u64::from(position).saturating_mul(total) / u64::from(POSITIONS)
}

/// Whether the position falls into the share.
pub fn inside(position: u16, share: Share, bound: Bound) -> bool {
    match bound {
        Bound::Exclusive => position < share.hundredths(),
        Bound::Inclusive => position <= share.hundredths(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_is(text: &str, hash: u64, bucket: u16) {
        assert_eq!(Sum::default().after(text).0.unsigned_abs(), hash, "{text}");
        assert_eq!(position([text].into_iter()) / 100, bucket, "{text}");
    }

    /// Seen in Togglr itself.
    #[test]
    fn vectors_of_togglr() {
        assert_is("", 0, 0);
        assert_is("a", 97, 97);
        assert_is("u1", 3_676, 76);
        assert_is("123", 48_690, 90);
        assert_is("12345", 46_792_755, 55);
        assert_is("user1", 111_578_566, 66);
        assert_is("user123", 107_227_003_527, 27);
        assert_is("alice", 92_903_040, 40);
        assert_is("alice@example.com", 8_882_212_650_556_450_109, 9);
        assert_is("550e8400-e29b-41d4-a716-446655440000", 7_367_939_282_728_386_611, 11);
        assert_is("пользователь", 8_354_754_468_713_822_375, 75);
        assert_is("日本語", 25_921_943, 43);
        assert_is("😀", 128_512, 12);
        assert_is("<nil>", 58_792_585, 85);
        assert_is("1e+06", 48_304_285, 85);
        assert_is("1000000", 44_907_686_257, 57);
        assert_is("1.234567e+06", 1_284_085_226_969_345_036, 36);
    }

    #[test]
    fn whole_percents_are_togglrs_and_hundredths_refine_them() {
        for number in 0..20_000_u32 {
            let text = format!("user{number}");
            let own = position([text.as_str()].into_iter());
            let bucket = Sum::default().after(&text).0.unsigned_abs() % 100;
            for percent in [0, 1, 37, 99, 100] {
                let share = Share::from_hundredths(percent * 100);
                assert_eq!(
                    inside(own, share, Bound::Exclusive),
                    bucket < u64::from(percent),
                    "{text}"
                );
                assert_eq!(
                    point(own, 10_000) < u64::from(percent) * 100,
                    bucket < u64::from(percent),
                    "{text}"
                );
            }
        }
    }
}
