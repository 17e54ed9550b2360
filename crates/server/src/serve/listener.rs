//! Accepting connections. The loop goes on whatever happens: running out of files is a pause, not
//! an end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio::time::sleep;

use super::connection::Connections;
use crate::shutdown::Shutdown;

/// Pause after an error that will not go away by trying again at once.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections that may wait until they are accepted; the system lowers it to what it allows (`net.core.somaxconn`).
///
/// With the usual 128, applications that come back at once after a restart wait for their own retries, each twice as
/// long as the one before: ten thousand of them took more than a minute, in which nobody had anything to do.
const WAITING: u32 = 65_535;

/// Listens at an address.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // A server that is started again takes its address although old connections still linger there.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// A listener with what became of its last attempt.
pub(super) struct Door {
    listener: TcpListener,
    stuck: bool,
}

impl Door {
    pub(super) fn new(listener: TcpListener) -> Self {
        Self { listener, stuck: false }
    }

    /// Accepts until the process is to end.
    pub(super) async fn serve(mut self, router: Router, connections: Arc<Connections>, shutdown: Shutdown) {
        let mut ending = std::pin::pin!(shutdown.begun());
        loop {
            tokio::select! {
                () = &mut ending => return,
                () = self.accept(&router, &connections) => {}
            }
        }
    }

    async fn accept(&mut self, router: &Router, connections: &Arc<Connections>) {
        let place = connections.place().await;
        match self.listener.accept().await {
            Ok((stream, peer)) => {
                if std::mem::take(&mut self.stuck) {
                    tracing::info!("connections are accepted again");
                }
                // Small answers leave at once. Without it they are only slower.
                let _ = stream.set_nodelay(true);
                tokio::spawn(Arc::clone(connections).serve(stream, peer, router.clone(), place));
            }
            Err(error) if is_the_peers(&error) => {}
            Err(error) => {
                if !std::mem::replace(&mut self.stuck, true) {
                    tracing::error!(%error, "connections cannot be accepted; trying on");
                }
                sleep(PAUSE).await;
            }
        }
    }
}

/// A connection that broke before it was accepted.
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind as E;
    matches!(
        error.kind(),
        E::ConnectionAborted | E::ConnectionReset | E::ConnectionRefused | E::Interrupted
    )
}
