//! `hoist migrate`: brings the database up to date before a new version starts.

use std::io::Write;

use hoist_app::source::Maker;
use hoist_store::{Store, StoreConfig, StoreError};
use serde_json::json;

use super::serve::load;
use super::{FAILED, Failure, output};
use crate::config::{DataFlags, Surroundings};
use crate::{runtime, serve};

/// Brings the schema of the database up to date and ends. `hoist serve` does the same when it
/// starts; this is for those who want it as a step of its own.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist migrate --database postgres://hoist@db/hoist")]
pub struct MigrateArgs {
    #[command(flatten)]
    data: DataFlags,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Migrates.
///
/// # Errors
/// When the database cannot be used, or a newer version has taken it over.
pub fn run(args: &MigrateArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let config = load(&args.data.clone().into(), &Surroundings::of_process())?;
    let migrated = runtime(async { migrate(&config.database_url).await })?;
    let url = migrated.map_err(|error| Failure {
        code: FAILED,
        message: format!("database.url: {error}"),
    })?;
    if args.json {
        return output::write(out, &format!("{}\n", json!({"database": url, "schema": "up to date"})));
    }
    output::write(out, &format!("the schema of {url} is up to date\n"))
}

async fn migrate(url: &str) -> Result<String, StoreError> {
    let outside = serve::usual();
    let now = outside.clock.now();
    let maker = Maker::new(outside.clock, outside.randomness);
    let config = StoreConfig::new(url, now, maker.id());
    let shown = config.redacted_url();
    Store::open(&config).await?.check_writer()?;
    Ok(shown)
}
