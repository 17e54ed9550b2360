//! Several writers, and somebody who follows the log.

use std::time::Duration;

use hoist_model::log::LogEntry;
use hoist_store::Store;

use crate::support::*;

const WRITERS: usize = 6;
const BATCHES: usize = 20;

/// Polls until `total` entries have been seen.
async fn follow(store: Store, total: u64) -> Vec<LogEntry> {
    let mut seen: Vec<LogEntry> = Vec::new();
    while (seen.len() as u64) < total {
        let last = seen.last().map_or(0, |entry| entry.revision);
        seen.extend(store.tail(last, 7).await.unwrap());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    seen
}

on_both! {
    async fn numbers_have_no_gaps_and_nobody_misses_one(db: &Db) {
        let mut config = db.config.clone();
        config.patience = Duration::from_secs(20);
        let mut stores = Vec::new();
        for _ in 0..WRITERS {
            // A node each on PostgreSQL; SQLite has one process.
            let new = stores.is_empty() || db.is_postgres();
            stores.push(if new { Store::open(&config).await.unwrap() } else { Store::clone(&stores[0]) });
        }
        let total = (WRITERS * BATCHES * 2) as u64;
        let follower = tokio::spawn(follow(stores[0].clone(), total));
        let writers: Vec<_> = stores.iter().cloned().map(|store| tokio::spawn(async move {
            let mut written = Vec::new();
            for n in 0..BATCHES {
                let mut batch = store.begin().await.unwrap();
                for _ in 0..2 {
                    let entry = entry(batch.head().revision + 1, Vec::new());
                    batch.append(&commit_of(entry.clone())).await.unwrap();
                    written.push(entry);
                }
                if n % 5 == 4 {
                    // Somebody gives up and tries again.
                    batch.rollback().await;
                    written.truncate(written.len() - 2);
                    batch = store.begin().await.unwrap();
                    for _ in 0..2 {
                        let entry = entry(batch.head().revision + 1, Vec::new());
                        batch.append(&commit_of(entry.clone())).await.unwrap();
                        written.push(entry);
                    }
                }
                batch.commit().await.unwrap();
            }
            written
        })).collect();
        let mut written = Vec::new();
        for writer in writers {
            written.extend(writer.await.unwrap());
        }
        written.sort_by_key(|entry| entry.revision);
        let numbers: Vec<u64> = written.iter().map(|entry| entry.revision).collect();
        assert_eq!(numbers, (1..=total).collect::<Vec<u64>>());
        assert_eq!(follower.await.unwrap(), written);
    }

    async fn a_commit_gives_a_hint_to_other_nodes(db: &Db) {
        let store = db.open().await;
        let mut hints = db.open().await.hints();
        let patience = Duration::from_secs(5);
        if !db.is_postgres() {
            assert!(tokio::time::timeout(Duration::from_millis(50), hints.next()).await.is_err());
            return;
        }
        tokio::time::timeout(patience, hints.next()).await.unwrap(); // It listens now.
        for _ in 0..3 {
            write(&store, Vec::new()).await.unwrap();
            tokio::time::timeout(patience, hints.next()).await.unwrap();
        }
        store.begin().await.unwrap().commit().await.unwrap(); // Empty: no hint.
        assert!(tokio::time::timeout(Duration::from_millis(200), hints.next()).await.is_err());
        // The listener survives its connection.
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        db.tamper(others).await;
        tokio::time::timeout(patience, hints.next()).await.unwrap();
        write(&store, Vec::new()).await.unwrap();
        tokio::time::timeout(patience, hints.next()).await.unwrap();
    }
}
