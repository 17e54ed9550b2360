//! Counts attempts per key in a sliding window; for sign-in, password change and set-up.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

/// How often somebody may try to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInLimits {
    /// For one account, within the window.
    pub per_account: usize,
    /// From one address, within the window.
    pub per_address: usize,
    /// Attempts older than this do not count.
    pub window: SignedDuration,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self {
            per_account: 10,
            per_address: 30,
            window: SignedDuration::from_secs(60),
        }
    }
}

/// Allows a number of attempts per window and key. Memory is bounded: of a key its digest is kept, and of too many keys
/// those that were used last.
#[derive(Debug)]
pub struct Limiter {
    most: usize,
    window: SignedDuration,
    attempts: Mutex<HashMap<Key, Vec<Timestamp>>>,
}

/// Half a digest: keys come from outside, and may be of any length.
type Key = [u8; 16];

/// Keys that are remembered.
const MOST_KEYS: usize = 20_000;

impl Limiter {
    /// At most so many attempts within a window.
    pub fn new(most: usize, window: SignedDuration) -> Self {
        Self {
            most,
            window,
            attempts: Mutex::new(HashMap::new()),
        }
    }

    /// Counts an attempt. When there were too many: whole seconds until the next is allowed.
    ///
    /// # Errors
    /// The seconds to wait, at least 1.
    pub fn attempt(&self, key: &str, now: Timestamp) -> Result<(), u64> {
        let key = shortened(key);
        let mut attempts = self.lock();
        if attempts.len() >= MOST_KEYS && !attempts.contains_key(&key) {
            self.forget(&mut attempts, now);
        }
        let times = attempts.entry(key).or_default();
        times.retain(|at| self.counts(*at, now));
        match times.first() {
            Some(first) if times.len() >= self.most => {
                let wait = self.window - now.duration_since(*first);
                Err(u64::try_from(wait.as_secs()).unwrap_or(0) + 1)
            }
            _ => {
                times.push(now);
                Ok(())
            }
        }
    }

    /// Keys that are remembered now.
    pub fn keys(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Vec<Timestamp>>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts(&self, at: Timestamp, now: Timestamp) -> bool {
        now.duration_since(at) < self.window && at <= now
    }

    /// What does not count any more, and then the half that was used longest ago: seldom, so that it costs little.
    fn forget(&self, attempts: &mut HashMap<Key, Vec<Timestamp>>, now: Timestamp) {
        attempts.retain(|_, times| times.iter().any(|at| self.counts(*at, now)));
        let most = MOST_KEYS / 2;
        if attempts.len() <= most {
            return;
        }
        let mut last: Vec<Timestamp> = attempts.values().filter_map(|times| times.last().copied()).collect();
        let (_, middle, _) = last.select_nth_unstable(attempts.len() - most);
        let (middle, mut spare) = (*middle, attempts.len() - most);
        attempts.retain(|_, times| {
            let old = spare > 0 && times.last().is_none_or(|at| *at <= middle);
            spare -= usize::from(old);
            !old
        });
    }
}

/// Of a key of any length.
pub(crate) fn shortened(key: &str) -> Key {
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    std::array::from_fn(|at| digest[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().expect("a time")
    }

    #[test]
    fn the_window_slides() {
        let limiter = Limiter::new(2, SignedDuration::from_secs(60));
        let start = start();
        assert_eq!(limiter.attempt("a", start), Ok(()));
        assert_eq!(limiter.attempt("a", start + SignedDuration::from_secs(30)), Ok(()));
        assert_eq!(limiter.attempt("a", start + SignedDuration::from_secs(40)), Err(21));
        assert_eq!(limiter.attempt("b", start + SignedDuration::from_secs(40)), Ok(()));
        assert_eq!(limiter.attempt("a", start + SignedDuration::from_secs(61)), Ok(()));
    }

    #[test]
    fn of_too_many_keys_the_latest_are_remembered() {
        let limiter = Limiter::new(1, SignedDuration::from_secs(60));
        for n in 0..MOST_KEYS + 500 {
            let at = start() + SignedDuration::from_micros(i64::try_from(n).expect("small"));
            assert_eq!(limiter.attempt(&format!("{n}{}", "x".repeat(100)), at), Ok(()));
            assert!(limiter.keys() <= MOST_KEYS);
        }
        let last = format!("{}{}", MOST_KEYS + 499, "x".repeat(100));
        assert!(limiter.attempt(&last, start() + SignedDuration::from_secs(1)).is_err());
    }
}
