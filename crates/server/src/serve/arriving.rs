//! The body of a request on its way here: it may be slow, but not for ever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

/// For each of this many bytes that came, the rest may take a second longer.
const BYTES_A_SECOND: u64 = 16 * 1024;

/// A body with a time by which it must have come.
pub(super) struct Arriving<B> {
    inner: B,
    patience: Duration,
    came: u64,
    /// From the first wait on; a body that is there at once costs nothing.
    waiting: Option<Waiting>,
}

struct Waiting {
    since: Instant,
    timer: Pin<Box<Sleep>>,
}

impl<B> Arriving<B> {
    pub(super) fn new(inner: B, patience: Duration) -> Self {
        Self {
            inner,
            patience,
            came: 0,
            waiting: None,
        }
    }

    fn is_too_slow(&mut self, context: &mut Context<'_>) -> bool {
        let earned = Duration::from_secs(self.came / BYTES_A_SECOND);
        let waiting = self.waiting.get_or_insert_with(|| {
            let since = Instant::now();
            Waiting {
                since,
                timer: Box::pin(sleep_until(since + self.patience)),
            }
        });
        let end = waiting.since + self.patience + earned;
        if waiting.timer.deadline() < end {
            waiting.timer.as_mut().reset(end);
        }
        waiting.timer.as_mut().poll(context).is_ready()
    }
}

/// What readers of bodies know slowness by.
fn too_slow() -> BoxError {
    io::Error::new(io::ErrorKind::TimedOut, "the body came too slowly").into()
}

impl<B> Body for Arriving<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        match Pin::new(&mut this.inner).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                this.came += u64::try_from(bytes).unwrap_or(0);
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending if this.is_too_slow(context) => Poll::Ready(Some(Err(too_slow()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body as AnyBody;
    use futures_util::stream::unfold;
    use http_body_util::BodyExt as _;

    use super::*;

    /// So many pieces of so many bytes, a second apart.
    fn dripping(pieces: usize, bytes: usize) -> AnyBody {
        let stream = unfold(pieces, move |left| async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            (left > 0).then(|| (Ok::<_, BoxError>(Bytes::from(vec![b'x'; bytes])), left - 1))
        });
        AnyBody::from_stream(stream)
    }

    async fn collected(pieces: usize, bytes: usize) -> Result<usize, BoxError> {
        let body = Arriving::new(dripping(pieces, bytes), Duration::from_secs(30));
        Ok(body.collect().await?.to_bytes().len())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_in_drops_is_cut_off_and_a_large_one_is_not() {
        assert_eq!(collected(20, 1).await.expect("in time"), 20);
        let error = collected(40, 1).await.expect_err("too slow");
        let error = error.downcast::<io::Error>().expect("its kind is read by others");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(
            collected(100, 32 * 1024).await.expect("it earns its time"),
            100 * 32 * 1024
        );
    }
}
