//! The figures of every engine, as text.

use std::fmt::Write as _;

use super::cells::{Cells, What};
use crate::row::short;

/// A block per cell, engines fastest first.
pub fn draw(cells: &Cells) -> String {
    let mut text = String::new();
    for cell in cells.cells() {
        let (what, unit, scale) = match cell.what {
            What::One => ("one flag", "ns", 1.0),
            What::All => ("all flags", "µs", 1e-3),
        };
        let _ = writeln!(text, "{what}, shape {}, {} flags", cell.shape, cell.flags);
        for (engine, figure) in cells.engines(cell) {
            let [least, median, most] =
                [figure.cpu.least, figure.cpu.median, figure.cpu.most].map(|ns| short(ns * scale));
            let _ = writeln!(
                text,
                "  {engine:26} {median:>7} {unit} ({least} to {most}), {} allocations",
                short(figure.allocations)
            );
        }
    }
    text
}
