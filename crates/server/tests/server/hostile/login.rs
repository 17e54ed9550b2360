//! A flood of sign-ins against the real process: its memory, and whether people still come in.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `HOIST_LOGIN_FLOOD` | 200 | sign-ins of strangers, each from an address of its own |
//! | `HOIST_LOGIN_PAIRS` | 10 | pairs of sign-ins by which the times of known and unknown accounts are compared |

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Site;
use crate::durability::{EMAIL, PASSWORD, number};
use crate::hoist::{Answer, Server};

/// What a flood may cost, bytes.
const MOST_GROWTH: u64 = 256 << 20;
/// So many people can sign in each second, one after the other.
const LEAST_RATE: f64 = 15.0;
/// Whether an account is there must not show in the time.
const WIDEST_GAP: Duration = Duration::from_millis(2);
/// Clients at once.
const AT_ONCE: u64 = 64;

fn sign_in(server: &Server, address: &str, email: &str, password: &str) -> Answer {
    let body = json!({"email": email, "password": password}).to_string();
    let head = format!(
        "hoist-csrf: 1\r\nx-forwarded-for: {address}\r\ncontent-length: {}",
        body.len()
    );
    let request =
        format!("POST /hoist/v1/session HTTP/1.1\r\nhost: hoist\r\nconnection: close\r\n{head}\r\n\r\n{body}");
    Answer::read(server.send(request.as_bytes()))
}

/// The address of a number.
fn address(first: u8, n: u64) -> String {
    format!("{first}.{}.{}.{}", n / 65_536 % 256, n / 256 % 256, n % 256)
}

/// How far apart the times of wrong passwords are for an account that is there and one that is not, asked in turns: their
/// medians, since a single slow answer says nothing.
fn gap(server: &Server, pairs: u64) -> Duration {
    let mut took = [Vec::new(), Vec::new()];
    for n in 0..pairs {
        for (times, known) in took.iter_mut().zip([true, false]) {
            let email = if known {
                EMAIL.to_owned()
            } else {
                format!("{n}@elsewhere.example")
            };
            let start = Instant::now();
            let answer = sign_in(server, &address(20 + u8::from(known), n), &email, "a wrong password");
            match answer.status {
                401 => times.push(start.elapsed()),
                // Not looked at, so it has no time.
                429 => {}
                other => panic!("{other}: {}", answer.body),
            }
        }
        // Ten a minute are looked at; the window is a second here.
        if n % 5 == 4 {
            std::thread::sleep(Duration::from_millis(1100));
        }
    }
    let [known, unknown] = took.map(|mut times| {
        let count = u64::try_from(times.len()).expect("few");
        assert!(count * 2 > pairs, "only {count} of {pairs} were looked at");
        times.sort();
        times[times.len() / 2]
    });
    known.abs_diff(unknown)
}

#[test]
fn a_flood_of_sign_ins_costs_little_and_people_come_in() {
    let mut site = Site::start(&[
        ("HOIST_SECURITY__TRUSTED_PROXIES", "127.0.0.1"),
        ("HOIST_SECURITY__SIGN_IN_WINDOW_S", "1"),
        // A busy machine is no slow client.
        ("HOIST_LIMITS__BODY_TIMEOUT_S", "3600"),
    ]);
    let owner = "192.0.2.1";
    assert_eq!(sign_in(&site.server, owner, EMAIL, PASSWORD).status, 200);
    let before = site.server.resident_bytes();
    let (flood, most, looked_at) = (number("HOIST_LOGIN_FLOOD", 200), AtomicU64::new(0), AtomicU64::new(0));
    let server = &site.server;
    std::thread::scope(|scope| {
        for client in 0..AT_ONCE {
            let (most, looked_at) = (&most, &looked_at);
            scope.spawn(move || {
                for n in (client..flood).step_by(usize::try_from(AT_ONCE).expect("few")) {
                    // Names that are long, so that remembering them would show.
                    let email = format!("{n}{}@example.org", "x".repeat(200_000));
                    let answer = sign_in(server, &address(10, n), &email, "a wrong password");
                    match answer.status {
                        401 => looked_at.fetch_add(1, Ordering::Relaxed),
                        429 => 0,
                        other => panic!("{other}: {}", answer.body),
                    };
                    most.fetch_max(server.resident_bytes(), Ordering::Relaxed);
                }
            });
        }
        // The owner is told to come again while too many wait, and comes in within a few attempts.
        for _ in 0..3 {
            crate::hoist::wait(|| (sign_in(server, owner, EMAIL, PASSWORD).status == 200).then_some(()));
        }
    });
    let grown = most.into_inner().saturating_sub(before);
    assert!(grown <= MOST_GROWTH, "{} MiB", grown >> 20);
    let start = Instant::now();
    let people = 20;
    for _ in 0..people {
        crate::hoist::wait(|| (sign_in(server, owner, EMAIL, PASSWORD).status == 200).then_some(()));
    }
    let rate = f64::from(people) / start.elapsed().as_secs_f64();
    let gap = gap(server, number("HOIST_LOGIN_PAIRS", 10));
    eprintln!(
        "torture: login flood={flood} looked_at={} rss_growth_kib={} logins_per_second={rate:.1} timing_gap_us={}",
        looked_at.into_inner(),
        grown >> 10,
        gap.as_micros(),
    );
    // The times of a debug build, or of a machine that runs all other tests, say little.
    if !cfg!(debug_assertions) {
        assert!(rate >= LEAST_RATE, "{rate} sign-ins per second");
        assert!(gap < WIDEST_GAP, "{gap:?}");
    }
    site.is_unharmed("a flood of sign-ins");
}
