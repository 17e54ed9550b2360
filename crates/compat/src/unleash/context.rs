//! A context as Unleash's clients write it.

use hoist_engine::Context;
use hoist_engine::Value;
use hoist_engine::context::{SUBJECT_NAMES, TARGETING_KEY};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json};

/// Counts as missing in every test and is not taken from another name.
const NOTHING: Value = Value::Object(Vec::new());

/// Reads `{userId, sessionId, …, properties}`: properties stand beside the fields, the fields win, null is absent.
/// A field that is absent stays absent, even where our contexts know it under another name.
pub fn context(source: &Map<String, Json>) -> Context {
    let mut context = Context::new();
    let properties = source.get("properties").and_then(Json::as_object).into_iter().flatten();
    let fields = source.iter().filter(|(name, _)| *name != "properties");
    for (name, value) in properties.chain(fields).filter(|(_, value)| !value.is_null()) {
        context.set(name, value);
    }
    for name in SUBJECT_NAMES.into_iter().filter(|name| *name != TARGETING_KEY) {
        if context.get(name).is_none() {
            context.set(name, NOTHING);
        }
    }
    context
}

/// The moment a context asks to be evaluated at, if it has a readable `currentTime`.
pub fn moment(source: &Map<String, Json>) -> Option<Timestamp> {
    let text = source.get("currentTime")?.as_str()?;
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = text
        .parse::<DateTime>()
        .or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0)));
    civil.ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}
