//! Cells of servers under load: visited in turn, several times, with what the server spent.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::Failure;
use crate::arguments::Options;
use crate::load::Load;
use crate::row::short;
use crate::server::Process;
use crate::statistics::Spread;

/// Before the first visit.
const WARM_UP: Duration = Duration::from_millis(400);

/// Below this share of its core a server was not the limit.
const SATURATED: f64 = 0.9;

/// A server and what is asked of it.
pub struct Cell<'s> {
    /// For tables.
    pub name: &'static str,
    /// Who answers.
    pub process: &'s Process,
    /// What is asked.
    pub load: Load,
}

/// What the visits to a cell gave.
#[derive(Clone, Debug)]
pub struct Throughput {
    /// For tables.
    pub name: &'static str,
    /// CPU of the server per request, µs.
    pub cpu_us: Spread,
    /// Answers per second.
    pub rate: Spread,
    /// Median latency, ms.
    pub p50_ms: Spread,
    /// Latency that one in a hundred exceeds, ms.
    pub p99_ms: Spread,
    /// Share of its core that the server took.
    pub busy: Spread,
}

struct Visit {
    cpu_us: f64,
    rate: f64,
    p50_ms: f64,
    p99_ms: f64,
    busy: f64,
}

/// Visits each cell in each round.
pub fn measure(cells: &[Cell<'_>], options: &Options) -> Result<Vec<Throughput>, Failure> {
    for cell in cells {
        cell.load.run(WARM_UP)?;
    }
    let mut visits: Vec<Vec<Visit>> = cells.iter().map(|_| Vec::new()).collect();
    for round in 1..=options.rounds {
        eprintln!("  round {round} of {}", options.rounds);
        for (cell, visits) in cells.iter().zip(&mut visits) {
            visits.push(visit(cell, Duration::from_secs_f64(options.seconds))?);
        }
    }
    let joined = cells
        .iter()
        .zip(&visits)
        .map(|(cell, visits)| Throughput::of(cell.name, visits));
    Ok(joined.collect())
}

fn visit(cell: &Cell<'_>, time: Duration) -> Result<Visit, Failure> {
    let before = cell.process.cpu();
    let volume = cell.load.run(time)?;
    let cpu = cell.process.cpu() - before;
    Ok(Visit {
        cpu_us: cpu.as_secs_f64() * 1e6 / volume.answers as f64,
        rate: volume.answers as f64 / volume.elapsed.as_secs_f64(),
        p50_ms: volume.percentile_ms(0.5),
        p99_ms: volume.percentile_ms(0.99),
        busy: cpu.as_secs_f64() / volume.elapsed.as_secs_f64(),
    })
}

impl Throughput {
    fn of(name: &'static str, visits: &[Visit]) -> Self {
        let spread = |figure: fn(&Visit) -> f64| Spread::of(visits.iter().map(figure));
        Self {
            name,
            cpu_us: spread(|visit| visit.cpu_us),
            rate: spread(|visit| visit.rate),
            p50_ms: spread(|visit| visit.p50_ms),
            p99_ms: spread(|visit| visit.p99_ms),
            busy: spread(|visit| visit.busy),
        }
    }

    /// How many times more another server spends on a request. Where both fill their core, this is also how many
    /// times fewer requests per second it answers; unlike those it does not suffer from what others do meanwhile.
    pub fn is_cheaper_than(&self, other: &Self) -> f64 {
        other.cpu_us.median / self.cpu_us.median
    }

    /// A line of a table.
    pub fn line(&self) -> String {
        let Spread { least, median, most } = self.cpu_us;
        let [least, median, most] = [least, median, most].map(short);
        let limit = if self.busy.median < SATURATED {
            ", not the limit"
        } else {
            ""
        };
        format!(
            "  {:24} {median:>6} µs CPU per request ({least} to {most}); {:>7.0}/s, p50 {} ms, p99 {} ms, core {:.0} % \
             busy{limit}\n",
            self.name,
            self.rate.median,
            short(self.p50_ms.median),
            short(self.p99_ms.median),
            self.busy.median * 100.0
        )
    }

    /// For the file.
    pub fn to_json(&self) -> Json {
        let spread = |spread: Spread| json!({ "least": spread.least, "median": spread.median, "most": spread.most });
        json!({
            "server": self.name, "cpu_us": spread(self.cpu_us), "per_second": spread(self.rate),
            "p50_ms": spread(self.p50_ms), "p99_ms": spread(self.p99_ms), "core_busy": spread(self.busy),
        })
    }
}
