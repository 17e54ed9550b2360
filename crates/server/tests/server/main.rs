//! The real binary: its command line, and its life on a folder of its own.

mod backup;
#[path = "../../../store/tests/it/cable.rs"]
mod cable;
mod cli;
mod damage;
mod durability;
mod export;
mod flagsmith;
mod hoist;
mod hostile;
mod import;
mod lifecycle;
mod limits;
mod operate;
mod outage;
#[path = "../../../store/tests/it/postgres.rs"]
mod postgres;
#[cfg(feature = "test-hooks")]
mod proposal;
#[path = "../../../store/tests/it/skip.rs"]
mod skip;
mod socket;
mod source;
mod unleash;
