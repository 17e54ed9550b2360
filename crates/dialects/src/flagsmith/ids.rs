//! Ids that Flagsmith has and we do not: made of names, and so the same on every node.

use serde_json::Value as Json;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::names::OURS;

/// Largest whole number that every client reads exactly.
const EXACT: u64 = (1 << 53) - 1;

/// A seed as Flagsmith has it: mostly a number. Clients take 0 for none.
pub(super) fn number_or_text(salt: &str) -> Json {
    let number = salt.parse::<u64>().ok();
    let number = number.filter(|number| (1..=EXACT).contains(number) && number.to_string() == salt);
    number.map_or_else(|| salt.into(), Json::from)
}

/// Small, and the same as long as the name is.
pub(super) fn id(name: &str) -> u64 {
    OURS + xxh3_64(name.as_bytes()) % 500_000_000
}

/// The same as long as the names are.
pub(super) fn uuid(names: &[&str]) -> String {
    let hash = format!("{:032x}", xxh3_128(names.join("\0").as_bytes()));
    let part = |from: usize, to: usize| hash.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-8{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
