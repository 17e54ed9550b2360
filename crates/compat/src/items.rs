//! Lists whose items are read one by one.

use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

use crate::report::Gaps;

/// The code of a gap: a part that is not of the expected form was left out.
pub const UNREADABLE: &str = "unreadable";

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
