//! Configuration: typed sections over layers (embedded default, file, environment, flags).
//!
//! Everything that is wrong is reported at once, each with its key and the layer it came from.
//! The embedded default file is default *and* reference: a key exists exactly if it stands there.
//!
//! How to add a setting: a commented line in `hoist.default.toml`, a field in [`sections`], a line
//! in that section's `read`. The test `every_key_of_the_default_file_is_read` fails until all three
//! are there; `docs/configuration.md` is compared with the default file by another.

mod layers;
mod mounts;
mod problem;
mod reader;
mod sections;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use layers::{DEFAULT_FILE, Surroundings};
pub use mounts::{Dialect, MountConfig};
pub use problem::{ConfigError, Problem};
pub use sections::{Cookies, Limits, Listen, Log, LogFormat, LoggedRequests, Network, Security};

use hoist_api::SecureCookies;
use reader::Reader;

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: Listen,
    /// URL of the control database.
    pub database_url: String,
    /// Logging.
    pub log: Log,
    /// Limits of requests and connections.
    pub limits: Limits,
    /// Trust.
    pub security: Security,
    /// What is mounted where.
    pub mounts: Vec<MountConfig>,
}

/// What flags of the command line set; the highest layer. Use it with `#[command(flatten)]`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Overrides {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataFlags,
    /// Where to listen (setting listen.address).
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where /healthz, /readyz and /metrics answer instead (setting listen.admin).
    #[arg(long, value_name = "ADDRESS")]
    pub admin_listen: Option<String>,
    /// What is logged (setting log.level).
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
    /// How it is logged: auto, json or pretty (setting log.format).
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
}

/// Flags of every command that needs the database.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DataFlags {
    /// Configuration file; without it HOIST_CONFIG, else ./hoist.toml if it is there.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database (setting database.url).
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

impl From<DataFlags> for Overrides {
    fn from(data: DataFlags) -> Self {
        Self {
            data,
            ..Self::default()
        }
    }
}

impl Config {
    /// Reads all layers.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load(overrides: &Overrides, surroundings: &Surroundings) -> Result<Self, ConfigError> {
        let (figment, mut problems) = layers::stack(overrides, surroundings);
        let mut reader = Reader::new(figment);
        let config = Self::read(&mut reader);
        problems.extend(reader.finish());
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigError { problems }),
        }
    }

    /// Every section is read before any failure counts, so that all problems are found.
    fn read(reader: &mut Reader) -> Option<Self> {
        let listen = Listen::read(reader);
        let database_url = sections::database_url(reader);
        let log = Log::read(reader);
        let limits = Limits::read(reader);
        let security = Security::read(reader);
        let mounts = mounts::read(reader);
        Some(Self {
            listen: listen?,
            database_url: database_url?,
            log: log?,
            limits: limits?,
            security: security?,
            mounts: mounts?,
        })
    }

    /// Whether cookies carry `Secure`.
    pub fn secure_cookies(&self) -> SecureCookies {
        let public = self.listen.public_url.as_deref();
        match self.security.cookie_secure {
            Cookies::Always => SecureCookies::Always,
            Cookies::Never => SecureCookies::Never,
            Cookies::Auto if public.is_some_and(|url| url.starts_with("https://")) => SecureCookies::Always,
            Cookies::Auto => SecureCookies::ByRequest,
        }
    }
}
