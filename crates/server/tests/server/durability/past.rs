//! The log as the database keeps it, read beside the running server.

use std::collections::BTreeMap;
use std::path::Path;

use hoist_model::Id;
use hoist_model::log::LogEntry;
use hoist_model::record::Record;
use hoist_store::{Store, StoreConfig};
use jiff::Timestamp;
use serde_json::Value as Json;

/// The database of a server that was started in a folder without more.
pub(super) fn url_in(folder: &Path) -> String {
    format!("sqlite://{}/data/control.db", folder.display())
}

/// Every entry in order, and what is wrong with the file and the revisions.
pub(super) fn read(url: &str) -> (Vec<LogEntry>, Vec<String>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let unused = Id::from_parts(0, [0; 10]);
        let config = StoreConfig::new(url, Timestamp::UNIX_EPOCH, unused);
        let store = Store::open(&config).await.expect("the database opens");
        let mut problems = store.check_file().await.expect("the file is read");
        let mut entries: Vec<LogEntry> = Vec::new();
        loop {
            let last = entries.last().map_or(0, |entry| entry.revision);
            let more = store.tail(last, 1000).await.expect("the log is read");
            if more.is_empty() {
                break;
            }
            entries.extend(more);
        }
        let head = store.head().await.expect("a head").revision;
        store.close().await;
        problems.extend(gaps(entries.iter().map(|entry| entry.revision), head));
        (entries, problems)
    })
}

/// Every document as it stands: its revision and what it says.
pub(super) fn documents(url: &str) -> BTreeMap<Id, (u64, Json)> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let unused = Id::from_parts(0, [0; 10]);
        let config = StoreConfig::new(url, Timestamp::UNIX_EPOCH, unused);
        let store = Store::open(&config).await.expect("the database opens");
        let mut documents = BTreeMap::new();
        let loaded = store
            .load(|record| {
                documents.insert(record.id, content(&record));
            })
            .await
            .expect("documents are read");
        assert!(loaded.damaged.is_empty(), "{:#?}", loaded.damaged);
        store.close().await;
        documents
    })
}

/// What counts of a document.
pub(super) fn content(record: &Record) -> (u64, Json) {
    let body = serde_json::from_str(record.body.get()).expect("JSON");
    (record.revision, body)
}

/// Revisions by note, without the instance's own: the notes of these tests are single words.
pub(super) fn noted(entries: &[LogEntry]) -> BTreeMap<String, u64> {
    let ours = entries
        .iter()
        .filter(|entry| entry.note.split_whitespace().count() == 1);
    ours.map(|entry| (entry.note.clone(), entry.revision)).collect()
}

/// Revisions are 1, 2, 3 and so on up to the head.
fn gaps(revisions: impl Iterator<Item = u64>, head: u64) -> Vec<String> {
    let mut problems = Vec::new();
    let mut last = 0;
    for revision in revisions {
        if revision != last + 1 {
            problems.push(format!("revision {revision} follows {last}"));
        }
        last = revision;
    }
    if last != head {
        problems.push(format!("the log ends at {last}, the head is {head}"));
    }
    problems
}

#[test]
fn gaps_are_found() {
    assert_eq!(gaps([1, 2, 3].into_iter(), 3), Vec::<String>::new());
    assert_eq!(gaps([1, 3].into_iter(), 3).len(), 1);
    assert_eq!(gaps([1, 2, 2].into_iter(), 3).len(), 2);
}
