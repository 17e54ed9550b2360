//! Keys made of foreign names.

use std::collections::BTreeSet;

use crate::report::is_key;

/// Keys that are taken.
#[derive(Debug, Default)]
pub(crate) struct Taken(BTreeSet<String>);

impl Taken {
    /// The name itself; if it is taken, the name with a number; if it cannot be a key, `otherwise` in its place.
    pub(crate) fn free(&mut self, name: &str, otherwise: &str) -> String {
        let name = if is_key(name) { name } else { otherwise };
        let numbered = (2_u32..).map(|number| format!("{name}~{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        let key = names.find(|name| !self.0.contains(name)).unwrap_or_default();
        self.0.insert(key.clone());
        key
    }
}
