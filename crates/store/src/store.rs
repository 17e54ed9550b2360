//! The store as a whole: opening it, loading everything, asking how it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hoist_model::Id;
use hoist_model::log::Head;
use hoist_model::record::Record;
use jiff::Timestamp;

use crate::config::StoreConfig;
use crate::conn::{Conn, Tx};
use crate::error::{Damaged, Result, StoreError};
use crate::pool::Pool;
use crate::sql::Sql;
use crate::{documents, log, members, migrate, recover};

/// The version of this program as a writer. A migration that older writers would spoil raises
/// `head.min_writer`; they may then only read.
pub const WRITER: u32 = 1;

/// A database with everything that Hoist's configuration is. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: Pool,
    patience: Duration,
    instance: Id,
    min_writer: AtomicU32,
}

/// What lives in memory beside documents, as of one revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The end of the log that it belongs to.
    pub head: Head,
    /// Segments that have member rows, each with its subjects in the order of joining.
    pub members: Vec<(Id, Vec<String>)>,
    /// Rows that are not what was written, and what became of each.
    pub damaged: Vec<Damaged>,
}

impl Store {
    /// Connects and brings the schema up to date. A new SQLite file is readable by its owner only.
    #[tracing::instrument(skip_all, fields(url = %config.redacted_url()), err)]
    pub async fn open(config: &StoreConfig) -> Result<Self> {
        let pool = Pool::open(config).await?;
        migrate::run(&pool, config).await?;
        let sql = Sql::new("SELECT instance, min_writer FROM head");
        let row = pool.writer().await?.optional(sql).await?;
        let row = row.ok_or_else(|| StoreError::damaged("head", "1", "the row is missing"))?;
        let min_writer = AtomicU32::new(version(row.int(1)?));
        let store = Self(Arc::new(Inner {
            pool,
            patience: config.patience,
            instance: row.id(0)?,
            min_writer,
        }));
        if let Err(error) = store.check_writer() {
            tracing::error!(%error, "the store is read-only");
        }
        Ok(store)
    }

    /// Names the instance; made when the database was new.
    pub fn instance(&self) -> Id {
        self.0.instance
    }

    /// Whether this program may write: [`StoreError::TooNew`] if the schema is too new for it.
    pub fn check_writer(&self) -> Result<()> {
        match self.0.min_writer.load(Ordering::Relaxed) {
            min_writer if min_writer > WRITER => Err(StoreError::TooNew { min_writer }),
            _ => Ok(()),
        }
    }

    /// Reads and verifies everything that lives in memory, at one instant of the database. Documents are handed
    /// over one by one, in any order.
    #[tracing::instrument(skip_all, err)]
    pub async fn load(&self, mut document: impl FnMut(Record) + Send) -> Result<Loaded> {
        let mut tx = Tx::snapshot(self.reader().await?).await?;
        let conn = tx.conn()?;
        let head = log::head(conn).await?;
        let documents::Rows { seen, mut damaged } = documents::load(conn, &mut document).await?;
        if !damaged.is_empty() || documents::count(conn).await? != seen {
            recover::documents(conn, &mut damaged, &mut document).await?;
        }
        let (mut members, mut bad_members) = members::load(conn).await?;
        if !damaged.is_empty() || !bad_members.is_empty() {
            recover::members(conn, &mut bad_members, &mut members).await?;
        }
        damaged.extend(bad_members);
        tx.rollback().await;
        Ok(Loaded { head, members, damaged })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.epoch().await.map(drop)
    }

    /// What time a server of its own says it is; None where the database is a file.
    pub async fn time(&self) -> Result<Option<Timestamp>> {
        let mut conn = self.reader().await?;
        if !conn.is_postgres() {
            return Ok(None);
        }
        let sql = Sql::new("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT");
        conn.one(sql).await?.time(0).map(Some)
    }

    /// What SQLite's own check finds wrong with the file. It reads all of it. PostgreSQL looks
    /// after its files itself.
    pub async fn check_file(&self) -> Result<Vec<String>> {
        let mut conn = self.reader().await?;
        if conn.is_postgres() {
            return Ok(Vec::new());
        }
        let rows = conn.all(Sql::new("PRAGMA integrity_check")).await?;
        let lines = rows.iter().map(|row| row.text(0).map(str::to_owned));
        lines.filter(|line| line.as_deref() != Ok("ok")).collect()
    }

    /// What tests have go wrong here.
    #[cfg(feature = "test-hooks")]
    pub fn faults(&self) -> &crate::Faults {
        match self.pool() {
            Pool::Sqlite { faults, .. } | Pool::Postgres { faults, .. } => faults,
        }
    }

    /// Closes all connections and waits for them.
    pub async fn close(&self) {
        self.0.pool.close().await;
    }

    pub(crate) fn patience(&self) -> Duration {
        self.0.patience
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    pub(crate) async fn reader(&self) -> Result<Conn> {
        self.0.pool.reader().await
    }

    pub(crate) async fn writer(&self) -> Result<Conn> {
        self.check_writer()?;
        self.0.pool.writer().await
    }

    /// Another node may have migrated since: remembers what the head says.
    pub(crate) fn saw_min_writer(&self, min_writer: i64) -> Result<()> {
        self.0.min_writer.store(version(min_writer), Ordering::Relaxed);
        self.check_writer()
    }
}

/// A version out of range is one that this program does not know.
fn version(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use hoist_model::log::{Actor, LogEntry};

    use super::*;
    use crate::Commit;

    async fn write(store: &Store, size: usize) -> Result<Head> {
        let mut batch = store.begin().await?;
        let revision = batch.head().revision + 1;
        let entry = LogEntry {
            revision,
            change: Id::from_parts(revision, [0; 10]),
            at: Timestamp::UNIX_EPOCH,
            actor: Actor::System,
            project: None,
            environments: Vec::new(),
            summary: String::new(),
            note: "x".repeat(size),
            correlation: None,
            undoes: None,
            intent: serde_json::Value::Null,
            effects: Vec::new(),
        };
        batch
            .append(&Commit {
                entry,
                secrets: Vec::new(),
                remember: None,
            })
            .await?;
        batch.commit().await
    }

    /// To SQLite a limit on the pages is the same as a full disk.
    #[tokio::test]
    async fn a_full_file_is_read_on_and_recovers() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/control.db", folder.path().display());
        let config = StoreConfig::new(url, Timestamp::UNIX_EPOCH, Id::from_parts(0, [0; 10]));
        let store = Store::open(&config).await.unwrap();
        write(&store, 10).await.unwrap();
        store
            .writer()
            .await
            .unwrap()
            .all(Sql::new("PRAGMA max_page_count = 1"))
            .await
            .unwrap();
        for _ in 0..2 {
            let error = write(&store, 100_000).await.unwrap_err();
            assert!(error.is_unavailable(), "{error}");
        }
        assert_eq!(store.load(drop).await.unwrap().head.revision, 1);
        store
            .writer()
            .await
            .unwrap()
            .all(Sql::new("PRAGMA max_page_count = 1000000"))
            .await
            .unwrap();
        assert_eq!(write(&store, 100_000).await.unwrap().revision, 2);
    }
}
