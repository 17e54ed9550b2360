//! People who are signed in. Runtime state: no session is in the log.

use std::fmt;

use hoist_model::Id;
use jiff::Timestamp;

use crate::conn::Conn;
use crate::error::{Result, StoreError};
use crate::sql::{Row, Sql};
use crate::store::Store;

/// SHA-256 of a session's token; the token itself is only in the cookie.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionDigest(pub [u8; 32]);

impl fmt::Debug for SessionDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionDigest(***)")
    }
}

/// One sign-in of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Finds it.
    pub digest: SessionDigest,
    /// The user document.
    pub user: Id,
    /// When they signed in.
    pub created: Timestamp,
    /// When it ends, whatever happens.
    pub expires: Timestamp,
    /// Last request, roughly.
    pub last_seen: Timestamp,
    /// Network address at sign-in.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

const SELECT: &str = "SELECT digest, user_id, created, expires, last_seen, address, agent FROM session WHERE ";

fn read(row: &Row) -> Result<Session> {
    let digest = row.bytes(0)?.try_into();
    let digest = digest.map_err(|_| StoreError::damaged("session", "?", "digest of wrong length"))?;
    Ok(Session {
        digest: SessionDigest(digest),
        user: row.id(1)?,
        created: row.time(2)?,
        expires: row.time(3)?,
        last_seen: row.time(4)?,
        address: row.text(5)?.to_owned(),
        agent: row.text(6)?.to_owned(),
    })
}

/// Ends every session of a person: whoever held one knew a password that holds no longer.
pub(crate) async fn end_all(conn: &mut Conn, user: Id) -> Result<()> {
    let sql = Sql::new("DELETE FROM session WHERE user_id = $1").bind(user);
    conn.execute(sql).await.map(drop)
}

impl Store {
    /// Keeps a new session.
    pub async fn create_session(&self, session: &Session) -> Result<()> {
        let sql = Sql::new(
            "INSERT INTO session (digest, user_id, created, expires, last_seen, address, agent) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(session.digest.0.as_slice())
        .bind(session.user)
        .bind(session.created)
        .bind(session.expires)
        .bind(session.last_seen)
        .bind(&session.address)
        .bind(&session.agent);
        self.writer().await?.execute(sql).await.map(drop)
    }

    /// The session with this digest, unless it has ended.
    pub async fn session(&self, digest: SessionDigest, now: Timestamp) -> Result<Option<Session>> {
        let mut sql = Sql::new(SELECT);
        sql.push("digest = ")
            .value(digest.0.as_slice())
            .push(" AND expires > ")
            .value(now);
        self.reader().await?.optional(sql).await?.as_ref().map(read).transpose()
    }

    /// Sessions of a person that have not ended, the latest seen first.
    pub async fn sessions_of(&self, user: Id, now: Timestamp) -> Result<Vec<Session>> {
        let mut sql = Sql::new(SELECT);
        sql.push("user_id = ").value(user).push(" AND expires > ").value(now);
        sql.push(" ORDER BY last_seen DESC, digest");
        self.reader().await?.all(sql).await?.iter().map(read).collect()
    }

    /// Notes when it was seen. False if there is no such session.
    pub async fn touch_session(&self, digest: SessionDigest, seen: Timestamp) -> Result<bool> {
        let sql = Sql::new("UPDATE session SET last_seen = $2 WHERE digest = $1")
            .bind(digest.0.as_slice())
            .bind(seen);
        Ok(self.writer().await?.execute(sql).await? > 0)
    }

    /// Ends it. False if there is no such session.
    pub async fn delete_session(&self, digest: SessionDigest) -> Result<bool> {
        let sql = Sql::new("DELETE FROM session WHERE digest = $1").bind(digest.0.as_slice());
        Ok(self.writer().await?.execute(sql).await? > 0)
    }

    /// Ends all sessions of a person, except perhaps one, and says how many.
    pub async fn delete_sessions_of(&self, user: Id, except: Option<SessionDigest>) -> Result<u64> {
        let mut sql = Sql::new("DELETE FROM session WHERE user_id = $1").bind(user);
        if let Some(except) = &except {
            sql.push(" AND digest <> ").value(except.0.as_slice());
        }
        self.writer().await?.execute(sql).await
    }

    /// Removes sessions that have ended and says how many.
    pub async fn purge_sessions(&self, now: Timestamp) -> Result<u64> {
        let sql = Sql::new("DELETE FROM session WHERE expires <= $1").bind(now);
        self.writer().await?.execute(sql).await
    }
}
