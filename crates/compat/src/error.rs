//! Why a document cannot be imported at all.

/// The document as a whole is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {next}")]
pub struct ImportError {
    /// What is wrong, and where.
    pub what: String,
    /// What to do about it.
    pub next: String,
}

impl ImportError {
    /// From what is wrong and what to do.
    pub fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            next: next.into(),
        }
    }
}
