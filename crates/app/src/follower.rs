//! Follows what other nodes write: the log's tail is the truth, notifications are hints.
//!
//! An entry that cannot be read is not passed over: nobody knows what it did. What it led to stands in the documents,
//! so all of them are read anew; until that has worked, the node says that it is not ready.
//!
//! A database that was restored tells another history: whoever remembers the old one has to start again.

use std::sync::Arc;
use std::time::Duration;

use hoist_store::{Damaged, Store, StoreError};

use crate::loading::load_and_tell;
use crate::world::World;

/// How often the tail is read without a hint.
const POLL: Duration = Duration::from_secs(1);
/// Entries read at once.
const PAGE: u32 = 500;

/// Runs until the task is dropped.
pub(crate) async fn follow(store: Store, world: Arc<World>) {
    let mut hints = store.hints();
    loop {
        tokio::select! {
            () = hints.next() => {}
            () = tokio::time::sleep(POLL) => {}
        }
        let done = match catch_up(&store, &world).await {
            Err(StoreError::Damaged(damaged)) => start_anew(&store, &world, &damaged).await,
            other => other,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "the log cannot be read; serving what is known");
        }
    }
}

async fn catch_up(store: &Store, world: &World) -> hoist_store::Result<()> {
    if store.epoch().await? != world.state().head().epoch {
        world.end_epoch();
        return Ok(());
    }
    loop {
        let known = world.state().revision();
        let entries = store.tail(known, PAGE).await?;
        for entry in &entries {
            world.publish(entry);
        }
        if entries.len() < PAGE as usize {
            return Ok(());
        }
    }
}

/// Publishes what the documents say, because an entry of the log cannot be read.
pub(crate) async fn start_anew(store: &Store, world: &World, damaged: &Damaged) -> hoist_store::Result<()> {
    tracing::error!(%damaged, "an entry of the log cannot be read; all documents are read anew");
    world.set_trouble(Some(damaged.to_string()));
    world.replace(load_and_tell(store).await?);
    let revision = world.state().revision();
    if damaged.id.parse().is_ok_and(|entry: u64| entry <= revision) {
        world.set_trouble(None);
        tracing::warn!(revision, "what is served is what the documents say");
    }
    Ok(())
}
