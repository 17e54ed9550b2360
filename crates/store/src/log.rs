//! Rows of the log: writing one, reading one, following the end.

use std::collections::BTreeSet;

use hoist_model::Id;
use hoist_model::log::{Actor, Effect, Head, LogEntry};
use hoist_model::record::checksum;

use crate::briefs;
use crate::conn::Conn;
use crate::error::{Conflict, Result, StoreError};
use crate::sql::{Row, Sql};
use crate::store::Store;

/// Columns that [`read`] expects first.
pub(crate) const COLUMNS: &str = "change_id, revision, body, checksum";

/// Change ids in one statement.
const IDS: usize = 500;

/// Rows of `change_ref` in one statement.
const REFS: usize = 100;

/// What an entry is about, in the table `change_ref`.
pub(crate) mod role {
    pub(crate) const DOCUMENT: &str = "document";
    pub(crate) const MEMBERS: &str = "members";
    /// Of a document whose key is made of ids, such as a setting's: the first of them.
    pub(crate) const OWNER: &str = "owner";
    pub(crate) const KIND: &str = "kind";
    pub(crate) const ENVIRONMENT: &str = "environment";
    pub(crate) const CORRELATION: &str = "correlation";
}

/// Stored names of actors.
pub(crate) mod actor {
    pub(crate) const USER: &str = "user";
    pub(crate) const TOKEN: &str = "token";
    pub(crate) const OPERATOR: &str = "operator";
    pub(crate) const SYSTEM: &str = "system";
}

/// Writes an entry and what finds it again.
pub(crate) async fn write(conn: &mut Conn, entry: &LogEntry) -> Result<()> {
    let body = serde_json::to_string(entry).map_err(|error| StoreError::Invalid(format!("log entry: {error}")))?;
    crate::text::check_json(&body)?;
    let (kind, person, token) = match &entry.actor {
        Actor::User { id } => (actor::USER, Some(*id), None),
        Actor::Token { user, id } => (actor::TOKEN, Some(*user), Some(*id)),
        Actor::Operator => (actor::OPERATOR, None, None),
        Actor::System => (actor::SYSTEM, None, None),
    };
    let checksum = checksum(entry.change.as_bytes(), entry.revision, body.as_bytes());
    let sql = Sql::new(
        "INSERT INTO change (revision, change_id, at, actor_kind, actor_id, token_id, project, \
         summary, note, body, checksum) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(entry.revision)
    .bind(entry.change)
    .bind(entry.at)
    .bind(kind)
    .bind(person)
    .bind(token)
    .bind(entry.project)
    .bind(&entry.summary)
    .bind(&entry.note)
    .bind(&body)
    .bind(checksum);
    match conn.execute(sql).await {
        Ok(_) => {}
        Err(error) if error.is_exists() => return Err(StoreError::Conflict(Conflict::Change(entry.change))),
        Err(error) => return Err(error),
    }
    briefs::write(conn, entry, &body, checksum).await?;
    write_refs(conn, entry).await
}

async fn write_refs(conn: &mut Conn, entry: &LogEntry) -> Result<()> {
    let refs: Vec<(&str, String)> = refs(entry).into_iter().collect();
    for chunk in refs.chunks(REFS) {
        let mut sql = Sql::new("INSERT INTO change_ref (revision, role, id) VALUES ").bind(entry.revision);
        for (n, (role, id)) in chunk.iter().enumerate() {
            sql.push(if n == 0 { "($1, " } else { ", ($1, " });
            sql.value(*role).push(", ").value(id).push(")");
        }
        conn.execute(if chunk.len() <= 8 { sql } else { sql.rare() }).await?;
    }
    Ok(())
}

fn refs(entry: &LogEntry) -> BTreeSet<(&'static str, String)> {
    let mut refs = BTreeSet::new();
    for effect in &entry.effects {
        let (role, kind) = match effect {
            Effect::Put { after, .. } => (role::DOCUMENT, after.kind.as_str()),
            Effect::Remove { before } => (role::DOCUMENT, before.kind.as_str()),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => (role::MEMBERS, "segment"),
        };
        refs.insert((role, effect.document().to_string()));
        refs.insert((role::KIND, kind.to_owned()));
        refs.extend(owner(effect).map(|id| (role::OWNER, id.to_string())));
    }
    refs.extend(entry.environments.iter().map(|id| (role::ENVIRONMENT, id.to_string())));
    refs.extend(entry.correlation.iter().map(|id| (role::CORRELATION, id.to_string())));
    refs
}

/// What a document belongs to whose key is made of ids; it is found even when the document is gone.
fn owner(effect: &Effect) -> Option<Id> {
    let key = match effect {
        Effect::Put { after: record, .. } | Effect::Remove { before: record } => &record.key,
        Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => return None,
    };
    let (owner, rest) = key.split_once('/')?;
    rest.parse::<Id>().ok()?;
    owner.parse().ok()
}

/// Reads and verifies a row of [`COLUMNS`].
pub(crate) fn read(row: &Row) -> Result<LogEntry> {
    let revision = row.unsigned(1)?;
    let damaged = |problem: &dyn ToString| StoreError::damaged("change", revision.to_string(), problem.to_string());
    let change = row.id(0).map_err(|error| damaged(&error))?;
    let body = row.text(2).map_err(|error| damaged(&error))?;
    if checksum(change.as_bytes(), revision, body.as_bytes()) != row.unsigned(3)? {
        return Err(damaged(&"checksum does not match"));
    }
    let entry: LogEntry = serde_json::from_str(body).map_err(|error| damaged(&error))?;
    if entry.revision != revision || entry.change != change {
        return Err(damaged(&"the body is that of another entry"));
    }
    Ok(entry)
}

/// Entries after a revision, oldest first.
pub(crate) async fn after(conn: &mut Conn, revision: u64, limit: u32) -> Result<Vec<LogEntry>> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS).push(" FROM change WHERE revision > ").value(revision);
    sql.push(" ORDER BY revision LIMIT ").value(limit);
    conn.all(sql).await?.iter().map(read).collect()
}

