//! A counter for the hottest places: threads add to cells of their own.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

const CELLS: usize = 16;

/// A cell with a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Cell(AtomicU64);

/// Counts up without threads disturbing each other.
#[derive(Debug, Default)]
pub struct Sharded([Cell; CELLS]);

impl Sharded {
    /// Adds.
    pub fn add(&self, count: u64) {
        if let Some(cell) = self.0.get(own_cell()) {
            cell.0.fetch_add(count, Ordering::Relaxed);
        }
    }

    /// What all threads have counted.
    pub fn total(&self) -> u64 {
        self.0.iter().map(|cell| cell.0.load(Ordering::Relaxed)).sum()
    }
}

fn own_cell() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % CELLS;
    }
    OWN.with(|own| *own)
}

#[cfg(test)]
mod tests {
    use super::Sharded;

    #[test]
    fn nothing_is_lost() {
        let counter = Sharded::default();
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| (0..1000).for_each(|_| counter.add(1)));
            }
        });
        assert_eq!(counter.total(), 20_000);
    }
}
