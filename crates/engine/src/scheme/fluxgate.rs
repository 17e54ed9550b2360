//! FluxGate's scheme: the first eight bytes of SHA-256 of `key ":" subject`, as a share of 2^64, in 32-bit floats.
//!
//! The bucket is `f32(u64 / 2^64 · 100)`, 0 to 100, and is compared with percents. Rounding makes a bucket of
//! exactly 100 of the last few hashes, which FluxGate lets into nothing; here they count as the last of a hundred
//! percent.

use sha2::{Digest, Sha256};

use crate::ruleset::{Bound, Share};

/// What was hashed so far.
#[derive(Clone, Debug, Default)]
pub struct Text(Sha256);

impl Text {
    /// Goes on with a text.
    #[must_use]
    pub fn after(mut self, text: &str) -> Self {
        self.0.update(text.as_bytes());
        self
    }

    /// The first eight bytes.
    pub fn finish(self) -> u64 {
        let digest: [u8; 32] = self.0.finalize().into();
        let (first, _) = digest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        u64::from_be_bytes(*first)
    }
}

/// The hash of the concatenation of the pieces.
pub fn hash<'p>(pieces: impl Iterator<Item = &'p str>) -> u64 {
    pieces.fold(Text::default(), Text::after).finish()
}

/// FluxGate's percentage, 0 to 100.
pub fn bucket(hash: u64) -> f32 {
    (hash as f64 / 2_f64.powi(64) * 100.0) as f32
}

/// The bucket in hundredths of a percent, exactly.
fn hundredths(hash: u64) -> f64 {
    f64::from(bucket(hash)) * 100.0
}

/// In hundredths of a percent, 0–9,999.
pub fn position(hash: u64) -> u16 {
    (hundredths(hash) as u16).min(9_999)
}

/// A point below `total`; totals up to 2^32 keep every limit of whole percents.
pub fn point(hash: u64, total: u64) -> u64 {
    let point = hundredths(hash) * total as f64 / 10_000.0;
    (point as u64).min(total.saturating_sub(1))
}

/// Whether the hash falls into the share.
pub fn inside(hash: u64, share: Share, bound: Bound) -> bool {
    let limit = f64::from(share.hundredths());
    match bound {
        _ if share == Share::ALL => true,
        Bound::Exclusive => hundredths(hash) < limit,
        Bound::Inclusive => hundredths(hash) <= limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str, subject: &str) -> u64 {
        hash([key, ":", subject].into_iter())
    }

    /// By the formula of FluxGate's evaluation engine, to six places.
    #[test]
    fn vectors_of_the_formula() {
        let vectors = [
            ("BetaUsers", "user-15", "3.941992"),
            ("checkout_button_text", "user-12345", "67.639343"),
            ("checkout_button_text", "user-67890", "70.078735"),
            ("new_checkout_flow", "user-12345", "72.831467"),
            ("subscription_price", "user-11111", "48.830616"),
            ("api_timeout_config", "user-22222", "28.070978"),
            ("premium_features", "user-44444", "4.434135"),
            ("test-feature", "user123", "95.764801"),
        ];
        for (key, subject, expected) in vectors {
            assert_eq!(format!("{:.6}", bucket(of(key, subject))), expected, "{key}:{subject}");
        }
    }

    #[test]
    fn limits_are_those_of_floats_of_32_bits() {
        let few = (0..3_000_u32).map(|number| of("flag", &number.to_string()));
        let edges = [0, u64::MAX, u64::MAX / 2, u64::MAX / 4 * 3, 1 << 40];
        for hash in few.chain(edges) {
            for percent in [0_u16, 1, 25, 50, 75, 99] {
                let expected = bucket(hash) < f32::from(percent);
                let share = Share::from_hundredths(percent * 100);
                assert_eq!(inside(hash, share, Bound::Exclusive), expected, "{hash} in {percent} %");
                assert_eq!(
                    point(hash, 10_000) < u64::from(percent) * 100,
                    expected,
                    "{hash} below {percent} %"
                );
                assert_eq!(
                    point(hash, 100) < u64::from(percent),
                    expected,
                    "{hash} below {percent} of 100"
                );
            }
            assert!(
                inside(hash, Share::ALL, Bound::Exclusive) && point(hash, 10_000) < 10_000,
                "{hash}"
            );
        }
    }
}
