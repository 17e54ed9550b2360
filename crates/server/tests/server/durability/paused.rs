//! One of two processes stands still, as a virtual machine that is moved does: the other one goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::client::Client;
use super::delays::Delays;
use super::two::{Pair, create_until, with_pair};
use super::{number, past};

/// How often a process is stopped; `HOIST_PAUSES` sets another number.
const PAUSES: u64 = 4;
/// Writers of the process that is stopped: one of them holds the head of the log most of the time.
const WRITERS: usize = 4;
/// How long it stands still. The database gives its transaction up after two seconds.
const PAUSE: Duration = Duration::from_secs(4);
/// The other process writes again within three seconds; a slow machine that runs other tests too gets more.
const AT_ONCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 8 } else { 3 });

#[test]
fn a_process_that_stands_still_stops_nobody() {
    with_pair(
        "durability::paused::a_process_that_stands_still_stops_nobody",
        |pair, url| {
            let seed = number("HOIST_PAUSE_SEED", 1);
            let mut delays = Delays::new(seed);
            let mut told = BTreeMap::new();
            let mut longest = Duration::ZERO;
            for pause in 0..number("HOIST_PAUSES", PAUSES) {
                let (waited, round) = one_pause(&pair, pause, delays.next());
                longest = longest.max(waited);
                told.extend(round);
            }
            let pauses = number("HOIST_PAUSES", PAUSES);
            eprintln!(
                "torture: pauses count={pauses} seed={seed} changes={} longest_silence={longest:.0?}",
                told.len()
            );
            assert!(longest < AT_ONCE, "{longest:.1?}");
            let (entries, problems) = past::read(url);
            assert!(problems.is_empty(), "{problems:#?}");
            let logged = past::noted(&entries);
            for (note, revision) in &told {
                assert_eq!(logged.get(note), Some(revision), "{note}");
            }
            let flags = pair.person(1).flags().len();
            assert_eq!(flags, logged.len(), "a flag for each entry, an entry for each flag");
        },
    );
}

/// The longest silence of the process that goes on, and what both were told.
fn one_pause(pair: &Pair, pause: u64, delay: Duration) -> (Duration, BTreeMap<String, u64>) {
    let end = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let stopped = (0..WRITERS).map(|n| {
            let (mut client, end) = (pair.person(0), &end);
            let prefix = format!("p{pause}-s{n}");
            scope.spawn(move || create_until(&mut client, &prefix, || end.load(Ordering::Relaxed)))
        });
        let stopped: Vec<_> = stopped.collect();
        std::thread::sleep(delay);
        pair.servers[0].signal("STOP");
        let mut client = pair.person(1);
        let (waited, mut told) = write_for(&mut client, pause, PAUSE);
        pair.servers[0].signal("CONT");
        end.store(true, Ordering::Relaxed);
        for writer in stopped {
            told.extend(writer.join().expect("a writer"));
        }
        (waited, told)
    })
}

/// Creates flags one after the other; the longest time between two that were acknowledged.
fn write_for(client: &mut Client, pause: u64, time: Duration) -> (Duration, BTreeMap<String, u64>) {
    let start = Instant::now();
    let (mut last, mut longest) = (start, Duration::ZERO);
    let mut told = BTreeMap::new();
    for n in 0_u64.. {
        let written = create_until(client, &format!("p{pause}-g{n}"), || true);
        if !written.is_empty() {
            longest = longest.max(last.elapsed());
            last = Instant::now();
        }
        told.extend(written);
        if start.elapsed() > time {
            break;
        }
    }
    (longest.max(last.elapsed()), told)
}
