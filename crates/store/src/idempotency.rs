//! Answers that are remembered for requests that come twice.

use std::time::Duration;

use jiff::Timestamp;

use crate::conn::Conn;
use crate::error::Result;
use crate::sql::Sql;
use crate::store::Store;

/// How long an answer is kept.
pub const REMEMBER_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// An answer to keep with the change that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remember {
    /// Whose key it is: the credential, for instance.
    pub scope: String,
    /// The key that the client made.
    pub key: String,
    /// Tells whether the same request comes again: a hash of its body.
    pub fingerprint: String,
    /// What to answer.
    pub answer: String,
}

/// An answer that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Of the request that was answered.
    pub fingerprint: String,
    /// What was answered.
    pub answer: String,
}

pub(crate) async fn find(conn: &mut Conn, scope: &str, key: &str) -> Result<Option<Remembered>> {
    let sql = Sql::new("SELECT fingerprint, answer FROM idempotency WHERE scope = $1 AND key = $2");
    let Some(row) = conn.optional(sql.bind(scope).bind(key)).await? else {
        return Ok(None);
    };
    let (fingerprint, answer) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
    Ok(Some(Remembered { fingerprint, answer }))
}

pub(crate) async fn keep(conn: &mut Conn, remember: &Remember, at: Timestamp) -> Result<()> {
    let sql = Sql::new(
        "INSERT INTO idempotency (scope, key, fingerprint, answer, at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (scope, key) DO UPDATE SET \
         fingerprint = excluded.fingerprint, answer = excluded.answer, at = excluded.at",
    )
    .bind(&remember.scope)
    .bind(&remember.key)
    .bind(&remember.fingerprint)
    .bind(&remember.answer)
    .bind(at);
    conn.execute(sql).await.map(drop)
}

impl Store {
    /// Forgets answers older than [`REMEMBER_FOR`] and says how many.
    pub async fn purge_remembered(&self, now: Timestamp) -> Result<u64> {
        let oldest = now.saturating_sub(REMEMBER_FOR).unwrap_or(Timestamp::MIN);
        let sql = Sql::new("DELETE FROM idempotency WHERE at < $1").bind(oldest);
        self.writer().await?.execute(sql).await
    }
}
