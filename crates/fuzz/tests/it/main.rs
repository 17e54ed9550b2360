//! Every target on its corpus and on mutations of it, in an order that a seed fixes.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `HOIST_FUZZ_CASES` | 1000 | mutations for each target |
//! | `HOIST_FUZZ_SECONDS` | unset | instead of a number, so long for each target |
//! | `HOIST_FUZZ_SEED` | 1 | where the order begins |

mod targets;
