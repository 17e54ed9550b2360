//! An answer as flagd's clients expect it.

use hoist_engine::{Detail, EvalError, Outcome, Reason};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Value as Json};

/// What went wrong, in OpenFeature's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// There is no such flag.
    FlagNotFound,
    /// The targeting cannot be run.
    ParseError,
    /// Anything else, such as a variant that does not exist.
    General,
}

impl ErrorCode {
    /// OpenFeature's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::ParseError => "PARSE_ERROR",
            Self::General => "GENERAL",
        }
    }
}

/// The members of an answer beside the key: `value`, `variant`, `reason` and `metadata`, or an error.
///
/// A disabled flag, and one that leaves the choice to the application, has neither value nor variant.
pub fn answer(flag: &FlagEntry, config: Option<&ConfigEntry>, outcome: &Outcome<'_>) -> Map<String, Json> {
    if !config.is_some_and(|config| config.enabled) {
        return members("DISABLED", flag.metadata.clone());
    }
    match (outcome.error, outcome.detail) {
        (Some(EvalError::ParseError), _) | (Some(_), Detail::Unreadable) => {
            return error(ErrorCode::ParseError, "the targeting of this flag cannot be run");
        }
        (Some(problem), _) => return error(ErrorCode::General, &problem.to_string()),
        (None, _) => {}
    }
    let reason = match (outcome.reason, outcome.value()) {
        (Reason::Static, None) => Reason::Default,
        (reason, _) => reason,
    };
    let mut shown = Map::new();
    if let Some(value) = outcome.value() {
        shown.insert("value".to_owned(), value.clone());
    }
    if let Some(variant) = outcome.variant() {
        shown.insert("variant".to_owned(), variant.into());
    }
    shown.extend(members(
        reason.as_str(),
        outcome.metadata().cloned().unwrap_or_default(),
    ));
    shown
}

fn members(reason: &str, metadata: Map<String, Json>) -> Map<String, Json> {
    Map::from_iter([
        ("reason".to_owned(), reason.into()),
        ("metadata".to_owned(), Json::Object(metadata)),
    ])
}

/// The members of an answer that is an error.
pub fn error(code: ErrorCode, details: &str) -> Map<String, Json> {
    Map::from_iter([
        ("reason".to_owned(), "ERROR".into()),
        ("errorCode".to_owned(), code.as_str().into()),
        ("errorDetails".to_owned(), details.into()),
    ])
}
