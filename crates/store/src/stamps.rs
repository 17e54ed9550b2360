//! When and by whom the documents that live now were written, without reading whole entries.

use hoist_model::log::Actor;
use jiff::Timestamp;

use crate::error::{Result, StoreError};
use crate::log::actor;
use crate::sql::{Row, Sql};
use crate::store::Store;

impl Store {
    /// Revision, time and actor of every log entry that wrote a live document.
    pub async fn stamps(&self) -> Result<Vec<(u64, Timestamp, Actor)>> {
        let sql = Sql::new(
            "SELECT revision, at, actor_kind, actor_id, token_id FROM change \
             WHERE revision IN (SELECT revision FROM document)",
        );
        self.reader().await?.all(sql).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<(u64, Timestamp, Actor)> {
    let revision = row.unsigned(0)?;
    let actor = match row.text(2)? {
        actor::USER => Actor::User { id: row.id(3)? },
        actor::TOKEN => Actor::Token {
            user: row.id(3)?,
            id: row.id(4)?,
        },
        actor::OPERATOR => Actor::Operator,
        actor::SYSTEM => Actor::System,
        other => {
            return Err(StoreError::damaged(
                "change",
                revision.to_string(),
                format!("unknown actor {other}"),
            ));
        }
    };
    Ok((revision, row.time(1)?, actor))
}
