//! Rows from one database into another, whichever kind either is: what backups and restores are made of.
//!
//! How to extend: a new table is a line in [`TABLES`], unless what it holds ends with the process or the day.

use crate::conn::Conn;
use crate::error::Result;
use crate::sql::{Arg, Row, Sql};

/// What a column holds.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Int,
    Bytes,
}

/// A table that is copied.
struct Table {
    name: &'static str,
    columns: &'static str,
    types: &'static [Type],
    /// How many of the first columns are the primary key.
    key: usize,
    /// `(the key) > `, to read on.
    after: &'static str,
    order: &'static str,
}

use Type::{Bytes, Int, Text};

/// Sessions and remembered answers stay behind: they belong to the epoch that ends.
const TABLES: &[Table] = &[
    Table {
        name: "document",
        columns: "id, kind, scope, key, revision, v, body, checksum",
        types: &[Text, Text, Text, Text, Int, Int, Text, Int],
        key: 1,
        after: " WHERE (id) > ",
        order: " ORDER BY id LIMIT ",
    },
    Table {
        name: "member",
        columns: "segment, subject, join_seq, checksum",
        types: &[Text, Text, Int, Int],
        key: 2,
        after: " WHERE (segment, subject) > ",
        order: " ORDER BY segment, subject LIMIT ",
    },
    Table {
        name: "change",
        columns: "revision, change_id, at, actor_kind, actor_id, token_id, project, summary, note, body, checksum",
        types: &[Int, Text, Int, Text, Text, Text, Text, Text, Text, Text, Int],
        key: 1,
        after: " WHERE (revision) > ",
        order: " ORDER BY revision LIMIT ",
    },
    Table {
        name: "change_ref",
        columns: "role, id, revision",
        types: &[Text, Text, Int],
        key: 3,
        after: " WHERE (role, id, revision) > ",
        order: " ORDER BY role, id, revision LIMIT ",
    },
    Table {
        name: "change_brief",
        columns: "revision, body, checksum",
        types: &[Int, Text, Int],
        key: 1,
        after: " WHERE (revision) > ",
        order: " ORDER BY revision LIMIT ",
    },
    Table {
        name: "secret",
        columns: "owner, kind, value",
        types: &[Text, Text, Bytes],
        key: 2,
        after: " WHERE (owner, kind) > ",
        order: " ORDER BY owner, kind LIMIT ",
    },
    Table {
        name: "key_use",
        columns: "id, minute",
        types: &[Text, Int],
        key: 1,
        after: " WHERE (id) > ",
        order: " ORDER BY id LIMIT ",
    },
];

/// Rows read at once, and written with one statement.
const PAGE: u32 = 100;

/// A value out of a row.
enum Value {
    Text(Option<String>),
    Int(i64),
    Bytes(Vec<u8>),
}

impl Value {
    fn read(row: &Row, column: usize, of: Type) -> Result<Self> {
        Ok(match of {
            Text => Self::Text(row.text_or_null(column)?.map(str::to_owned)),
            Int => Self::Int(row.int(column)?),
            Bytes => Self::Bytes(row.bytes(column)?.to_vec()),
        })
    }

    fn arg(&self) -> Arg<'_> {
        match self {
            Self::Text(text) => Arg::Text(text.as_deref().map(Into::into)),
            Self::Int(number) => Arg::Int(*number),
            Self::Bytes(bytes) => Arg::Bytes(bytes),
        }
    }
}

/// Copies every table; `progress` is told how many rows there are so far. The target's tables are empty.
pub(crate) async fn all(from: &mut Conn, to: &mut Conn, progress: &mut (dyn FnMut(u64) + Send)) -> Result<u64> {
    let mut copied = 0;
    for table in TABLES {
        let mut last: Vec<Value> = Vec::new();
        loop {
            let page = read(from, table, &last).await?;
            write(to, table, &page).await?;
            copied += page.len() as u64;
            progress(copied);
            if page.len() < PAGE as usize {
                break;
            }
            last = page.into_iter().next_back().unwrap_or_default();
            last.truncate(table.key);
        }
    }
    Ok(copied)
}

async fn read(from: &mut Conn, table: &Table, last: &[Value]) -> Result<Vec<Vec<Value>>> {
    let mut sql = Sql::new("SELECT ");
    sql.push(table.columns).push(" FROM ").push(table.name);
    if !last.is_empty() {
        sql.push(table.after).push("(");
        sql.values(last.iter().map(Value::arg)).push(")");
    }
    sql.push(table.order).value(PAGE);
    let rows = from.all(sql).await?;
    let value = |row: &Row| -> Result<Vec<Value>> {
        let columns = table.types.iter().enumerate();
        columns.map(|(at, of)| Value::read(row, at, *of)).collect()
    };
    rows.iter().map(value).collect()
}

async fn write(to: &mut Conn, table: &Table, page: &[Vec<Value>]) -> Result<()> {
    if page.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(table.name).push(" (").push(table.columns).push(") VALUES ");
    for (n, row) in page.iter().enumerate() {
        sql.push(if n == 0 { "(" } else { ", (" });
        sql.values(row.iter().map(Value::arg)).push(")");
    }
    let sql = if page.len() == PAGE as usize { sql } else { sql.rare() };
    to.execute(sql).await.map(drop)
}

/// Empties every table that is copied, and what belongs to the epoch that ends.
pub(crate) async fn clear(conn: &mut Conn) -> Result<()> {
    for name in ["session", "idempotency"]
        .into_iter()
        .chain(TABLES.iter().map(|table| table.name))
    {
        let mut sql = Sql::new("DELETE FROM ");
        sql.push(name);
        conn.execute(sql).await?;
    }
    Ok(())
}
