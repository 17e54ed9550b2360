//! Seeds of draws that are made anew for each request.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

/// Another seed for every request.
#[derive(Default)]
pub(crate) struct Seeds {
    /// Requests so far: two of one moment differ.
    requests: AtomicU64,
}

impl Seeds {
    pub(crate) fn next(&self, now: Timestamp) -> u64 {
        let request = self.requests.fetch_add(1, Ordering::Relaxed);
        let parts = [now.as_nanosecond().to_le_bytes(), u128::from(request).to_le_bytes()];
        xxh3_64(parts.as_flattened())
    }
}
