//! Runs the domain: one writer of changes, one published world, the people who sign in.
//!
//! ```text
//! submit ─► writer task: lock head → catch up → plan → policy → append … COMMIT ─► publish
//!                                                                                    │
//! readers ◄──────────────── World: State (lists, search) + Snapshot per environment ◄┘
//! ```
//!
//! Architecture invariants: nothing here knows HTTP. Nothing reads the wall clock or makes
//! randomness outside [`clock`] and [`source`]. A reader never waits for the database: evaluation
//! needs memory only.

pub mod app;
pub mod attempts;
pub mod checkup;
pub mod clock;
pub mod credentials;
pub mod events;
pub mod follower;
pub mod hashing;
pub mod history;
mod housekeeping;
pub mod limiter;
pub mod loading;
pub mod past;
pub mod policy;
pub mod reading;
mod rules;
pub mod sessions;
pub mod setup;
pub mod source;
pub mod submit;
mod transitions;
pub mod uses;
pub mod world;
mod writer;

pub use app::{App, OpenError};
pub use clock::{Clock, ManualClock, SystemClock};
#[cfg(feature = "test-hooks")]
pub use hoist_store::Fault;
pub use housekeeping::Purged;
pub use reading::Reading;
pub use submit::{Answer, Failure, Outcome, Submission};
pub use world::{EnvironmentView, World};
