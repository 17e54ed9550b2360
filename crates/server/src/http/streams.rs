//! Event streams: they are counted, limited, and end when the process is to end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use hoist_api::streams::{Place, Streams};
use http::header;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use crate::metrics::{Held, Metrics};
use crate::shutdown::Shutdown;

const EVENT_STREAM: &[u8] = b"text/event-stream";

/// Whether an answer is a stream of events.
pub(super) fn is_stream(response: &Response) -> bool {
    let content = response.headers().get(header::CONTENT_TYPE);
    content.is_some_and(|value| value.as_bytes().starts_with(EVENT_STREAM))
}

/// Counts one more; None if there is no place for it.
fn held(metrics: &Arc<Metrics>, most: u64) -> Option<Held> {
    let held = Held::new(metrics, |metrics| &metrics.streams);
    (metrics.streams.load(Ordering::Relaxed) <= most).then_some(held)
}

/// Places for streams that are no answers; they are counted together with those that are.
pub fn places(metrics: &Arc<Metrics>, most: u64, shutdown: &Shutdown) -> Streams {
    let (metrics, shutdown) = (Arc::clone(metrics), shutdown.clone());
    Streams::new(move || held(&metrics, most).map(|held| Place::new(held, shutdown.clone().begun())))
}

/// The answer with its stream guarded; None if there is no place for another.
pub(super) fn guarded(response: Response, metrics: &Arc<Metrics>, most: u64, shutdown: &Shutdown) -> Option<Response> {
    let held = held(metrics, most)?;
    let ended = Box::pin(shutdown.clone().begun());
    Some(response.map(|inner| {
        Body::new(Stream {
            inner,
            ended,
            _held: held,
        })
    }))
}

struct Stream {
    inner: Body,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    _held: Held,
}

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.ended.as_mut().poll(context).is_ready() {
            // Never polled again: hyper takes the end for the end.
            return Poll::Ready(None);
        }
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::shutdown::shutdown;

    fn endless() -> Response {
        let mut response = Response::new(Body::from_stream(futures_pending()));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            http::HeaderValue::from_static("text/event-stream"),
        );
        response
    }

    fn futures_pending() -> impl futures_util::Stream<Item = Result<Bytes, axum::Error>> + Send + 'static {
        futures_util::stream::pending()
    }

    #[tokio::test]
    async fn streams_are_counted_and_end_with_the_process() {
        let metrics = Arc::new(Metrics::default());
        let (trigger, shutdown) = shutdown();
        assert!(is_stream(&endless()));
        let stream = guarded(endless(), &metrics, 1, &shutdown).expect("there is a place");
        assert!(guarded(endless(), &metrics, 1, &shutdown).is_none(), "one is the most");
        assert_eq!(metrics.streams.load(Ordering::Relaxed), 1);
        let reader = tokio::spawn(stream.into_body().collect());
        trigger.pull();
        let all = reader.await.expect("no panic").expect("no error");
        assert!(all.to_bytes().is_empty());
        assert_eq!(metrics.streams.load(Ordering::Relaxed), 0);
    }
}
