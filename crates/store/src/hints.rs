//! Hints that the log has grown. The truth is in `head`; whoever follows the log also polls it.

use std::time::Duration;

use sqlx::postgres::{PgListener, PgPool};
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::pool::Pool;
use crate::store::Store;

/// The channel of PostgreSQL's `NOTIFY`.
pub(crate) const CHANNEL: &str = "hoist_head";

/// Tells that another node may have committed. Hints may be lost, late or needless.
#[derive(Debug)]
pub struct Hints(Option<mpsc::Receiver<()>>);

impl Hints {
    /// Waits for the next hint; for ever where nobody else can write (SQLite).
    pub async fn next(&mut self) {
        if let Some(receiver) = &mut self.0
            && receiver.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

impl Store {
    /// Starts to listen. The listener ends when the hints are dropped.
    pub fn hints(&self) -> Hints {
        match self.pool() {
            Pool::Sqlite { .. } => Hints(None),
            Pool::Postgres { pool, .. } => {
                let (sender, receiver) = mpsc::channel(1);
                tokio::spawn(listen(pool.clone(), sender));
                Hints(Some(receiver))
            }
        }
    }
}

async fn listen(pool: PgPool, sender: mpsc::Sender<()>) {
    let mut wait = Duration::from_millis(100);
    loop {
        tokio::select! {
            () = sender.closed() => return,
            connected = forward(&pool, &sender) => if connected {
                wait = Duration::from_millis(100);
            },
        }
        if pool.is_closed() {
            return;
        }
        sleep(wait).await;
        wait = (wait * 2).min(Duration::from_secs(5));
    }
}

/// Passes notifications on until the connection breaks. False if there never was one.
async fn forward(pool: &PgPool, sender: &mpsc::Sender<()>) -> bool {
    let Ok(mut listener) = PgListener::connect_with(pool).await else {
        return false;
    };
    if listener.listen(CHANNEL).await.is_err() {
        return false;
    }
    loop {
        // Also right after connecting: something may have happened before. A hint that is still
        // waiting to be read stands for this one too.
        let _ = sender.try_send(());
        if !matches!(listener.try_recv().await, Ok(Some(_))) {
            return true;
        }
    }
}
