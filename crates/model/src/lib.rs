//! The domain of Hoist: documents, ids, permissions, changes and what they plan to do.
//!
//! Everything here is pure: no clock, no randomness, no I/O. `store` keeps what this crate
//! defines, `app` runs it, `api` and `compat` translate to it.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod authorise;
pub mod brief;
pub mod change;
pub mod document;
pub mod draft;
pub mod id;
pub mod log;
pub mod lower;
pub mod merge;
pub mod permission;
pub mod plan;
pub mod portable;
pub mod record;
pub mod state;

pub use id::Id;
