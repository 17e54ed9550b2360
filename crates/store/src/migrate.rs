//! Brings the schema up to date: each file once, in order, in a transaction of its own.

use hoist_model::record::checksum;

use crate::briefs;
use crate::config::StoreConfig;
use crate::conn::{Conn, Tx};
use crate::error::{Result, StoreError};
use crate::pool::Pool;
use crate::sql::Sql;

/// One file of the folder `migrations`.
struct Migration {
    version: u64,
    name: &'static str,
    text: &'static str,
}

/// All of them. A file that was ever released is never edited.
const ALL: &[Migration] = &[
    Migration {
        version: 1,
        name: "control",
        text: include_str!("../migrations/0001_control.sql"),
    },
    Migration {
        version: 2,
        name: "key_use",
        text: include_str!("../migrations/0002_key_use.sql"),
    },
    Migration {
        version: 3,
        name: "change_brief",
        text: include_str!("../migrations/0003_change_brief.sql"),
    },
];

/// Any number that no other program uses: starters of several nodes wait for each other.
const LOCK: i64 = 0x686f_6973_7401;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (\
    version BIGINT NOT NULL PRIMARY KEY, name {text} NOT NULL, checksum BIGINT NOT NULL, \
    applied_at BIGINT NOT NULL)";

impl Migration {
    fn checksum(&self) -> u64 {
        checksum(self.name.as_bytes(), self.version, self.text.as_bytes())
    }
}

/// The version that this program brings the schema to.
pub(crate) fn newest() -> u64 {
    ALL.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Applies what is missing. Versions that this program does not know are the business of
/// `min_writer`.
pub(crate) async fn run(pool: &Pool, config: &StoreConfig) -> Result<()> {
    // Nothing is written when nothing is missing: a full disk must not prevent a start.
    let applied = applied(&mut pool.writer().await?).await?;
    for migration in ALL {
        if !verify(migration, &applied)? {
            apply(pool, migration, config).await?;
        }
    }
    Ok(())
}

async fn apply(pool: &Pool, migration: &Migration, config: &StoreConfig) -> Result<()> {
    let mut tx = Tx::write(pool.writer().await?).await?;
    let conn = tx.conn()?;
    if conn.is_postgres() {
        conn.set_patience(std::time::Duration::from_secs(3600));
        conn.script("SET LOCAL statement_timeout = 0;\nSET LOCAL lock_timeout = '60s'")
            .await?;
        conn.all(Sql::new("SELECT pg_advisory_xact_lock($1)").bind(LOCK))
            .await?;
    }
    conn.script(&for_database(TABLE, conn)).await?;
    if verify(migration, &applied(conn).await?)? {
        return Ok(()); // Another node was faster.
    }
    tracing::info!(
        version = migration.version,
        name = migration.name,
        "migrating the schema"
    );
    conn.script(&for_database(migration.text, conn)).await?;
    match migration.version {
        1 => seed(conn, config).await?,
        3 => briefs::fill(conn).await?,
        _ => {}
    }
    let sql = Sql::new("INSERT INTO migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)");
    let sql = sql
        .bind(migration.version)
        .bind(migration.name)
        .bind(migration.checksum());
    conn.execute(sql.bind(config.now)).await?;
    tx.commit().await
}

/// The end of an empty log.
async fn seed(conn: &mut Conn, config: &StoreConfig) -> Result<()> {
    let sql = Sql::new("INSERT INTO head (one, instance, epoch, revision, min_writer) VALUES (1, $1, $2, 0, 1)");
    conn.execute(sql.bind(config.instance).bind(&config.epoch))
        .await
        .map(drop)
}

/// Version and checksum of what is applied; nothing if the database is new.
async fn applied(conn: &mut Conn) -> Result<Vec<(u64, u64)>> {
    match conn
        .all(Sql::new("SELECT version, checksum FROM migration").rare())
        .await
    {
        Ok(rows) => rows
            .iter()
            .map(|row| Ok((row.unsigned(0)?, row.unsigned(1)?)))
            .collect(),
        Err(StoreError::Internal(error)) if is_new(&error) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_new(error: &str) -> bool {
    error.contains("no such table") || error.contains("42P01")
}

/// Whether it is applied. Refuses a file that was edited after it was applied.
fn verify(migration: &Migration, applied: &[(u64, u64)]) -> Result<bool> {
    match applied.iter().find(|(version, _)| *version == migration.version) {
        None => Ok(false),
        Some((_, checksum)) if *checksum == migration.checksum() => Ok(true),
        Some(_) => Err(StoreError::Invalid(format!(
            "migration {} ({}) was applied with another text",
            migration.version, migration.name
        ))),
    }
}

fn for_database(text: &str, conn: &Conn) -> String {
    let (string, bytes, clustered) = if conn.is_postgres() {
        ("TEXT COLLATE \"C\"", "BYTEA", "")
    } else {
        ("TEXT", "BLOB", "WITHOUT ROWID")
    };
    text.replace("{text}", string)
        .replace("{bytes}", bytes)
        .replace("{clustered}", clustered)
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn versions_are_dense() {
        let versions: Vec<u64> = ALL.iter().map(|migration| migration.version).collect();
        let expected: Vec<u64> = (1..=ALL.len() as u64).collect();
        assert_eq!(versions, expected);
    }
}
