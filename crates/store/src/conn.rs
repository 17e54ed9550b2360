//! One connection, and a transaction on it that cannot be left open.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use tokio::time::timeout;

use crate::error::{Result, StoreError};
use crate::fault::{Faults, Strike};
use crate::sql::{Row, Sql};

/// A connection on loan from a pool.
pub(crate) struct Conn {
    live: Live,
    /// How long a server may take to answer; a local file has all the time it needs.
    patience: Duration,
    faults: Faults,
    /// What a fault has in store for the call that is under way.
    strike: Strike,
}

enum Live {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    /// It did not answer in time or broke, and was thrown away.
    Gone,
}

impl Conn {
    pub(crate) const fn sqlite(conn: PoolConnection<Sqlite>, faults: Faults) -> Self {
        Self::new(Live::Sqlite(conn), Duration::MAX, faults)
    }

    pub(crate) const fn postgres(conn: PoolConnection<Postgres>, patience: Duration, faults: Faults) -> Self {
        Self::new(Live::Postgres(conn), patience, faults)
    }

    const fn new(live: Live, patience: Duration, faults: Faults) -> Self {
        Self {
            live,
            patience,
            faults,
            strike: Strike::None,
        }
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.live, Live::Postgres(_))
    }

    /// From now on, waits this long for each answer.
    pub(crate) const fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// Runs a statement and says how many rows it touched.
    pub(crate) async fn execute(&mut self, sql: Sql<'_>) -> Result<u64> {
        self.brace()?;
        let outcome = match &mut self.live {
            Live::Sqlite(conn) => Some(
                sql.sqlite()?
                    .execute(&mut **conn)
                    .await
                    .map(|done| done.rows_affected()),
            ),
            Live::Postgres(conn) => {
                let run = sql.postgres()?.execute(&mut **conn);
                let outcome = timeout(self.patience, run).await.ok();
                outcome.map(|done| done.map(|done| done.rows_affected()))
            }
            Live::Gone => return Err(gone()),
        };
        self.settle(outcome)
    }

    /// Runs a script without values: statements that end with a semicolon at the end of a line.
    pub(crate) async fn script(&mut self, text: &str) -> Result<()> {
        for statement in text.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            self.statement(statement.to_owned()).await?;
        }
        Ok(())
    }

    async fn statement(&mut self, text: String) -> Result<()> {
        self.brace()?;
        let script = sqlx::raw_sql(AssertSqlSafe(text));
        let outcome = match &mut self.live {
            Live::Sqlite(conn) => Some(script.execute(&mut **conn).await.map(drop)),
            Live::Postgres(conn) => {
                let run = script.execute(&mut **conn);
                timeout(self.patience, run).await.ok().map(|done| done.map(drop))
            }
            Live::Gone => return Err(gone()),
        };
        self.settle(outcome)
    }

    /// All rows.
    pub(crate) async fn all(&mut self, sql: Sql<'_>) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(sql, |row| rows.push(row)).await?;
        Ok(rows)
    }

    /// The first row, if there is one.
    pub(crate) async fn optional(&mut self, sql: Sql<'_>) -> Result<Option<Row>> {
        Ok(self.all(sql).await?.into_iter().next())
    }

    /// A row that must be there.
    pub(crate) async fn one(&mut self, sql: Sql<'_>) -> Result<Row> {
        let row = self.optional(sql).await?;
        row.ok_or_else(|| StoreError::Internal("a row is missing".to_owned()))
    }

    /// Hands over row after row. Patience is for each of them.
    pub(crate) async fn each(&mut self, sql: Sql<'_>, mut f: impl FnMut(Row) + Send) -> Result<()> {
        self.brace()?;
        let outcome = match &mut self.live {
            Live::Sqlite(conn) => {
                let mut rows = sql.sqlite()?.fetch(&mut **conn);
                loop {
                    match rows.try_next().await {
                        Ok(Some(row)) => f(Row::Sqlite(row)),
                        Ok(None) => break Some(Ok(())),
                        Err(error) => break Some(Err(error)),
                    }
                }
            }
            Live::Postgres(conn) => {
                let mut rows = sql.postgres()?.fetch(&mut **conn);
                loop {
                    match timeout(self.patience, rows.try_next()).await {
                        Ok(Ok(Some(row))) => f(Row::Postgres(row)),
                        Ok(Ok(None)) => break Some(Ok(())),
                        Ok(Err(error)) => break Some(Err(error)),
                        Err(_) => break None,
                    }
                }
            }
            Live::Gone => return Err(gone()),
        };
        self.settle(outcome)
    }

    /// Every call begins here.
    fn brace(&mut self) -> Result<()> {
        self.strike = self.faults.strike();
        match self.strike {
            Strike::None => Ok(()),
            #[cfg(feature = "test-hooks")]
            Strike::Lose => Ok(()),
            #[cfg(feature = "test-hooks")]
            Strike::Refuse => Err(StoreError::unavailable("a planted fault")),
            #[cfg(feature = "test-hooks")]
            Strike::Break => {
                self.discard();
                Err(StoreError::unavailable("a planted fault"))
            }
        }
    }

    /// Every call ends here. A connection that is late (`None`) or broken must not go back to its pool.
    fn settle<T>(&mut self, outcome: Option<Result<T, sqlx::Error>>) -> Result<T> {
        use sqlx::Error as E;
        #[cfg(feature = "test-hooks")]
        if self.strike == Strike::Lose {
            self.discard();
            return Err(StoreError::unavailable("a planted fault"));
        }
        match outcome {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => {
                if matches!(error, E::Io(_) | E::Tls(_) | E::Protocol(_) | E::WorkerCrashed) {
                    self.discard();
                }
                Err(error.into())
            }
            None => {
                self.discard();
                Err(StoreError::unavailable("the database did not answer in time"))
            }
        }
    }

    /// Closes it without a word; the server ends whatever it was doing.
    pub(crate) fn discard(&mut self) {
        match std::mem::replace(&mut self.live, Live::Gone) {
            Live::Sqlite(conn) => drop(conn.detach()),
            Live::Postgres(conn) => drop(conn.detach()),
            Live::Gone => {}
        }
    }
}

