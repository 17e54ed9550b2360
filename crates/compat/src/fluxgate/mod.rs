//! FluxGate: what its GraphQL API says of a team becomes a project.
//!
//! The document is what the importer reads from the API, put together: the answers of the queries beside the members.
//!
//! ```text
//! { "environment": "Production",         the one that is meant, by id or name; else the one of the name asked for
//!   "features":    [{"key", "stages", "variants", "dependencies", …}],   feature(id)
//!   "criteria":    {"STAGE ID": [{"priority", "ruleGroups", …}]} }       getStageCriteria(stageId)
//! ```
//!
//! Criteria of each generation are read: rule groups with allocations or one variant (2026), a context with a
//! percentage and `serve` (November 2025), a context with a percentage alone (before). They may also stand in the
//! stage itself as `criteria` (REST) or `criterias` (gRPC).
//!
//! Where FluxGate serves `true`, or the last variant, to whoever is outside of a percentage, nothing is served here
//! (its README's intent, not its code); each such flag is a gap.
//!
//! | file | subject |
//! |---|---|
//! | `document` | reading the document |
//! | `condition` | rule groups and contexts as conditions |
//! | `feature` | features as flags |
//! | `criteria` | criteria as rules |
//! | `answer` | what FluxGate's clients are told |
//!
//! How to extend: an operator is an arm in `condition` and a row in the engine's profile.

mod answer;
mod condition;
mod criteria;
mod document;
mod feature;
#[cfg(test)]
mod tests;

pub use answer::answer;

use serde_json::Value as Json;

use crate::error::ImportError;
use crate::items::named;
use crate::report::{Gaps, Import, empty_project};

/// The system's name in origins.
pub const SYSTEM: &str = "fluxgate";

/// What a gap can be about.
pub mod gap {
    /// An operator nobody knows.
    pub const UNKNOWN_OPERATOR: &str = "unknown_operator";
    /// A condition whose value its operator cannot read.
    pub const BROKEN_CONDITION: &str = "broken_condition";
    /// Whoever is outside of a percentage gets something else there.
    pub const OUTSIDE: &str = "outside";
    /// A feature that another one needs is not in the document.
    pub const DEPENDENCY: &str = "dependency";
    /// A criterion that names no variant of the feature.
    pub const VARIANT: &str = "variant";
    /// A kill that ends, or begins, by itself, or may be none.
    pub const KILL: &str = "kill";
    /// A feature at the end of its life there.
    pub const LIFECYCLE: &str = "lifecycle";
    /// The same name twice; a part, or a name, that cannot be read.
    pub use crate::items::{DUPLICATE, UNREADABLE};
    /// The engine's own check finds fault with the result.
    pub use crate::report::REFUSED;
}

/// Imports a document into one environment.
///
/// # Errors
/// When it is none, or does not know the environment.
pub fn import(document: &Json, environment: &str) -> Result<Import, ImportError> {
    let mut gaps = Gaps::default();
    let document = document::read(document, environment, &mut gaps)?;
    let mut project = empty_project(environment);
    for (index, feature) in named(&document.features, |own| &own.key, &mut gaps) {
        let entry = feature::entry(feature, &document, environment, index, &mut gaps);
        project.flags.insert(feature.key.clone(), entry);
    }
    Ok(gaps.finish(project, environment))
}
