//! Flags: the list with its query language, and one flag in all environments.

pub mod get;
pub mod list;
pub mod query;
pub mod write;
