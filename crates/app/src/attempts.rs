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

use jiff::{SignedDuration, Timestamp};

use crate::limiter::{Limiter, SignInLimits, shortened};

/// Places that are known before the oldest are forgotten.
const MOST_KNOWN: usize = 20_000;
/// Accounts of whose sessions we remember what the database said.
const MOST_TOLD: usize = 1000;
/// So long it need not be asked again: strangers may try as often as they like.
const TOLD_FOR: SignedDuration = SignedDuration::from_secs(10);

/// Counts attempts of all kinds.
#[derive(Debug)]
pub struct Attempts {
    by_address: Limiter,
    by_strangers: Limiter,
    by_stranger: Limiter,
    by_known: Limiter,
    /// Accounts with the addresses from which somebody has signed in to them.
    known: Mutex<HashMap<[u8; 16], Timestamp>>,
    /// Places of an account's sessions, by account.
    told: Mutex<HashMap<[u8; 16], Told>>,
}

/// What the database said of an account's sessions.
#[derive(Debug)]
struct Told {
    at: Timestamp,
    places: Vec<[u8; 16]>,
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
            told: Mutex::new(HashMap::new()),
        }
    }

    /// Whether the account has a session from there, if the database said so lately; else it has to be asked.
    pub fn has_session(&self, account: &str, address: &str, now: Timestamp) -> Option<bool> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.get(&shortened(account)).filter(|told| told.is_fresh(now))?;
        Some(told.places.contains(&shortened(&neighbourhood(address))))
    }

    /// Remembers the addresses of an account's sessions.
    pub fn tell<'a>(&self, account: &str, addresses: impl Iterator<Item = &'a str>, now: Timestamp) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST_TOLD {
            told.retain(|_, told| told.is_fresh(now));
        }
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        let places = addresses.map(|address| shortened(&neighbourhood(address))).collect();
        told.insert(shortened(account), Told { at: now, places });
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

impl Told {
    /// A clock that went back makes nothing last.
    fn is_fresh(&self, now: Timestamp) -> bool {
        (SignedDuration::ZERO..TOLD_FOR).contains(&now.duration_since(self.at))
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
    fn what_the_database_said_lasts_for_a_while() {
        let attempts = Attempts::new(SignInLimits::default());
        let later = |seconds| now() + SignedDuration::from_secs(seconds);
        assert_eq!(attempts.has_session("a", "10.0.0.1", now()), None);
        attempts.tell("a", ["10.0.0.1", "2001:db8::1"].into_iter(), now());
        assert_eq!(attempts.has_session("a", "10.0.0.1", later(9)), Some(true));
        assert_eq!(attempts.has_session("a", "2001:db8::2", later(9)), Some(true));
        assert_eq!(attempts.has_session("a", "10.0.0.2", now()), Some(false));
        assert_eq!(attempts.has_session("b", "10.0.0.1", now()), None);
        for stale in [10, -1] {
            assert_eq!(attempts.has_session("a", "10.0.0.1", later(stale)), None);
        }
        for n in 0..2 * MOST_TOLD {
            attempts.tell(&n.to_string(), std::iter::empty(), now());
        }
        assert!(attempts.told.lock().expect("nobody panicked").len() <= MOST_TOLD);
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
