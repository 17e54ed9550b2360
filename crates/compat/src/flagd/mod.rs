//! flagd: flag definition files become projects.
//!
//! A flag keeps its variants and its metadata (that of the set beneath its own). Targeting is
//! carried as the JsonLogic it is, `$ref`s to `$evaluators` put in place, and served by the
//! engine's own JsonLogic; nothing is approximated. No file says of which generation its `fractional` is, and the
//! generations place people differently: whoever imports says it, and it is written down with each expression. A flag without a default variant serves the
//! application's own default.
//!
//! How to extend: a member of a flag is read in `flag`; what flagd's clients expect of an answer
//! is in `answer`.

mod answer;
mod flag;
mod refs;
#[cfg(test)]
mod tests;

pub use answer::{ErrorCode, Type, answer, error};

use hoist_engine::ruleset::Fractional;
use serde_json::{Map, Value as Json};

use crate::error::ImportError;
use crate::report::{Gaps, Import, empty_project, is_key};

/// The system's name in origins.
pub const SYSTEM: &str = "flagd";

/// What a gap can be about.
pub mod gap {
    /// A part that is not of the expected form was left out.
    pub const UNREADABLE: &str = "unreadable";
    /// The same key twice.
    pub const DUPLICATE: &str = "duplicate";
    /// A state that is neither `ENABLED` nor `DISABLED`.
    pub const STATE: &str = "state";
    /// A default that is no variant.
    pub const DEFAULT_VARIANT: &str = "default_variant";
    /// Metadata that is no text, number or boolean.
    pub const METADATA: &str = "metadata";
    /// A `$ref` without its evaluator.
    pub const REFERENCE: &str = "reference";
    /// Targeting that cannot be run.
    pub const TARGETING: &str = "targeting";
    /// The engine's own check finds fault with the result.
    pub use crate::report::REFUSED;
}

/// What to do about a document of another form.
const NEXT: &str = "give a flagd definition: an object with `flags`, a map by key or a list with `key`";

/// Imports a document into one environment, its `fractional` as that generation.
///
/// # Errors
/// When it has no `flags`.
pub fn import(document: &Json, environment: &str, fractional: Fractional) -> Result<Import, ImportError> {
    let members = document
        .as_object()
        .ok_or_else(|| ImportError::new("the document is not a JSON object", NEXT))?;
    let mut gaps = Gaps::default();
    let flags = flags(members, &mut gaps)?;
    let set = flag::Set {
        evaluators: members
            .get("$evaluators")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default(),
        metadata: members
            .get("metadata")
            .and_then(Json::as_object)
            .cloned()
            .unwrap_or_default(),
        environment,
        fractional,
    };
    let mut project = empty_project(environment);
    for (index, (key, source)) in (0_u32..).zip(flags) {
        let Some(source) = source.as_object() else {
            gaps.flag(&key, gap::UNREADABLE, "it is no object and is left out");
            continue;
        };
        let entry = flag::entry(&key, source, &set, index, &mut gaps);
        if project.flags.insert(key.clone(), entry).is_some() {
            gaps.flag(&key, gap::DUPLICATE, "the key occurs twice; the last one counts");
        }
    }
    Ok(gaps.finish(project, environment))
}

/// Keys and flags, from a map or a list.
fn flags(members: &Map<String, Json>, gaps: &mut Gaps) -> Result<Vec<(String, Json)>, ImportError> {
    let all: Vec<(String, Json)> = match members.get("flags") {
        Some(Json::Object(flags)) => flags.iter().map(|(key, flag)| (key.clone(), flag.clone())).collect(),
        Some(Json::Array(flags)) => flags.iter().map(keyed).collect(),
        Some(_) => return Err(ImportError::new("`flags` is neither a map nor a list", NEXT)),
        None => return Err(ImportError::new("there are no `flags`", NEXT)),
    };
    let (good, bad): (Vec<_>, Vec<_>) = all.into_iter().partition(|(key, _)| is_key(key));
    for _ in bad {
        gaps.document(
            gap::UNREADABLE,
            "a flag without a printable key of at most 200 bytes is left out",
        );
    }
    Ok(good)
}

fn keyed(flag: &Json) -> (String, Json) {
    let key = flag.get("key").and_then(Json::as_str).unwrap_or_default().to_owned();
    let mut flag = flag.clone();
    if let Some(members) = flag.as_object_mut() {
        members.remove("key");
    }
    (key, flag)
}
