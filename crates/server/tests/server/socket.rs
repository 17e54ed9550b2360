//! A WebSocket on the real binary: its connection keeps its place, it counts as a stream, and the end is said.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::durability::ADMIN;
use crate::durability::client::{Client, token_of};
use crate::hoist::{Server, wait};

/// One that is open, after its handshake.
struct Socket(BufReader<TcpStream>);

/// What the server says: frames of it are short enough for the plain length, and never masked.
#[derive(Debug, PartialEq)]
enum Said {
    Text(Json),
    Close(u16),
}

impl Socket {
    /// Opens one; the status if it is refused.
    fn open(server: &Server, token: &str) -> Result<Self, u16> {
        let head = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
                    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
        let request =
            format!("GET /hoist/v1/ws HTTP/1.1\r\nhost: hoist\r\n{head}\r\nauthorization: Bearer {token}\r\n\r\n");
        let mut reader = BufReader::new(server.send(request.as_bytes()));
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a head");
            if line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_lowercase());
        }
        let status = lines.first().and_then(|line| line.split(' ').nth(1)?.parse().ok());
        match status.expect("a status") {
            101 => {
                // What the protocol's own example says.
                let accepted = "sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=";
                assert!(lines.iter().any(|line| line == accepted), "{lines:?}");
                Ok(Self(reader))
            }
            refused => Err(refused),
        }
    }

    fn said(&mut self) -> Said {
        let mut head = [0; 2];
        self.0.read_exact(&mut head).expect("a frame");
        let length = match head[1] {
            126 => {
                let mut long = [0; 2];
                self.0.read_exact(&mut long).expect("a length");
                usize::from(u16::from_be_bytes(long))
            }
            short => usize::from(short),
        };
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).expect("a body");
        match head[0] {
            0x81 => Said::Text(serde_json::from_slice(&body).expect("JSON")),
            0x88 => Said::Close(u16::from_be_bytes([body[0], body[1]])),
            other => panic!("{other:#x} {body:?}"),
        }
    }
}

fn gauge(server: &Server, name: &str) -> Option<u64> {
    let text = server.get("/metrics", &[]).body;
    let mut lines = text.lines();
    lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

#[test]
fn a_socket_is_a_stream_and_is_told_the_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [ADMIN[0], ADMIN[1], ("HOIST_LIMITS__STREAMS", "1")];
    let mut server = Server::start(folder.path(), &[], &variables);
    let token = token_of(&server);
    let mut socket = Socket::open(&server, &token).expect("it opens");
    let Said::Text(connected) = socket.said() else {
        panic!("it connects first");
    };
    assert_eq!(connected["event"], "connected");
    assert_eq!(Socket::open(&server, &token).err(), Some(503), "one is the most");
    assert_eq!(gauge(&server, "hoist_streams"), Some(1));
    // This question is a connection, and the socket is another; those before may be about to end.
    wait(|| (gauge(&server, "hoist_connections") == Some(2)).then_some(()));
    let create = json!([{"flag": {"create": {"key": "checkout", "kind": "boolean"}}}]);
    let (revision, _) = Client::new(server.address, &token).must_change(&create, "");
    let Said::Text(told) = socket.said() else {
        panic!("it tells the change");
    };
    assert_eq!(
        (&told["event"], &told["data"]["revision"]),
        (&json!("change"), &json!(revision))
    );
    server.signal("TERM");
    let asked = Instant::now();
    assert_eq!(socket.said(), Said::Close(1001));
    // Whoever answers nothing does not hold the end up.
    server.wait_for_line("ended");
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert_eq!(server.end(), Some(0));
}

#[test]
fn whoever_has_left_takes_no_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let variables = [ADMIN[0], ADMIN[1], ("HOIST_LIMITS__STREAMS", "1")];
    let server = Server::start(folder.path(), &[], &variables);
    let token = token_of(&server);
    drop(Socket::open(&server, &token).expect("it opens"));
    wait(|| (gauge(&server, "hoist_streams") == Some(0)).then_some(()));
    Socket::open(&server, &token).expect("there is a place again");
}
