//! The table on the terminal and the file with every figure.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use crate::Failure;
use crate::machine::{Machine, QUIET};
use crate::parts::Found;
use crate::row::{Row, Verdict};

/// What was found so far.
pub struct Results {
    machine: Machine,
    rows: Vec<(Row, Air)>,
    parts: Map<String, Json>,
}

/// Whether others used the machine when a part began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Air {
    Quiet,
    Noisy,
}

impl Results {
    /// Nothing yet.
    pub fn new(machine: Machine) -> Self {
        Self {
            machine,
            rows: Vec::new(),
            parts: Map::new(),
        }
    }

    /// Takes over and prints what a part found; `load` is the load average before it.
    pub fn add(&mut self, part: &str, load: f64, took: Duration, found: Found) {
        let air = if load > QUIET { Air::Noisy } else { Air::Quiet };
        println!("== {part} ({:.0} s, load average before {load:.2})", took.as_secs_f64());
        if !found.table.is_empty() {
            println!("{}", found.table);
        }
        for row in &found.rows {
            println!("{row}");
        }
        println!();
        let rows: Vec<Json> = found.rows.iter().map(Row::to_json).collect();
        let entry = json!({
            "load_average_before": load, "noisy": air == Air::Noisy, "seconds": took.as_secs_f64(), "rows": rows,
            "figures": found.figures,
        });
        self.parts.insert(part.to_owned(), entry);
        self.rows.extend(found.rows.into_iter().map(|row| (row, air)));
    }

    /// Writes the file, whole each time: what was measured stays if a later part fails.
    pub fn write(&self, to: &Path) -> Result<(), Failure> {
        let all = json!({ "format": "hoist-bench/1", "machine": self.machine.to_json(), "parts": self.parts });
        let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
        fs::write(to, text + "\n").map_err(|error| format!("{}: {error}", to.display()))
    }

    /// A line per row.
    pub fn print_summary(&self) {
        println!("== summary");
        for (row, air) in &self.rows {
            let mark = match (air, row.verdict()) {
                (Air::Noisy, Verdict::Aim | Verdict::Must | Verdict::Missed) => "  (noisy: others used the machine)",
                _ => "",
            };
            println!("{:8} {}{mark}", row.verdict().to_string(), row.name);
        }
    }
}
