//! Requests that one reader takes for one and another for two.

use std::time::Duration;

use super::{End, Family, Site};

/// What would be answered if it were taken for a request of its own.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nhost: smuggled\r\n\r\n";

/// A request whose length can be read in several ways.
struct Riddle {
    name: &'static str,
    headers: &'static str,
    body: String,
}

fn riddles() -> Vec<Riddle> {
    let riddle = |name, headers, body: &str| Riddle {
        name,
        headers,
        body: body.to_owned(),
    };
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    vec![
        riddle(
            "length, then chunks",
            "content-length: 6\r\ntransfer-encoding: chunked\r\n",
            &chunked,
        ),
        riddle(
            "chunks, then length",
            "transfer-encoding: chunked\r\ncontent-length: 6\r\n",
            &chunked,
        ),
        riddle(
            "two lengths",
            "content-length: 2\r\ncontent-length: 60\r\n",
            &format!("{{}}{HIDDEN}"),
        ),
        riddle(
            "two lengths in one",
            "content-length: 2, 60\r\n",
            &format!("{{}}{HIDDEN}"),
        ),
        riddle("a signed length", "content-length: +2\r\n", &format!("{{}}{HIDDEN}")),
        riddle("a negative length", "content-length: -1\r\n", &format!("{{}}{HIDDEN}")),
        riddle(
            "a length in sixteens",
            "content-length: 0x2\r\n",
            &format!("{{}}{HIDDEN}"),
        ),
        riddle(
            "a length without an end",
            "content-length: 99999999999999999999999\r\n",
            HIDDEN,
        ),
        riddle(
            "chunks that are not last",
            "transfer-encoding: chunked, identity\r\n",
            &chunked,
        ),
        riddle("an unknown coding", "transfer-encoding: xchunked\r\n", &chunked),
        riddle("a space before the colon", "transfer-encoding : chunked\r\n", &chunked),
        riddle("a folded header", "transfer-encoding:\r\n chunked\r\n", &chunked),
        riddle("a header without a name", ": x\r\n", HIDDEN),
        riddle(
            "a bare line feed",
            "x: y\ntransfer-encoding: chunked\r\ncontent-length: 6\r\n",
            &chunked,
        ),
        riddle(
            "a bare return",
            "x: y\rtransfer-encoding: chunked\r\ncontent-length: 6\r\n",
            &chunked,
        ),
        riddle(
            "a header with NUL",
            "x: a\0b\r\ncontent-length: 2\r\n",
            &format!("{{}}{HIDDEN}"),
        ),
        riddle(
            "a chunk of a wild size",
            "transfer-encoding: chunked\r\n",
            &format!("fffffffffffffffff\r\n{HIDDEN}"),
        ),
        riddle(
            "a chunk of a negative size",
            "transfer-encoding: chunked\r\n",
            &format!("-1\r\n{HIDDEN}"),
        ),
        riddle(
            "a chunk without its end",
            "transfer-encoding: chunked\r\n",
            &format!("2\r\n{{}}XX0\r\n\r\n{HIDDEN}"),
        ),
        riddle(
            "a chunk that is no number",
            "transfer-encoding: chunked\r\n",
            &format!("zz\r\n{HIDDEN}"),
        ),
        riddle(
            "a chunk with a long remark",
            "transfer-encoding: chunked\r\n",
            &format!("2;{}\r\n{{}}\r\n0\r\n\r\n{HIDDEN}", "x".repeat(60_000)),
        ),
    ]
}

/// The request is answered once or refused, and then nothing more is read from the connection: what a proxy
/// may have taken for its body is not answered.
#[test]
fn no_request_hides_in_another() {
    let mut site = Site::start(&[]);
    for riddle in riddles() {
        for family in [Family::Api, Family::Ofrep, Family::Console] {
            let head = site.head(family);
            let reply = site.exchange(format!("{head}{}\r\n{}", riddle.headers, riddle.body).as_bytes());
            let statuses = reply.statuses();
            assert_eq!(
                reply.end,
                End::Closed,
                "{} at {family:?} leaves the connection open: {}",
                riddle.name,
                reply.text()
            );
            assert!(
                statuses.len() <= 1,
                "{} at {family:?} is answered twice: {}",
                riddle.name,
                reply.text()
            );
            assert!(!reply.text().ends_with("ok\n"), "{} at {family:?}", riddle.name);
            assert!(
                statuses.iter().all(|status| *status < 500),
                "{} at {family:?}: {}",
                riddle.name,
                reply.text()
            );
        }
    }
    site.is_unharmed("riddles of framing");
}

/// The same set is worth nothing if two honest requests are not answered.
#[test]
fn two_requests_in_a_row_are_two() {
    let mut site = Site::start(&[]);
    let patience = Duration::from_secs(2);
    let reply = site.exchange_within(format!("{HIDDEN}{HIDDEN}").as_bytes(), patience);
    assert_eq!(reply.statuses(), [200, 200], "{}", reply.text());
    let head = site.head(Family::Ofrep);
    let body = format!("{head}transfer-encoding: chunked\r\n\r\n2;note\r\n{{}}\r\n0\r\ntrailer: x\r\n\r\n{HIDDEN}");
    let reply = site.exchange_within(body.as_bytes(), patience);
    assert_eq!(reply.statuses(), [200, 200], "{}", reply.text());
    site.is_unharmed("honest requests");
}
