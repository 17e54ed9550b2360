//! Signals that end the process.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGTERM or SIGINT. Where the system gives no signals it waits for ever.
pub(super) async fn asked_to_end() {
    tokio::select! {
        () = one(SignalKind::terminate()) => {}
        () = one(SignalKind::interrupt()) => {}
    }
}

async fn one(kind: SignalKind) {
    match signal(kind) {
        Ok(mut stream) => {
            stream.recv().await;
        }
        Err(error) => {
            tracing::error!(%error, "a signal cannot be awaited");
            std::future::pending::<()>().await;
        }
    }
}
