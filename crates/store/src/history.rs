//! Questions about the past: audit, the history of a document, a document as it was.

use hoist_model::Id;
use hoist_model::brief::Brief;
use hoist_model::log::Effect;
use hoist_model::record::{Kind, Record};
use jiff::Timestamp;

use crate::briefs;
use crate::conn::Conn;
use crate::error::{Result, StoreError};
use crate::log::{COLUMNS, actor, read, role};
use crate::sql::{Row, Sql};
use crate::store::Store;

/// Which entries of the log are wanted. What is empty or absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Touches any of these documents or, if they are segments, their members; of flags also
    /// their settings, even those that are gone.
    pub documents: Vec<Id>,
    /// Belongs to any of these projects.
    pub projects: Vec<Id>,
    /// Belongs to no project, or to one of the above.
    pub or_no_project: bool,
    /// Touches the environment.
    pub environment: Option<Id>,
    /// Is part of the import or bulk change.
    pub correlation: Option<Id>,
    /// Who acted.
    pub actor: Option<ActorFilter>,
    /// Who did not: a person, neither in the console nor through a token.
    pub other_than: Option<Id>,
    /// Touches a document of the kind.
    pub kind: Option<Kind>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
    /// Occurs in the summary or the note, whatever the case of its ASCII letters.
    pub text: Option<String>,
}

/// Whose changes are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorFilter {
    /// A person, in the console or through any of their tokens.
    Person(Id),
    /// One access token.
    Token(Id),
    /// Anybody at the machine's shell.
    Operator,
    /// Hoist itself.
    System,
}

/// A row of the log as it was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Logged {
    /// As it was written, in brief. Of a large one only the brief was read.
    Intact(Box<Brief>),
    /// Something else than what was written. One such row does not hide the others.
    Damaged {
        /// Its number.
        revision: u64,
        /// What the columns beside the body say; nothing vouches for them.
        at: Option<Timestamp>,
        /// Likewise.
        project: Option<Id>,
    },
}

impl Logged {
    /// Its number.
    pub fn revision(&self) -> u64 {
        match self {
            Self::Intact(brief) => brief.revision,
            Self::Damaged { revision, .. } => *revision,
        }
    }

    /// As it was written, if it is.
    pub fn brief(&self) -> Option<&Brief> {
        match self {
            Self::Intact(brief) => Some(brief),
            Self::Damaged { .. } => None,
        }
    }

    /// From a row of [`COLUMNS`], `at` and `project`.
    fn read(row: &Row) -> Result<Self> {
        match read(row) {
            Ok(entry) => Ok(Self::Intact(Box::new(Brief::of(&entry)))),
            Err(StoreError::Damaged(damaged)) => {
                tracing::error!(%damaged, "a row of the log is damaged");
                Ok(Self::Damaged {
                    revision: row.unsigned(1)?,
                    at: row.time(4).ok(),
                    project: row.id(5).ok(),
                })
            }
            Err(error) => Err(error),
        }
    }
}

