//! Everything that can go wrong, in the words of the store's callers.

use std::fmt;
use std::time::Duration;

use hoist_model::Id;
use hoist_model::record::Kind;
use thiserror::Error;

/// Shorthand.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the store did not do what it was asked. "Not found" is no error: those calls answer `Option`.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum StoreError {
    /// The database is gone, locked by somebody else, or its disk is full. Nothing is wrong with
    /// the request; try again.
    #[error("the database is unavailable: {reason}")]
    Unavailable {
        /// When to try again.
        retry: Duration,
        /// For the log of the operator.
        reason: String,
    },
    /// A row or the whole file is not what was written.
    #[error("damaged: {0}")]
    Damaged(Damaged),
    /// The database holds something that the request contradicts.
    #[error("conflict: {0}")]
    Conflict(Conflict),
    /// A newer program has changed the schema; this one may only read.
    #[error(
        "the database needs a writer of version {min_writer}, this program is of version {}; it may only read",
        crate::WRITER
    )]
    TooNew {
        /// The oldest writer that is allowed.
        min_writer: u32,
    },
    /// The request itself is refused.
    #[error("{0}")]
    Invalid(String),
    /// A statement failed in a way that none of the above covers: a bug in this crate.
    #[error("the store failed: {0}")]
    Internal(String),
}

/// A row that is not what was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{table} {id}: {problem}{fate}")]
pub struct Damaged {
    /// Table.
    pub table: &'static str,
    /// Key of the row, as far as it could be read.
    pub id: String,
    /// What is wrong with it.
    pub problem: String,
    /// What became of it.
    pub fate: Fate,
}

impl Damaged {
    /// A row that is lost so far.
    pub fn new(table: &'static str, id: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            table,
            id: id.into(),
            problem: problem.into(),
            fate: Fate::Lost,
        }
    }
}

/// What became of a damaged row. Its text continues a sentence about the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing stands in its place.
    Lost,
    /// What the log says stands in its place; the next change of it mends the row.
    TakenFromLog,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "",
            Self::TakenFromLog => "; what the log says is used",
        })
    }
}

/// What is already there.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Conflict {
    /// Another document of the kind has the key in that scope, or the id is taken.
    #[error("a {} with the key {key:?} exists", .kind.as_str())]
    Key {
        /// Kind of both documents.
        kind: Kind,
        /// Scope of both documents.
        scope: Option<Id>,
        /// Key of both documents.
        key: String,
    },
    /// The document is not at the revision that the effect expects, or it is gone.
    #[error("document {document} is no longer at revision {expected}")]
    Stale {
        /// The document.
        document: Id,
        /// Revision of the effect's `before`.
        expected: u64,
    },
    /// The change id is in the log already.
    #[error("change {0} is in the log already")]
    Change(Id),
    /// Some other row with the same key exists.
    #[error("a row with the same key exists")]
    Exists,
}

impl StoreError {
    /// Whether trying again later can help.
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable {
            retry: Duration::from_secs(1),
            reason: reason.into(),
        }
    }

    pub(crate) fn damaged(table: &'static str, id: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Damaged(Damaged::new(table, id, problem))
    }

    pub(crate) fn is_exists(&self) -> bool {
        matches!(self, Self::Conflict(Conflict::Exists))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(error) if error.is_unique_violation() => Self::Conflict(Conflict::Exists),
            E::Database(error) => from_code(&error.code().unwrap_or_default(), error.message()),
            E::Configuration(error) => Self::Invalid(format!("database URL: {error}")),
            E::ColumnDecode { index, source } => Self::damaged("row", format!("column {index}"), source.to_string()),
            E::Io(_) | E::Tls(_) | E::Protocol(_) | E::PoolTimedOut | E::PoolClosed => {
                Self::unavailable(error.to_string())
            }
            E::WorkerCrashed | E::BeginFailed => Self::unavailable(error.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}

/// SQLite's codes are decimal numbers below 10,000, PostgreSQL's have five characters.
fn from_code(code: &str, message: &str) -> StoreError {
    match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => from_sqlite(number, message),
        _ => from_postgres(code, message),
    }
}

fn from_sqlite(code: u32, message: &str) -> StoreError {
    match code & 0xff {
        // BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN, PROTOCOL
        5 | 6 | 8 | 10 | 13 | 14 | 15 => StoreError::unavailable(message),
        // CORRUPT, NOTADB
        11 | 26 => StoreError::damaged("database", "file", message),
        _ => StoreError::Internal(format!("SQLite {code}: {message}")),
    }
}

fn from_postgres(code: &str, message: &str) -> StoreError {
    match (code, code.get(..2).unwrap_or_default()) {
        // Lock timeout, statement timeout, idle in transaction, read-only standby.
        ("55P03" | "57014" | "25P03" | "25006", _) => StoreError::unavailable(message),
        // Connection, authorization, missing database, serialization, resources, shutdown, I/O.
        (_, "08" | "28" | "3D" | "40" | "53" | "57" | "58") => StoreError::unavailable(message),
        (_, "XX") => StoreError::damaged("database", "server", message),
        _ => StoreError::Internal(format!("PostgreSQL {code}: {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_meanings() {
        assert!(from_code("5", "busy").is_unavailable());
        assert!(from_code("3338", "io error, access").is_unavailable());
        assert!(from_code("53100", "disk full").is_unavailable());
        assert!(from_code("08006", "connection failure").is_unavailable());
        assert!(from_code("55P03", "lock timeout").is_unavailable());
        assert!(matches!(from_code("267", "corrupt"), StoreError::Damaged(_)));
        assert!(matches!(from_code("XX001", "corrupt"), StoreError::Damaged(_)));
        assert!(matches!(from_code("42601", "syntax"), StoreError::Internal(_)));
        assert!(matches!(from_code("1", "syntax"), StoreError::Internal(_)));
    }
}
