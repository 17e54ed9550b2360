//! The languages in which applications ask for flags. A folder is a dialect.
//!
//! ```text
//! request ─► routes ─► wire (read) ─► Snapshot::evaluate ─► wire (write) ─► answer
//!               │                          ▲
//!               └── ports: credentials, identities, facts, notice of changes
//! ```
//!
//! Architecture invariant: nothing here knows documents, the pipeline or a database. A dialect
//! reads a [`hoist_engine::Snapshot`], translates, and talks to the house through [`ports`].
//!
//! How to extend: a new dialect is a folder with `wire`, `routes`, a README that lists each
//! deliberate difference, and tests; its `routes` function gives [`DialectRoute`]s, and the server
//! mounts them with one line. What a language cannot express is reported, never dropped.

mod body;
mod documents;
pub mod flagd;
pub mod flagsmith;
mod keys;
pub mod ofrep;
pub mod ports;
mod query;
mod route;
mod seeds;
mod streams;
mod text;
pub mod unleash;

pub use route::{Access, DialectRoute};
