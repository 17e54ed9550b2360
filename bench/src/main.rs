//! Runs the benchmarks and judges what they found: see README.md.

mod arguments;
mod engines;
mod load;
mod machine;
mod measure;
mod parts;
mod programs;
mod report;
mod row;
mod server;
mod statistics;
mod throughput;

use std::process::ExitCode;

use arguments::{Asked, Options};
use machine::Machine;
use programs::Programs;

/// What went wrong, for people.
type Failure = String;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A goal that was missed is no failure: a benchmark that cannot be trusted on a busy machine must not break a build.
fn run() -> Result<(), Failure> {
    let options = match Options::read(std::env::args().skip(1))? {
        Asked::Help => {
            println!("{}", arguments::help());
            return Ok(());
        }
        Asked::List => {
            println!("{}", arguments::list());
            return Ok(());
        }
        Asked::Run(options) => options,
    };
    let programs = Programs::find()?;
    let machine = Machine::look()?;
    machine::open_many_files();
    println!("{machine}\n");
    let mut results = report::Results::new(machine);
    for part in &options.parts {
        eprintln!("# {}: {}", part.name, part.about);
        let (before, began) = (machine::load_average(), std::time::Instant::now());
        let found = match (part.measure)(&programs, &options) {
            Ok(found) => found,
            Err(failure) => parts::Found::left_out(part.name, &failure),
        };
        results.add(part.name, before, began.elapsed(), found);
        results.write(&programs.results)?;
    }
    results.print_summary();
    println!("\nevery figure: {}", programs.results.display());
    Ok(())
}
