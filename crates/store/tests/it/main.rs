//! Tests of the store, each on SQLite and on PostgreSQL.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and explains itself on stderr"
)]

#[macro_use]
mod support;

mod backup;
mod briefs;
mod cable;
mod crash;
mod damage;
mod faults;
mod follow;
mod history;
mod idempotency;
mod members;
mod migrations;
mod mutations;
mod postgres;
mod secrets;
mod sessions;
mod skip;
#[cfg(feature = "test-hooks")]
mod sweep;
mod write;
