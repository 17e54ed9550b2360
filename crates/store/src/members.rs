//! Rows of segment members: set-based, so that long lists take few statements.

use hoist_model::Id;
use hoist_model::record::checksum;

use crate::conn::Conn;
use crate::error::{Damaged, Result, StoreError};
use crate::sql::{Row, Sql};
use crate::store::Store;

/// Rows in one statement. SQLite's time for a statement grows with the square of its placeholders.
const ROWS: usize = 200;

/// Bits of a join sequence that count within one change.
const WITHIN: u32 = 24;

/// A subject of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentMember {
    /// Subject key.
    pub subject: String,
    /// See [`join_seq`].
    pub joined: u64,
}

/// Some members of a segment, ordered by the bytes of their subject keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberPage {
    /// Those that can be read; damaged rows are left out.
    pub members: Vec<SegmentMember>,
    /// Where the next page starts: pass it as `after`. Absent on the last page.
    pub next: Option<String>,
}

/// Orders all joins of the instance: the number of the change, then the position among all the
/// members that the change adds.
pub const fn join_seq(revision: u64, position: u64) -> u64 {
    (revision << WITHIN) | position
}

/// Adds those that are not in yet. `position` is that of the first one; gives that after the last.
pub(crate) async fn add(conn: &mut Conn, segment: Id, members: &[String], revision: u64, position: u64) -> Result<u64> {
    let end = position + members.len() as u64;
    if end >= 1 << WITHIN {
        return Err(StoreError::Invalid("too many members in one change".to_owned()));
    }
    let firsts = (join_seq(revision, position)..).step_by(ROWS);
    for (chunk, first) in members.chunks(ROWS).zip(firsts) {
        let mut sql = Sql::new("INSERT INTO member (segment, subject, join_seq, checksum) VALUES ").bind(segment);
        for (subject, seq) in chunk.iter().zip(first..) {
            sql.push(if seq == first { "($1, " } else { ", ($1, " });
            sql.value(subject).push(", ").value(seq).push(", ");
            sql.value(sum(segment, subject, seq)).push(")");
        }
        sql.push(" ON CONFLICT (segment, subject) DO NOTHING");
        conn.execute(if chunk.len() == ROWS { sql } else { sql.rare() }).await?;
    }
    Ok(end)
}

/// Removes those that are in.
pub(crate) async fn remove(conn: &mut Conn, segment: Id, members: &[String]) -> Result<()> {
    for chunk in members.chunks(ROWS) {
        let mut sql = Sql::new("DELETE FROM member WHERE segment = $1 AND subject IN (").bind(segment);
        sql.values(chunk).push(")");
        conn.execute(if chunk.len() == ROWS { sql } else { sql.rare() }).await?;
    }
    Ok(())
}

/// The member lists of all segments, each in the order of joining.
pub(crate) type Lists = Vec<(Id, Vec<String>)>;

/// What [`read`] expects, in one column: see [`crate::documents::load`]. Only subjects may hold spaces.
const SELECT: &str = "SELECT segment || ' ' || join_seq || ' ' || checksum || ' ' || subject FROM member ";

/// Every member list and the damaged rows.
pub(crate) async fn load(conn: &mut Conn) -> Result<(Lists, Vec<Damaged>)> {
    let mut sql = Sql::new(SELECT);
    sql.push("ORDER BY segment, subject");
    let (mut bad, mut lists) = (Vec::new(), Vec::<(Id, Vec<SegmentMember>)>::new());
    conn.each(sql, |row| match read(&row) {
        Ok((segment, member)) => match lists.last_mut() {
            Some((last, list)) if *last == segment => list.push(member),
            _ => lists.push((segment, vec![member])),
        },
        Err(damaged) => bad.push(damaged),
    })
    .await?;
    let lists = lists.into_iter().map(|(segment, mut list)| {
        list.sort_unstable_by_key(|member| member.joined);
        (segment, list.into_iter().map(|member| member.subject).collect())
    });
    Ok((lists.collect(), bad))
}

fn sum(segment: Id, subject: &str, seq: u64) -> u64 {
    checksum(segment.as_bytes(), seq, subject.as_bytes())
}

fn read(row: &Row) -> Result<(Id, SegmentMember), Damaged> {
    let text = row.text(0).unwrap_or_default();
    match parse(text) {
        Some((segment, member, expected)) if sum(segment, &member.subject, member.joined) == expected => {
            Ok((segment, member))
        }
        Some((segment, member, _)) => Err(Damaged::new(
            "member",
            format!("{segment}/{}", member.subject),
            "checksum does not match",
        )),
        None => Err(Damaged::new("member", text, "the row is not readable")),
    }
}

/// Segment, member and checksum.
fn parse(text: &str) -> Option<(Id, SegmentMember, u64)> {
    let mut parts = text.splitn(4, ' ');
    let segment = parts.next()?.parse().ok()?;
    let joined = parts.next()?.parse::<i64>().ok()?.cast_unsigned();
    let expected = parts.next()?.parse::<i64>().ok()?.cast_unsigned();
    let subject = parts.next()?.to_owned();
    Some((segment, SegmentMember { subject, joined }, expected))
}

impl Store {
    /// Members of a segment whose keys start with `prefix`, from the one after `after`.
    pub async fn members(&self, segment: Id, after: Option<&str>, prefix: &str, limit: u32) -> Result<MemberPage> {
        let mut sql = Sql::new(SELECT);
        sql.push("WHERE segment = ")
            .value(segment)
            .push(" AND subject >= ")
            .value(prefix);
        if let Some(after) = after {
            sql.push(" AND subject > ").value(after);
        }
        if let Some(end) = end_of_prefix(prefix) {
            sql.push(" AND subject < ").value(end);
        }
        sql.push(" ORDER BY subject LIMIT ").value(limit);
        let rows = self.reader().await?.all(sql).await?;
        let full = rows.len() as u64 == u64::from(limit);
        let last = rows.last().filter(|_| full).and_then(|row| parse(row.text(0).ok()?));
        let mut members = Vec::with_capacity(rows.len());
        for row in &rows {
            match read(row) {
                Ok((_, member)) => members.push(member),
                Err(damaged) => tracing::error!(%damaged, "left out"),
            }
        }
        Ok(MemberPage {
            members,
            next: last.map(|(_, member, _)| member.subject),
        })
    }

    /// How many members a segment has.
    pub async fn member_count(&self, segment: Id) -> Result<u64> {
        let sql = Sql::new("SELECT COUNT(*) FROM member WHERE segment = $1").bind(segment);
        self.reader().await?.one(sql).await?.unsigned(0)
    }
}

/// The least text that is greater than all texts with the prefix, if there is one.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{end_of_prefix, join_seq};

    #[test]
    fn prefixes_end() {
        assert_eq!(end_of_prefix("ab").as_deref(), Some("ac"));
        assert_eq!(end_of_prefix("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(end_of_prefix("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(end_of_prefix("\u{10ffff}"), None);
        assert_eq!(end_of_prefix(""), None);
    }

    #[test]
    fn joins_are_ordered() {
        assert!(join_seq(1, (1 << 24) - 1) < join_seq(2, 0));
        assert!(join_seq(2, 0) < join_seq(2, 1));
    }
}
