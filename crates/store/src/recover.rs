//! What the rows have lost, the log still has: it holds each document as every change left it, and who joined and left
//! a segment, under checksums of its own. Only asked when rows are damaged or missing.

use std::collections::{BTreeSet, HashMap};

use hoist_model::Id;
use hoist_model::log::{Effect, LogEntry};
use hoist_model::record::Record;

use crate::conn::Conn;
use crate::documents;
use crate::error::{Damaged, Result};
use crate::log::{self, role};
use crate::members::Lists;
use crate::sql::Sql;

/// What is noted about a row whose place was taken by what the log says.
const FROM_LOG: &str = "what the log says is used";

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
    for (id, revision) in last_changes(conn).await? {
        if good.get(&id).is_some_and(|known| *known >= revision) {
            continue;
        }
        let Some(record) = left_by(conn, id, revision).await? else {
            continue;
        };
        note(damaged, id, good.contains_key(&id));
        each(record);
    }
    Ok(())
}

/// The youngest change of each document.
async fn last_changes(conn: &mut Conn) -> Result<Vec<(Id, u64)>> {
    let sql = Sql::new("SELECT id, MAX(revision) FROM change_ref WHERE role = $1 GROUP BY id").bind(role::DOCUMENT);
    let rows = conn.all(sql.rare()).await?;
    rows.iter().map(|row| Ok((row.id(0)?, row.unsigned(1)?))).collect()
}

/// The document as a change left it; none if it was removed, or if the log is damaged there, too.
async fn left_by(conn: &mut Conn, id: Id, revision: u64) -> Result<Option<Record>> {
    let Some(entry) = entry(conn, revision).await? else {
        return Ok(None);
    };
    let last = entry.effects.into_iter().rfind(|effect| is_of_document(effect, id));
    Ok(match last {
        Some(Effect::Put { after, .. }) => Some(after),
        _ => None,
    })
}

fn is_of_document(effect: &Effect, id: Id) -> bool {
    matches!(effect, Effect::Put { .. } | Effect::Remove { .. }) && effect.document() == id
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

/// Says for each row what became of it. A row that nobody has noted yet is missing, or of an earlier time.
fn note(damaged: &mut Vec<Damaged>, id: Id, is_there: bool) {
    let name = id.to_string();
    match damaged.iter_mut().find(|row| row.id == name) {
        Some(row) => row.problem = format!("{}; {FROM_LOG}", row.problem),
        None => {
            let problem = if is_there {
                "the row is older than the log"
            } else {
                "the row is missing"
            };
            damaged.push(Damaged {
                table: "document",
                id: name,
                problem: format!("{problem}; {FROM_LOG}"),
            });
        }
    }
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
            row.problem = format!("{}; {FROM_LOG}", row.problem);
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
