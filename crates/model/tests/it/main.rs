//! Planning, as a whole: requests on a state, what they do and what they refuse.

#![expect(clippy::needless_pass_by_value, reason = "literals read better without &")]

mod house;
mod import;
mod planning;
mod portable;
mod undo;
