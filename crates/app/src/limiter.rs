//! Counts attempts per key in a sliding window; for sign-in, password change and set-up.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::{SignedDuration, Timestamp};

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

/// Allows a number of attempts per window and key. Memory is bounded: old keys are dropped.
#[derive(Debug)]
pub struct Limiter {
    most: usize,
    window: SignedDuration,
    attempts: Mutex<HashMap<String, Vec<Timestamp>>>,
}

/// Keys that are remembered before old ones are swept.
const SWEEP_AT: usize = 10_000;

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
        let mut attempts = self.attempts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = |at: &Timestamp| now.duration_since(*at) < self.window && *at <= now;
        if attempts.len() > SWEEP_AT {
            attempts.retain(|_, times| times.iter().any(fresh));
        }
        let times = attempts.entry(key.to_owned()).or_default();
        times.retain(fresh);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let limiter = Limiter::new(2, SignedDuration::from_secs(60));
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().expect("a time");
        assert_eq!(limiter.attempt("a", start), Ok(()));
        assert_eq!(limiter.attempt("a", start + SignedDuration::from_secs(30)), Ok(()));
        assert_eq!(limiter.attempt("a", start + SignedDuration::from_secs(40)), Err(21));
        assert_eq!(limiter.attempt("b", start + SignedDuration::from_secs(40)), Ok(()));
        assert_eq!(limiter.attempt("a", start + SignedDuration::from_secs(61)), Ok(()));
    }
}
