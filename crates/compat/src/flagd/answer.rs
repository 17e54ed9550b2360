//! An answer as flagd's clients expect it.

use hoist_engine::{Detail, EvalError, Outcome, Reason};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Number, Value as Json};

/// What went wrong, in OpenFeature's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// There is no such flag.
    FlagNotFound,
    /// The targeting cannot be run.
    ParseError,
    /// The value is not of the type that was asked for.
    TypeMismatch,
    /// Anything else, such as a variant that does not exist.
    General,
}

impl ErrorCode {
    /// OpenFeature's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FlagNotFound => "FLAG_NOT_FOUND",
            Self::ParseError => "PARSE_ERROR",
            Self::TypeMismatch => "TYPE_MISMATCH",
            Self::General => "GENERAL",
        }
    }
}

/// What a client asks for; each of OpenFeature's calls asks for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// A whole number, however it is written.
    Integer,
    /// Any number; given with a fraction, even if that is 0.
    Float,
    /// An object or a list.
    Object,
}

impl Type {
    /// The value as this type, if it is of it.
    fn read(self, value: &Json) -> Option<Json> {
        match (self, value) {
            (Self::Boolean, Json::Bool(_))
            | (Self::String, Json::String(_))
            | (Self::Object, Json::Object(_) | Json::Array(_)) => Some(value.clone()),
            (Self::Integer, Json::Number(number)) => whole(number).map(Json::Number),
            (Self::Float, Json::Number(number)) => number.as_f64().and_then(Number::from_f64).map(Json::Number),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Float => "a number",
            Self::Object => "an object",
        }
    }
}

fn whole(number: &Number) -> Option<Number> {
    if number.is_i64() || number.is_u64() {
        return Some(number.clone());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    // Every float from -2^63 to below 2^63 has its integer.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    fits.then(|| Number::from(float as i64))
}

/// The members of an answer beside the key: `value`, `variant`, `reason` and `metadata`, or an error.
///
/// A disabled flag, and one that leaves the choice to the application, has neither value nor variant, and so no type.
pub fn answer(
    flag: &FlagEntry,
    config: Option<&ConfigEntry>,
    outcome: &Outcome<'_>,
    asked: Option<Type>,
) -> Map<String, Json> {
    if !config.is_some_and(|config| config.enabled) {
        return members("DISABLED", flag.metadata.clone());
    }
    let failed = |code, details: &str| error(code, details, flag.metadata.clone());
    match (outcome.error, outcome.detail) {
        (Some(EvalError::ParseError), _) | (Some(_), Detail::Unreadable) => {
            return failed(ErrorCode::ParseError, "the targeting of this flag cannot be run");
        }
        (Some(problem), _) => return failed(ErrorCode::General, &problem.to_string()),
        (None, _) => {}
    }
    let reason = match (outcome.reason, outcome.value()) {
        (Reason::Static, None) => Reason::Default,
        (reason, _) => reason,
    };
    let mut shown = Map::new();
    if let Some(value) = outcome.value() {
        let read = asked.map_or_else(|| Ok(value.clone()), |asked| asked.read(value).ok_or(asked));
        match read {
            Ok(value) => shown.insert("value".to_owned(), value),
            Err(asked) => {
                let details = format!("the value is not {}", asked.as_str());
                return failed(ErrorCode::TypeMismatch, &details);
            }
        };
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

/// The members of an answer that is an error; it tells the metadata of the flag, too.
pub fn error(code: ErrorCode, details: &str, metadata: Map<String, Json>) -> Map<String, Json> {
    let mut shown = members("ERROR", metadata);
    shown.insert("errorCode".to_owned(), code.as_str().into());
    shown.insert("errorDetails".to_owned(), details.into());
    shown
}
