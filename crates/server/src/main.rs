//! The binary `hoist`.

mod cli;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use cli::eval::EvalArgs;
use cli::import::ImportArgs;

/// Decides for every user of a piece of software which variant of each flag they get.
#[derive(Debug, Parser)]
#[command(name = "hoist", version)]
struct Hoist {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Eval(EvalArgs),
    Import(ImportArgs),
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a command without --now asks for the time"
)]
fn clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn main() -> ExitCode {
    let hoist = Hoist::parse();
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    let done = match &hoist.command {
        Command::Eval(args) => cli::eval::run(args, clock, &mut out, &mut err),
        Command::Import(args) => cli::import::run(args, &mut out, &mut err),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(err, "hoist: {failure}");
            ExitCode::from(failure.code)
        }
    }
}
