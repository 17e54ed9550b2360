//! Lists whose items are read one by one.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::report::{Gaps, is_key};

/// The code of a gap: a part that is not of the expected form was left out.
pub const UNREADABLE: &str = "unreadable";

/// The code of a gap: the same name twice.
pub const DUPLICATE: &str = "duplicate";

/// Features whose names can be keys, each name once, numbered from 0; the others are gaps.
pub(crate) fn named<'i, T>(items: &'i [T], name: fn(&T) -> &str, gaps: &mut Gaps) -> Vec<(u32, &'i T)> {
    let mut seen = BTreeSet::new();
    let mut usable = Vec::with_capacity(items.len());
    for item in items {
        let own = name(item);
        if !is_key(own) {
            let text = format!(
                "the feature `{}` has no printable name of at most 200 bytes",
                own.escape_debug()
            );
            gaps.document(UNREADABLE, format!("{text} and is left out"));
        } else if seen.insert(own) {
            usable.push(item);
        } else {
            gaps.flag(own, DUPLICATE, "the name occurs twice; the first one counts");
        }
    }
    (0..).zip(usable).collect()
}

/// The items that can be read; the others are gaps, called by their place in the `list`.
pub(crate) fn each<'d, T: Deserialize<'d>>(items: &'d [Json], list: &str, gaps: &mut Gaps) -> Vec<T> {
    let mut read = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        match T::deserialize(item) {
            Ok(item) => read.push(item),
            Err(error) => gaps.document(UNREADABLE, format!("/{list}/{at} is left out: {error}")),
        }
    }
    read
}

/// The default where null stands, as servers in Go write lists of nothing.
pub(crate) fn or_default<'d, D: Deserializer<'d>, T: Default + Deserialize<'d>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}
