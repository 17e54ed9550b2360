//! The port through which other systems' files come in: whoever builds the router knows them.

use std::fmt;
use std::sync::Arc;

use hoist_engine::ruleset::Fractional;
use hoist_model::portable::{Gap, ProjectFile};

/// What was read, and what could not be carried over with its full meaning.
pub type Read = (ProjectFile, Vec<Gap>);

/// Why a file cannot be read at all: what is wrong and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportProblem {
    /// There is no such source.
    UnknownSource {
        /// Those there are.
        known: Vec<&'static str>,
    },
    /// The file is not of the source's form.
    Unreadable(String),
}

/// A file to be read.
#[derive(Clone, Copy, Debug)]
pub struct File<'f> {
    /// Where it comes from.
    pub source: &'f str,
    /// As it is.
    pub text: &'f str,
    /// Key of the environment that it is about.
    pub environment: &'f str,
    /// Of flagd: the generation of its `fractional`.
    pub fractional: Fractional,
}

type Reader = dyn Fn(File<'_>) -> Result<Read, ImportProblem> + Send + Sync;

/// Reads files of any source it knows.
#[derive(Clone)]
pub struct Importer(Arc<Reader>);

impl Importer {
    /// From a function.
    pub fn new(read: impl Fn(File<'_>) -> Result<Read, ImportProblem> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// See [`ImportProblem`].
    pub fn read(&self, file: File<'_>) -> Result<Read, ImportProblem> {
        (self.0)(file)
    }
}

impl Default for Importer {
    /// Knows our own form only.
    fn default() -> Self {
        Self::new(|file| match file.source {
            "hoist" => project_file(file.text).map(|file| (file, Vec::new())),
            _ => Err(ImportProblem::UnknownSource { known: vec!["hoist"] }),
        })
    }
}

impl fmt::Debug for Importer {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Importer")
    }
}

/// Reads our own form, JSON or YAML.
///
/// # Errors
/// When the text is not of that form; the message names the path.
pub fn project_file(text: &str) -> Result<ProjectFile, ImportProblem> {
    ProjectFile::from_text(text).map_err(|error| ImportProblem::Unreadable(error.to_string()))
}
