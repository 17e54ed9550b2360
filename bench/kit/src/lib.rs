//! What the programs that measure engines share.
//!
//! A program goes through [`Cell::every`], loads its engine with the cell's flags, lets
//! [`Cell::check`] see that the answers are right, and hands closures to [`Cell::one`] and
//! [`Cell::all`], which print one line each. It sets [`Counting`] as its global allocator.
//!
//! How to add an engine: copy the program nearest to it, and add its name to `src/engines/programs.rs`
//! of the runner.

mod allocator;
mod cell;
mod shape;
mod timing;

pub use allocator::Counting;
pub use cell::{CONTEXTS, Cell};
pub use shape::{AGE, COUNTRIES, COUNTRY, MIN_AGE, RULES, Shape, VERSION, min_version, user};
