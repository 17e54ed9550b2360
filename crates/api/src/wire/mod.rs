//! Wire shapes, converted by hand from documents; one file per aggregate.

pub mod access;
pub mod actor;
pub mod flag;
pub mod place;
pub mod segment;
