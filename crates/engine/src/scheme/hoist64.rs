//! Our own scheme: XXH3-64 of `salt NUL part NUL part …`, seed 0.
//!
//! The position is `hash / 2^64`: no modulus, hence no bias, and any resolution.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::ruleset::{Bound, Share};

/// Inputs up to this many bytes are joined on the stack and hashed at once.
const INLINE: usize = 128;

/// Hashes the concatenation of the pieces.
pub fn hash<'p>(pieces: impl Iterator<Item = &'p str> + Clone) -> u64 {
    let mut buffer = [0_u8; INLINE];
    let mut used = 0;
    for piece in pieces.clone() {
        let Some(room) = buffer.get_mut(used..used + piece.len()) else {
            return hash_long(pieces);
        };
        room.copy_from_slice(piece.as_bytes());
        used += piece.len();
    }
    xxh3_64(buffer.get(..used).unwrap_or_default())
}

fn hash_long<'p>(pieces: impl Iterator<Item = &'p str>) -> u64 {
    let mut state = Xxh3::new();
    pieces.for_each(|piece| state.update(piece.as_bytes()));
    state.digest()
}

/// In hundredths of a percent, rounded down.
pub fn position(hash: u64) -> u16 {
    u16::try_from(point(hash, u64::from(Share::ALL.hundredths()))).unwrap_or(u16::MAX)
}

/// `hash · total / 2^64`, rounded down.
pub fn point(hash: u64, total: u64) -> u64 {
    u64::try_from((u128::from(hash) * u128::from(total)) >> 64).unwrap_or(u64::MAX)
}

/// `hash / 2^64 < share` (or `≤`), exactly.
pub fn inside(hash: u64, share: Share, bound: Bound) -> bool {
    let position = u128::from(hash) * u128::from(Share::ALL.hundredths());
    let share = u128::from(share.hundredths()) << 64;
    match bound {
        Bound::Exclusive => position < share,
        Bound::Inclusive => position <= share,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        assert_eq!(hash([""].into_iter()), 0x2D06_8005_38D3_94C2);
        assert_eq!(hash(["a"].into_iter()), 0xE6C6_32B6_1E96_4E1F);
        assert_eq!(hash(["a", "bc"].into_iter()), 0x78AF_5F94_892F_3950);
    }

    #[test]
    fn long_inputs_hash_like_their_concatenation() {
        let long = "x".repeat(INLINE);
        assert_eq!(
            hash(["salt", "\0", &long].into_iter()),
            xxh3_64(format!("salt\0{long}").as_bytes())
        );
        let exact = "x".repeat(INLINE - 5);
        assert_eq!(
            hash(["salt\0", &exact].into_iter()),
            xxh3_64(format!("salt\0{exact}").as_bytes())
        );
    }

    #[test]
    fn shares_at_their_edges() {
        let half = Share::from_hundredths(5_000);
        let middle = 1_u64 << 63;
        assert!(inside(middle - 1, half, Bound::Exclusive));
        assert!(!inside(middle, half, Bound::Exclusive));
        assert!(inside(middle, half, Bound::Inclusive));
        assert!(!inside(0, Share::NONE, Bound::Exclusive));
        assert!(inside(u64::MAX, Share::ALL, Bound::Exclusive));
        assert_eq!(position(middle), 5_000);
        assert_eq!(position(u64::MAX), 9_999);
        assert_eq!(point(u64::MAX, 3), 2);
        assert_eq!(point(7, 0), 0);
    }
}
