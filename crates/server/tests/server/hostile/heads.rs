//! Heads that are large, many, or odd; and frames of HTTP/2 without an end.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use super::{Family, Site};

#[test]
fn floods_of_headers_are_refused() {
    let mut site = Site::start(&[]);
    let many: String = (0..5000).map(|n| format!("x-{n}: y\r\n")).collect();
    let cookies = "cookie: hoist_session=x\r\n".repeat(3000);
    let long = format!("authorization: Bearer {}\r\n", "x".repeat(10 << 20));
    let name = format!("{}: y\r\n", "x".repeat(100_000));
    for (what, headers) in [("many", many), ("cookies", cookies), ("long", long), ("name", name)] {
        for family in Family::ALL {
            let reply = site.exchange(format!("{}{headers}\r\n", site.head(family)).as_bytes());
            assert!(
                matches!(reply.statuses()[..], [431 | 400] | []),
                "{what} at {family:?}: {}",
                reply.text()
            );
        }
    }
    let target = "/a".repeat(1 << 20);
    let reply = site.exchange(format!("GET {target} HTTP/1.1\r\nhost: hoist\r\n\r\n").as_bytes());
    assert!(
        matches!(reply.statuses()[..], [414 | 431 | 400] | []),
        "{}",
        reply.text()
    );
    site.is_unharmed("floods of headers");
}

#[test]
fn odd_heads_are_refused_or_answered() {
    let mut site = Site::start(&[]);
    let odd: [&[u8]; 16] = [
        b"GET /healthz HTTP/9.9\r\nhost: x\r\n\r\n",
        b"GET  /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /healthz\r\n\r\n",
        b"\x00\x00\x00\x00",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET http://elsewhere/healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT elsewhere:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
        b"G\xc3\x84T / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /../../../../etc/passwd HTTP/1.1\r\nhost: x\r\naccept: text/html\r\n\r\n",
        b"GET /assets/..%2f..%2fetc/passwd HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET //hoist/v1/session HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n",
        b"POST /hoist/v1/session HTTP/1.1\r\nhost: x\r\nexpect: 200-ok\r\ncontent-length: 2\r\n\r\n{}",
    ];
    for request in odd {
        let reply = site.exchange_within(request, Duration::from_secs(1));
        let text = reply.text();
        assert!(
            reply.statuses().iter().all(|status| *status < 500),
            "{:?}: {text}",
            String::from_utf8_lossy(request)
        );
        assert!(!text.contains("root:"), "{text}");
    }
    site.is_unharmed("odd heads");
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("small").to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(payload);
    frame
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// `GET /healthz` over http at `x`, from the static table where it has them.
const GET: &[u8] = b"\x82\x86\x44\x08/healthz\x41\x01x";

#[test]
fn frames_without_an_end_are_cut_off() {
    let mut site = Site::start(&[]);
    // Headers that go on and on: a name and a value of 120 bytes each time.
    let mut more = Vec::new();
    for _ in 0..60 {
        more.extend_from_slice(b"\x00\x01a\x78");
        more.extend_from_slice(&[b'x'; 0x78]);
    }
    let mut headers = [PREFACE, &frame(1, 0, 1, GET)].concat();
    (0..4000).for_each(|_| headers.extend(frame(9, 0, 1, &more)));
    // Requests that are taken back at once.
    let mut resets = PREFACE.to_vec();
    for stream in (1..20_000_u32).map(|n| 2 * n + 1) {
        resets.extend(frame(1, 0x4 | 0x1, stream, GET));
        resets.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
    }
    // Questions and settings that each want an answer.
    let mut pings = PREFACE.to_vec();
    (0..50_000).for_each(|_| pings.extend([frame(6, 0, 0, &[7; 8]), frame(4, 0, 0, &[])].concat()));
    for (name, bytes) in [("continuations", headers), ("resets", resets), ("pings", pings)] {
        let reply = site.exchange_within(&bytes, Duration::from_secs(3));
        assert!(
            reply.bytes.len() < 4 << 20,
            "{name}: {} bytes came back",
            reply.bytes.len()
        );
        site.is_unharmed(&format!("HTTP/2 {name}"));
    }
}

/// The frames above are worth nothing if an honest one is not answered.
#[test]
fn an_honest_frame_is_answered() {
    let site = Site::start(&[]);
    let mut stream = site.server.send(&[PREFACE, &frame(1, 0x4 | 0x1, 1, GET)].concat());
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while !bytes.windows(3).any(|window| window == b"ok\n") {
        let count = stream.read(&mut piece).expect("it answers");
        assert_ne!(count, 0, "ended with {bytes:?}");
        bytes.extend_from_slice(&piece[..count]);
    }
    stream.write_all(&frame(7, 0, 0, &[0; 8])).expect("it reads");
}
