//! Rows of documents.

use hoist_model::Id;
use hoist_model::record::{Kind, Record, checksum};
use serde_json::value::RawValue;

use crate::conn::Conn;
use crate::error::{Conflict, Damaged, Result, StoreError};
use crate::sql::{Row, Sql};

const TABLE: &str = "document";

/// Creates or replaces a document, if it is as `before` says.
pub(crate) async fn put(conn: &mut Conn, before: Option<&Record>, after: &Record) -> Result<()> {
    let sum = sum(after);
    let done = match before {
        None => {
            let sql = Sql::new(
                "INSERT INTO document (id, kind, scope, key, revision, v, body, checksum) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            );
            conn.execute(bind(sql, after, sum)).await
        }
        Some(before) if before.id == after.id && before.kind == after.kind => {
            let sql = Sql::new(
                "UPDATE document SET scope = $3, key = $4, revision = $5, v = $6, body = $7, \
                 checksum = $8 WHERE id = $1 AND kind = $2 AND revision = $9",
            );
            conn.execute(bind(sql, after, sum).bind(before.revision)).await
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

/// Removes a document, if it is as `before` says.
pub(crate) async fn remove(conn: &mut Conn, before: &Record) -> Result<()> {
    let sql = Sql::new("DELETE FROM document WHERE id = $1 AND kind = $2 AND revision = $3")
        .bind(before.id)
        .bind(before.kind.as_str())
        .bind(before.revision);
    match conn.execute(sql).await? {
        0 => Err(stale(before.id, before.revision)),
        _ => Ok(()),
    }
}

/// Every document, in an order in which documents can be loaded, and those that are damaged.
pub(crate) async fn load(conn: &mut Conn) -> Result<(Vec<Record>, Vec<Damaged>)> {
    let sql = Sql::new("SELECT id, kind, scope, key, revision, v, body, checksum FROM document");
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    conn.each(sql, |row| match read(&row) {
        Ok(record) => good.push(record),
        Err(damaged) => bad.push(damaged),
    })
    .await?;
    good.sort_unstable_by_key(|record| (record.kind, record.id));
    Ok((good, bad))
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
    let damaged = |problem: String| Damaged {
        table: TABLE,
        id: row.text(0).unwrap_or("?").to_owned(),
        problem,
    };
    let unreadable = |error: StoreError| damaged(error.to_string());
    let (id, kind) = (row.text(0).map_err(unreadable)?, row.text(1).map_err(unreadable)?);
    let (scope, key) = (row.text(2).map_err(unreadable)?, row.text(3).map_err(unreadable)?);
    let body = row.text(6).map_err(unreadable)?.to_owned();
    let record = Record {
        kind: Kind::parse(kind).ok_or_else(|| damaged(format!("unknown kind {kind:?}")))?,
        id: row.id(0).map_err(unreadable)?,
        scope: if scope.is_empty() {
            None
        } else {
            Some(row.id(2).map_err(unreadable)?)
        },
        key: key.to_owned(),
        revision: row.unsigned(4).map_err(unreadable)?,
        v: u32::try_from(row.int(5).map_err(unreadable)?).map_err(|error| damaged(format!("v: {error}")))?,
        body: RawValue::from_string(body).map_err(|error| damaged(format!("body: {error}")))?,
    };
    if sum_of(id, kind, scope, key, &record) != row.unsigned(7).map_err(unreadable)? {
        return Err(damaged("checksum does not match".to_owned()));
    }
    Ok(record)
}
