//! Whoever sends or reads too slowly is left behind.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Family, Reply, Site};

/// Far longer than any limit set here, far shorter than for ever.
const LATE: Duration = Duration::from_secs(20);

#[test]
fn bodies_in_drops_are_cut_off() {
    let mut site = Site::start(&[("HOIST_LIMITS__BODY_TIMEOUT_S", "1")]);
    for family in [Family::Api, Family::Import, Family::SignIn, Family::Ofrep] {
        for framing in ["content-length: 1000\r\n", "transfer-encoding: chunked\r\n"] {
            let start = Instant::now();
            let mut stream = site
                .server
                .send(format!("{}{framing}\r\n", site.head(family)).as_bytes());
            let mut dropping = stream.try_clone().expect("a second handle");
            let dripping = std::thread::spawn(move || {
                let drop: &[u8] = if framing.starts_with('c') { b" " } else { b"1\r\n \r\n" };
                while start.elapsed() < LATE && dropping.write_all(drop).is_ok() {
                    std::thread::sleep(Duration::from_millis(50));
                }
            });
            let mut first = [0; 12];
            stream.read_exact(&mut first).expect("an answer");
            assert!(start.elapsed() < LATE / 2, "{family:?} waits");
            let status = String::from_utf8_lossy(&first).into_owned();
            assert_eq!(status, "HTTP/1.1 408", "{family:?}");
            // The connection is of no more use, and is closed.
            Reply::read(&stream);
            dripping.join().expect("no panic");
            assert!(start.elapsed() < LATE, "{family:?} keeps the connection");
        }
    }
    site.is_unharmed("bodies in drops");
}

#[test]
fn many_that_begin_and_go_on_slowly_do_not_hold_up_others() {
    let mut site = Site::start(&[
        ("HOIST_LIMITS__HEADER_TIMEOUT_S", "2"),
        ("HOIST_LIMITS__BODY_TIMEOUT_S", "2"),
    ]);
    let begun: Vec<TcpStream> = (0..400)
        .map(|n| match n % 4 {
            0 => site.server.send(b"GET /heal"),
            1 => site.server.send(b"PRI * HTTP/2.0\r\n\r\nS"),
            2 => site
                .server
                .send(format!("{}content-length: 900\r\n\r\n{{", site.head(Family::SignIn)).as_bytes()),
            _ => site.server.send(
                format!(
                    "{}transfer-encoding: chunked\r\n\r\nffff\r\n{{",
                    site.head(Family::Ofrep)
                )
                .as_bytes(),
            ),
        })
        .collect();
    site.answers_normally();
    for stream in begun {
        let start = Instant::now();
        Reply::read(&stream);
        assert!(start.elapsed() < LATE, "a slow one is kept");
    }
    site.is_unharmed("400 slow connections");
}

/// Answers that nobody takes are given up, and their room with them.
#[test]
fn answers_that_nobody_takes_are_given_up() {
    let mut site = Site::start(&[("HOIST_LIMITS__WRITE_TIMEOUT_S", "1")]);
    // More than the buffers between us hold.
    let bearer = format!("authorization: Bearer {}", site.token);
    let request = format!("GET /hoist/v1/openapi.json HTTP/1.1\r\nhost: hoist\r\n{bearer}\r\n\r\n").repeat(60);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let idle: Vec<tokio::net::TcpStream> = runtime.block_on(async {
        let mut idle = Vec::new();
        for _ in 0..4 {
            let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
            socket.set_recv_buffer_size(4096).expect("a small one");
            let stream = socket.connect(site.server.address).await.expect("it listens");
            stream.writable().await.expect("it is");
            // As much as fits: the server reads no further while its answers are not taken.
            stream.try_write(request.as_bytes()).expect("something fits");
            idle.push(stream);
        }
        idle
    });
    // Some answers were begun, and then none is waited for any more: only the connection that asks is left.
    let figure = |name: &str| {
        let metrics = site.server.get("/metrics", &[]).body;
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name).map(str::to_owned));
        line.map_or(0, |count| count.trim().parse::<usize>().expect("a number"))
    };
    const ANSWERS: &str = "hoist_requests_total{route=\"/hoist/v1/openapi.json\",method=\"GET\",status=\"2xx\"} ";
    crate::hoist::wait(|| (figure(ANSWERS) >= idle.len() && figure("hoist_connections ") == 1).then_some(()));
    assert!(figure(ANSWERS) < 60 * idle.len(), "all were taken");
    drop(idle);
    site.is_unharmed("answers that nobody takes");
}
