//! Reading questions: body, key, filter, credential.

use std::borrow::Cow;

use hoist_engine::{Context, Value};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Settings;
use super::refusal::Refusal;
use crate::query::decoded;

/// The part of a body that we read; the rest is the business of other servers.
#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    context: Option<Context>,
}

/// The same, unread, for measuring and for telling what is wrong.
#[derive(Deserialize)]
struct RawBody<'b> {
    #[serde(default, borrow)]
    context: Option<&'b RawValue>,
}

/// Reads the context; a body without one asks for nobody in particular.
pub(super) fn context(body: &[u8], settings: &Settings) -> Result<Context, Refusal> {
    let body = body.trim_ascii();
    if body.is_empty() {
        return Ok(Context::new());
    }
    if body.first() != Some(&b'{') {
        return Err(Refusal::Unreadable("the body must be a JSON object".into()));
    }
    if body.len() > settings.context_bytes {
        measure(body, settings.context_bytes)?;
    }
    match serde_json::from_slice::<Body>(body) {
        Ok(read) => Ok(read.context.unwrap_or_default()),
        Err(error) => Err(blame(body, &error)),
    }
}

fn measure(body: &[u8], most: usize) -> Result<(), Refusal> {
    let raw = serde_json::from_slice::<RawBody<'_>>(body);
    let raw = raw.map_err(|error| Refusal::Unreadable(error.to_string()))?;
    match raw.context.map(|context| context.get().len()) {
        Some(length) if length > most => Err(Refusal::Context(format!(
            "/context: {length} bytes, {most} are allowed"
        ))),
        _ => Ok(()),
    }
}

/// Whether the JSON is broken or only the context is not what it should be.
fn blame(body: &[u8], error: &serde_json::Error) -> Refusal {
    match serde_json::from_slice::<RawBody<'_>>(body) {
        Ok(_) => Refusal::Context(format!("/context: {error}")),
        Err(error) => Refusal::Unreadable(error.to_string()),
    }
}

/// The flags that are asked for: the query's, else the context's under the names other servers use.
/// Sorted, each once; None = all.
pub(super) fn filter(query: Option<&str>, context: &Context) -> Option<Vec<String>> {
    let mut keys = asked_in_query(query.unwrap_or_default()).or_else(|| asked_in_context(context))?;
    keys.sort_unstable();
    keys.dedup();
    Some(keys)
}

fn asked_in_query(query: &str) -> Option<Vec<String>> {
    let mut lists = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("flags="))
        .peekable();
    lists.peek()?;
    let lists = lists.map(|list| decoded(&list.replace('+', " ")).into_owned());
    let keys: Vec<String> = lists.flat_map(|list| split(&list)).collect();
    (!keys.is_empty()).then_some(keys)
}

fn asked_in_context(context: &Context) -> Option<Vec<String>> {
    let flags = context.get("flags").and_then(listed);
    flags.or_else(|| context.get("gofeatureflag")?.member("flagList").and_then(listed))
}

/// A text with commas, or a list of texts; anything else is an attribute that happens to have the name.
fn listed(value: &Value) -> Option<Vec<String>> {
    let keys = match value {
        Value::Str(text) => split(text),
        Value::List(items) => {
            let texts = items.iter().map(|item| match item {
                Value::Str(text) => Some(text.clone()),
                _ => None,
            });
            texts.collect::<Option<Vec<String>>>()?
        }
        _ => return None,
    };
    (!keys.is_empty()).then_some(keys)
}

fn split(list: &str) -> Vec<String> {
    let keys = list.split(',').map(str::trim).filter(|key| !key.is_empty());
    keys.map(str::to_owned).collect()
}

/// The flag's key: the rest of the path, so that keys which clients did not escape arrive whole.
pub(super) fn key(path: &str) -> Cow<'_, str> {
    let rest = path.split_once("/evaluate/flags/").map_or("", |(_, rest)| rest);
    decoded(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Context {
        context(json.as_bytes(), &Settings::default()).unwrap_or_else(|_| panic!("{json} is refused"))
    }

    #[test]
    fn bodies_may_be_empty() {
        for json in [
            "",
            "  \n",
            "{}",
            r#"{"context":{}}"#,
            r#"{"context":null}"#,
            r#"{"other":[1]}"#,
        ] {
            assert_eq!(read(json), Context::new(), "{json}");
        }
    }

    #[test]
    fn keys_are_decoded_once_and_slashes_stay() {
        assert_eq!(key("/ofrep/v1/evaluate/flags/a/b"), "a/b");
        assert_eq!(key("/x/evaluate/flags/a%2Fb%20c%25"), "a/b c%");
        assert_eq!(key("/x/evaluate/flags/%zz%+1%e2%82%ac"), "%zz%+1€");
        assert_eq!(key("/x/evaluate/flags/%ff"), "%ff");
    }

    #[test]
    fn filters_of_three_origins() {
        let asked = |query, json| filter(query, &read(json));
        let ab = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(asked(Some("x=1&flags=b,a%2Ca"), "{}"), ab);
        assert_eq!(asked(None, r#"{"context":{"flags":"b, a"}}"#), ab);
        assert_eq!(asked(None, r#"{"context":{"flags":["a","b"]}}"#), ab);
        assert_eq!(
            asked(None, r#"{"context":{"gofeatureflag":{"flagList":["b","a"]}}}"#),
            ab
        );
        assert_eq!(asked(Some("flags=a,b"), r#"{"context":{"flags":"c"}}"#), ab);
        for json in [r#"{"context":{"flags":true}}"#, r#"{"context":{"flags":""}}"#, "{}"] {
            assert_eq!(asked(Some("flagConfigEtag=x"), json), None, "{json}");
        }
    }
}
