//! Offline: the project goes into a file.

use std::io::Write;
use std::path::Path;

use hoist_compat::{Import, Source};
use hoist_engine::Snapshot;
use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::Format;
use serde_json::json;

use super::ImportArgs;
use super::given::Given;
use super::text::{counted, gaps};
use crate::cli::{FAILED, Failure, input, output};

/// Imports into a file or to standard output. The report goes to `err`.
pub(super) fn run(
    args: &ImportArgs,
    given: &Given,
    source: Source,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    let environment = args.environment.as_deref().unwrap_or_default();
    let import = input::import_of(&given.name, &given.bytes, source, environment)?;
    let text = text_of(&import.project, args.out.as_deref())?;
    match &args.out {
        Some(path) => {
            output::write_file(path, text.as_bytes())?;
        }
        None => output::write(out, &text)?,
    }
    let report = if args.json {
        machine(&import)
    } else {
        people(&import, args)
    };
    output::write_report(err, &report)
}

/// A file of our own: read, checked and, with --out, written anew, perhaps in the other form.
pub(super) fn check(args: &ImportArgs, given: &Given, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let file = &given.name;
    let project = input::project_of(file, &given.bytes)?;
    let mut problems = Vec::new();
    for environment in project.environments.keys() {
        let ruleset = project.ruleset(environment);
        let ruleset = ruleset.map_err(|error| Failure::bad_input(format!("{file}: {error}")))?;
        let (_, found) = Snapshot::compile(&ruleset);
        problems.extend(found.iter().map(|problem| format!("{environment}: {problem}")));
    }
    if let Some(path) = &args.out {
        output::write_file(path, text_of(&project, Some(path))?.as_bytes())?;
    }
    let (flags, segments) = (project.flags.len(), project.segments.len());
    let environments = project.environments.len();
    if args.json {
        let report = json!({"project": project.project, "environments": environments, "flags": flags,
            "segments": segments, "problems": problems});
        return output::write(out, &format!("{report}\n"));
    }
    let lines: String = problems.iter().map(|problem| format!("problem: {problem}\n")).collect();
    output::write_report(err, &lines)?;
    let text = format!(
        "{file}: project {} with {} in {} and {}; {}; nothing has changed, say --url to import it\n",
        project.project,
        counted(flags, "flag"),
        counted(environments, "environment"),
        counted(segments, "segment"),
        counted(problems.len(), "problem"),
    );
    output::write(out, &text)
}

/// In the form that the name asks for.
fn text_of(project: &ProjectFile, path: Option<&Path>) -> Result<String, Failure> {
    let format = path.map_or(Format::Json, |path| Format::of_name(&path.to_string_lossy()));
    project.to_text(format).map_err(|error| Failure {
        code: FAILED,
        message: error.to_string(),
    })
}

fn machine(import: &Import) -> String {
    let report = json!({
        "flags": import.project.flags.len(),
        "segments": import.project.segments.len(),
        "gaps": import.gaps,
    });
    format!("{report}\n")
}

fn people(import: &Import, args: &ImportArgs) -> String {
    let to = args
        .out
        .as_ref()
        .map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    let mut text = gaps(&import.gaps);
    text.push_str(&format!(
        "imported {} and {} to {to}; {}\n",
        counted(import.project.flags.len(), "flag"),
        counted(import.project.segments.len(), "segment"),
        counted(import.gaps.len(), "gap"),
    ));
    text
}