fn gone() -> StoreError {
    StoreError::unavailable("the connection to the database was lost")
}

/// A transaction. Dropped without [`Tx::commit`], it is rolled back.
pub(crate) struct Tx(Option<Conn>);

impl Tx {
    /// Opens a transaction that writes: on SQLite it takes the write lock at once.
    pub(crate) async fn write(conn: Conn) -> Result<Self> {
        let begin = if conn.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" };
        Self::open(conn, begin).await
    }

    /// Opens a transaction that sees one state of the database and may take long to read it.
    pub(crate) async fn snapshot(conn: Conn) -> Result<Self> {
        if !conn.is_postgres() {
            return Self::open(conn, "BEGIN").await;
        }
        let mut tx = Self::open(conn, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        tx.conn()?.execute(Sql::new("SET LOCAL statement_timeout = 0")).await?;
        Ok(tx)
    }

    async fn open(conn: Conn, begin: &'static str) -> Result<Self> {
        // The guard comes first: should the caller give up now, the transaction still ends.
        let mut tx = Self(Some(conn));
        tx.conn()?.execute(Sql::new(begin)).await?;
        Ok(tx)
    }

    pub(crate) fn conn(&mut self) -> Result<&mut Conn> {
        self.0.as_mut().ok_or_else(gone)
    }

    /// Commits. After an error nobody knows whether it happened.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let done = self.conn()?.execute(Sql::new("COMMIT")).await;
        if done.is_ok() {
            drop(self.0.take());
        }
        done.map(drop)
    }

    /// Rolls back and waits until it has happened.
    pub(crate) async fn rollback(mut self) {
        if let Some(conn) = self.0.take() {
            // A task of its own: it goes on if the caller stops waiting.
            let _ = tokio::spawn(roll_back(conn)).await;
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        let Some(mut conn) = self.0.take() else { return };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(roll_back(conn))),
            Err(_) => conn.discard(),
        }
    }
}

async fn roll_back(mut conn: Conn) {
    conn.set_patience(Duration::from_secs(1));
    match conn.execute(Sql::new("ROLLBACK")).await {
        Ok(_) => {}
        // SQLite has done it already: the disk is full, for instance.
        Err(StoreError::Internal(error)) if error.contains("no transaction is active") => {}
        Err(_) => conn.discard(),
    }
}
