//! What it takes to go back: which change was the first after a revision, and that change itself.
//!
//! An entry says of each document what it was before. So what a document was at a revision stands in the first entry
//! after it, and one that no later entry touches is today's.

use hoist_model::Id;
use hoist_model::log::LogEntry;

use crate::error::Result;
use crate::log::{COLUMNS, read, role};
use crate::sql::Sql;
use crate::store::Store;

/// Values in one statement.
const VALUES: usize = 500;
/// Entries read at once; one of an import may be large.
const ENTRIES: usize = 50;

impl Store {
    /// Of each of these documents the first change after one revision and up to another. Those that did not change
    /// are left out.
    pub async fn first_changes(&self, documents: &[Id], after: u64, until: u64) -> Result<Vec<(Id, u64)>> {
        let mut conn = self.reader().await?;
        let mut found = Vec::new();
        for chunk in documents.chunks(VALUES) {
            let mut sql = Sql::new("SELECT id, MIN(revision) FROM change_ref WHERE role = ");
            sql.value(role::DOCUMENT).push(" AND id IN (");
            sql.values(chunk.iter().copied()).push(") AND revision > ");
            sql.value(after).push(" AND revision <= ").value(until);
            sql.push(" GROUP BY id");
            for row in conn.all(sql.rare()).await? {
                found.push((row.id(0)?, row.unsigned(1)?));
            }
        }
        Ok(found)
    }

    /// The same of every document of a project, gone or not. It reads more than [`Store::first_changes`] does.
    pub async fn first_changes_in(&self, project: Id, after: u64, until: u64) -> Result<Vec<(Id, u64)>> {
        let mut sql = Sql::new(
            "SELECT change_ref.id, MIN(change_ref.revision) FROM change \
             JOIN change_ref ON change_ref.revision = change.revision WHERE change_ref.role = ",
        );
        sql.value(role::DOCUMENT).push(" AND change.project = ").value(project);
        sql.push(" AND change.revision > ").value(after);
        sql.push(" AND change.revision <= ").value(until);
        sql.push(" GROUP BY change_ref.id");
        let rows = self.reader().await?.all(sql).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.unsigned(1)?))).collect()
    }

    /// Changes after one revision and up to another that moved members of any of these segments, oldest first.
    pub async fn member_changes(&self, segments: &[Id], after: u64, until: u64) -> Result<Vec<u64>> {
        let mut conn = self.reader().await?;
        let mut found = Vec::new();
        for chunk in segments.chunks(VALUES) {
            let mut sql = Sql::new("SELECT DISTINCT revision FROM change_ref WHERE role = ");
            sql.value(role::MEMBERS).push(" AND id IN (");
            sql.values(chunk.iter().copied()).push(") AND revision > ");
            sql.value(after).push(" AND revision <= ").value(until);
            for row in conn.all(sql.rare()).await? {
                found.push(row.unsigned(0)?);
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Entries by number; `take` has one after the other, oldest first.
    pub async fn entries(&self, revisions: &[u64], mut take: impl FnMut(LogEntry)) -> Result<()> {
        let mut conn = self.reader().await?;
        for chunk in revisions.chunks(ENTRIES) {
            let mut sql = Sql::new("SELECT ");
            sql.push(COLUMNS).push(" FROM change WHERE revision IN (");
            sql.values(chunk.iter().copied()).push(") ORDER BY revision");
            for row in conn.all(sql.rare()).await? {
                take(read(&row)?);
            }
        }
        Ok(())
    }
}
