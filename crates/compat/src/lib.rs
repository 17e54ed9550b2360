//! Other systems' flags turned into ours.
//!
//! An importer reads a foreign document and gives an [`Import`]: a portable project and the list
//! of everything that could not be carried over with its full meaning. What an importer does not
//! understand becomes a [`Gap`](hoist_model::portable::Gap), never a guess: silent loss is the
//! worst fault of such a program. The same folder also knows how that system's clients phrase a
//! context and an answer, for evaluating imported flags offline.
//!
//! Architecture invariant: nothing here reads files, sockets or the clock, and no input makes an
//! importer panic; what cannot be read as a whole is an [`ImportError`].
//!
//! How to extend: a new source system is a folder with `import(document, environment)`, a line in
//! [`Source`], and its conformance tests.

mod attribute;
pub mod error;
pub mod flagd;
pub mod flagsmith;
pub mod fluxgate;
mod items;
pub mod json;
mod names;
pub mod report;
pub mod toggle_meister;
pub mod togglr;
pub mod unleash;

pub use error::ImportError;
pub use report::Import;

use hoist_engine::ruleset::Fractional;
use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::NoProjectFile;
use serde_json::Value as Json;

/// Levels of a foreign document. A project file adds some, and must be read back.
const DEEPEST: usize = 90;

/// Systems that flags can come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Unleash: a client features document or a list of delta events.
    Unleash,
    /// flagd: a flag definition file whose `fractional` is of this generation.
    Flagd(Fractional),
    /// Flagsmith: an environment document.
    Flagsmith,
    /// FluxGate: what its GraphQL API says of a team.
    FluxGate,
    /// Togglr: what its admin API says of an environment.
    Togglr,
    /// Toggle-Meister: what its API or its database says.
    ToggleMeister,
}

impl Source {
    /// Imports a document of this system into one environment.
    ///
    /// # Errors
    /// When the document is not of this system's form, or nested too deep.
    pub fn import(self, document: &Json, environment: &str) -> Result<Import, ImportError> {
        let depth = json::depth(document);
        if depth > DEEPEST {
            let what = format!("the document is nested {depth} levels deep, the limit is {DEEPEST}");
            return Err(ImportError::new(what, "say the same with fewer levels"));
        }
        match self {
            Self::Unleash => unleash::import(document, environment),
            Self::Flagd(fractional) => flagd::import(document, environment, fractional),
            Self::Flagsmith => flagsmith::import(document, environment),
            Self::FluxGate => fluxgate::import(document, environment),
            Self::Togglr => togglr::import(document, environment),
            Self::ToggleMeister => toggle_meister::import(document, environment),
        }
    }
}

/// Reads a project file of our own: YAML, or JSON with comments.
///
/// # Errors
/// When the text is not of that form.
pub fn project_file(text: &str) -> Result<ProjectFile, NoProjectFile> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '/']) {
        ProjectFile::from_text(&json::without_comments(text))
    } else {
        ProjectFile::from_text(text)
    }
}
