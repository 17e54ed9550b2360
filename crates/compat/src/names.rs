//! Keys made of foreign names.

use std::collections::{BTreeMap, BTreeSet};

use crate::report::is_key;

/// Keys that are taken.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    keys: BTreeSet<String>,
    /// The last number given to a name: the same name does not try them all again.
    numbers: BTreeMap<String, u32>,
}

impl Taken {
    /// The name itself; if it is taken, the name with a number; if it cannot be a key, `otherwise` in its place.
    pub(crate) fn free(&mut self, name: &str, otherwise: &str) -> String {
        let name = if is_key(name) { name } else { otherwise };
        let mut key = name.to_owned();
        while self.keys.contains(&key) {
            let number = self.numbers.entry(name.to_owned()).or_insert(1);
            *number += 1;
            key = format!("{name}~{number}");
        }
        self.keys.insert(key.clone());
        key
    }
}
