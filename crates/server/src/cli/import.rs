//! `hoist import`: another system's flags as a project file.

use std::io::Write;
use std::path::PathBuf;

use hoist_compat::Import;
use hoist_model::portable::Gap;
use serde_json::json;

use super::{Failure, From, input, output};

/// Turns another system's flags into a project file, and says what could not be carried over.
#[derive(Clone, Debug, clap::Args)]
pub struct ImportArgs {
    /// Where the flags come from.
    #[arg(value_enum)]
    pub source: From,
    /// The document; `-` reads standard input. Comments in JSON are accepted.
    pub file: PathBuf,
    /// Key of the environment the document is about.
    #[arg(long, value_name = "KEY")]
    pub environment: String,
    /// Where to write the project; without it, standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Report as one JSON object instead of lines.
    #[arg(long)]
    pub json: bool,
}

/// Imports. The report goes to `err`.
///
/// # Errors
/// When the document cannot be used or the project cannot be written.
pub fn run(args: &ImportArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    check_environment(&args.environment)?;
    let import = input::imported(&args.file, args.source.source(), &args.environment)?;
    let mut text = serde_json::to_string_pretty(&import.project).map_err(|error| Failure {
        code: super::FAILED,
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

/// The rule for keys of environments.
fn check_environment(key: &str) -> Result<(), Failure> {
    let first = key.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let rest = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"._:@-".contains(&byte));
    if first && rest && key.len() <= 128 {
        return Ok(());
    }
    let rule = "begin with a letter or digit and go on with letters, digits and ._:@- up to 128 characters";
    Err(Failure::bad_input(format!(
        "--environment {key}: no key of an environment; {rule}"
    )))
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

/// A line for each gap.
pub(super) fn gaps(gaps: &[Gap]) -> String {
    let about = |gap: &Gap| match (&gap.flag, &gap.segment) {
        (Some(flag), _) => format!("flag {flag}: "),
        (None, Some(segment)) => format!("segment {segment}: "),
        (None, None) => String::new(),
    };
    gaps.iter()
        .map(|gap| format!("gap {}: {}{}\n", gap.code, about(gap), gap.text))
        .collect()
}

fn counted(number: usize, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}
