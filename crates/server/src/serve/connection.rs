//! One connection: HTTP/1.1 or HTTP/2 without TLS, limits of its head, timeouts, graceful end.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::Service as _;

use super::arriving::Arriving;
use super::socket::Socket;
use crate::config;
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;

/// Silence on HTTP/2 after which the peer is asked whether it is still there.
const PING: Duration = Duration::from_secs(30);

/// Limits of connections.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    head_bytes: u32,
    head: Duration,
    body: Duration,
    write: Duration,
    connections: usize,
    pub(super) shutdown: Duration,
}

impl Limits {
    pub(super) fn of(limits: &config::Limits) -> Self {
        Self {
            head_bytes: limits.header_bytes,
            head: limits.header_timeout,
            body: limits.body_timeout,
            write: limits.write_timeout,
            connections: limits.connections,
            shutdown: limits.shutdown,
        }
    }
}

/// What all connections share.
pub(super) struct Connections {
    builder: Builder<TokioExecutor>,
    limits: Limits,
    places: Arc<Semaphore>,
    metrics: Arc<Metrics>,
    shutdown: Shutdown,
}

impl Connections {
    pub(super) fn new(limits: Limits, metrics: Arc<Metrics>, shutdown: Shutdown) -> Self {
        Self {
            builder: builder(&limits),
            places: Arc::new(Semaphore::new(limits.connections)),
            limits,
            metrics,
            shutdown,
        }
    }

    /// Waits for a place. None only when nothing is accepted any more.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).acquire_owned().await.ok()
    }

    /// Waits until every connection has ended.
    ///
    /// # Errors
    /// How many are open when patience ends.
    pub(super) async fn finished(&self, patience: Duration) -> Result<(), usize> {
        // More than 2^32 places cannot be configured.
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        match timeout(patience, self.places.acquire_many(all)).await {
            Ok(_) => Ok(()),
            Err(_) => Err(self.limits.connections - self.places.available_permits()),
        }
    }

    /// Serves one connection to its end.
    pub(super) async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        router: Router,
        place: Option<OwnedSemaphorePermit>,
    ) {
        let asked = AtomicBool::new(false);
        let service = service_fn(|request: http::Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let mut request = request.map(|body| Body::new(Arriving::new(body, self.limits.body)));
            request.extensions_mut().insert(ConnectInfo(peer));
            // A router is always ready.
            router.clone().call(request)
        });
        let stream = TokioIo::new(Socket::new(stream, self.limits.write, place, &self.metrics));
        let mut connection = pin!(self.builder.serve_connection_with_upgrades(stream, service));
        let mut ending = pin!(self.shutdown.clone().begun());
        let mut patience = pin!(sleep(self.limits.head));
        let (mut is_ending, mut is_waiting, mut is_listening) = (false, true, false);
        // By hand, since this is polled twice per request: what cannot have happened is not asked for.
        poll_fn(|context| {
            // Broken connections are the network's business.
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            // Before the first request hyper may still be finding out the version, without a limit of time.
            if is_waiting && asked.load(Ordering::Relaxed) {
                is_waiting = false;
            }
            if is_waiting && patience.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            // Asked once, it wakes this task, whose waker stays the same.
            let may_end = !is_ending && (!is_listening || self.shutdown.may_have_begun());
            is_listening = true;
            if may_end && ending.as_mut().poll(context).is_ready() {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
                // What that leaves to do is done now: nobody else wakes an idle connection.
                return connection.as_mut().poll(context).map(drop);
            }
            Poll::Pending
        })
        .await;
    }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let head = usize::try_from(limits.head_bytes).unwrap_or(usize::MAX);
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .max_header_list_size(limits.head_bytes);
    builder
}
