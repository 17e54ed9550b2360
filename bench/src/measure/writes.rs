//! Admin writes through the API: one client switches one flag after the other, 1,000 flags present, SQLite with
//! `synchronous=FULL`.
//!
//! What they are compared with is the rate of bare transactions (one row updated, one added to a log) on the same disk,
//! in turns with ours.

use std::process::Command;
use std::time::{Duration, Instant};

use bench_workload::mixed_key;
use serde_json::json;

use super::mixed::{ENVIRONMENT, Mixed};
use crate::Failure;
use crate::arguments::Options;
use crate::machine::{Core, pinned};
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::server::{Hoist, PROJECT};
use crate::statistics::{Spread, percentile, sorted};

const FLAGS: usize = 1000;
const MOST_MS: f64 = 10.0;

/// One visit.
struct Visit {
    rate: f64,
    p99_ms: f64,
    /// Of the server; of bare commits it is not asked.
    cpu_us: Option<f64>,
}

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let mixed_flags = Mixed::start(programs, FLAGS)?;
    let bare = programs.build("bench-ceiling")?;
    let time = Duration::from_secs_f64(options.seconds);
    let (mut ours, mut commits) = (Vec::new(), Vec::new());
    let mut switched = 0;
    for round in 1..=options.rounds {
        eprintln!("  round {round} of {}", options.rounds);
        let mut command = Command::new(&bare);
        command
            .arg("commits")
            .arg(mixed_flags.path())
            .arg(options.seconds.to_string());
        commits.push(bare_commits(command)?);
        ours.push(writes(&mixed_flags.hoist, time, &mut switched)?);
    }
    let rate = Spread::of(ours.iter().map(|visit| visit.rate));
    let p99 = Spread::of(ours.iter().map(|visit| visit.p99_ms));
    let cpu = Spread::of(ours.iter().filter_map(|visit| visit.cpu_us));
    let bare = Spread::of(commits.iter().map(|visit| visit.rate));
    let bare_p99 = Spread::of(commits.iter().map(|visit| visit.p99_ms));
    let figures = format!(
        "{:.0}/s ({:.0} to {:.0}), p99 {} ms, {} µs CPU each; bare commits {:.0}/s ({:.0} to {:.0}), p99 {} ms",
        rate.median,
        rate.least,
        rate.most,
        short(p99.median),
        short(cpu.median),
        bare.median,
        bare.least,
        bare.most,
        short(bare_p99.median)
    );
    let share = rate.median / bare.median;
    let row = Row::new("admin writes, SQLite FULL, one client, 1,000 flags", figures)
        .must("times the rate of bare commits", share, Limit::AtLeast(0.15))
        .must("p99, ms", p99.median, Limit::AtMost(MOST_MS))
        .aim("times the rate of bare commits", share, Limit::AtLeast(0.3));
    let visits = |visits: &[Visit]| {
        let each = |visit: &Visit| json!({ "per_second": visit.rate, "p99_ms": visit.p99_ms, "cpu_us": visit.cpu_us });
        visits.iter().map(each).collect::<Vec<_>>()
    };
    Ok(Found {
        table: String::new(),
        rows: vec![row],
        figures: json!({ "writes": visits(&ours), "bare_commits": visits(&commits) }),
    })
}

/// Each write turns a flag; the next time round it is turned back, so every one is a change.
fn writes(hoist: &Hoist, time: Duration, switched: &mut usize) -> Result<Visit, Failure> {
    pinned(Core::Measuring, || {
        let mut client = hoist.client()?;
        let path = format!("{PROJECT}/changes");
        let (before, began) = (hoist.process.cpu(), Instant::now());
        let mut took = Vec::new();
        while began.elapsed() < time {
            let body = switch(*switched);
            *switched += 1;
            let start = Instant::now();
            let answer = client.ask("POST", &path, &body).map_err(|error| error.to_string())?;
            took.push(start.elapsed().as_secs_f64() * 1e3);
            if answer.status != 200 {
                return Err(format!("a write was refused: {}", answer.text()));
            }
        }
        let elapsed = began.elapsed().as_secs_f64();
        let cpu = hoist.process.cpu() - before;
        Ok(Visit {
            rate: took.len() as f64 / elapsed,
            cpu_us: Some(cpu.as_secs_f64() * 1e6 / took.len() as f64),
            p99_ms: percentile(&sorted(took), 0.99),
        })
    })
}

/// The request that turns the next flag.
fn switch(number: usize) -> String {
    let flag = mixed_key(number * 7919 % FLAGS);
    let on = number / FLAGS % 2 == 1;
    let switch = json!({ "flag": flag, "environment": ENVIRONMENT, "on": on });
    json!({ "changes": [{ "config": { "switch": switch } }] }).to_string()
}

fn bare_commits(mut command: Command) -> Result<Visit, Failure> {
    let output = pinned(Core::Measured, || command.output().map_err(|error| error.to_string()))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [commits, seconds, p99_us] = numbers.as_slice() else {
        return Err(format!(
            "bare commits said nothing: {}",
            String::from_utf8_lossy(&output.stderr)
        ));
    };
    Ok(Visit {
        rate: commits / seconds,
        p99_ms: p99_us / 1e3,
        cpu_us: None,
    })
}
