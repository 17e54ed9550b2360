//! Holds every answer that a test sees against the API's own description.
//!
//! `docs/openapi.json` is this same document; another test compares the two. Here it is read more
//! strictly than clients read it: they ignore fields they do not know, we name every field.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hoist_api::openapi::document;
use http::{HeaderMap, Method, header};
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value as Json, json};

/// What answered, as the document is asked for it.
pub struct Answered<'a> {
    /// How it was asked.
    pub method: &'a Method,
    /// Path of the request, without its query.
    pub path: &'a str,
    /// The status.
    pub status: u16,
    /// The headers of the answer.
    pub headers: &'a HeaderMap,
    /// The body of the answer; empty for streams, which do not end.
    pub body: &'a [u8],
}

/// Fails the test when the answer is not one that the document promises.
///
/// # Panics
/// With what differs, and where.
#[track_caller]
pub fn check(answered: &Answered<'_>) {
    if let Err(why) = conforms(answered) {
        let Answered {
            method, path, status, ..
        } = answered;
        let body = String::from_utf8_lossy(answered.body);
        panic!("{method} {path} answered {status} against docs/openapi.json: {why}\n{body}");
    }
}

fn conforms(answered: &Answered<'_>) -> Result<(), String> {
    let promised = match operation(answered.method, answered.path) {
        Some(operation) => &operation["responses"][answered.status.to_string()],
        // No operation stands there, so it can only be refused.
        None if matches!(answered.status, 404 | 405) => &json!({"content": {"application/problem+json":
            {"schema": {"$ref": "#/components/schemas/Problem"}}}}),
        // A browser's own question before it sends what is an operation.
        None if answered.method == Method::OPTIONS && answered.status == 204 && answered.body.is_empty() => {
            return Ok(());
        }
        None => return Err("it is no operation".into()),
    };
    if promised.is_null() {
        return Err("this status is not in the document".into());
    }
    let Some(contents) = promised["content"].as_object() else {
        let body = answered.body.is_empty();
        return body.then_some(()).ok_or_else(|| "a body was not promised".into());
    };
    let kind = media_type(answered.headers).ok_or("there is no Content-Type")?;
    let content = contents
        .get(kind)
        .ok_or_else(|| format!("{kind} was not promised, but {:?}", contents.keys().collect::<Vec<_>>()))?;
    if !kind.ends_with("json") {
        return Ok(());
    }
    let body: Json = serde_json::from_slice(answered.body).map_err(|error| format!("it is not JSON: {error}"))?;
    let wrong = violations(&content["schema"], &body);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// What is wrong with a value by a schema of the document, with the place.
pub fn violations(schema: &Json, value: &Json) -> Vec<String> {
    validator(schema)
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

/// The operation at a path: fixed parts win over parameters.
fn operation(method: &Method, path: &str) -> Option<&'static Json> {
    let (_, item) = document()["paths"]
        .as_object()?
        .iter()
        .filter(|(template, _)| fits(template, path))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    item.get(method.as_str().to_lowercase())
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let part_fits =
        |(template, path): (&&str, &&str)| template.starts_with('{') && !path.is_empty() || template == path;
    template.len() == path.len() && template.iter().zip(&path).all(part_fits)
}

/// Compiled once for each schema that answers have.
fn validator(schema: &Json) -> Arc<Validator> {
    static MADE: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let made = MADE.get_or_init(Mutex::default);
    let name = schema.to_string();
    let known = made.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
    known.unwrap_or_else(|| {
        let mut root = schema.clone();
        close(&mut root);
        root["components"] = components().clone();
        let compiled = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root);
        let compiled = Arc::new(compiled.expect("a schema"));
        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
        made.insert(name, Arc::clone(&compiled));
        compiled
    })
}

/// The document's components, closed.
fn components() -> &'static Json {
    static CLOSED: OnceLock<Json> = OnceLock::new();
    CLOSED.get_or_init(|| {
        let mut components = document()["components"].clone();
        close(&mut components["schemas"]);
        components
    })
}

/// Refuses fields that a schema does not name, unless it says what others are.
fn close(schema: &mut Json) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(close),
        Json::Object(fields) => {
            if let Some(parts) = fields.remove("allOf") {
                join(fields, &parts);
            }
            for (name, inner) in fields.iter_mut() {
                if !matches!(name.as_str(), "example" | "examples" | "enum" | "const" | "default") {
                    close(inner);
                }
            }
            let is_form = fields.get("properties").is_some_and(Json::is_object) && fields.contains_key("type");
            if is_form && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".into(), false.into());
            }
        }
        _ => {}
    }
}

/// Forms that are flattened into one are one form.
fn join(into: &mut Map<String, Json>, parts: &Json) {
    into.insert("type".into(), "object".into());
    for part in parts.as_array().into_iter().flatten() {
        let named = part["$ref"]
            .as_str()
            .and_then(|name| document().pointer(name.strip_prefix('#')?));
        let part = named.unwrap_or(part);
        if part.get("allOf").is_some() {
            join(into, &part["allOf"]);
        }
        for (name, field) in part["properties"].as_object().into_iter().flatten() {
            let properties = into.entry("properties").or_insert_with(|| json!({}));
            properties[name] = field.clone();
        }
        for name in part["required"].as_array().into_iter().flatten() {
            let required = into.entry("required").or_insert_with(|| json!([]));
            if let Some(required) = required.as_array_mut() {
                required.push(name.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(method: &Method, path: &str, status: u16, kind: &'static str, body: &str) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
        conforms(&Answered {
            method,
            path,
            status,
            headers: &headers,
            body: body.as_bytes(),
        })
    }

    #[test]
    fn an_answer_must_be_promised() {
        let setup = "/hoist/v1/setup";
        let get = |status, kind, body| told(&Method::GET, setup, status, kind, body);
        assert_eq!(get(200, "application/json", r#"{"needed":true}"#), Ok(()));
        assert!(get(200, "application/json", r#"{"needed":"yes"}"#).is_err_and(|why| why.contains("/needed")));
        assert!(get(200, "application/json", r#"{"needed":true,"more":1}"#).is_err_and(|why| why.contains("more")));
        assert!(get(200, "application/json", "{}").is_err());
        assert!(get(200, "text/plain", r#"{"needed":true}"#).is_err_and(|why| why.contains("text/plain")));
        assert!(get(299, "application/json", r#"{"needed":true}"#).is_err_and(|why| why.contains("status")));
        assert!(told(&Method::DELETE, "/hoist/v1/session", 204, "", "x").is_err());
        assert!(told(&Method::PUT, setup, 200, "application/json", "{}").is_err());
    }

    #[test]
    fn fixed_parts_of_a_path_win() {
        let named = |method, path| operation(&method, path).map(|found| found["operationId"].as_str());
        assert_eq!(
            named(Method::GET, "/hoist/v1/organizations/o/projects/p/flags/f"),
            Some(Some("get_project_flags_flag"))
        );
        assert_eq!(named(Method::GET, "/hoist/v1/nowhere"), None);
        assert_eq!(named(Method::GET, "/hoist/v1/organizations//projects"), None);
    }
}
