//! One flag changed among 5,000: recompile it, swap the snapshot, wake who waits.
//!
//! Inside of a process, without a database and a socket: see `publish/`.

use std::process::Command;

use serde_json::json;

use crate::Failure;
use crate::arguments::Options;
use crate::machine::{Core, pinned};
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::statistics::{Spread, percentile, sorted};

/// Changes in a visit.
const CHANGES: usize = 1000;

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let program = programs.build("bench-publish")?;
    let (mut cpu, mut cpu_p99, mut wall) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let output = pinned(Core::Measured, || {
            let output = Command::new(&program).arg(CHANGES.to_string()).output();
            output.map_err(|error| error.to_string())
        })?;
        if !output.status.success() {
            return Err(format!("bench-publish: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let numbers = |at| {
            let column = text
                .lines()
                .filter_map(move |line| line.split('\t').nth(at)?.parse().ok());
            sorted(column)
        };
        wall.push(percentile(&numbers(0), 0.5));
        let times = numbers(1);
        cpu.push(percentile(&times, 0.5));
        cpu_p99.push(percentile(&times, 0.99));
    }
    let [wall, cpu, cpu_p99] = [wall, cpu, cpu_p99].map(Spread::of);
    let figures = format!(
        "{} µs of CPU ({} to {}), p99 {} µs; {} µs by the clock",
        short(cpu.median),
        short(cpu.least),
        short(cpu.most),
        short(cpu_p99.median),
        short(wall.median)
    );
    let row = Row::new("one flag changed among 5,000: recompile, swap, wake", figures)
        .must("p99, ms of CPU", cpu_p99.median / 1e3, Limit::AtMost(1.0))
        .aim("p99, ms of CPU", cpu_p99.median / 1e3, Limit::AtMost(0.3));
    Ok(Found {
        table: String::new(),
        rows: vec![row],
        figures: json!({ "cpu_us": cpu.median, "cpu_p99_us": cpu_p99.median, "wall_us": wall.median }),
    })
}
