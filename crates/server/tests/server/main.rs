//! The real binary: its command line, and its life on a folder of its own.

mod cli;
mod hoist;
mod lifecycle;
mod limits;
