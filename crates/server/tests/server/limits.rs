//! What clients may not do, and what happens when they do.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use crate::hoist::{Answer, Server, wait};

#[test]
fn a_head_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &[("HOIST_LIMITS__HEADER_BYTES", "8192")]);
    let long = "x".repeat(9000);
    let answer =
        Answer::read(server.send(format!("GET /healthz HTTP/1.1\r\nhost: hoist\r\nlong: {long}\r\n\r\n").as_bytes()));
    assert_eq!(answer.status, 431);
}

#[test]
fn slow_heads_are_cut_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &[("HOIST_LIMITS__HEADER_TIMEOUT_S", "1")]);
    for begun in [&b""[..], b"P", b"PRI * HT", b"GET / HTTP/1.1\r\nhost: x\r\n"] {
        let start = Instant::now();
        let mut rest = Vec::new();
        let _ = server.send(begun).read_to_end(&mut rest);
        let took = start.elapsed();
        assert!(
            took > Duration::from_millis(800) && took < Duration::from_secs(5),
            "{begun:?} {took:?}"
        );
    }
}

#[test]
fn http_2_is_spoken_without_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[], &[]);
    let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let mut stream = server.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    stream.write_all(&settings).expect("it reads");
    let mut head = [0; 9];
    stream.read_exact(&mut head).expect("a frame");
    assert_eq!(head[3], 4, "settings");
}

#[test]
fn it_survives_running_out_of_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = Server::start_with_files(folder.path(), 64);
    let many: Vec<_> = (0..80).map(|_| server.send(b"GET /heal")).collect();
    server.wait_for_line("connections cannot be accepted; trying on");
    drop(many);
    server.wait_for_line("connections are accepted again");
    wait(|| (server.get("/healthz", &[]).status == 200).then_some(()));
}
