//! Reading files: documents, projects and contexts, each error with its place.

use std::io::Read;
use std::path::Path;

use hoist_compat::{Import, Source, json};
use hoist_model::portable::ProjectFile;
use serde_json::{Map, Value as Json};

use super::Failure;

/// What stands for standard input.
const STDIN: &str = "-";

/// How a file is called in messages.
pub(super) fn shown(path: &Path) -> String {
    if is_standard(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Whether a path stands for standard input.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// A file as it is.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if is_standard(path) {
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    read.map_err(|error| Failure::bad_input(format!("{}: cannot be read ({error})", shown(path))))?;
    Ok(bytes)
}

/// A file as text.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::bad_input(format!("{}: is not UTF-8 text (byte {at})", shown(path)))
    })
}

/// A JSON document, comments allowed.
pub(super) fn document(path: &Path) -> Result<Json, Failure> {
    json::read(&text(path)?).map_err(|bad| Failure::bad_input(format!("{}: {bad}; give a JSON document", shown(path))))
}

/// A document of another system, imported.
pub(super) fn imported(path: &Path, source: Source, environment: &str) -> Result<Import, Failure> {
    let document = document(path)?;
    source
        .import(&document, environment)
        .map_err(|error| Failure::bad_input(format!("{}: {error}", shown(path))))
}

/// A portable project.
pub(super) fn project(path: &Path) -> Result<ProjectFile, Failure> {
    let next =
        "give a file written by `hoist export` or `hoist import … --out`, or say `--from unleash` or `--from flagd`";
    hoist_compat::project_file(&text(path)?)
        .map_err(|error| Failure::bad_input(format!("{}: {error}; {next}", shown(path))))
}

/// Contexts: objects, one after the other or in a list.
pub(super) fn contexts(path: &Path) -> Result<Vec<Map<String, Json>>, Failure> {
    let next = "give one JSON object per line, or a list of objects";
    let values =
        json::read_many(&text(path)?).map_err(|bad| Failure::bad_input(format!("{}: {bad}; {next}", shown(path))))?;
    let object = |(index, (line, value)): (usize, (usize, Json))| match value {
        Json::Object(members) => Ok(members),
        other => Err(Failure::bad_input(format!(
            "{}: line {line}: context {index} is {}, not an object; {next}",
            shown(path),
            kind(&other)
        ))),
    };
    values.into_iter().enumerate().map(object).collect()
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
