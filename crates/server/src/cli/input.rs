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
    let bytes = bytes(path)?;
    text_of(&shown(path), &bytes).map(str::to_owned)
}

fn text_of<'b>(name: &str, bytes: &'b [u8]) -> Result<&'b str, Failure> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        Failure::bad_input(format!("{name}: is not UTF-8 text (byte {at})"))
    })
}

/// A JSON document, comments allowed.
fn document_of(name: &str, bytes: &[u8]) -> Result<Json, Failure> {
    let text = text_of(name, bytes)?;
    json::read(text).map_err(|bad| Failure::bad_input(format!("{name}: {bad}; give a JSON document")))
}

/// A document of another system, imported.
pub(super) fn imported(path: &Path, source: Source, environment: &str) -> Result<Import, Failure> {
    import_of(&shown(path), &bytes(path)?, source, environment)
}

/// The same of a document that was read already; its name is for messages.
pub(super) fn import_of(name: &str, bytes: &[u8], source: Source, environment: &str) -> Result<Import, Failure> {
    let document = document_of(name, bytes)?;
    source
        .import(&document, environment)
        .map_err(|error| Failure::bad_input(format!("{name}: {error}")))
}

/// A portable project.
pub(super) fn project(path: &Path) -> Result<ProjectFile, Failure> {
    project_of(&shown(path), &bytes(path)?)
}

/// The same of a document that was read already; its name is for messages.
pub(super) fn project_of(name: &str, bytes: &[u8]) -> Result<ProjectFile, Failure> {
    let next =
        "give a file written by `hoist export` or `hoist import … --out`, or say `--from unleash` or `--from flagd`";
    hoist_compat::project_file(text_of(name, bytes)?)
        .map_err(|error| Failure::bad_input(format!("{name}: {error}; {next}")))
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
