//! Figures by cell and engine.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::Failure;
use crate::statistics::Spread;

/// Begins a line that is meant for us; some engines print of their own accord.
const MARK: &str = "measured";

/// One flag, or all of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// One flag of so many.
    One,
    /// All of so many.
    All,
}

/// What was asked, by what shape of flags, among how many.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// One or all.
    pub what: What,
    /// Flags of the environment.
    pub flags: usize,
    /// `a`, `b` or `c`.
    pub shape: String,
}

/// What one engine's runs gave for a cell.
#[derive(Clone, Debug)]
pub struct Figure {
    /// ns of thread CPU: smallest sample, median of the runs' medians, greatest sample.
    pub cpu: Spread,
    /// Heap allocations.
    pub allocations: f64,
    /// Bytes asked for by them.
    pub bytes: f64,
}

/// Every run's figures.
#[derive(Default)]
pub struct Cells(BTreeMap<Cell, BTreeMap<String, Vec<Run>>>);

struct Run {
    least: f64,
    median: f64,
    most: f64,
    allocations: f64,
    bytes: f64,
}

impl Cells {
    /// Takes over what a program printed.
    pub fn read(&mut self, output: &str) -> Result<(), Failure> {
        for line in output.lines() {
            let mut parts = line.split('\t');
            if parts.next() == Some(MARK) {
                self.read_line(parts.collect::<Vec<&str>>().as_slice())
                    .ok_or_else(|| format!("an engine printed a line that cannot be read: {line}"))?;
            }
        }
        Ok(())
    }

    fn read_line(&mut self, parts: &[&str]) -> Option<()> {
        let [
            engine,
            what,
            shape,
            flags,
            least,
            median,
            most,
            _wall,
            allocations,
            bytes,
        ] = parts
        else {
            return None;
        };
        let what = match *what {
            "one" => What::One,
            "all" => What::All,
            _ => return None,
        };
        let cell = Cell {
            what,
            flags: flags.parse().ok()?,
            shape: (*shape).to_owned(),
        };
        let run = Run {
            least: least.parse().ok()?,
            median: median.parse().ok()?,
            most: most.parse().ok()?,
            allocations: allocations.parse().ok()?,
            bytes: bytes.parse().ok()?,
        };
        self.0
            .entry(cell)
            .or_default()
            .entry((*engine).to_owned())
            .or_default()
            .push(run);
        Some(())
    }

    /// Cells in the order of tables.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.0.keys()
    }

    /// Engines of a cell, fastest first.
    pub fn engines(&self, cell: &Cell) -> Vec<(&str, Figure)> {
        let engines = self.0.get(cell).into_iter().flatten();
        let mut found: Vec<(&str, Figure)> = engines.map(|(name, runs)| (name.as_str(), Figure::of(runs))).collect();
        found.sort_by(|(_, a), (_, b)| a.cpu.median.total_cmp(&b.cpu.median));
        found
    }

    /// The figure of one engine.
    pub fn figure(&self, cell: &Cell, engine: &str) -> Option<Figure> {
        Some(Figure::of(self.0.get(cell)?.get(engine)?))
    }

    /// Every figure.
    pub fn to_json(&self) -> Json {
        let line = |cell: &Cell| {
            let each = |(engine, figure): (&str, Figure)| {
                json!({
                    "what": if cell.what == What::One { "one" } else { "all" }, "flags": cell.flags,
                    "shape": cell.shape, "engine": engine, "ns_least": figure.cpu.least,
                    "ns_median": figure.cpu.median, "ns_most": figure.cpu.most, "allocations": figure.allocations,
                    "bytes": figure.bytes,
                })
            };
            self.engines(cell).into_iter().map(each).collect::<Vec<Json>>()
        };
        self.cells().flat_map(line).collect()
    }
}

impl Figure {
    fn of(runs: &[Run]) -> Self {
        Self {
            cpu: Spread {
                least: Spread::of(runs.iter().map(|run| run.least)).least,
                median: Spread::of(runs.iter().map(|run| run.median)).median,
                most: Spread::of(runs.iter().map(|run| run.most)).most,
            },
            allocations: Spread::of(runs.iter().map(|run| run.allocations)).most,
            bytes: Spread::of(runs.iter().map(|run| run.bytes)).most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_joined_and_engines_ordered() {
        let mut cells = Cells::default();
        let line = |engine, median| format!("measured\t{engine}\tone\ta\t100\t1\t{median}\t9\t3\t0\t0\n");
        let noise = "a line of an engine's own\n".to_owned();
        cells
            .read(&(line("slow", 8) + &noise + &line("fast", 2) + &line("fast", 4)))
            .unwrap();
        let cell = cells.cells().next().unwrap().clone();
        let found = cells.engines(&cell);
        let names: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["fast", "slow"]);
        assert_eq!(found[0].1.cpu.median, 3.0);
        assert!(cells.read("measured\ttorn").is_err());
    }
}