impl HistoryFilter {
    fn sql(&self, before: Option<u64>, limit: u32) -> Sql<'_> {
        let mut sql = Sql::new(briefs::SELECT);
        sql.push(" WHERE change.revision < ");
        sql.value(before.unwrap_or(i64::MAX.cast_unsigned()));
        self.push_columns(&mut sql);
        self.push_refs(&mut sql);
        sql.push(" ORDER BY change.revision DESC LIMIT ").value(limit);
        sql.rare()
    }

    fn push_columns<'a>(&'a self, sql: &mut Sql<'a>) {
        if self.projects.is_empty() && self.or_no_project {
            sql.push(" AND project IS NULL");
        } else if !self.projects.is_empty() {
            sql.push(" AND (project IN (")
                .values(self.projects.iter().copied())
                .push(if self.or_no_project {
                    ") OR project IS NULL)"
                } else {
                    "))"
                });
        }
        match self.actor {
            Some(ActorFilter::Person(id)) => sql.push(" AND actor_id = ").value(id),
            Some(ActorFilter::Token(id)) => sql.push(" AND token_id = ").value(id),
            Some(ActorFilter::Operator) => sql.push(" AND actor_kind = ").value(actor::OPERATOR),
            Some(ActorFilter::System) => sql.push(" AND actor_kind = ").value(actor::SYSTEM),
            None => sql,
        };
        if let Some(id) = self.other_than {
            sql.push(" AND (actor_id IS NULL OR actor_id <> ").value(id).push(")");
        }
        if let Some(from) = self.from {
            sql.push(" AND at >= ").value(from);
        }
        if let Some(to) = self.to {
            sql.push(" AND at < ").value(to);
        }
        if let Some(text) = &self.text {
            sql.push(" AND LOWER(summary || ' ' || note) LIKE ")
                .value(pattern(text));
            sql.push(" ESCAPE '\\'");
        }
    }

    fn push_refs<'a>(&'a self, sql: &mut Sql<'a>) {
        // Few entries are about a document: start from its references.
        if !self.documents.is_empty() {
            sql.push(" AND change.revision IN (SELECT revision FROM change_ref WHERE role IN (");
            sql.values([role::DOCUMENT, role::MEMBERS, role::OWNER])
                .push(") AND id IN (");
            sql.values(self.documents.iter().copied()).push("))");
        }
        if let Some(id) = self.correlation {
            sql.push(" AND change.revision IN (SELECT revision FROM change_ref WHERE role = ");
            sql.value(role::CORRELATION).push(" AND id = ").value(id).push(")");
        }
        // Many entries are about an environment or a kind: start from the newest entry.
        if let Some(id) = self.environment {
            push_exists(sql, role::ENVIRONMENT, id.to_string());
        }
        if let Some(kind) = self.kind {
            push_exists(sql, role::KIND, kind.as_str().to_owned());
        }
    }
}

fn push_exists(sql: &mut Sql<'_>, role: &'static str, id: String) {
    sql.push(" AND EXISTS (SELECT 1 FROM change_ref WHERE role = ")
        .value(role);
    sql.push(" AND id = ")
        .value(id)
        .push(" AND change_ref.revision = change.revision)");
}

fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c.to_ascii_lowercase());
    }
    pattern.push('%');
    pattern
}

/// A row of [`COLUMNS`], `at` and `project`.
async fn whole(conn: &mut Conn, revision: u64) -> Result<Row> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS)
        .push(", at, project FROM change WHERE revision = ")
        .value(revision);
    conn.one(sql).await
}

impl Store {
    /// Entries of the log that match, newest first, from the one before `before_revision`.
    /// Damaged rows are found by their columns, and logged.
    pub async fn history(
        &self,
        filter: &HistoryFilter,
        before_revision: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Logged>> {
        let sql = filter.sql(before_revision, limit);
        let mut conn = self.reader().await?;
        let mut found = Vec::new();
        for row in conn.all(sql).await? {
            found.push(match (briefs::read(&row), row.text_or_null(2)) {
                (Some(brief), _) => Logged::Intact(Box::new(brief)),
                // The entry is read already, or can no longer be.
                (None, Ok(Some(_)) | Err(_)) => Logged::read(&row)?,
                (None, Ok(None)) => Logged::read(&whole(&mut conn, row.unsigned(1)?).await?)?,
            });
        }
        Ok(found)
    }

    /// A document as it was after the change with this number; absent if it did not exist.
    pub async fn document_at(&self, id: Id, revision: u64) -> Result<Option<Record>> {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS).push(" FROM change WHERE revision = (");
        sql.push("SELECT MAX(revision) FROM change_ref WHERE role = ")
            .value(role::DOCUMENT);
        sql.push(" AND id = ").value(id);
        sql.push(" AND revision <= ").value(revision).push(")");
        let row = self.reader().await?.optional(sql).await?;
        let Some(entry) = row.as_ref().map(read).transpose()? else {
            return Ok(None);
        };
        let about = |effect: &Effect| match effect {
            Effect::Put { after, .. } if after.id == id => Some(Some(after.clone())),
            Effect::Remove { before } if before.id == id => Some(None),
            _ => None,
        };
        Ok(entry.effects.iter().rev().find_map(about).flatten())
    }
}
