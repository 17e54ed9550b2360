//! `hoist config`: the reference, and what is wrong with what there is.

use std::io::Write;

use super::serve::load;
use super::{Failure, output};
use crate::config::{DEFAULT_FILE, Overrides, Surroundings};

/// Prints the commented default file; `check` reads the configuration that would be used.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist config > hoist.toml
  hoist config check")]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Reads all layers and says everything that is wrong with them; exit code 2 if anything is.
    Check(Overrides),
}

/// Prints or checks.
///
/// # Errors
/// When the configuration cannot be used.
pub fn run(args: &ConfigArgs, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.command {
        None => output::write(out, DEFAULT_FILE),
        Some(Command::Check(overrides)) => {
            load(overrides, &Surroundings::of_process())?;
            output::write(out, "the configuration is right\n")
        }
    }
}
