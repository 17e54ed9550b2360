//! `hoist serve`.

use std::io::Write;

use super::{FAILED, Failure};
use crate::config::{Config, Overrides, Surroundings};
use crate::serve::{self, Hooks};
use crate::{logging, runtime};

/// Serves the console, the API and the dialects.
///
/// Without any configuration it listens on 127.0.0.1:8080 and keeps its data in ./data. The log of
/// the first start holds a link that sets the instance up; or set HOIST_ADMIN_EMAIL and
/// HOIST_ADMIN_PASSWORD. SIGTERM and SIGINT end it gracefully.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist serve
  hoist serve --listen 0.0.0.0:8080 --database postgres://hoist@db/hoist")]
pub struct ServeArgs {
    #[command(flatten)]
    overrides: Overrides,
    /// A socket that moves the clock.
    #[cfg(feature = "test-hooks")]
    #[arg(long, value_name = "SOCKET")]
    test_clock: Option<std::path::PathBuf>,
    /// What becomes of changes.
    #[cfg(feature = "test-hooks")]
    #[arg(long, value_enum, default_value = "open")]
    test_policy: serve::TestPolicy,
}

impl ServeArgs {
    #[cfg(not(feature = "test-hooks"))]
    fn hooks(&self) -> Hooks {
        Hooks::default()
    }

    #[cfg(feature = "test-hooks")]
    fn hooks(&self) -> Hooks {
        Hooks {
            clock: self.test_clock.clone(),
            policy: self.test_policy,
        }
    }
}

/// Serves until a signal comes. Nothing goes to `out`.
///
/// # Errors
/// When the configuration, an address or the database cannot be used.
pub fn run(args: &ServeArgs, _out: &mut dyn Write) -> Result<(), Failure> {
    let surroundings = Surroundings::of_process();
    let config = load(&args.overrides, &surroundings)?;
    logging::start(&config.log);
    let hooks = args.hooks();
    runtime(serve::run(config, &surroundings, &hooks))?
}

/// The configuration, or all that is wrong with it.
///
/// # Errors
/// With exit code 2.
pub fn load(overrides: &Overrides, surroundings: &Surroundings) -> Result<Config, Failure> {
    Config::load(overrides, surroundings).map_err(|error| Failure::bad_input(error.to_string()))
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self {
            code: FAILED,
            message: format!("the system refuses ({error})"),
        }
    }
}
