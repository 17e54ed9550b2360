//! What is counted, and how `/metrics` shows it.
//!
//! Counting is relaxed atomics only: nothing on the way of a request waits. Requests are counted by
//! [`crate::http::observe`]; everything else has a field here.
//!
//! How to add a metric: a field of [`Metrics`] (a [`Sharded`] where every evaluation counts, else an
//! atomic), a line in [`expose`], a line in the table of `docs/logging.md` if people should know it.
//! Figures that somebody else keeps, such as the revision, are read when somebody asks, as in [`Gauges`].

mod expose;
mod requests;
mod sharded;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub use expose::{CONTENT_TYPE, exposition};
pub use requests::RouteCounts;
pub use sharded::Sharded;

/// Everything that is counted in this process.
#[derive(Debug, Default)]
pub struct Metrics {
    routes: Mutex<Vec<Arc<RouteCounts>>>,
    /// Flags answered.
    pub evaluations: Sharded,
    /// Flags that clients say they evaluated by themselves: their word, not our count.
    pub reported_evaluations: Sharded,
    /// Entries of the log that were published, wherever they were written.
    pub changes_applied: AtomicU64,
    /// Changes that were not carried out because of what they say or who asked.
    pub changes_refused: AtomicU64,
    /// Event streams that are open.
    pub streams: AtomicU64,
    /// Connections that are open.
    pub connections: AtomicU64,
    /// Requests whose handler panicked.
    pub panics: AtomicU64,
}

impl Metrics {
    /// Counts of a route. Routes with the same name share them.
    pub fn counts_of(&self, name: &str) -> Arc<RouteCounts> {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = routes.iter().find(|counts| counts.name() == name) {
            return Arc::clone(known);
        }
        let counts = Arc::new(RouteCounts::new(name));
        routes.push(Arc::clone(&counts));
        counts
    }

    fn routes(&self) -> Vec<Arc<RouteCounts>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Figures that are read when somebody asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gauges {
    /// Of the log.
    pub revision: u64,
    /// Flags that are loaded.
    pub flags: u64,
}

/// Counts something for as long as it lives.
#[derive(Debug)]
pub struct Held {
    metrics: Arc<Metrics>,
    of: fn(&Metrics) -> &AtomicU64,
}

impl Held {
    /// Counts one more.
    pub fn new(metrics: &Arc<Metrics>, of: fn(&Metrics) -> &AtomicU64) -> Self {
        of(metrics).fetch_add(1, Ordering::Relaxed);
        Self {
            metrics: Arc::clone(metrics),
            of,
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        (self.of)(&self.metrics).fetch_sub(1, Ordering::Relaxed);
    }
}
