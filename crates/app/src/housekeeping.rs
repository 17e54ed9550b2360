//! What a node does by itself, now and then. Each node does all of it; done twice, it is the same.

use std::sync::Weak;
use std::time::Duration;

use hoist_store::StoreError;

use crate::app::App;

/// How often uses of keys are written down.
const SAVE_USES: Duration = Duration::from_secs(60);
/// Rounds of that, until what has become old is thrown away.
const ROUNDS: u32 = 60;

/// What was thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Sessions that have ended.
    pub sessions: u64,
    /// Answers that nobody repeats a request for any more.
    pub answers: u64,
}

impl App {
    /// Writes down when keys were used last, and learns it of other nodes. Done every minute and
    /// before a server ends.
    ///
    /// # Errors
    /// When the database is unavailable; nothing is forgotten by that.
    pub async fn save_uses(&self) -> Result<(), StoreError> {
        let fresh = self.world.uses().unsaved();
        if !fresh.is_empty() {
            self.store.save_uses(&fresh).await?;
        }
        for (id, minute) in self.store.uses().await? {
            self.world.uses().learn(id, minute);
        }
        Ok(())
    }

    /// Throws away what has become old. Done every hour.
    ///
    /// # Errors
    /// When the database is unavailable; the next hour does it.
    pub async fn purge(&self) -> Result<Purged, StoreError> {
        let now = self.clock.now();
        Ok(Purged {
            sessions: self.store.purge_sessions(now).await?,
            answers: self.store.purge_remembered(now).await?,
        })
    }
}

/// Runs until the application is gone.
pub(crate) async fn keep(app: Weak<App>) {
    for round in 1_u32.. {
        tokio::time::sleep(SAVE_USES).await;
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = app.save_uses().await {
            tracing::warn!(%error, "the last uses of keys are not written down yet");
        }
        if round.is_multiple_of(ROUNDS) {
            match app.purge().await {
                Ok(purged) => tracing::info!(purged.sessions, purged.answers, "what was old is thrown away"),
                Err(error) => tracing::warn!(%error, "what is old is not thrown away yet"),
            }
        }
    }
}
