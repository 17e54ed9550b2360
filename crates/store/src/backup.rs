//! Backups: one file, an SQLite database whichever database it was made of; and back.
//!
//! A backup of SQLite is SQLite's own consistent copy; one of PostgreSQL is copied row by row in one
//! REPEATABLE READ transaction. A restore verifies every document, member row and entry of the log
//! first, copies in one transaction, and begins a new epoch: what clients remember of the old one
//! no longer counts.

use std::fs;
use std::path::{Path, PathBuf};

use hoist_model::log::Head;
use hoist_model::record::Record;

use crate::config::StoreConfig;
use crate::conn::{Conn, Tx};
use crate::error::{Damaged, Result, StoreError};
use crate::pool::{self, Pool};
use crate::sql::Sql;
use crate::store::{Store, WRITER};
use crate::{copy, documents, log, members, migrate};

/// What a check of every row has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The end of the log.
    pub head: Head,
    /// Documents whose checksum holds.
    pub documents: u64,
    /// Member rows whose checksum holds.
    pub members: u64,
    /// Entries of the log whose checksum holds.
    pub entries: u64,
    /// Rows that are not what was written, and gaps of the log.
    pub damaged: Vec<Damaged>,
}

/// What becomes of what is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Present {
    /// It stays: the restore is refused.
    Keep,
    /// It goes.
    Replace,
}

/// A backup that was opened for reading. Nothing writes to it.
#[derive(Debug)]
pub struct Backup {
    pool: Pool,
}

impl Store {
    /// Reads every row and says which are not what was written. `each` is given the documents.
    pub async fn verify(&self, each: impl FnMut(Record) + Send) -> Result<Verified> {
        let mut tx = Tx::snapshot(self.reader().await?).await?;
        let verified = verify(tx.conn()?, each).await;
        tx.rollback().await;
        verified
    }

    /// Version of the schema, and the oldest writer that it allows.
    pub async fn schema(&self) -> Result<(u64, u32)> {
        let mut conn = self.reader().await?;
        let row = conn
            .one(Sql::new(
                "SELECT MAX(version), (SELECT min_writer FROM head) FROM migration",
            ))
            .await?;
        Ok((row.unsigned(0)?, u32::try_from(row.int(1)?).unwrap_or(u32::MAX)))
    }

