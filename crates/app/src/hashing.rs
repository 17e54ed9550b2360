//! Hashing of passwords: memory on purpose, so only a few at once and few in wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// Hashes at once: each takes 19 MiB and a processor.
pub const AT_ONCE: usize = 4;
/// Hashes that wait; they are done within a second or two.
pub const IN_WAIT: usize = 64;

/// There are too many already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Runs hashes off the async threads.
#[derive(Debug)]
pub struct Hashing {
    places: Arc<Semaphore>,
    present: AtomicUsize,
    runs: AtomicU64,
    most: AtomicUsize,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            present: AtomicUsize::new(0),
            runs: AtomicU64::new(0),
            most: AtomicUsize::new(0),
        }
    }
}

impl Hashing {
    /// Runs one when it is its turn.
    ///
    /// # Errors
    /// [`Busy`] when too many wait.
    pub async fn run<T: Send + 'static>(&self, hash: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _present = Present::enter(&self.present).ok_or(Busy)?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Busy)?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.most
            .fetch_max(AT_ONCE - self.places.available_permits(), Ordering::Relaxed);
        // The place goes with the work, not with who asked: who gives up does not make room for more work.
        let work = move || {
            let done = hash();
            drop(place);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| Busy)
    }

    /// Hashes begun so far.
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    /// Most that ever ran at once.
    pub fn most_at_once(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

/// Somebody who waits or whose hash runs.
struct Present<'a>(&'a AtomicUsize);

impl<'a> Present<'a> {
    fn enter(count: &'a AtomicUsize) -> Option<Self> {
        let present = Self(count);
        let before = count.fetch_add(1, Ordering::Relaxed);
        (before < AT_ONCE + IN_WAIT).then_some(present)
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn only_so_many_run_or_wait() {
        let hashing = Arc::new(Hashing::default());
        let gate = Arc::new(Barrier::new(AT_ONCE + 1));
        let held: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                let (hashing, gate) = (Arc::clone(&hashing), Arc::clone(&gate));
                tokio::spawn(async move { hashing.run(move || gate.wait()).await })
            })
            .collect();
        while hashing.runs() < AT_ONCE as u64 {
            tokio::task::yield_now().await;
        }
        let waiting: Vec<_> = (0..IN_WAIT)
            .map(|_| {
                let hashing = Arc::clone(&hashing);
                tokio::spawn(async move { hashing.run(|| ()).await })
            })
            .collect();
        while hashing.present.load(Ordering::Relaxed) < AT_ONCE + IN_WAIT {
            tokio::task::yield_now().await;
        }
        assert_eq!(hashing.run(|| ()).await, Err(Busy));
        tokio::task::spawn_blocking(move || gate.wait())
            .await
            .expect("the gate opens");
        for each in held {
            assert!(each.await.expect("no panic").is_ok());
        }
        for each in waiting {
            assert_eq!(each.await.expect("no panic"), Ok(()));
        }
        assert_eq!(
            (hashing.runs(), hashing.most_at_once()),
            ((AT_ONCE + IN_WAIT) as u64, AT_ONCE)
        );
        assert_eq!(hashing.run(|| 7).await, Ok(7));
    }
}
