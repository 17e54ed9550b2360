//! The one engine of Hoist: it turns a [`ruleset::Ruleset`] into an immutable
//! [`Snapshot`] and decides, for a context, which variant of each flag is served.
//!
//! Architecture invariant: nothing here knows a clock, a source of randomness,
//! the environment, a file, a socket, an async runtime or a log. Time and seed
//! are arguments; problems are return values. No input makes it panic.
//!
//! How to extend
//! - a new operator: a case in [`ruleset::Operator`], its compiled form in `compile`,
//!   its meaning for missing and wrongly typed attributes in the table of `ruleset::condition`;
//! - a new hash scheme: a case in [`ruleset::Scheme`] and its function with published
//!   vectors in `scheme`;
//! - a new profile (foreign meaning of operators): a case in [`ruleset::Profile`].

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod context;
pub mod json_logic;
pub mod ruleset;
pub mod value;

pub use context::Context;
pub use value::Value;
