//! `hoist version` and `hoist completions`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

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
///
/// # Errors
/// When it cannot be written.
pub fn version(out: &mut dyn Write) -> Result<(), Failure> {
    output::write(out, concat!("hoist ", env!("CARGO_PKG_VERSION"), "\n"))
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
