//! What FluxGate's clients are told.

use hoist_engine::{Outcome, Reason};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde_json::{Map, Value as Json};

use super::feature::{NAMELESS, OFF};

/// What a client is told if there is no such thing.
const NOT_FOUND: &str = "FLAG_NOT_FOUND";

/// The body of an answer; a feature that does not exist has one too.
pub fn answer(
    key: &str,
    flag: Option<(&FlagEntry, Option<&ConfigEntry>)>,
    outcome: Option<&Outcome<'_>>,
) -> Map<String, Json> {
    let (Some((flag, config)), Some(outcome)) = (flag, outcome) else {
        return body(key, &Json::Bool(false), None, "DEFAULT", Some(NOT_FOUND));
    };
    let variant = outcome
        .variant()
        .filter(|own| outcome.enabled && !is_nameless(flag, own));
    let value = outcome
        .value()
        .filter(|_| outcome.enabled)
        .unwrap_or(&Json::Bool(false));
    let (reason, error) = reason(flag, config, outcome);
    body(key, value, variant, reason, error)
}

fn body(key: &str, value: &Json, variant: Option<&str>, reason: &str, error: Option<&str>) -> Map<String, Json> {
    let mut body = Map::from_iter([
        ("flagKey".to_owned(), key.into()),
        ("value".to_owned(), value.clone()),
        ("variant".to_owned(), variant.into()),
        ("reason".to_owned(), reason.into()),
    ]);
    body.extend(error.map(|error| ("errorCode".to_owned(), error.into())));
    body
}

fn is_nameless(flag: &FlagEntry, variant: &str) -> bool {
    let nameless = flag.foreign.get(NAMELESS).and_then(Json::as_array);
    nameless.is_some_and(|keys| keys.iter().any(|key| key == variant))
}

/// FluxGate's reason, and its error if it calls it one.
fn reason(
    flag: &FlagEntry,
    config: Option<&ConfigEntry>,
    outcome: &Outcome<'_>,
) -> (&'static str, Option<&'static str>) {
    if !flag.kills.is_empty() {
        return ("STATIC", None);
    }
    let off = config.and_then(|config| config.foreign.get(OFF)).and_then(Json::as_str);
    match (outcome.reason, off) {
        (Reason::Disabled, Some("STATIC")) => ("STATIC", None),
        (Reason::Disabled, Some("UNKNOWN")) => ("UNKNOWN", Some(NOT_FOUND)),
        (Reason::Disabled, _) => ("DISABLED", None),
        (Reason::Error, _) => ("UNKNOWN", Some("GENERAL")),
        _ if !outcome.enabled => ("UNKNOWN", None),
        _ if outcome.rule().is_none() => ("STATIC", None),
        _ => ("TARGETING_MATCH", None),
    }
}
