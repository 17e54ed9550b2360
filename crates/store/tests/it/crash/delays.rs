//! How long a writer lives on after it has done enough.

use std::time::Duration;

/// Delays between 10 and 800 ms, the same for the same seed.
pub struct Delays(u64);

impl Delays {
    pub const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub const fn next(&mut self) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Duration::from_millis(10 + self.0 % 791)
    }
}

#[test]
fn delays_are_spread() {
    let mut delays = Delays::new(1);
    let all: Vec<Duration> = (0..1000).map(|_| delays.next()).collect();
    assert!(all.iter().all(|delay| (10..=800).contains(&delay.as_millis())));
    assert!(all.iter().min().unwrap().as_millis() < 30 && all.iter().max().unwrap().as_millis() > 780);
}
