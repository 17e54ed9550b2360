//! The name of a request, in its answer, its log lines and its problem documents.

use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Where callers may bring one, and where it is sent back.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id that is taken over.
const LONGEST: usize = 64;
/// An odd number: every id in 2^64 comes once.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Makes ids that differ within the process and, by the seed, most likely between processes.
#[derive(Debug)]
pub struct RequestIds {
    seed: u64,
    next: AtomicU64,
}

impl RequestIds {
    /// With a random seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicU64::new(1),
        }
    }

    /// The caller's id if it is sane, else a new one.
    pub fn of(&self, headers: &HeaderMap) -> HeaderValue {
        match headers.get(HEADER) {
            Some(given) if is_sane(given.as_bytes()) => given.clone(),
            _ => self.make(),
        }
    }

    fn make(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed).wrapping_mul(STEP);
        // Hexadecimal digits are always a header's value.
        HeaderValue::from_bytes(&hex(self.seed ^ number)).unwrap_or_else(|_| HeaderValue::from_static("0"))
    }
}

fn hex(number: u64) -> [u8; 16] {
    let digit = |at: u32| char::from_digit(u32::try_from(number >> (60 - 4 * at) & 15).unwrap_or_default(), 16);
    std::array::from_fn(|at| {
        let digit = u32::try_from(at).ok().and_then(digit).unwrap_or('0');
        u8::try_from(digit).unwrap_or(b'0')
    })
}

/// Whether an id can stand in logs and headers without harm.
fn is_sane(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.iter().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_ids_are_sixteen_digits() {
        for number in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(hex(number), *format!("{number:016x}").as_bytes());
        }
    }

    #[test]
    fn sane_ids_are_taken_over() {
        let ids = RequestIds::new(7);
        let of = |given: &str| {
            ids.of(&HeaderMap::from_iter([(
                HEADER,
                HeaderValue::from_str(given).expect("a header"),
            )]))
        };
        assert_eq!(of("abc-1.2_3"), "abc-1.2_3");
        for bad in ["", "a b", "a\"b", &"x".repeat(65)] {
            assert_eq!(of(bad).len(), 16, "{bad}");
        }
        assert_ne!(ids.of(&HeaderMap::new()), ids.of(&HeaderMap::new()));
    }
}