    /// Writes everything into a file while others go on writing. The file is there as a whole, on the disk, or not at
    /// all; it holds password hashes and is readable by its owner only.
    pub async fn backup(
        &self,
        to: &Path,
        config: &StoreConfig,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Head> {
        let part = sibling(to, ".part");
        remove_database(&part)?;
        let made = self.backup_into(&part, config, progress).await;
        let done = match made {
            Ok(head) => finish(&part, to).map(|()| head),
            Err(error) => Err(error),
        };
        if done.is_err() {
            remove_database(&part)?;
        }
        done
    }

    async fn backup_into(
        &self,
        part: &Path,
        config: &StoreConfig,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Head> {
        let mut conn = self.reader().await?;
        if !conn.is_postgres() {
            // SQLite writes into an empty file: so nobody else can read it from the start.
            pool::private_file(part).map_err(|error| failed(part, &error))?;
            let path = part.to_string_lossy().into_owned();
            conn.execute(Sql::new("VACUUM INTO $1").bind(path)).await?;
            let verified = Backup::open(part)?.verify(drop).await?;
            progress(verified.documents + verified.members + verified.entries);
            return Ok(verified.head);
        }
        let file = StoreConfig {
            url: format!("sqlite://{}", part.display()),
            ..config.clone()
        };
        let target = Store::open(&file).await?;
        let mut from = Tx::snapshot(conn).await?;
        let head = log::head(from.conn()?).await?;
        let mut to = Tx::write(target.writer().await?).await?;
        copy::all(from.conn()?, to.conn()?, progress).await?;
        set_head(to.conn()?, &head).await?;
        to.commit().await?;
        from.rollback().await;
        // One file, without a log beside it.
        let mut conn = target.writer().await?;
        conn.all(Sql::new("PRAGMA journal_mode = DELETE")).await?;
        drop(conn);
        target.close().await;
        Ok(head)
    }

    /// Takes over a backup in one transaction. The revision is the backup's, the epoch is `epoch`. Nobody else may use
    /// the database meanwhile or go on with what they knew: stop the servers first.
    pub async fn restore(
        &self,
        backup: &Backup,
        epoch: &str,
        present: Present,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(Head, Head)> {
        let mut to = Tx::write(self.writer().await?).await?;
        let conn = to.conn()?;
        if conn.is_postgres() {
            conn.set_patience(std::time::Duration::from_secs(3600));
            conn.script("SET LOCAL statement_timeout = 0;\nSET LOCAL idle_in_transaction_session_timeout = 0")
                .await?;
        }
        conn.execute(Sql::new("UPDATE head SET revision = revision")).await?;
        let before = log::head(conn).await?;
        if present == Present::Keep && before.revision > 0 {
            return Err(StoreError::Invalid(format!(
                "the database holds {} changes already",
                before.revision
            )));
        }
        copy::clear(conn).await?;
        let mut from = Tx::snapshot(backup.pool.reader().await?).await?;
        let old = log::head(from.conn()?).await?;
        copy::all(from.conn()?, conn, progress).await?;
        let after = Head {
            epoch: epoch.to_owned(),
            revision: old.revision,
        };
        set_head(conn, &after).await?;
        from.rollback().await;
        to.commit().await?;
        Ok((before, after))
    }
}

impl Backup {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self> {
        fs::metadata(path).map_err(|error| StoreError::Invalid(format!("{}: {error}", path.display())))?;
        Ok(Self {
            pool: Pool::read_only(path),
        })
    }

    /// Reads every row and says which are not what was written. `each` is given the documents.
    ///
    /// # Errors
    /// When it is no backup, or one of a newer version.
    pub async fn verify(&self, each: impl FnMut(Record) + Send) -> Result<Verified> {
        let none = |error: StoreError| StoreError::Invalid(format!("this is no backup of Hoist ({error})"));
        let mut conn = self.pool.reader().await.map_err(none)?;
        let row = conn.one(Sql::new("SELECT min_writer FROM head")).await.map_err(none)?;
        let min_writer = u32::try_from(row.int(0)?).unwrap_or(u32::MAX);
        if min_writer > WRITER {
            return Err(StoreError::TooNew { min_writer });
        }
        let row = conn
            .one(Sql::new("SELECT MAX(version) FROM migration"))
            .await
            .map_err(none)?;
        if row.unsigned(0)? != migrate::newest() {
            let (found, known) = (row.unsigned(0)?, migrate::newest());
            let detail = format!(
                "the backup has schema {found}, this program writes {known}: restore it with the version that made it, then migrate"
            );
            return Err(StoreError::Invalid(detail));
        }
        verify(&mut conn, each).await
    }
}

async fn verify(conn: &mut Conn, mut each: impl FnMut(Record) + Send) -> Result<Verified> {
    let head = log::head(conn).await?;
    let mut documents = 0;
    let documents::Rows { seen, mut damaged } = documents::load(conn, |record| {
        documents += 1;
        each(record);
    })
    .await?;
    let known = documents::count(conn).await?;
    if known != seen {
        let problem = format!("{seen} rows can be read, their index knows {known}");
        damaged.push(Damaged::new("document", "?", problem));
    }
    let (lists, bad) = members::load(conn).await?;
    damaged.extend(bad);
    let (mut entries, mut last) = (0, 0);
    let mut sql = Sql::new("SELECT ");
    sql.push(log::COLUMNS).push(" FROM change ORDER BY revision");
    conn.each(sql, |row| {
        let revision = row.unsigned(1).unwrap_or(0);
        if revision != last + 1 {
            damaged.push(gap(last));
        }
        last = revision;
        match log::read(&row) {
            Ok(_) => entries += 1,
            Err(StoreError::Damaged(bad)) => damaged.push(bad),
            Err(error) => damaged.push(Damaged::new("change", revision.to_string(), error.to_string())),
        }
    })
    .await?;
    Ok(Verified {
        head,
        documents,
        members: lists.iter().map(|(_, members)| members.len() as u64).sum(),
        entries,
        damaged,
    })
}

fn gap(after: u64) -> Damaged {
    Damaged::new("change", (after + 1).to_string(), "the entry is missing")
}

async fn set_head(conn: &mut Conn, head: &Head) -> Result<()> {
    let sql = Sql::new("UPDATE head SET epoch = $1, revision = $2");
    conn.execute(sql.bind(&head.epoch).bind(head.revision)).await.map(drop)
}

fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Invalid(format!("{}: {error}", path.display()))
}

/// What an earlier attempt may have left.
fn remove_database(path: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let path = sibling(path, ending);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(&path, &error)),
            _ => {}
        }
    }
    Ok(())
}

/// Onto the disk, then under its name, then the name onto the disk.
fn finish(part: &Path, to: &Path) -> Result<()> {
    let synced = fs::File::open(part).and_then(|file| file.sync_all());
    let folder = to
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    synced
        .and_then(|()| fs::rename(part, to))
        .and_then(|()| fs::File::open(folder)?.sync_all())
        .map_err(|error| failed(to, &error))
}
