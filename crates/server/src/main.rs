//! The binary `hoist`: command line, configuration and wiring.
//!
//! | module | subject |
//! |---|---|
//! | [`cli`] | the sub-commands, a file each |
//! | [`config`] | typed settings over layers |
//! | [`serve`] | configuration → build → run |
//! | [`http`] | what surrounds every request |
//! | [`metrics`] | counting, and `/metrics` |
//! | [`console`] | the embedded console |
//! | [`ports`] | what dialects need of the application |
//! | [`logging`], [`shutdown`] | log lines; the end of the process |
//!
//! How to add a sub-command: a module in [`cli`], a case of [`Command`], an arm in [`run`]; the
//! snapshot of `--help` changes with it.

mod cli;
mod config;
mod console;
mod http;
mod logging;
mod metrics;
mod ports;
mod serve;
mod shutdown;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use cli::Failure;
use cli::audit::AuditArgs;
use cli::backup::BackupArgs;
use cli::config::ConfigArgs;
use cli::doctor::DoctorArgs;
use cli::eval::EvalArgs;
use cli::export::ExportArgs;
use cli::import::ImportArgs;
use cli::migrate::MigrateArgs;
use cli::restore::RestoreArgs;
use cli::serve::ServeArgs;
use cli::token::TokenArgs;
use cli::user::UserArgs;
use cli::version::{CompletionsArgs, VersionArgs};

/// Frugal with memory and quick on few cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Decides for every user of a piece of software which variant of each flag they get.
///
/// `hoist serve` is all that is needed to begin. Exit codes: 0 done, 1 failed, 2 the input or the
/// configuration cannot be used.
#[derive(Debug, Parser)]
#[command(name = "hoist", version)]
struct Hoist {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Serve(ServeArgs),
    Eval(EvalArgs),
    Import(ImportArgs),
    Export(ExportArgs),
    Backup(BackupArgs),
    Restore(RestoreArgs),
    Doctor(DoctorArgs),
    Audit(AuditArgs),
    Token(TokenArgs),
    User(UserArgs),
    Config(ConfigArgs),
    Migrate(MigrateArgs),
    Version(VersionArgs),
    Completions(CompletionsArgs),
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
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    match run(&hoist.command, &mut out, &mut err) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell if this fails.
            let _ = writeln!(err, "hoist: {failure}");
            ExitCode::from(failure.code)
        }
    }
}

fn run(command: &Command, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Serve(args) => cli::serve::run(args, out),
        Command::Eval(args) => cli::eval::run(args, clock, out, err),
        Command::Import(args) => cli::import::run(args, &mut std::io::BufReader::new(std::io::stdin()), out, err),
        Command::Export(args) => cli::export::run(args, out, err),
        Command::Backup(args) => cli::backup::run(args, out),
        Command::Restore(args) => cli::restore::run(args, out),
        Command::Doctor(args) => cli::doctor::run(args, out),
        Command::Audit(args) => cli::audit::run(args, out),
        Command::Token(args) => cli::token::run(args, out, err),
        Command::User(args) => cli::user::run(args, out, err),
        Command::Config(args) => cli::config::run(args, out),
        Command::Migrate(args) => cli::migrate::run(args, out),
        Command::Version(args) => cli::version::version(args, out),
        Command::Completions(args) => cli::version::completions::<Hoist>(args, out),
    }
}

/// Runs asynchronous work to its end; what it leaves behind ends with it.
fn runtime<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}
