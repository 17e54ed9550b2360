//! Togglr: what its admin API says of one environment becomes a project.
//!
//! The document is what the importer reads from the API, put together: the answers of the paths beside the members.
//!
//! ```text
//! { "environment": {"key", "name"},      GET /environments/{id}, with or without the wrapper
//!   "features":    [{"feature", "variants", "rules", "tags", "algorithms"}],
//!                                        GET /features/{id}?environment_key=…
//!   "schedules":   [{"feature_id", …}],  GET /projects/{id}/env/{key}/feature-schedules
//!   "segments":    [{"id", "name"}] }    GET /projects/{id}/segments
//! ```
//!
//! One feature is one flag of the profile `togglr`: rules that exclude come first, then those that assign, then
//! those that include; each of these groups by priority. Its conditions are copies there and stay so here.
//!
//! | file | subject |
//! |---|---|
//! | `document` | reading the document |
//! | `condition` | trees of conditions |
//! | `feature` | features as flags |
//! | `schedule` | schedules as windows |
//! | `answer` | what Togglr's clients are told |
//!
//! How to extend: an operator is an arm in `condition` and a row in the engine's profile.

mod answer;
mod condition;
mod document;
mod feature;
mod schedule;
#[cfg(test)]
mod tests;

pub use answer::answer;

use serde_json::Value as Json;

use crate::error::ImportError;
use crate::items::named;
use crate::report::{Gaps, Import, empty_project};

/// The system's name in origins.
pub const SYSTEM: &str = "togglr";

/// What a gap can be about.
pub mod gap {
    /// An operator nobody knows.
    pub const UNKNOWN_OPERATOR: &str = "unknown_operator";
    /// A condition whose value its operator cannot read.
    pub const BROKEN_CONDITION: &str = "broken_condition";
    /// An algorithm that chooses there.
    pub const ALGORITHM: &str = "algorithm";
    /// The order of variants may be another there.
    pub const ORDER: &str = "order";
    /// Variants that do not make up a hundred percent.
    pub const WEIGHT: &str = "weight";
    /// A schedule that means something else, or cannot be read.
    pub const SCHEDULE: &str = "schedule";
    /// A tag that did something there.
    pub const TAG: &str = "tag";
    /// The same name twice; a part, or a name, that cannot be read.
    pub use crate::items::{DUPLICATE, UNREADABLE};
    /// The engine's own check finds fault with the result.
    pub use crate::report::REFUSED;
}

/// Imports a document into one environment.
///
/// # Errors
/// When it is none.
pub fn import(document: &Json, environment: &str) -> Result<Import, ImportError> {
    let mut gaps = Gaps::default();
    let document = document::read(document, &mut gaps)?;
    let mut project = empty_project(environment);
    let features = named(&document.features, |own| &own.feature.key, &mut gaps);
    for (index, details) in features {
        let entry = feature::entry(details, &document, environment, index, &mut gaps);
        project.flags.insert(details.feature.key.clone(), entry);
    }
    Ok(gaps.finish(project, environment))
}
