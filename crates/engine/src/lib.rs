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

mod block;
mod bound;
mod compile;
pub mod context;
mod curve;
mod evaluate;
pub mod explain;
mod flag;
mod index;
pub mod json_logic;
mod names;
mod outcome;
mod placement;
mod problem;
pub mod profile;
mod program;
mod reading;
mod rooted;
pub mod ruleset;
pub mod scheme;
mod segment;
mod snapshot;
mod until;
mod validate;
pub mod value;
pub mod visitor;
pub mod windows;

pub use bound::Bound;
pub use context::Context;
pub use evaluate::{DEEPEST, Moment};
pub use explain::{Explainer, Explanation};
pub use names::IDENTITY_KEY;
pub use outcome::{Detail, EvalError, Outcome, Reason};
pub use problem::{About, Problem};
pub use rooted::is_path;
pub use snapshot::{Compiler, FlagRef, MemberPatch, Patch, SegmentRef, Snapshot, VariantRef, prerequisite_cycle};
pub use until::UntilVisitor;
pub use validate::{Checked, Keys, Limits, validate};
pub use value::Value;
pub use visitor::{NoVisitor, Visitor};
