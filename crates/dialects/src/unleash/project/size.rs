//! How large a document may become. Segments count wherever they are referred to: older clients get them in place.

use serde_json::Value as Json;

/// Bytes of all constraints of a flag.
pub(super) const MOST_OF_FLAG: usize = 4 << 20;

/// Bytes of all constraints of an environment.
pub(super) const MOST_OF_ALL: usize = 64 << 20;

/// Subjects in one list, as for the other dialects.
pub(super) const MOST_SUBJECTS: usize = 10_000;

/// About the bytes of a part when it is written.
pub(super) fn size(part: &Json) -> usize {
    match part {
        Json::Null | Json::Bool(_) | Json::Number(_) => 8,
        Json::String(text) => text.len() + 3,
        Json::Array(items) => items.iter().map(size).sum::<usize>() + 2,
        Json::Object(members) => {
            members
                .iter()
                .map(|(name, own)| name.len() + 4 + size(own))
                .sum::<usize>()
                + 2
        }
    }
}
