//! Who may try a password now.
//!
//! Three counts stand against guessing, each within the same window:
//!
//! | count | most | against |
//! |---|---|---|
//! | of an address | `per_address` | one guesser, many accounts |
//! | of an account, by strangers | `per_account` | many guessers, one account |
//! | of an account, by one strange address | half of that | one guesser who would lock the owner out |
//!
//! From where somebody has signed in to an account, its strangers do not count: such an address has a count of
//! its own there. So nobody can lock an owner out of where they usually are.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::limiter::{Limiter, SignInLimits, shortened};

/// Places that are known before the oldest are forgotten.
const MOST_KNOWN: usize = 20_000;

/// Counts attempts of all kinds.
#[derive(Debug)]
pub struct Attempts {
    by_address: Limiter,
    by_strangers: Limiter,
    by_stranger: Limiter,
    by_known: Limiter,
    /// Accounts with the addresses from which somebody has signed in to them.
    known: Mutex<HashMap<[u8; 16], Timestamp>>,
}

/// Whether somebody has signed in to an account from an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Known,
    /// Not that we remember.
    Strange,
}

impl Attempts {
    /// With these limits.
    pub fn new(limits: SignInLimits) -> Self {
        let limiter = |most| Limiter::new(most, limits.window);
        Self {
            by_address: limiter(limits.per_address),
            by_strangers: limiter(limits.per_account),
            by_stranger: limiter(limits.per_account.div_ceil(2)),
            by_known: limiter(limits.per_account),
            known: Mutex::new(HashMap::new()),
        }
    }

    /// Counts an attempt of an address, whatever it is about.
    ///
    /// # Errors
    /// Seconds to wait, at least 1.
    pub fn from_address(&self, address: &str, now: Timestamp) -> Result<(), u64> {
        self.by_address.attempt(&neighbourhood(address), now)
    }

    /// Counts an attempt on an account; that of the address is counted before.
    ///
    /// # Errors
    /// Seconds to wait, at least 1.
    pub fn on_account(&self, account: &str, address: &str, standing: Standing, now: Timestamp) -> Result<(), u64> {
        let place = place(account, address);
        match standing {
            Standing::Known => self.by_known.attempt(&place, now),
            Standing::Strange => {
                self.by_stranger.attempt(&place, now)?;
                self.by_strangers.attempt(account, now)
            }
        }
    }

    /// What is remembered of an address.
    pub fn standing(&self, account: &str, address: &str) -> Standing {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains_key(&shortened(&place(account, address))) {
            Standing::Known
        } else {
            Standing::Strange
        }
    }

    /// Remembers that somebody signed in to the account from there.
    pub fn learn(&self, account: &str, address: &str, now: Timestamp) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let place = shortened(&place(account, address));
        if known.len() >= MOST_KNOWN && !known.contains_key(&place) {
            let mut times: Vec<Timestamp> = known.values().copied().collect();
            let (_, middle, _) = times.select_nth_unstable(MOST_KNOWN / 2);
            let middle = *middle;
            known.retain(|_, at| *at > middle);
        }
        known.insert(place, now);
    }
}

/// Lengths keep one account's text from being read as another's with an address.
fn place(account: &str, address: &str) -> String {
    format!("{} {account} {}", account.len(), neighbourhood(address))
}

/// Whoever has one address of IPv6 has 2^64 of them.
pub(crate) fn neighbourhood(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().expect("a time")
    }

    fn may(attempts: &Attempts, account: &str, address: &str) -> bool {
        let standing = attempts.standing(account, address);
        let counted = attempts.from_address(address, now());
        counted
            .and_then(|()| attempts.on_account(account, address, standing, now()))
            .is_ok()
    }

    fn tries(attempts: &Attempts, account: &str, address: &str, count: usize) -> usize {
        (0..count).filter(|_| may(attempts, account, address)).count()
    }

    #[test]
    fn one_guesser_leaves_half_to_the_owner() {
        let attempts = Attempts::new(SignInLimits::default());
        assert_eq!(tries(&attempts, "a@b.example", "10.0.0.1", 30), 5);
        assert_eq!(tries(&attempts, "a@b.example", "10.0.0.2", 30), 5);
        assert_eq!(tries(&attempts, "a@b.example", "10.0.0.3", 30), 0, "ten in all");
        assert_eq!(
            tries(&attempts, "c@d.example", "10.0.0.3", 30),
            0,
            "the address has tried enough"
        );
        assert_eq!(tries(&attempts, "c@d.example", "10.0.0.4", 1), 1);
    }

    #[test]
    fn where_somebody_signed_in_strangers_do_not_count() {
        let attempts = Attempts::new(SignInLimits::default());
        attempts.learn("a@b.example", "10.0.0.9", now());
        for guesser in 1..=100 {
            tries(&attempts, "a@b.example", &format!("10.1.0.{guesser}"), 30);
        }
        assert_eq!(tries(&attempts, "a@b.example", "10.0.0.9", 30), 10);
        assert_eq!(tries(&attempts, "c@d.example", "10.0.0.8", 30), 5, "known there only");
    }

    #[test]
    fn a_network_of_ipv6_is_one_place() {
        let attempts = Attempts::new(SignInLimits::default());
        let allowed = (0..100).filter(|n| {
            let address = format!("2001:db8:0:7::{n:x}");
            may(&attempts, &format!("{n}@b.example"), &address)
        });
        assert_eq!(allowed.count(), 30);
        assert_eq!(neighbourhood("::ffff:10.0.0.1"), "10.0.0.1");
    }

    #[test]
    fn the_known_are_not_too_many() {
        let attempts = Attempts::new(SignInLimits::default());
        for n in 0..MOST_KNOWN + 10 {
            let at = now() + SignedDuration::from_millis(i64::try_from(n).expect("small"));
            attempts.learn("a@b.example", &format!("address {n}"), at);
        }
        let known = attempts.known.lock().expect("nobody panicked").len();
        assert!((MOST_KNOWN / 4..=MOST_KNOWN).contains(&known), "{known}");
    }
}
