//! The small integers of what an import makes.

use std::collections::{HashMap, HashSet};

/// Counters index arrays with these numbers, so one out of a file must not be large.
const MAX_NUMBER: u32 = 1_000_000;

/// A number for each new key.
#[derive(Default)]
pub(in crate::plan) struct Numbers {
    by_key: HashMap<String, u32>,
    next: u32,
}

impl Numbers {
    /// A number of the file is kept where the project never gave it to anything; the others follow behind.
    pub(super) fn give<'k>(first: u32, after: Option<u32>, wanted: impl Iterator<Item = (&'k String, u32)>) -> Self {
        let wanted: Vec<(&String, u32)> = wanted.collect();
        let mut taken = HashSet::new();
        let mut by_key = HashMap::new();
        let (mut next, mut rest) = (
            first.max(after.filter(|after| *after <= MAX_NUMBER).unwrap_or(0)),
            Vec::new(),
        );
        for (key, number) in wanted {
            if (first..MAX_NUMBER).contains(&number) && taken.insert(number) {
                by_key.insert(key.clone(), number);
                next = next.max(number + 1);
            } else {
                rest.push(key);
            }
        }
        for key in rest {
            by_key.insert(key.clone(), next);
            next = next.saturating_add(1);
        }
        Self { by_key, next }
    }

    /// Of a key that is new.
    pub(super) fn of(&self, key: &str) -> u32 {
        self.by_key.get(key).copied().unwrap_or(self.next)
    }

    /// How many are new.
    pub(super) fn count(&self) -> usize {
        self.by_key.len()
    }

    /// The first that is free.
    pub(super) fn next(&self) -> u32 {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(first: u32, after: Option<u32>, wanted: &[(&str, u32)]) -> (Vec<u32>, u32) {
        let keys: Vec<(String, u32)> = wanted
            .iter()
            .map(|(key, number)| ((*key).to_owned(), *number))
            .collect();
        let numbers = Numbers::give(first, after, keys.iter().map(|(key, number)| (key, *number)));
        (wanted.iter().map(|(key, _)| numbers.of(key)).collect(), numbers.next())
    }

    #[test]
    fn numbers_that_were_never_given_are_kept_with_their_gaps() {
        assert_eq!(given(0, Some(9), &[("a", 5), ("b", 2)]), (vec![5, 2], 9));
    }

    #[test]
    fn numbers_that_were_given_before_are_not_given_again() {
        assert_eq!(given(4, None, &[("a", 3), ("b", 7), ("c", 7)]), (vec![8, 7, 9], 10));
    }

    #[test]
    fn a_number_beyond_all_measure_is_replaced() {
        assert_eq!(given(0, Some(u32::MAX), &[("a", u32::MAX)]), (vec![0], 1));
    }
}
