//! Writing to the log: several changes in one transaction, each of which can fail alone.

use hoist_model::log::{Effect, Head, LogEntry};
use jiff::Timestamp;
use tokio::time::timeout;

use crate::conn::Tx;
use crate::error::{Result, StoreError};
use crate::hints::CHANNEL;
use crate::idempotency::{self, Remember, Remembered};
use crate::secrets::{self, SecretKind, SecretWrite};
use crate::sql::Sql;
use crate::store::Store;
use crate::{documents, log, members, sessions};

/// One change with all that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    /// Its line in the log. The revision is the one after the batch's head.
    pub entry: LogEntry,
    /// Secrets that it sets or removes.
    pub secrets: Vec<SecretWrite>,
    /// The answer to keep for a repeated request.
    pub remember: Option<Remember>,
}

/// Holds the lock on the head: nobody else can write to the log. Dropped without
/// [`Batch::commit`], nothing of it has happened.
pub struct Batch {
    tx: Tx,
    head: Head,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing to commit yet.
    Empty,
    /// At least one write.
    Written,
    /// A write was cut off or could not be taken back.
    Broken,
}

impl Store {
    /// Locks the head. Waits for a connection and for other writers no longer than the
    /// configured patience.
    #[tracing::instrument(level = "debug", skip_all, err)]
    pub async fn begin(&self) -> Result<Batch> {
        // Giving up half-way is safe: a transaction that is dropped is rolled back.
        match timeout(self.patience(), self.lock_head()).await {
            Ok(done) => done,
            Err(_) => Err(StoreError::unavailable(
                "another writer is busy or the database does not answer",
            )),
        }
    }

    async fn lock_head(&self) -> Result<Batch> {
        let mut tx = Tx::write(self.writer().await?).await?;
        let sql = Sql::new("UPDATE head SET revision = revision RETURNING epoch, revision, min_writer");
        let row = tx.conn()?.optional(sql).await?;
        let row = row.ok_or_else(|| StoreError::damaged("head", "1", "the row is missing"))?;
        let head = Head {
            epoch: row.text(0)?.to_owned(),
            revision: row.unsigned(1)?,
        };
        self.saw_min_writer(row.int(2)?)?;
        Ok(Batch {
            tx,
            head,
            state: State::Empty,
        })
    }
}

impl Batch {
    /// The end of the log, including what this batch has appended.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Entries after a revision, oldest first: what the caller has not seen yet.
    pub async fn log_after(&mut self, revision: u64, limit: u32) -> Result<Vec<LogEntry>> {
        log::after(self.tx.conn()?, revision, limit).await
    }

    /// The answer kept for a key, also by a change earlier in this batch.
    pub async fn remembered(&mut self, scope: &str, key: &str) -> Result<Option<Remembered>> {
        idempotency::find(self.tx.conn()?, scope, key).await
    }

    /// Keeps an answer that no log entry belongs to: of a request that changed nothing.
    pub async fn remember(&mut self, remember: &Remember, at: Timestamp) -> Result<()> {
        self.check()?;
        self.open_savepoint().await?;
        let done = idempotency::keep(self.tx.conn()?, remember, at).await;
        self.close_savepoint(done).await
    }

    /// Writes one change. After an error nothing of this change is left and the batch goes on,
    /// unless the database itself is gone.
    #[tracing::instrument(level = "debug", skip_all, fields(revision = commit.entry.revision))]
    pub async fn append(&mut self, commit: &Commit) -> Result<()> {
        self.check()?;
        let revision = self.head.revision + 1;
        check_revisions(&commit.entry, revision)?;
        self.open_savepoint().await?;
        let done = self.write(commit).await;
        self.close_savepoint(done).await?;
        self.head.revision = revision;
        Ok(())
    }

    async fn write(&mut self, commit: &Commit) -> Result<()> {
        let conn = self.tx.conn()?;
        log::write(conn, &commit.entry).await?;
        let (revision, mut position) = (commit.entry.revision, 0);
        for effect in &commit.entry.effects {
            match effect {
                Effect::Put { before, after } => documents::put(conn, before.as_ref(), after).await?,
                Effect::Remove { before } => documents::remove(conn, before).await?,
                Effect::AddMembers { segment, members } => {
                    position = members::add(conn, *segment, members, revision, position).await?;
                }
                Effect::RemoveMembers { segment, members } => {
                    members::remove(conn, *segment, members).await?;
                }
            }
        }
        for secret in &commit.secrets {
            secrets::apply(conn, secret).await?;
            if let SecretWrite::Put {
                owner,
                kind: SecretKind::Password,
                ..
            } = secret
            {
                sessions::end_all(conn, *owner).await?;
            }
        }
        if let Some(remember) = &commit.remember {
            idempotency::keep(conn, remember, commit.entry.at).await?;
        }
        Ok(())
    }

    /// Makes it last. After an error nobody knows whether it happened: ask
    /// [`Store::known_changes`].
    #[tracing::instrument(level = "debug", skip_all, fields(revision = self.head.revision), err)]
    pub async fn commit(mut self) -> Result<Head> {
        self.check()?;
        if self.state == State::Empty {
            self.tx.rollback().await;
            return Ok(self.head);
        }
        let conn = self.tx.conn()?;
        conn.execute(Sql::new("UPDATE head SET revision = $1").bind(self.head.revision))
            .await?;
        if conn.is_postgres() {
            conn.all(Sql::new("SELECT pg_notify($1, '')").bind(CHANNEL)).await?;
        }
        self.tx.commit().await?;
        Ok(self.head)
    }

    /// Takes everything back and waits until it has happened.
    pub async fn rollback(self) {
        self.tx.rollback().await;
    }

    fn check(&self) -> Result<()> {
        match self.state {
            State::Broken => Err(StoreError::unavailable("the batch was cut off")),
            _ => Ok(()),
        }
    }

    async fn open_savepoint(&mut self) -> Result<()> {
        // Whoever stops waiting for a write half-way must not commit its first half.
        self.state = State::Broken;
        self.tx.conn()?.execute(Sql::new("SAVEPOINT entry")).await.map(drop)
    }

    async fn close_savepoint(&mut self, done: Result<()>) -> Result<()> {
        let conn = self.tx.conn()?;
        if done.is_err() && conn.execute(Sql::new("ROLLBACK TO SAVEPOINT entry")).await.is_err() {
            // The whole transaction is gone: SQLite does that when the disk is full.
            return done;
        }
        conn.execute(Sql::new("RELEASE SAVEPOINT entry")).await?;
        self.state = State::Written;
        done
    }
}

/// The entry is the next one, and so are the documents in it.
fn check_revisions(entry: &LogEntry, next: u64) -> Result<()> {
    if entry.revision != next {
        let problem = format!("entry {} is not the next one, {next}", entry.revision);
        return Err(StoreError::Invalid(problem));
    }
    let wrong = |effect: &&Effect| matches!(effect, Effect::Put { after, .. } if after.revision != next);
    match entry.effects.iter().find(wrong) {
        Some(effect) => {
            let problem = format!("document {} has not the entry's revision", effect.document());
            Err(StoreError::Invalid(problem))
        }
        None => Ok(()),
    }
}
