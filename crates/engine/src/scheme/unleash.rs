//! Unleash's scheme: murmur3 (x86, 32 bits) of `group ":" id` in UTF-8.
//!
//! Shares use seed 0 and whole percents: `n = hash mod 100 + 1`, inside iff `n ≤ share`.
//! Hundredths, which Unleash's own clients do not know, refine the last whole percent by
//! `hash / 100 mod 100`, so every whole percent keeps its people.
//! Splits use another seed and `n = hash mod weight + 1`; the first arm whose running weight
//! reaches `n` is chosen.

use crate::ruleset::{Bound, Share};

use super::Purpose;
use super::murmur3::Murmur3;

/// Seed of splits.
pub const SPLIT_SEED: u32 = 86_028_157;

/// The seed for a purpose.
pub const fn seed(purpose: Purpose) -> u32 {
    match purpose {
        Purpose::Share => 0,
        Purpose::Split => SPLIT_SEED,
    }
}

/// murmur3 x86 32 of the concatenation of the pieces.
pub fn hash<'p>(pieces: impl Iterator<Item = &'p str>, seed: u32) -> u32 {
    pieces.fold(Murmur3::new(seed), Murmur3::after).finish()
}

/// In hundredths of a percent.
pub fn position(hash: u32) -> u16 {
    let percent = hash % 100;
    let refinement = hash / 100 % 100;
    u16::try_from(percent * 100 + refinement).unwrap_or(u16::MAX)
}

/// A point below `total`.
pub fn point(hash: u32, total: u64) -> u64 {
    u64::from(hash).checked_rem(total).unwrap_or_default()
}

/// Whether the hash falls into the share.
pub fn inside(hash: u32, share: Share, bound: Bound) -> bool {
    match bound {
        Bound::Exclusive => position(hash) < share.hundredths(),
        Bound::Inclusive => position(hash) <= share.hundredths(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn murmur(text: &str, seed: u32) -> u32 {
        hash([text].into_iter(), seed)
    }

    #[test]
    fn vectors_of_unleash_clients() {
        assert_eq!(murmur("gr1:123", 0) % 100 + 1, 73);
        assert_eq!(murmur("groupX:999", 0) % 100 + 1, 25);
        assert_eq!(murmur("gr1:123", SPLIT_SEED) % 100 + 1, 96);
        assert_eq!(murmur("groupX:999", SPLIT_SEED) % 100 + 1, 60);
    }

    #[test]
    fn whole_percents_are_unleashs_and_hundredths_refine_them() {
        for hash in (0..1_000_000).step_by(37) {
            for percent in [0, 1, 50, 99, 100] {
                let share = Share::from_hundredths(percent * 100);
                assert_eq!(inside(hash, share, Bound::Exclusive), hash % 100 < u32::from(percent));
            }
        }
        assert_eq!(position(9_999), 9_999);
        assert_eq!(position(1_201), 112);
    }
}
