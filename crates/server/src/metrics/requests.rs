//! Requests of one route: by method and class of status, with a histogram of how long they took.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};

/// Names of methods; the last stands for all others.
pub(super) const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
/// Names of classes.
pub(super) const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// Upper bounds in microseconds; what is slower counts in the last bucket, which has none.
pub(super) const BOUNDS_US: [u64; 12] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 2_500_000,
];

/// Counts of one route.
#[derive(Debug)]
pub struct RouteCounts {
    route: Box<str>,
    answers: [[AtomicU64; CLASSES.len()]; METHODS.len()],
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

impl RouteCounts {
    pub(super) fn new(route: &str) -> Self {
        Self {
            route: route.into(),
            answers: array::from_fn(|_| array::from_fn(|_| AtomicU64::new(0))),
            buckets: array::from_fn(|_| AtomicU64::new(0)),
            sum_us: AtomicU64::new(0),
        }
    }

    /// The pattern of its paths.
    pub fn name(&self) -> &str {
        &self.route
    }

    /// Counts an answer.
    pub fn count(&self, method: &Method, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(cell) = self.answers.get(index(method)).and_then(|classes| classes.get(class)) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US
            .iter()
            .position(|bound| us <= *bound)
            .unwrap_or(BOUNDS_US.len());
        if let Some(cell) = self.buckets.get(bucket) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    /// Answers that happened, as (method, class, count).
    pub fn answers(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> + '_ {
        let lines = METHODS.iter().zip(&self.answers);
        lines.flat_map(|(method, classes)| {
            let cells = CLASSES.iter().zip(classes);
            cells
                .map(|(class, count)| (*method, *class, count.load(Ordering::Relaxed)))
                .filter(|(_, _, count)| *count > 0)
        })
    }

    /// Buckets as (upper bound in seconds, count), and the sum in seconds.
    pub(super) fn histogram(&self) -> (Vec<(f64, u64)>, f64) {
        let bounds = BOUNDS_US.iter().map(|us| seconds(*us)).chain([f64::INFINITY]);
        let buckets = bounds
            .zip(&self.buckets)
            .map(|(bound, count)| (bound, count.load(Ordering::Relaxed)));
        (buckets.collect(), seconds(self.sum_us.load(Ordering::Relaxed)))
    }
}

fn index(method: &Method) -> usize {
    METHODS
        .iter()
        .position(|name| *name == method.as_str())
        .unwrap_or(METHODS.len() - 1)
}

fn seconds(us: u64) -> f64 {
    Duration::from_micros(us).as_secs_f64()
}
