//! Large entries of the log in brief, beside the log: a list need not read an import of megabytes to name it.

use hoist_model::brief::Brief;
use hoist_model::log::LogEntry;
use hoist_model::record::checksum;

use crate::conn::Conn;
use crate::error::{Result, StoreError};
use crate::log::{self, COLUMNS};
use crate::sql::{Row, Sql};

/// Entries longer than this have a row of their own for lists.
const LARGE_BYTES: u64 = 64 * 1024;

/// What finds briefs beside the rows of `change`: their columns follow those of [`COLUMNS`], `at` and `project`.
pub(crate) const SELECT: &str = "SELECT change.change_id, change.revision, \
    CASE WHEN change_brief.revision IS NULL THEN change.body END, change.checksum, change.at, change.project, \
    change_brief.body, change_brief.checksum, CAST(OCTET_LENGTH(change.body) AS BIGINT) \
    FROM change LEFT JOIN change_brief ON change_brief.revision = change.revision";

/// What a brief vouches for besides itself: which entry it is of.
struct Of {
    checksum: u64,
    bytes: u64,
}

impl Of {
    fn seal(&self, brief: &str) -> u64 {
        checksum(&self.checksum.to_le_bytes(), self.bytes, brief.as_bytes())
    }
}

/// Writes the brief of an entry whose body is large.
pub(crate) async fn write(conn: &mut Conn, entry: &LogEntry, body: &str, checksum: u64) -> Result<()> {
    let bytes = body.len() as u64;
    if bytes <= LARGE_BYTES {
        return Ok(());
    }
    let brief = serde_json::to_string(&Brief::of(entry)).map_err(|error| StoreError::Invalid(error.to_string()))?;
    let seal = Of { checksum, bytes }.seal(&brief);
    let sql = Sql::new("INSERT INTO change_brief (revision, body, checksum) VALUES ($1, $2, $3)");
    let sql = sql.bind(entry.revision).bind(&brief).bind(seal);
    conn.execute(sql.rare()).await.map(drop)
}

/// Reads a row of [`SELECT`]; none if it has no brief, or one that is not of this entry.
pub(crate) fn read(row: &Row) -> Option<Brief> {
    let body = row.text_or_null(6).ok()??;
    let of = Of {
        checksum: row.unsigned(3).ok()?,
        bytes: row.unsigned(8).ok()?,
    };
    if of.seal(body) != row.unsigned(7).ok()? {
        return None;
    }
    let brief: Brief = serde_json::from_str(body).ok()?;
    (row.unsigned(1) == Ok(brief.revision)).then_some(brief)
}

/// Briefs for the entries that were written before there were any. Damaged ones get none.
pub(crate) async fn fill(conn: &mut Conn) -> Result<()> {
    let sql = Sql::new("SELECT revision FROM change WHERE OCTET_LENGTH(body) > $1 ORDER BY revision");
    for found in conn.all(sql.bind(LARGE_BYTES).rare()).await? {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS)
            .push(" FROM change WHERE revision = ")
            .value(found.unsigned(0)?);
        let row = conn.one(sql).await?;
        match log::read(&row) {
            Ok(entry) => write(conn, &entry, row.text(2)?, row.unsigned(3)?).await?,
            Err(StoreError::Damaged(damaged)) => tracing::warn!(%damaged, "an entry that is damaged has no brief"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
