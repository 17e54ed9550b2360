//! Follows what other nodes write: the log's tail is the truth, notifications are hints.

use std::sync::Arc;
use std::time::Duration;

use hoist_store::Store;

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
        if let Err(error) = catch_up(&store, &world).await {
            tracing::warn!(%error, "the log cannot be read; serving what is known");
        }
    }
}

async fn catch_up(store: &Store, world: &World) -> hoist_store::Result<()> {
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