/// The end of the log.
pub(crate) async fn head(conn: &mut Conn) -> Result<Head> {
    let sql = Sql::new("SELECT epoch, revision, (SELECT COALESCE(MAX(revision), 0) FROM change) FROM head");
    let row = conn.optional(sql).await?;
    let row = row.ok_or_else(|| StoreError::damaged("head", "1", "the row is missing"))?;
    let (revision, last) = (row.unsigned(1)?, row.unsigned(2)?);
    if revision != last {
        let problem = format!("it says {revision}, the log ends at {last}");
        return Err(StoreError::damaged("head", "1", problem));
    }
    Ok(Head {
        epoch: row.text(0)?.to_owned(),
        revision,
    })
}

impl Store {
    /// The end of the log, as committed.
    pub async fn head(&self) -> Result<Head> {
        head(&mut self.reader().await?).await
    }

    /// Names the history that the log tells; a restore begins another one.
    pub async fn epoch(&self) -> Result<String> {
        let row = self.reader().await?.one(Sql::new("SELECT epoch FROM head")).await?;
        row.text(0).map(str::to_owned)
    }

    /// Entries after a revision, oldest first. A follower asks for what comes after its last one
    /// and will see every entry: numbers become visible in their order.
    pub async fn tail(&self, after_revision: u64, limit: u32) -> Result<Vec<LogEntry>> {
        after(&mut self.reader().await?, after_revision, limit).await
    }

    /// One entry.
    pub async fn entry(&self, revision: u64) -> Result<Option<LogEntry>> {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM change WHERE revision = ").value(revision);
        self.reader().await?.optional(sql).await?.as_ref().map(read).transpose()
    }

    /// Which of the changes are in the log, and where. Asked after a commit of unknown outcome.
    pub async fn known_changes(&self, changes: &[Id]) -> Result<Vec<(Id, u64)>> {
        let mut conn = self.reader().await?;
        let mut known = Vec::new();
        for chunk in changes.chunks(IDS) {
            let mut sql = Sql::new("SELECT change_id, revision FROM change WHERE change_id IN (");
            sql.values(chunk.iter().copied()).push(") ORDER BY revision");
            for row in conn.all(sql.rare()).await? {
                known.push((row.id(0)?, row.unsigned(1)?));
            }
        }
        Ok(known)
    }
}
