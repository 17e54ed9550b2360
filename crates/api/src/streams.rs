//! The port through which what stays open is counted and ended: whoever runs the router does both.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

type Take = dyn Fn() -> Option<Place> + Send + Sync;

/// Places for connections that stay open. Streams that are answers are counted where answers pass; a WebSocket has
/// left HTTP by then, and asks here.
#[derive(Clone)]
pub struct Streams(Arc<Take>);

/// A place, held as long as the connection is open.
pub struct Place {
    /// Comes when the process is to end.
    pub ended: Pin<Box<dyn Future<Output = ()> + Send>>,
    _held: Box<dyn Send>,
}

impl Place {
    /// From what is dropped with it, and what ends it.
    pub fn new(held: impl Send + 'static, ended: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            ended: Box::pin(ended),
            _held: Box::new(held),
        }
    }
}

impl Streams {
    /// From a function; none when all places are taken.
    pub fn new(take: impl Fn() -> Option<Place> + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// A place, if there is one.
    pub fn take(&self) -> Option<Place> {
        (self.0)()
    }
}

impl Default for Streams {
    /// Without end.
    fn default() -> Self {
        Self::new(|| Some(Place::new((), std::future::pending())))
    }
}

impl fmt::Debug for Streams {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("Streams")
    }
}
