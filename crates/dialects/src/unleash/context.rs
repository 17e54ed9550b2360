//! Contexts as clients send them, in the query or in a body.

use std::net::IpAddr;

use hoist_engine::context::{SUBJECT_NAMES, TARGETING_KEY};
use hoist_engine::{Context, Value};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::query;
use super::refusal::{Detail, Refusal};

/// Fields of a context; every other name is a property.
const FIELDS: [&str; 6] = [
    "appName",
    "currentTime",
    "environment",
    "remoteAddress",
    "sessionId",
    "userId",
];

/// Largest context, as for OFREP. A query cannot be longer.
const MOST_BYTES: usize = 64 * 1024;

/// A body, unread, for measuring.
#[derive(Deserialize)]
struct RawBody<'b> {
    #[serde(default, borrow)]
    context: Option<&'b RawValue>,
}

/// Counts as missing in every test and is not taken from another name.
const NOTHING: Value = Value::Object(Vec::new());

/// From the query: fields, `properties[name]`, and properties by their mere name. The caller's address is that of the
/// request.
pub(super) fn of_query(query: Option<&str>, caller: Option<IpAddr>) -> Context {
    let (mut fields, mut properties) = (Map::new(), Map::new());
    for (name, value) in query::pairs(query) {
        let inner = name.strip_prefix("properties[").and_then(|rest| rest.strip_suffix(']'));
        if let Some(inner) = inner {
            properties.insert(inner.to_owned(), value.into());
        } else if FIELDS.contains(&name.as_str()) {
            fields.insert(name, value.into());
        } else {
            properties.entry(name).or_insert_with(|| value.into());
        }
    }
    built(&fields, &properties, caller)
}

/// From a body `{context: {…, properties: {…}}}`.
pub(super) fn of_body(body: &[u8], caller: Option<IpAddr>) -> Result<Context, Refusal> {
    let empty = Map::new();
    if body.trim_ascii().is_empty() {
        return Ok(built(&empty, &empty, caller));
    }
    let unread =
        |error: serde_json::Error| Refusal::BadData(vec![Detail::plain(format!("the body is no JSON: {error}"))]);
    if body.len() > MOST_BYTES {
        let raw: RawBody<'_> = serde_json::from_slice(body).map_err(unread)?;
        if let Some(length) = raw
            .context
            .map(|context| context.get().len())
            .filter(|own| *own > MOST_BYTES)
        {
            return Err(Refusal::BadData(vec![Detail::at(
                "/body/context",
                format!("The context has {length} bytes, {MOST_BYTES} are allowed."),
            )]));
        }
    }
    let document: Json = serde_json::from_slice(body).map_err(unread)?;
    let object = |value: Option<&Json>, path: &str| match value {
        None | Some(Json::Null) => Ok(Map::new()),
        Some(Json::Object(members)) => Ok(members.clone()),
        Some(_) => Err(Refusal::BadData(vec![Detail::at(
            path,
            format!("The `{path}` property must be object."),
        )])),
    };
    let body = object(Some(&document), "/body")?;
    let fields = object(body.get("context"), "/body/context")?;
    let properties = object(fields.get("properties"), "/body/context/properties")?;
    Ok(built(&fields, &properties, caller))
}

/// Properties stand beside the fields, the fields win, null is absent. A field that is absent stays absent, even where
/// our contexts know it under another name.
fn built(fields: &Map<String, Json>, properties: &Map<String, Json>, caller: Option<IpAddr>) -> Context {
    let fields = fields.iter().filter(|(name, _)| *name != "properties");
    let all = properties.iter().chain(fields).filter(|(_, value)| !value.is_null());
    let mut context: Context = all.map(|(name, value)| (name.clone(), Value::from(value))).collect();
    for name in SUBJECT_NAMES.into_iter().filter(|name| *name != TARGETING_KEY) {
        if context.get(name).is_none() {
            context.set(name, NOTHING);
        }
    }
    if let Some(caller) = caller.filter(|_| context.get("remoteAddress").is_none()) {
        context.set("remoteAddress", caller.to_string());
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Option<IpAddr> {
        "192.0.2.7".parse().ok()
    }

    fn text(context: &Context, name: &str) -> Option<String> {
        context.get(name).and_then(Value::text)
    }

    #[test]
    fn queries_and_bodies_say_the_same() {
        let query = "appName=a&userId=u%201&properties%5Bcountry%5D=NO&plan=pro&remoteAddress=10.0.0.1";
        let body = r#"{"context": {"appName": "a", "userId": "u 1", "remoteAddress": "10.0.0.1",
            "properties": {"country": "NO", "plan": "pro", "userId": "not me", "none": null}}}"#;
        let one = of_query(Some(query), caller());
        let other = of_body(body.as_bytes(), caller()).unwrap();
        assert_eq!(one, other);
        assert_eq!(text(&one, "userId").as_deref(), Some("u 1"));
        assert_eq!(one.subject_key(), Some("u 1"));
    }

    #[test]
    fn contexts_have_a_size() {
        let of =
            |length: usize| serde_json::json!({"context": {"userId": "u", "properties": {"x": "x".repeat(length)}}});
        assert!(of_body(of(MOST_BYTES - 100).to_string().as_bytes(), None).is_ok());
        let refused = of_body(of(MOST_BYTES).to_string().as_bytes(), None);
        assert!(matches!(refused, Err(Refusal::BadData(_))), "{refused:?}");
        let beside = serde_json::json!({"context": {"userId": "u"}, "more": "x".repeat(MOST_BYTES)});
        let read = of_body(beside.to_string().as_bytes(), None).unwrap();
        assert_eq!(read.subject_key(), Some("u"), "what stands beside it does not count");
        let twice = format!("{{\"context\": {{}}, \"context\": {}}}", of(MOST_BYTES)["context"]);
        assert!(of_body(twice.as_bytes(), None).is_err(), "nor does a second one hide");
    }

    #[test]
    fn what_is_missing_is_known_or_stays_missing() {
        let context = of_body(b"", caller()).unwrap();
        assert_eq!(text(&context, "remoteAddress").as_deref(), Some("192.0.2.7"));
        assert_eq!(context.subject_key(), None);
        assert_eq!(context.get("sessionId"), None, "nobody's session is made up");
        for odd in [
            "[]",
            "{",
            "{\"context\": 1}",
            "{\"context\": {\"properties\": []}}",
            "\"x\"",
        ] {
            assert!(of_body(odd.as_bytes(), caller()).is_err(), "{odd}");
        }
    }
}
