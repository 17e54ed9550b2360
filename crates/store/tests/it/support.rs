//! A new database for every test, and short ways to make documents and log entries.

use std::sync::atomic::{AtomicU64, Ordering};

use hoist_model::Id;
use hoist_model::log::{Actor, Effect, LogEntry};
use hoist_model::record::{Kind, Record};
use hoist_store::{Commit, Loaded, Result, Store, StoreConfig};
use jiff::Timestamp;
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::postgres::{self, Database};

/// Expands each test twice: on SQLite, and on PostgreSQL if there is one.
macro_rules! on_both {
    ($($(#[$doc:meta])* async fn $name:ident($db:ident: &Db) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn run($db: &Db) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(&Db::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let name = concat!(module_path!(), "::postgres");
                if let Some(db) = Db::postgres(name).await {
                    run(&db).await;
                    db.remove().await;
                }
            }
        }
    )*};
}

/// A database that belongs to one test.
pub struct Db {
    pub config: StoreConfig,
    database: Option<Database>,
    pub folder: TempDir,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Db {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/data/control.db", folder.path().display());
        Self {
            config: config(url),
            database: None,
            folder,
        }
    }

    /// Nothing, and a line about it, if no server is given.
    pub async fn postgres(test: &str) -> Option<Self> {
        let database = Database::create(test, "store").await?;
        let folder = tempfile::tempdir().unwrap();
        Some(Self {
            config: config(database.url.clone()),
            database: Some(database),
            folder,
        })
    }

    pub async fn remove(self) {
        if let Some(database) = self.database {
            database.remove().await;
        }
    }

    pub const fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// For people.
    #[cfg(feature = "test-hooks")]
    pub const fn name(&self) -> &'static str {
        if self.is_postgres() { "postgres" } else { "sqlite" }
    }

    /// As new.
    #[cfg(feature = "test-hooks")]
    pub async fn wipe(&self) {
        if self.is_postgres() {
            postgres::run(&self.config.url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
        } else if self.file().exists() {
            std::fs::remove_dir_all(self.file().parent().unwrap()).unwrap();
        }
    }

    pub fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("data/control.db")
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.config).await.unwrap()
    }

    /// Does to the database what the store would not.
    pub async fn tamper(&self, sql: &str) {
        if self.is_postgres() {
            postgres::run(&self.config.url, sql).await;
        } else {
            let mut conn = SqliteConnection::connect(&self.config.url).await.unwrap();
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
            conn.close().await.unwrap();
        }
    }
}

pub fn config(url: String) -> StoreConfig {
    StoreConfig::new(url, time(0), new_id())
}

/// An id that no other call gives, in whatever process.
pub fn new_id() -> Id {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut random = [0; 10];
    random[..4].copy_from_slice(&std::process::id().to_be_bytes());
    random[4..].copy_from_slice(&n.to_be_bytes()[2..]);
    Id::from_parts(1_760_000_000_000 + n, random)
}

/// Seconds after some instant.
pub fn time(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + seconds).unwrap()
}

pub fn flag(project: Id, key: &str, revision: u64) -> Record {
    Record {
        kind: Kind::Flag,
        id: new_id(),
        scope: Some(project),
        key: key.to_owned(),
        revision,
        v: 1,
        body: body(&serde_json::json!({"key": key, "at": revision}).to_string()),
    }
}

pub fn body(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

pub fn created(after: &Record) -> Effect {
    Effect::Put {
        before: None,
        after: after.clone(),
    }
}

/// The document with another body, and the effect that makes it so.
pub fn edited(before: &Record, revision: u64) -> (Record, Effect) {
    let body = body(&format!(r#"{{"edited":{revision}}}"#));
    let after = Record {
        revision,
        body,
        ..before.clone()
    };
    (
        after.clone(),
        Effect::Put {
            before: Some(before.clone()),
            after,
        },
    )
}

pub fn entry(revision: u64, effects: Vec<Effect>) -> LogEntry {
    LogEntry {
        revision,
        change: new_id(),
        at: time(i64::try_from(revision).unwrap()),
        actor: Actor::System,
        project: None,
        environments: Vec::new(),
        summary: format!("Change {revision}"),
        note: String::new(),
        correlation: None,
        undoes: None,
        intent: serde_json::json!({"type": "test", "n": revision}),
        effects,
    }
}

pub const fn commit_of(entry: LogEntry) -> Commit {
    Commit {
        entry,
        secrets: Vec::new(),
        remember: None,
    }
}

/// Commits one change with these effects.
pub async fn write(store: &Store, effects: Vec<Effect>) -> Result<LogEntry> {
    let mut batch = store.begin().await?;
    let entry = entry(batch.head().revision + 1, effects);
    batch.append(&commit_of(entry.clone())).await?;
    batch.commit().await?;
    Ok(entry)
}

/// Commits one change after the caller has filled in its entry.
pub async fn write_entry(store: &Store, fill: impl FnOnce(&mut LogEntry)) -> LogEntry {
    let mut batch = store.begin().await.unwrap();
    let mut entry = entry(batch.head().revision + 1, Vec::new());
    fill(&mut entry);
    batch.append(&commit_of(entry.clone())).await.unwrap();
    batch.commit().await.unwrap();
    entry
}

/// Everything that was stored; documents by kind and id.
pub async fn loaded(store: &Store) -> (Loaded, Vec<Record>) {
    let mut documents = Vec::new();
    let loaded = store.load(|record| documents.push(record)).await.unwrap();
    documents.sort_unstable_by_key(|record| (record.kind, record.id));
    (loaded, documents)
}
