//! Kills a writing process again and again and looks at what it left behind.
//!
//! Parts that know little of each other: [`journal`] holds what the writer said and judges what is
//! found, [`delays`] says how long to wait, [`killer`] starts, watches and kills a process,
//! [`writer`] is that process here. The first two also serve the tests of the whole server.

mod delays;
mod journal;
mod killer;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use hoist_model::Id;
use hoist_model::log::{Effect, LogEntry};
use hoist_model::record::Record;
use hoist_store::{SecretKind, Store};

use crate::support::*;
use journal::Journal;

/// A writer must have been told this often that it succeeded before it may be killed.
const ACKNOWLEDGED: usize = 20;

/// The writer, if this process was started to be one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writer_process() {
    if let Ok(url) = std::env::var(writer::URL) {
        writer::run(url).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_writes_survive_kill() {
    let cycles = number("HOIST_CRASH_CYCLES", 20);
    let seed = number("HOIST_CRASH_SEED", std::process::id().into());
    eprintln!("HOIST_CRASH_CYCLES={cycles} HOIST_CRASH_SEED={seed}");
    let (db, mut delays) = (Db::sqlite(), delays::Delays::new(seed));
    let (mut journal, mut replay) = (Journal::default(), Replay::default());
    for cycle in 1..=cycles {
        let delay = delays.next();
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["crash::writer_process", "--exact", "--nocapture"])
            .env(writer::URL, &db.config.url);
        killer::run(child, &mut journal, ACKNOWLEDGED, delay);
        let problems = inspect(&db, &mut journal, &mut replay).await;
        assert!(
            problems.is_empty(),
            "cycle {cycle}, killed after {delay:?}: {problems:#?}"
        );
    }
    eprintln!(
        "torture: kills database=sqlite over=store cycles={cycles} writes={} acknowledged={} lost=0",
        journal.invoked(),
        journal.acknowledged()
    );
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// What the log says that there should be.
#[derive(Default)]
struct Replay {
    revision: u64,
    documents: BTreeMap<Id, Record>,
    members: BTreeSet<String>,
    /// Token and revision of every write.
    writes: BTreeMap<String, u64>,
}

impl Replay {
    fn apply(&mut self, entry: &LogEntry, problems: &mut Vec<String>) {
        if entry.revision != self.revision + 1 {
            problems.push(format!("revision {} follows {}", entry.revision, self.revision));
        }
        self.revision = entry.revision;
        self.writes.insert(entry.note.clone(), entry.revision);
        for effect in &entry.effects {
            match effect {
                Effect::Put { after, .. } => drop(self.documents.insert(after.id, after.clone())),
                Effect::Remove { before } => drop(self.documents.remove(&before.id)),
                Effect::AddMembers { members, .. } => self.members.extend(members.iter().cloned()),
                Effect::RemoveMembers { members, .. } => self.members.retain(|key| !members.contains(key)),
            }
        }
    }
}

async fn inspect(db: &Db, journal: &mut Journal, replay: &mut Replay) -> Vec<String> {
    let store = db.open().await;
    let mut problems = store.check_file().await.unwrap();
    loop {
        let entries = store.tail(replay.revision, 1000).await.unwrap();
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            inspect_sides(&store, &entry, &mut problems).await;
            replay.apply(&entry, &mut problems);
        }
    }
    let mut documents = BTreeMap::new();
    let loaded = store
        .load(|record| drop(documents.insert(record.id, record)))
        .await
        .unwrap();
    if loaded.head.revision != replay.revision {
        problems.push(format!(
            "head is {}, the log ends at {}",
            loaded.head.revision, replay.revision
        ));
    }
    problems.extend(loaded.damaged.iter().map(ToString::to_string));
    if documents != replay.documents {
        problems.push("the documents are not those of the log".to_owned());
    }
    let members: BTreeSet<String> = loaded.members.into_iter().flat_map(|(_, members)| members).collect();
    if members != replay.members {
        problems.push("the members are not those of the log".to_owned());
    }
    let secrets = store.secrets(SecretKind::Token).await.unwrap().len();
    if secrets != replay.writes.len() {
        problems.push(format!("{secrets} secrets for {} writes", replay.writes.len()));
    }
    problems.extend(journal.check(&replay.writes));
    store.close().await;
    problems
}

/// Secret and remembered answer of a write.
async fn inspect_sides(store: &Store, entry: &LogEntry, problems: &mut Vec<String>) {
    let owner = entry.change;
    if store.secret(owner, SecretKind::Token).await.unwrap().is_none() {
        problems.push(format!("{} has no secret", entry.note));
    }
    let mut batch = store.begin().await.unwrap();
    if batch.remembered(writer::SCOPE, &entry.note).await.unwrap().is_none() {
        problems.push(format!("{} has no answer", entry.note));
    }
    batch.rollback().await;
}
