//! Weighted rendezvous: every arm draws for itself and the best relative draw wins.
//!
//! Changing one arm's weight moves subjects only from or to that arm. The usual formula
//! `-weight / ln(u)` would depend on the machine's logarithm, so the logarithm is computed in
//! whole numbers here; every implementation gets the same bits.

/// Bits after the point of a logarithm.
const FRACTION: u32 = 32;

/// `64 - log2(hash)` with 32 bits after the point: small for large hashes, never 0.
pub fn cost(hash: u64) -> u64 {
    let hash = hash.max(1);
    let whole = u64::from(hash.leading_zeros());
    let mut mantissa = hash << hash.leading_zeros();
    let mut fraction = 0_u64;
    for _ in 0..FRACTION {
        let square = u128::from(mantissa) * u128::from(mantissa);
        let doubled = square >> 127;
        fraction = (fraction << 1) | u64::try_from(doubled).unwrap_or_default();
        mantissa = u64::try_from(square >> (63 + doubled)).unwrap_or(u64::MAX);
    }
    (((whole + 1) << FRACTION) - fraction).max(1)
}

/// The index with the smallest `cost / weight`; the first of equals; arms without weight never win.
pub fn winner(arms: impl Iterator<Item = (u64, u64)>) -> Option<usize> {
    let mut best: Option<(usize, u64, u64)> = None;
    for (index, (cost, weight)) in arms.enumerate().filter(|(_, (_, weight))| *weight > 0) {
        let wins = best.is_none_or(|(_, best_cost, best_weight)| {
            u128::from(cost) * u128::from(best_weight) < u128::from(best_cost) * u128::from(weight)
        });
        if wins {
            best = Some((index, cost, weight));
        }
    }
    best.map(|(index, _, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_logarithms() {
        assert_eq!(cost(1 << 63), 1 << FRACTION);
        assert_eq!(cost(1), 64 << FRACTION);
        assert_eq!(cost(0), cost(1));
        assert!(cost(u64::MAX) >= 1);
        for hash in [3, 1_000, 0x1234_5678_9abc_def0, u64::MAX - 5] {
            let exact = 64.0 - (hash as f64).log2();
            let ours = cost(hash) as f64 / f64::from(2.0_f32.powi(32));
            assert!((exact - ours).abs() < 1e-8, "{hash}: {exact} {ours}");
        }
    }

    #[test]
    fn the_cheapest_for_its_weight_wins() {
        assert_eq!(winner([(10, 1), (9, 1)].into_iter()), Some(1));
        assert_eq!(winner([(10, 2), (9, 1)].into_iter()), Some(0));
        assert_eq!(winner([(1, 0), (9, 1)].into_iter()), Some(1));
        assert_eq!(winner([(1, 0)].into_iter()), None);
        assert_eq!(winner([(5, 1), (5, 1)].into_iter()), Some(0));
    }
}
