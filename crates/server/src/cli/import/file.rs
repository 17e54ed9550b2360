//! Offline: the project goes into a file.

use std::io::Write;

use hoist_compat::{Import, Source};
use serde_json::json;

use super::ImportArgs;
use super::text::{counted, gaps};
use crate::cli::{FAILED, Failure, input, output};

/// Imports into a file or to standard output. The report goes to `err`.
pub(super) fn run(args: &ImportArgs, source: Source, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let environment = args.environment.as_deref().unwrap_or_default();
    let import = input::imported(&args.file, source, environment)?;
    let mut text = serde_json::to_string_pretty(&import.project).map_err(|error| Failure {
        code: FAILED,
        message: format!("the project cannot be written ({error})"),
    })?;
    text.push('\n');
    match &args.out {
        Some(path) => {
            std::fs::write(path, text).map_err(|error| Failure::output(&path.display().to_string(), &error))?;
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
