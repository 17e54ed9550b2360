//! Rows of documents.

use hoist_model::Id;
use hoist_model::record::{Kind, Record, checksum};
use serde_json::value::RawValue;

use crate::conn::Conn;
use crate::error::{Conflict, Damaged, Result, StoreError};
use crate::sql::{Row, Sql};

/// Creates or replaces a document, if it is as `before` says.
pub(crate) async fn put(conn: &mut Conn, before: Option<&Record>, after: &Record) -> Result<()> {
    let sum = sum(after);
    let done = match before {
        None => insert(conn, after, sum).await,
        Some(before) if before.id == after.id && before.kind == after.kind => {
            let sql = Sql::new(
                "UPDATE document SET scope = $3, key = $4, revision = $5, v = $6, body = $7, \
                 checksum = $8 WHERE id = $1 AND kind = $2 AND revision = $9",
            );
            match conn.execute(bind(sql, after, sum).bind(before.revision)).await {
                Ok(0) if clear_damaged(conn, before).await? => insert(conn, after, sum).await,
                done => done,
            }
        }
        Some(_) => {
            let problem = format!("document {}: before and after differ in id or kind", after.id);
            return Err(StoreError::Invalid(problem));
        }
    };
    match done {
        Ok(0) => Err(stale(after.id, before.map_or(0, |before| before.revision))),
        Ok(_) => Ok(()),
        Err(error) if error.is_exists() => Err(StoreError::Conflict(Conflict::Key {
            kind: after.kind,
            scope: after.scope,
            key: after.key.clone(),
        })),
        Err(error) => Err(error),
    }
}

async fn insert(conn: &mut Conn, record: &Record, sum: u64) -> Result<u64> {
    let sql = Sql::new(
        "INSERT INTO document (id, kind, scope, key, revision, v, body, checksum) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    conn.execute(bind(sql, record, sum)).await
}

/// Removes damaged rows that stand where a document should be; whether there were any. Their document was taken from
/// the log when it was loaded, so the next change of it mends the table.
async fn clear_damaged(conn: &mut Conn, record: &Record) -> Result<bool> {
    let mut sql = Sql::new(SELECT);
    sql.push(" WHERE id = ")
        .value(record.id)
        .push(" OR (kind = ")
        .value(record.kind.as_str())
        .push(" AND scope = ")
        .value(scope(record))
        .push(" AND key = ")
        .value(&record.key)
        .push(")");
    let rows = conn.all(sql.rare()).await?;
    if rows.is_empty() || rows.iter().any(|row| read(row).is_ok()) {
        return Ok(false);
    }
    for row in rows {
        let id = row.text(0)?.split(' ').next().unwrap_or_default().to_owned();
        let sql = Sql::new("DELETE FROM document WHERE id = $1").bind(id);
        conn.execute(sql.rare()).await?;
    }
    Ok(true)
}

/// Removes a document, if it is as `before` says.
pub(crate) async fn remove(conn: &mut Conn, before: &Record) -> Result<()> {
    let sql = Sql::new("DELETE FROM document WHERE id = $1 AND kind = $2 AND revision = $3")
        .bind(before.id)
        .bind(before.kind.as_str())
        .bind(before.revision);
    match conn.execute(sql).await? {
        0 if clear_damaged(conn, before).await? => Ok(()),
        0 => Err(stale(before.id, before.revision)),
        _ => Ok(()),
    }
}

/// What [`read`] expects.
///
/// Two columns instead of eight: SQLite's driver copies each value of each row on its own and hands
/// it to another thread, which costs more than everything else here. Only keys may hold spaces.
const SELECT: &str = "SELECT id || ' ' || kind || ' ' || scope || ' ' || revision || ' ' || v || ' ' || checksum || ' ' || key, \
                      body FROM document";

/// Hands over every document, in any order, and says which are damaged. One at a time: all of them as text
/// would take more memory than what is made of them.
pub(crate) async fn load(conn: &mut Conn, mut each: impl FnMut(Record) + Send) -> Result<Rows> {
    let mut rows = Rows::default();
    conn.each(Sql::new(SELECT), |row| {
        rows.seen += 1;
        match read(&row) {
            Ok(record) => each(record),
            Err(damaged) => rows.damaged.push(damaged),
        }
    })
    .await?;
    Ok(rows)
}

/// How many rows there are, as SQLite's index of them says: a damaged page may hide some of the table.
pub(crate) async fn count(conn: &mut Conn) -> Result<u64> {
    conn.one(Sql::new("SELECT COUNT(*) FROM document")).await?.unsigned(0)
}

/// What a look at all rows has found, beside the good ones.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Good and damaged.
    pub(crate) seen: u64,
    /// Those that are not what was written.
    pub(crate) damaged: Vec<Damaged>,
}

fn bind<'a>(sql: Sql<'a>, record: &'a Record, sum: u64) -> Sql<'a> {
    sql.bind(record.id)
        .bind(record.kind.as_str())
        .bind(scope(record))
        .bind(&record.key)
        .bind(record.revision)
        .bind(record.v)
        .bind(record.body.get())
        .bind(sum)
}

fn scope(record: &Record) -> String {
    record.scope.map(|scope| scope.to_string()).unwrap_or_default()
}

const fn stale(document: Id, expected: u64) -> StoreError {
    StoreError::Conflict(Conflict::Stale { document, expected })
}

/// Covers the whole row: beside the body also kind, scope, key and `v`. None of them holds U+0000.
fn sum(record: &Record) -> u64 {
    let (kind, scope) = (record.kind.as_str(), scope(record));
    sum_of(&record.id.to_string(), kind, &scope, &record.key, record)
}

fn sum_of(id: &str, kind: &str, scope: &str, key: &str, record: &Record) -> u64 {
    let head = format!("{id}\0{kind}\0{scope}\0{key}\0{}", record.v);
    checksum(head.as_bytes(), record.revision, record.body.get().as_bytes())
}

fn read(row: &Row) -> Result<Record, Damaged> {
    let head = row.text(0).unwrap_or_default();
    let id = head.split(' ').next().unwrap_or_default();
    let damaged = |problem: String| Damaged::new("document", id, problem);
    let body = row.text(1).map_err(|error| damaged(error.to_string()))?;
    let body = RawValue::from_string(body.to_owned()).map_err(|error| damaged(format!("body: {error}")))?;
    read_head(head, body).map_err(damaged)
}

fn read_head(head: &str, body: Box<RawValue>) -> Result<Record, String> {
    let mut parts = head.splitn(7, ' ');
    let mut next = || parts.next().ok_or("the row is not readable");
    let (id, kind, scope) = (next()?, next()?, next()?);
    let (revision, v, expected, key) = (next()?, next()?, next()?, next()?);
    let record = Record {
        kind: Kind::parse(kind).ok_or_else(|| format!("unknown kind {kind:?}"))?,
        id: id.parse().map_err(|_| "the id is none")?,
        scope: match scope {
            "" => None,
            scope => Some(scope.parse().map_err(|_| "the scope is no id")?),
        },
        key: key.to_owned(),
        revision: revision.parse().map_err(|_| "the revision is no number")?,
        v: v.parse().map_err(|_| "v is no number")?,
        body,
    };
    if expected.parse() != Ok(sum_of(id, kind, scope, key, &record).cast_signed()) {
        return Err("checksum does not match".to_owned());
    }
    Ok(record)
}
