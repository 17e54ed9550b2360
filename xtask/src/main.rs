//! The chores of this repository: run, test, check and measure Hoist.
//!
//! `make help` lists the everyday entry points; `cargo xtask help` lists them all. The only dependency is a JSON
//! reader, so that this program builds in seconds on a machine that has nothing but Rust.
//!
//! To add a step to `make test`, add a line to the table in [`suite`]; to add a repository rule, add a module to
//! [`tidy`] and a line to its table.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to its terminal"
)]

mod bench;
mod command;
mod counts;
mod failures;
mod licences;
mod metadata;
mod mutants;
mod pg;
mod report;
mod run;
mod session;
mod shots;
mod step;
mod suite;
mod tidy;
mod torture;
mod ui;
mod workspace;

use std::process::ExitCode;

/// What every sub-command answers: nothing, or one sentence about what went wrong.
type Answer = Result<(), String>;

const HELP: &str = "\
cargo xtask COMMAND

  run [ARGS]           build the console if it changed, then `hoist serve ARGS` (release build)
  test [STEP…]         run the test steps, all or those named; --list names them, --fail-fast stops at the first
  check [STEP…]        the steps that run no tests: format, rules, lints, licences
  tidy                 the repository rules alone
  pg start|stop|run    a throw-away PostgreSQL; --fsync keeps fsync on; `pg run -- COMMAND` stops it afterwards
  bench [ARGS]         run the benchmarks of bench/
  torture [LINE…]      the long forms of the tests about faults and hostile input, as a scorecard; --list names the
                       lines, --share PERCENT takes less of each
  shots [ARGS]         rebuild the screenshots of the console
  mutants [NAME…]      plant known bugs in a copy of the sources and expect the tests to notice; --list names them
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Answer {
    let (name, rest) = match arguments.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("help", arguments),
    };
    match name {
        "run" => run::main(rest),
        "test" => suite::test(rest),
        "check" => suite::check(rest),
        "tidy" => tidy::main(),
        "pg" => pg::main(rest),
        "bench" => bench::main(rest),
        "shots" => shots::main(rest),
        "torture" => torture::main(rest),
        "mutants" => mutants::main(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => Err(format!("there is no command `{other}`; `cargo xtask help` lists them")),
    }
}
