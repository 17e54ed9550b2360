//! `hoist backup`: everything in one file, while a server runs.

use std::io::Write;
use std::path::PathBuf;

use hoist_store::StoreConfig;
use serde_json::json;

use super::progress::Bar;
use super::{Failure, data, output};
use crate::config::DataFlags;
use crate::runtime;

/// Writes a backup of everything into one file, while servers go on working.
///
/// The file is an SQLite database, whichever database Hoist runs on. It appears as a whole or not at all, and holds
/// password hashes and digests of keys: keep it as safe as the database. `hoist restore` reads it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist backup /backups/hoist-2026-11-21.db")]
pub struct BackupArgs {
    /// The file to write.
    file: PathBuf,
    /// Replace a file that is there already.
    #[arg(long)]
    overwrite: bool,
    /// Report as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataFlags,
}

/// Backs up. What was done goes to `out`.
///
/// # Errors
/// When the database or the file cannot be used.
pub fn run(args: &BackupArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let file = args.file.display();
    if args.file.exists() && !args.overwrite {
        return Err(Failure::bad_input(format!(
            "{file} is there already; choose another name or say --overwrite"
        )));
    }
    let config = data::store_config(&data::existing(&args.data)?);
    let head = runtime(back_up(args, &config))??;
    let bytes = std::fs::metadata(&args.file)?.len();
    if args.json {
        let report = json!({"file": file.to_string(), "revision": head.revision, "epoch": head.epoch, "bytes": bytes});
        return output::write(out, &format!("{report}\n"));
    }
    let text = format!(
        "wrote {file}: revision {}, epoch {}, {} KiB\n",
        head.revision,
        head.epoch,
        bytes.div_ceil(1024)
    );
    output::write(out, &text)
}

async fn back_up(args: &BackupArgs, config: &StoreConfig) -> Result<hoist_model::log::Head, Failure> {
    let store = data::open(config).await?;
    let bar = Bar::rows("backing up");
    let made = store.backup(&args.file, config, &mut |rows| bar.set(rows)).await;
    bar.finish();
    store.close().await;
    made.map_err(|error| data::failed(&error))
}
