//! The socket of a connection. It keeps its place as long as it lives, also when it leaves HTTP and becomes a WebSocket;
//! and its other end may stop reading, but not for ever: what is not taken off in time is not kept for it.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Sleep, sleep};

use crate::metrics::{Held, Metrics};

/// A stream that counts as open, and whose writes must get on.
pub(super) struct Socket<S> {
    inner: S,
    patience: Duration,
    /// While a write waits.
    timer: Option<Pin<Box<Sleep>>>,
    _place: Option<OwnedSemaphorePermit>,
    _held: Held,
}

impl<S> Socket<S> {
    /// A write may wait for `patience`.
    pub(super) fn new(
        inner: S,
        patience: Duration,
        place: Option<OwnedSemaphorePermit>,
        metrics: &Arc<Metrics>,
    ) -> Self {
        Self {
            inner,
            patience,
            timer: None,
            _place: place,
            _held: Held::new(metrics, |metrics| &metrics.connections),
        }
    }

    fn judge<T>(&mut self, context: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.timer = None;
            return outcome;
        }
        let patience = self.patience;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(patience)));
        timer.as_mut().poll(context).map(|()| Err(ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.judge(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.inner).poll_write_vectored(context, pieces);
        self.judge(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stops_is_left_and_a_slow_one_is_not() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Socket::new(ours, Duration::from_secs(60), None, &Arc::default());
        let slow = tokio::spawn(async move {
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_secs(30)).await;
                theirs.read_exact(&mut [0; 64]).await.expect("it comes");
            }
            theirs
        });
        ours.write_all(&[1; 64 * 21]).await.expect("it is read, slowly");
        let _theirs = slow.await.expect("no panic");
        let error = ours.write_all(&[1; 128]).await.expect_err("nobody reads");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
