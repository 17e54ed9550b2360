//! Wire shapes, converted by hand from documents; one file per aggregate.

pub mod access;
pub mod actor;
pub mod diff;
pub mod flag;
pub mod history;
pub mod place;
pub mod schema;
pub mod segment;
pub mod summary;
