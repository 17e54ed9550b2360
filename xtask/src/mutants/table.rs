//! The bugs to plant.

use super::Mutant;

/// The tests beside the hash schemes.
const SCHEMES: &[&str] = &["-p", "hoist-engine", "--lib", "scheme::"];

/// The tests of whole evaluations.
const EVALUATION: &[&str] = &["-p", "hoist-engine", "--test", "it"];
/// The tests of lowering and planning.
const MODEL: &[&str] = &["-p", "hoist-model"];

const CONDITION: &str = "crates/engine/src/evaluate/condition.rs";
const EVALUATE: &str = "crates/engine/src/evaluate/mod.rs";
const LOWER: &str = "crates/model/src/lower.rs";
const MERGE: &str = "crates/model/src/merge.rs";

const HOIST64: &str = "crates/engine/src/scheme/hoist64.rs";
const MURMUR3: &str = "crates/engine/src/scheme/murmur3.rs";
const UNLEASH: &str = "crates/engine/src/scheme/unleash.rs";
const RENDEZVOUS: &str = "crates/engine/src/scheme/rendezvous.rs";

/// Every mutant. A good one is a mistake a person could make and a reviewer could miss.
pub(crate) const TABLE: &[Mutant] = &[
    Mutant {
        name: "hoist64-bound-includes",
        file: HOIST64,
        text: "Bound::Exclusive => position < share,",
        replacement: "Bound::Exclusive => position <= share,",
        tests: SCHEMES,
    },
    Mutant {
        name: "hoist64-seeded",
        file: HOIST64,
        text: "    xxh3_64(buffer.get(..used).unwrap_or_default())",
        replacement: "    xxhash_rust::xxh3::xxh3_64_with_seed(buffer.get(..used).unwrap_or_default(), 1)",
        tests: SCHEMES,
    },
    Mutant {
        name: "unleash-split-without-seed",
        file: UNLEASH,
        text: "pub const SPLIT_SEED: u32 = 86_028_157;",
        replacement: "pub const SPLIT_SEED: u32 = 0;",
        tests: SCHEMES,
    },
    Mutant {
        name: "unleash-hash-rotated",
        file: MURMUR3,
        text: "word.wrapping_mul(C1).rotate_left(15)",
        replacement: "word.wrapping_mul(C1).rotate_left(13)",
        tests: SCHEMES,
    },
    Mutant {
        name: "unleash-bucket-off-by-one",
        file: UNLEASH,
        text: "Bound::Exclusive => position(hash) < share.hundredths(),",
        replacement: "Bound::Exclusive => position(hash) <= share.hundredths(),",
        tests: SCHEMES,
    },
    Mutant {
        name: "rendezvous-last-of-equals",
        file: RENDEZVOUS,
        text: "< u128::from(best_cost) * u128::from(weight)",
        replacement: "<= u128::from(best_cost) * u128::from(weight)",
        tests: SCHEMES,
    },
    Mutant {
        name: "negation-dropped",
        file: CONDITION,
        text: "let holds = node.sense.apply(reading.holds());",
        replacement: "let holds = reading.holds();",
        tests: EVALUATION,
    },
    Mutant {
        name: "gate-ignored",
        file: EVALUATE,
        text: "        self.is_admitted(&gate.placement, share)",
        replacement: "        self.is_admitted(&gate.placement, share) || true",
        tests: EVALUATION,
    },
    Mutant {
        name: "kill-ends-late",
        file: EVALUATE,
        text: "    now >= until",
        replacement: "    now > until",
        tests: EVALUATION,
    },
    Mutant {
        name: "step-order-swapped",
        file: LOWER,
        text: "        if !self.enabled {\n            steps.push(Step::Off { off: self.off.clone() });\n        }",
        replacement: "        if !self.enabled {\n            steps.insert(0, Step::Off { off: self.off.clone() });\n        }",
        tests: MODEL,
    },
    Mutant {
        name: "merge-forgets-mine",
        file: MERGE,
        text: "    if theirs == base {\n        return mine.cloned();",
        replacement: "    if theirs == base {\n        return theirs.cloned();",
        tests: MODEL,
    },
];
