//! `hoist restore`: a backup becomes the database.

use std::io::Write;
use std::path::PathBuf;

use hoist_app::source::Maker;
use hoist_model::log::Head;
use hoist_model::state::Doc;
use hoist_store::{Backup, Present, Verified};
use serde_json::json;

use super::progress::Bar;
use super::serve::load;
use super::{FAILED, Failure, data, output};
use crate::config::{DataFlags, Surroundings};
use crate::{runtime, serve};

/// Makes the database hold what a backup holds.
///
/// Every document, member and entry of the log in the file is verified before anything is touched. A new epoch begins:
/// clients ask anew, and nobody takes an answer from before for a current one. People sign in again. Stop every server
/// of this database first and start them afterwards.
///
/// The target is the database of the configuration, SQLite or PostgreSQL, whichever the backup was made of.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist restore /backups/hoist-2026-11-21.db")]
pub struct RestoreArgs {
    /// A file that `hoist backup` wrote.
    file: PathBuf,
    /// Throw away what the database holds now.
    #[arg(long)]
    replace: bool,
    /// Report as one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataFlags,
}

/// Restores. What was done goes to `out`.
///
/// # Errors
/// When the file is no whole backup, the database holds something, or it cannot be used.
pub fn run(args: &RestoreArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let url = load(&args.data.clone().into(), &Surroundings::of_process())?.database_url;
    let (verified, before, after) = runtime(restore(args, &url))??;
    if args.json {
        let report = json!({
            "documents": verified.documents, "members": verified.members, "entries": verified.entries,
            "old": {"revision": before.revision, "epoch": before.epoch},
            "new": {"revision": after.revision, "epoch": after.epoch},
        });
        return output::write(out, &format!("{report}\n"));
    }
    let text = format!(
        "restored {} documents, {} members and {} changes\nrevision {} -> {}, epoch {} -> {}\n",
        verified.documents,
        verified.members,
        verified.entries,
        before.revision,
        after.revision,
        before.epoch,
        after.epoch
    );
    output::write(out, &text)
}

async fn restore(args: &RestoreArgs, url: &str) -> Result<(Verified, Head, Head), Failure> {
    let file = args.file.display();
    let unusable = |error: &hoist_store::StoreError| Failure::bad_input(format!("{file}: {error}"));
    let backup = Backup::open(&args.file).map_err(|error| unusable(&error))?;
    let mut bad = Vec::new();
    let checked = backup.verify(|record| {
        if let Err(error) = Doc::read(&record) {
            bad.push(format!("document {}: {error}", record.id));
        }
    });
    let verified = checked.await.map_err(|error| unusable(&error))?;
    bad.extend(verified.damaged.iter().map(ToString::to_string));
    if !bad.is_empty() {
        let rows = bad.join("\n  ");
        let message = format!("{file} is damaged, nothing has changed; take an older backup\n  {rows}");
        return Err(Failure { code: FAILED, message });
    }
    let config = data::store_config(url);
    let store = data::open(&config).await?;
    let here = store.head().await.map_err(|error| data::failed(&error))?;
    if here.revision > 0 && !args.replace {
        return Err(Failure::bad_input(format!(
            "the database {} holds {} changes already; --replace throws them away",
            config.redacted_url(),
            here.revision
        )));
    }
    let present = if args.replace { Present::Replace } else { Present::Keep };
    let outside = serve::usual();
    let epoch = Maker::new(outside.clock, outside.randomness)
        .id()
        .to_string()
        .split_off(28);
    let bar = Bar::rows("restoring");
    let done = store.restore(&backup, &epoch, present, &mut |rows| bar.set(rows)).await;
    bar.finish();
    store.close().await;
    let (before, after) = done.map_err(|error| data::failed(&error))?;
    Ok((verified, before, after))
}
