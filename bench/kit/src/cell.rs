//! A cell of the table: so many flags of one shape.

use std::hint::black_box;

use crate::shape::Shape;
use crate::timing::cost;

/// Contexts that take turns, all made ready before the clock runs.
pub const CONTEXTS: usize = 64;

/// Flags of an environment.
const SIZES: [usize; 2] = [100, 1000];

/// Flags are visited in this stride, so that neighbouring slots of a map are not met in order.
const STRIDE: usize = 37;

/// So many flags of one shape.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What each flag asks.
    pub shape: Shape,
    /// Names of the flags, ascending.
    pub names: Vec<String>,
}

impl Cell {
    /// Every cell.
    pub fn every() -> impl Iterator<Item = Self> {
        let cells = |size| Shape::ALL.map(|shape| Self::new(shape, size));
        SIZES.into_iter().flat_map(cells)
    }

    /// One cell.
    pub fn new(shape: Shape, size: usize) -> Self {
        Self {
            shape,
            names: (0..size).map(|number| format!("flag-{number:04}")).collect(),
        }
    }

    /// Ends the program unless the first flag is "on" for the right share of the contexts.
    pub fn check(&self, engine: &str, mut is_on: impl FnMut(&str, usize) -> bool) {
        let count = (0..CONTEXTS).filter(|context| is_on(&self.names[0], *context)).count();
        let share = count as f64 / CONTEXTS as f64;
        assert!(
            self.shape.allows(share),
            "{engine}: shape {} is on for {share:.2} of the contexts",
            self.shape.name()
        );
    }

    /// Measures one flag: a call of the closure evaluates the named flag for a context.
    pub fn one<R>(&self, engine: &str, mut evaluate: impl FnMut(&str, usize) -> R) {
        let count = self.names.len();
        let order: Vec<&str> = (0..count).map(|at| self.names[at * STRIDE % count].as_str()).collect();
        let mut context = 0;
        self.print(engine, "one", count, || {
            context = (context + 1) % CONTEXTS;
            for name in &order {
                black_box(evaluate(black_box(name), context));
            }
        });
    }

    /// Measures all flags: a call of the closure evaluates the whole environment for a context.
    pub fn all<R>(&self, engine: &str, mut evaluate: impl FnMut(usize) -> R) {
        let mut context = 0;
        self.print(engine, "all", 1, || {
            context = (context + 1) % CONTEXTS;
            black_box(evaluate(black_box(context)));
        });
    }

    /// The line that the runner reads.
    fn print(&self, engine: &str, what: &str, operations: usize, work: impl FnMut()) {
        if !is_wanted([what, self.shape.name(), &self.names.len().to_string()]) {
            return;
        }
        let cost = cost(operations, work);
        println!(
            "measured\t{engine}\t{what}\t{}\t{}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.0}",
            self.shape.name(),
            self.names.len(),
            cost.least,
            cost.median,
            cost.most,
            cost.wall,
            cost.allocations,
            cost.bytes
        );
    }
}

/// Whether the program was asked for these alone, as in `engine-hoist all c 1000` under a profiler, or for everything.
fn is_wanted(about: [&str; 3]) -> bool {
    std::env::args().skip(1).all(|word| about.contains(&word.as_str()))
}
