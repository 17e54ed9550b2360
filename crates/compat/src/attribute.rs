//! Names of attributes that other systems know under that very name only.

use hoist_engine::context::SUBJECT_NAMES;

/// What asks for the attribute of this name. The names of the subject key would answer with it under any of them, so
/// they are asked for by their path.
pub(crate) fn named(name: &str) -> String {
    if SUBJECT_NAMES.contains(&name) {
        path(name)
    } else {
        name.to_owned()
    }
}

/// The path that leads to the attribute of exactly this name: neither to the subject nor along dots.
pub(crate) fn path(name: &str) -> String {
    let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("$.identity.traits[\"{quoted}\"]")
}
