//! What the rows have lost, the log still has: it holds each document as every change left it, and who joined and left
//! a segment, under checksums of its own. Only asked when rows are damaged or missing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use hoist_model::Id;
use hoist_model::log::{Effect, LogEntry};
use hoist_model::record::Record;

use crate::conn::Conn;
use crate::documents;
use crate::error::{Damaged, Fate, Result};
use crate::log::{self, role};
use crate::members::Lists;
use crate::sql::Sql;

/// Hands over the documents that are missing among the good rows, or older there than in the log, as the log has them.
pub(crate) async fn documents(
    conn: &mut Conn,
    damaged: &mut Vec<Damaged>,
    mut each: impl FnMut(Record) + Send,
) -> Result<()> {
    let mut good: HashMap<Id, u64> = HashMap::new();
    documents::load(conn, |record| {
        good.insert(record.id, record.revision);
    })
    .await?;
    for (revision, mut ids) in last_changes(conn).await? {
        ids.retain(|id| good.get(id).is_none_or(|known| *known < revision));
        if ids.is_empty() {
            continue;
        }
        let Some(entry) = entry(conn, revision).await? else {
            continue;
        };
        for record in left_by(entry, &ids) {
            note(damaged, record.id, good.contains_key(&record.id));
            each(record);
        }
    }
    Ok(())
}

/// The youngest change of each document: for each such change, the documents.
async fn last_changes(conn: &mut Conn) -> Result<BTreeMap<u64, HashSet<Id>>> {
    let sql = Sql::new("SELECT id, MAX(revision) FROM change_ref WHERE role = $1 GROUP BY id").bind(role::DOCUMENT);
    let mut changes: BTreeMap<u64, HashSet<Id>> = BTreeMap::new();
    for row in conn.all(sql.rare()).await? {
        changes.entry(row.unsigned(1)?).or_default().insert(row.id(0)?);
    }
    Ok(changes)
}

/// These documents as a change left them, but for those that it removed.
fn left_by(entry: LogEntry, ids: &HashSet<Id>) -> impl Iterator<Item = Record> {
    let mut left: HashMap<Id, Option<Record>> = HashMap::new();
    for effect in entry.effects {
        let (id, after) = match effect {
            Effect::Put { after, .. } => (after.id, Some(after)),
            Effect::Remove { before } => (before.id, None),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => continue,
        };
        if ids.contains(&id) {
            left.insert(id, after);
        }
    }
    left.into_values().flatten()
}

/// An entry; none if it is damaged.
async fn entry(conn: &mut Conn, revision: u64) -> Result<Option<LogEntry>> {
    let mut sql = Sql::new("SELECT ");
    sql.push(log::COLUMNS)
        .push(" FROM change WHERE revision = ")
        .value(revision);
    let row = conn.optional(sql).await?;
    Ok(row.and_then(|row| log::read(&row).ok()))
}

/// Says of a row that the log stands in for it. One that nobody has noted yet is missing, or of an earlier time.
fn note(damaged: &mut Vec<Damaged>, id: Id, is_there: bool) {
    let name = id.to_string();
    let known = damaged.iter().position(|row| row.id == name);
    let place = known.unwrap_or_else(|| {
        let problem = if is_there {
            "the row is older than the log"
        } else {
            "the row is missing"
        };
        damaged.push(Damaged::new("document", name, problem));
        damaged.len() - 1
    });
    damaged[place].fate = Fate::TakenFromLog;
}

/// Puts all member lists together from the log: where some rows are damaged, others may be hidden.
pub(crate) async fn members(conn: &mut Conn, damaged: &mut [Damaged], lists: &mut Lists) -> Result<()> {
    let mut lost = BTreeSet::new();
    for segment in segments(conn).await? {
        match joined(conn, segment).await? {
            Some(list) => {
                lists.retain(|(id, _)| *id != segment);
                if !list.is_empty() {
                    lists.push((segment, list));
                }
            }
            None => {
                lost.insert(segment);
            }
        }
    }
    for row in damaged {
        let segment = row.id.split_once('/').and_then(|(segment, _)| segment.parse().ok());
        if segment.map_or(lost.is_empty(), |segment: Id| !lost.contains(&segment)) {
            row.fate = Fate::TakenFromLog;
        }
    }
    Ok(())
}

/// Segments that ever had member rows.
async fn segments(conn: &mut Conn) -> Result<BTreeSet<Id>> {
    let sql = Sql::new("SELECT DISTINCT id FROM change_ref WHERE role = $1").bind(role::MEMBERS);
    conn.all(sql.rare()).await?.iter().map(|row| row.id(0)).collect()
}

/// Subjects of a segment in the order of joining; none if the log is damaged there, too.
async fn joined(conn: &mut Conn, segment: Id) -> Result<Option<Vec<String>>> {
    let sql = Sql::new("SELECT revision FROM change_ref WHERE role = $1 AND id = $2 ORDER BY revision")
        .bind(role::MEMBERS)
        .bind(segment);
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut next = 0;
    for row in conn.all(sql.rare()).await? {
        let Some(entry) = entry(conn, row.unsigned(0)?).await? else {
            return Ok(None);
        };
        for effect in entry.effects {
            match effect {
                Effect::AddMembers { segment: of, members } if of == segment => {
                    for subject in members {
                        positions.entry(subject).or_insert(next);
                        next += 1;
                    }
                }
                Effect::RemoveMembers { segment: of, members } if of == segment => {
                    for subject in &members {
                        positions.remove(subject);
                    }
                }
                _ => {}
            }
        }
    }
    let mut list: Vec<_> = positions.into_iter().collect();
    list.sort_unstable_by_key(|(_, position)| *position);
    Ok(Some(list.into_iter().map(|(subject, _)| subject).collect()))
}
