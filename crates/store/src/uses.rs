//! When keys were used last. Runtime state: no use is in the log.

use hoist_model::Id;

use crate::error::Result;
use crate::sql::Sql;
use crate::store::Store;

/// Rows in one statement.
const ROWS: usize = 100;

impl Store {
    /// Keeps the minutes (since 1970) in which keys were used last; an older minute changes nothing.
    pub async fn save_uses(&self, uses: &[(Id, i64)]) -> Result<()> {
        let mut conn = self.writer().await?;
        for chunk in uses.chunks(ROWS) {
            let mut sql = Sql::new("INSERT INTO key_use (id, minute) VALUES ");
            for (n, (id, minute)) in chunk.iter().enumerate() {
                sql.push(if n == 0 { "(" } else { ", (" });
                sql.value(*id).push(", ").value(*minute).push(")");
            }
            sql.push(
                " ON CONFLICT (id) DO UPDATE SET minute = excluded.minute \
                 WHERE excluded.minute > key_use.minute",
            );
            conn.execute(sql.rare()).await?;
        }
        Ok(())
    }

    /// The minute of the last use of each key that was ever used.
    pub async fn uses(&self) -> Result<Vec<(Id, i64)>> {
        let sql = Sql::new("SELECT id, minute FROM key_use");
        let rows = self.reader().await?.all(sql).await?;
        rows.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
    }
}
