//! Engines in turn, each in a process of its own, bound to one core.
//!
//! The figures are thread CPU time, so what other processes take is not in them. Each program is run in every round,
//! so that a slow minute of the machine touches all alike.

mod cells;
mod programs;
mod rows;
mod table;

use crate::Failure;
use crate::arguments::Options;
use crate::parts::Found;
use crate::programs::Programs;
use cells::Cells;

/// Builds and measures every engine that can be built.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let (engines, missing) = programs::build(programs)?;
    let mut cells = Cells::default();
    for round in 1..=options.rounds {
        for engine in &engines {
            eprintln!("  round {round} of {}: {}", options.rounds, engine.name);
            cells.read(&programs::run(engine)?)?;
        }
    }
    let mut rows = rows::judge(&cells);
    rows.extend(missing);
    Ok(Found {
        table: table::draw(&cells),
        rows,
        figures: cells.to_json(),
    })
}
