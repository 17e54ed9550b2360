//! The sub-commands, a module each.
//!
//! Each is a module with its arguments and `run(args, out, err)`. A command that fails returns a
//! [`Failure`] with what is wrong, where, and what to do; `main` prints it and exits with its code.

pub mod audit;
pub mod backup;
pub mod config;
mod data;
pub mod doctor;
pub mod eval;
pub mod export;
pub mod flagd;
mod flagsmith;
mod http;
pub mod import;
mod input;
mod line;
pub mod migrate;
mod output;
mod place;
mod progress;
mod remote;
pub mod restore;
pub mod serve;
mod stored;
pub mod token;
pub mod user;
pub mod version;

use std::fmt;
use std::io;

/// Exit code for input that cannot be used.
pub const BAD_INPUT: u8 = 2;

/// Exit code for everything else.
pub const FAILED: u8 = 1;

/// Why a command fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// For people: file, place, what is wrong, what to do.
    pub message: String,
}

impl Failure {
    /// The input cannot be used.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self {
            code: BAD_INPUT,
            message: message.into(),
        }
    }

    /// Output could not be written.
    pub fn output(name: &str, error: &io::Error) -> Self {
        Self {
            code: FAILED,
            message: format!("{name}: cannot be written ({error})"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// A foreign system on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum From {
    /// A client features document, `{state}`, `{events}`, or an export of the admin API.
    Unleash,
    /// A flag definition file.
    Flagd,
    /// Answers of the admin API about one environment, in one file.
    Togglr,
    /// Answers of the GraphQL API about a team, in one file.
    Fluxgate,
    /// Answers of the API, or rows of the tables, in one file.
    ToggleMeister,
    /// An evaluation context: flags, segments and one identity in one document, answered as a whole.
    FlagsmithContext,
}
