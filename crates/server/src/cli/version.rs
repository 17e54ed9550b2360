//! `hoist version` and `hoist completions`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use super::{Failure, output};

/// Prints a script that completes commands and options.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist completions bash > /etc/bash_completion.d/hoist")]
pub struct CompletionsArgs {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the version.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist version
  hoist version --json")]
pub struct VersionArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Prints the version.
///
/// # Errors
/// When it cannot be written.
pub fn version(args: &VersionArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let text = if args.json {
        json!({"name": "hoist", "version": version}).to_string()
    } else {
        format!("hoist {version}")
    };
    output::write(out, &format!("{text}\n"))
}

/// Prints completions for the commands of `C`.
///
/// # Errors
/// When they cannot be written.
pub fn completions<C: CommandFactory>(args: &CompletionsArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut C::command(), "hoist", &mut script);
    output::write(out, &String::from_utf8_lossy(&script))
}
