//! What Togglr's clients are told.

use hoist_engine::Outcome;
use serde_json::{Map, Value as Json, json};

/// The body of an answer; of a feature that does not exist, that of the error.
pub fn answer(key: &str, outcome: Option<&Outcome<'_>>) -> Map<String, Json> {
    let Some(outcome) = outcome else {
        let message = "feature not found";
        let error = json!({"message": message, "code": "not_found"});
        return Map::from_iter([
            ("error".to_owned(), error),
            ("error_message".to_owned(), message.into()),
        ]);
    };
    // Whoever is off gets the empty text, also by a variant that a later edit left there.
    let value = outcome.value().filter(|_| outcome.enabled);
    let value = match value {
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    Map::from_iter([
        ("feature_key".to_owned(), key.into()),
        ("enabled".to_owned(), outcome.enabled.into()),
        ("value".to_owned(), value.into()),
    ])
}
