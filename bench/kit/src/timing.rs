//! Thread CPU time of a closure: time stolen by other processes is not in it.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::allocator::{Allocated, counted};

/// Samples of one closure.
const SAMPLES: usize = 11;

/// CPU time of one sample.
const SAMPLE: Duration = Duration::from_millis(25);

/// What a closure cost, per operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Smallest sample, ns of CPU.
    pub(crate) least: f64,
    /// Median sample, ns of CPU.
    pub(crate) median: f64,
    /// Greatest sample, ns of CPU.
    pub(crate) most: f64,
    /// Median sample, ns of wall clock.
    pub(crate) wall: f64,
    /// Heap allocations.
    pub(crate) allocations: f64,
    /// Bytes asked for by them.
    pub(crate) bytes: f64,
}

/// Times a closure that performs `operations` per call.
pub(crate) fn cost(operations: usize, mut work: impl FnMut()) -> Cost {
    work();
    let calls = calls_per_sample(&mut work);
    let each = 1.0 / (calls * operations as u64) as f64;
    let mut cpu = Vec::with_capacity(SAMPLES);
    let mut wall = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let (began, cpu_began) = (Instant::now(), thread_cpu());
        for _ in 0..calls {
            work();
        }
        cpu.push((thread_cpu() - cpu_began).as_nanos() as f64 * each);
        wall.push(began.elapsed().as_nanos() as f64 * each);
    }
    cpu.sort_by(f64::total_cmp);
    wall.sort_by(f64::total_cmp);
    let Allocated { times, bytes } = counted(work);
    Cost {
        least: cpu[0],
        median: cpu[SAMPLES / 2],
        most: cpu[SAMPLES - 1],
        wall: wall[SAMPLES / 2],
        allocations: times as f64 / operations as f64,
        bytes: bytes as f64 / operations as f64,
    }
}

fn calls_per_sample(work: &mut impl FnMut()) -> u64 {
    let began = thread_cpu();
    let mut calls = 0;
    while thread_cpu() - began < SAMPLE {
        work();
        calls += 1;
    }
    calls
}

fn thread_cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
