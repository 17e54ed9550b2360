//! Toggle-Meister: what its API or its database says of one environment becomes a project.
//!
//! The document is what the importer reads, put together. Rows of the database and items of `GET /api/toggles` name the
//! same things; only the database knows how far a rollout is to the hour, and who is in it.
//!
//! ```text
//! { "environment": "production",          the one that is meant; else the one of the name asked for
//!   "read_at":     "2025-11-20T10:00:00Z", when; needed where something rolls
//!   "features":      [{"name"}],           GET /api/features, or the table
//!   "toggles":       [{"feature", "env", "state", "schedule"}], or with the wrapper `toggle` and `over_x_days`,
//!                                          `current_percent`, as GET /api/toggles has them
//!   "rollout_users": [{"userid", "env", "features": {"NAME": true}}] }
//! ```
//!
//! A feature is a boolean flag. One that rolls is let in by a ramp along Toggle-Meister's 24 points ([`curve()`]), by a
//! hash of the enrollment id instead of dice: whoever is in stays in, and newcomers get the percentage they are
//! told. Who was in already is a member of a segment that gets the feature.
//!
//! | file | subject |
//! |---|---|
//! | `document` | reading the document |
//! | `curve` | the 24 points over so many days |
//! | `feature` | features as flags |

mod curve;
mod document;
mod feature;
#[cfg(test)]
mod tests;

pub use curve::{PERCENTS, SNOOZE, curve};

use hoist_engine::Outcome;
use serde_json::{Map, Value as Json};

use crate::error::ImportError;
use crate::items::named;
use crate::report::{Gaps, Import, empty_project};

/// The system's name in origins.
pub const SYSTEM: &str = "toggle-meister";

/// What a gap can be about.
pub mod gap {
    /// A state nobody knows.
    pub const STATE: &str = "state";
    /// How far a rollout is can be told roughly only.
    pub const PROGRESS: &str = "progress";
    /// Whoever asks without an enrollment id.
    pub const KEYLESS: &str = "keyless";
    /// Users who had everything.
    pub const WHITELIST: &str = "whitelist";
    /// The same name twice; a part, or a name, that cannot be read.
    pub use crate::items::{DUPLICATE, UNREADABLE};
    /// The engine's own check finds fault with the result.
    pub use crate::report::REFUSED;
}

/// Imports a document into one environment.
///
/// # Errors
/// When it is none, or does not say when it was read although something rolls.
pub fn import(document: &Json, environment: &str) -> Result<Import, ImportError> {
    let mut gaps = Gaps::default();
    let document = document::read(document, environment, &mut gaps)?;
    let mut project = empty_project(environment);
    let mut segments = Vec::new();
    for (index, name) in named(&document.features, |own| own, &mut gaps) {
        let made = feature::entry(name, &document, environment, index, &mut gaps)?;
        segments.extend(made.enrolled);
        project.flags.insert(name.clone(), made.flag);
    }
    feature::whitelist(&document, &mut project, &mut segments, environment, &mut gaps);
    for (number, (key, mut entry)) in (0..).zip(segments) {
        entry.index = number;
        project.segments.insert(key, entry);
    }
    Ok(gaps.finish(project, environment))
}

/// The body of an answer about one feature; one that does not exist is off.
pub fn answer(name: &str, outcome: Option<&Outcome<'_>>) -> Map<String, Json> {
    let is_on = outcome.is_some_and(|own| own.enabled && own.value() == Some(&Json::Bool(true)));
    Map::from_iter([(name.to_owned(), is_on.into())])
}
