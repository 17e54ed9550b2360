//! The bugs to plant.

use super::Mutant;

/// Every mutant. A good one is a mistake a person could make and a reviewer could miss.
pub(crate) const TABLE: &[Mutant] = &[];
