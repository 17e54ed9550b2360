//! The rows that engines are judged by.

use super::cells::{Cell, Cells, Figure, What};
use crate::row::{Limit, Row, short};

/// Our own figures that are judged, as the program prints its name.
const OURS: &str = "hoist";
const FLOOR: &str = "floor";

/// What a shape must reach.
struct Goal {
    shape: &'static str,
    /// One flag, times the best peer.
    one: f64,
    /// All of 100 flags, times the best peer.
    all: f64,
}

const GOALS: [Goal; 3] = [
    Goal {
        shape: "a",
        one: 0.7,
        all: 0.2,
    },
    Goal {
        shape: "b",
        one: 0.4,
        all: 0.2,
    },
    Goal {
        shape: "c",
        one: 0.4,
        all: 0.4,
    },
];

/// Times the floor, for one flag and for all.
const FLOOR_AIM: (f64, f64) = (1.5, 2.0);

/// From 100 flags to 1,000: what must be, what is aimed at.
const GROWTH: (f64, f64) = (12.0, 11.0);

/// One flag among 100 and 1,000, all of 100, growth; for each shape.
pub fn judge(cells: &Cells) -> Vec<Row> {
    let mut rows = Vec::new();
    for goal in &GOALS {
        for flags in [100, 1000] {
            rows.push(against_peers(
                cells,
                &cell(What::One, flags, goal.shape),
                goal.one,
                FLOOR_AIM.0,
            ));
        }
    }
    for goal in &GOALS {
        rows.push(against_peers(
            cells,
            &cell(What::All, 100, goal.shape),
            goal.all,
            FLOOR_AIM.1,
        ));
        rows.push(growth(cells, goal.shape));
    }
    rows.into_iter().flatten().collect()
}

fn cell(what: What, flags: usize, shape: &str) -> Cell {
    Cell {
        what,
        flags,
        shape: shape.to_owned(),
    }
}

fn against_peers(cells: &Cells, cell: &Cell, must: f64, aim: f64) -> Option<Row> {
    let ours = cells.figure(cell, OURS)?;
    let floor = cells.figure(cell, FLOOR)?;
    let (name, unit, scale) = match cell.what {
        What::One => ("one flag", "ns", 1.0),
        What::All => ("all flags", "µs", 1e-3),
    };
    let figures = format!(
        "{} {unit} ({} to {}), {} allocations; floor {}",
        short(ours.cpu.median * scale),
        short(ours.cpu.least * scale),
        short(ours.cpu.most * scale),
        short(ours.allocations),
        short(floor.cpu.median * scale)
    );
    let mut row = Row::new(format!("{name}, shape {}, {} flags", cell.shape, cell.flags), figures);
    if let Some((peer, best)) = best_peer(cells, cell) {
        let ratio = ours.cpu.median / best.cpu.median;
        row.figures += &format!("; best peer {peer} {}", short(best.cpu.median * scale));
        row = row.must("times the best peer", ratio, Limit::AtMost(must));
    }
    if cell.what == What::One {
        row = row.must("allocations", ours.allocations, Limit::AtMost(0.0));
    }
    Some(row.aim(
        "times the floor",
        ours.cpu.median / floor.cpu.median,
        Limit::AtMost(aim),
    ))
}

fn growth(cells: &Cells, shape: &str) -> Option<Row> {
    let median = |flags| Some(cells.figure(&cell(What::All, flags, shape), OURS)?.cpu.median);
    let (few, many) = (median(100)?, median(1000)?);
    let figures = format!("{} µs → {} µs", short(few / 1e3), short(many / 1e3));
    let row = Row::new(format!("all flags, shape {shape}, from 100 to 1,000 flags"), figures);
    Some(row.must("times as much", many / few, Limit::AtMost(GROWTH.0)).aim(
        "times as much",
        many / few,
        Limit::AtMost(GROWTH.1),
    ))
}

/// The fastest of the others, without variants of a figure such as `x + clone`.
fn best_peer<'c>(cells: &'c Cells, cell: &Cell) -> Option<(&'c str, Figure)> {
    let is_peer = |name: &str| name != FLOOR && !name.starts_with(OURS) && !name.contains(" + ");
    cells.engines(cell).into_iter().find(|(name, _)| is_peer(name))
}
