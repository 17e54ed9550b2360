//! 10,000 mixed flags, in one environment and in five: how long a start takes, what stays in memory without traffic,
//! how fast the API lists flags.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::mixed::{ENVIRONMENT, Mixed};
use crate::Failure;
use crate::arguments::Options;
use crate::machine::{Core, pinned};
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::server::{Hoist, PROJECT};
use crate::statistics::{Spread, percentile, sorted};

const FLAGS: usize = 10_000;
const FIVE: [&str; 5] = [ENVIRONMENT, "staging", "test", "dev", "edge"];

/// Lists asked for in a visit: pages one after the other, in one order after the other.
const LISTS: usize = 240;
const PAGES: usize = 20;
const SORTS: [&str; 3] = ["key", "-key", "-changed"];

/// After a start, before memory is looked at: nothing that a start leaves to do later may be missed.
const SETTLING: Duration = Duration::from_secs(2);

/// What must be, and what is aimed at, if anything is.
type Bounds = (f64, Option<f64>);

/// What a number of environments must reach, and aims at.
struct Goal {
    environments: usize,
    ready_s: Bounds,
    resident_mib: Bounds,
    list_ms: Option<Bounds>,
}

const ONE: Goal = Goal {
    environments: 1,
    ready_s: (0.7, Some(0.2)),
    resident_mib: (100.0, Some(70.0)),
    list_ms: Some((20.0, Some(5.0))),
};

const ALL_FIVE: Goal = Goal {
    environments: 5,
    ready_s: (1.5, None),
    resident_mib: (250.0, None),
    list_ms: None,
};

/// One start.
struct Start {
    ready_s: f64,
    cpu_s: f64,
    resident_mib: f64,
    list_p50_ms: f64,
    list_p99_ms: f64,
}

/// Measures both.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let mut found = Found {
        table: String::new(),
        rows: Vec::new(),
        figures: json!({}),
    };
    for goal in [ONE, ALL_FIVE] {
        match starts(programs, options, &FIVE[..goal.environments]) {
            Ok(starts) => {
                found.rows.extend(judge(&goal, &starts));
                let name = format!("environments_{}", goal.environments);
                found.figures[name] = starts.iter().map(Start::to_json).collect();
            }
            Err(failure) => found.rows.push(Row::left_out(&goal.name(), &failure)),
        }
    }
    Ok(found)
}

/// Imports once, starts several times.
fn starts(programs: &Programs, options: &Options, environments: &[&str]) -> Result<Vec<Start>, Failure> {
    eprintln!("  importing {FLAGS} flags into {} environments", environments.len());
    let mut mixed_flags = Mixed::with_environments(programs, FLAGS, environments)?;
    let mut starts = Vec::new();
    for round in 1..=options.rounds {
        eprintln!("  start {round} of {}", options.rounds);
        starts.push(start(&mut mixed_flags.hoist)?);
    }
    Ok(starts)
}

fn start(hoist: &mut Hoist) -> Result<Start, Failure> {
    hoist.restart()?;
    let (ready_s, cpu_s) = (hoist.took.as_secs_f64(), hoist.process.cpu().as_secs_f64());
    std::thread::sleep(SETTLING);
    let resident_mib = hoist.process.resident_kib() as f64 / 1024.0;
    let lists = lists(hoist)?;
    Ok(Start {
        ready_s,
        cpu_s,
        resident_mib,
        list_p50_ms: percentile(&lists, 0.5),
        list_p99_ms: percentile(&lists, 0.99),
    })
}

/// Pages as the console asks for them.
fn lists(hoist: &Hoist) -> Result<Vec<f64>, Failure> {
    pinned(Core::Measuring, || {
        let mut client = hoist.client()?;
        let mut took = Vec::with_capacity(LISTS);
        let mut cursor = String::new();
        for number in 0..LISTS {
            if number % PAGES == 0 {
                cursor.clear();
            }
            let sort = SORTS[number / PAGES % SORTS.len()];
            let path = format!("{PROJECT}/flags?limit=50&sort={sort}{cursor}");
            let began = Instant::now();
            let page = client.must("GET", &path, "")?;
            took.push(began.elapsed().as_secs_f64() * 1e3);
            if page["total"] != json!(FLAGS) {
                return Err(format!("the list has {} flags", page["total"]));
            }
            cursor = page["next"]
                .as_str()
                .map_or_else(String::new, |next| format!("&cursor={next}"));
        }
        Ok(sorted(took))
    })
}

fn judge(goal: &Goal, starts: &[Start]) -> Vec<Row> {
    let spread = |figure: fn(&Start) -> f64| Spread::of(starts.iter().map(figure));
    let (ready, cpu) = (spread(|start| start.ready_s), spread(|start| start.cpu_s));
    let resident = spread(|start| start.resident_mib);
    let name = goal.name();
    let row = |what: &str, figures: String, value: f64, (must, aim): Bounds| {
        let row = Row::new(format!("{name}: {what}"), figures).must(what, value, Limit::AtMost(must));
        match aim {
            Some(aim) => row.aim(what, value, Limit::AtMost(aim)),
            None => row,
        }
    };
    let figures = format!(
        "{} s ({} to {}), {} s of CPU",
        short(ready.median),
        short(ready.least),
        short(ready.most),
        short(cpu.median)
    );
    let mut rows = vec![row("ready after start, s", figures, ready.median, goal.ready_s)];
    let figures = format!(
        "{} MiB ({} to {})",
        short(resident.median),
        short(resident.least),
        short(resident.most)
    );
    rows.push(row(
        "memory without traffic, MiB",
        figures,
        resident.median,
        goal.resident_mib,
    ));
    if let Some(limits) = goal.list_ms {
        let (p50, p99) = (spread(|start| start.list_p50_ms), spread(|start| start.list_p99_ms));
        let figures = format!(
            "p50 {} ms, p99 {} ms, pages of 50",
            short(p50.median),
            short(p99.median)
        );
        rows.push(row("flags list API, p99, ms", figures, p99.median, limits));
    }
    rows
}

impl Goal {
    fn name(&self) -> String {
        match self.environments {
            1 => "10,000 flags, one environment".to_owned(),
            count => format!("10,000 flags, {count} environments"),
        }
    }
}

impl Start {
    fn to_json(&self) -> Json {
        json!({
            "ready_s": self.ready_s, "cpu_s": self.cpu_s, "resident_mib": self.resident_mib,
            "list_p50_ms": self.list_p50_ms, "list_p99_ms": self.list_p99_ms,
        })
    }
}
