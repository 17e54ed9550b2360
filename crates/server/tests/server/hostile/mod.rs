//! Whatever arrives on the socket: the process lives, its memory stays, and the next who asks is answered.

mod bodies;
mod canaries;
mod framing;
mod heads;
mod login;
mod poison;
mod slow;
mod streams;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, PROJECT};
use crate::hoist::Server;

/// What hostile input may cost in memory, bytes.
const MOST_GROWTH: u64 = 100 << 20;

/// A server with a flag, and who may ask it.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) token: String,
    pub(crate) key: String,
    _folder: tempfile::TempDir,
    resident: u64,
}

/// Whoever answers below one beginning of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Api,
    Import,
    SignIn,
    Ofrep,
    Console,
}

impl Family {
    pub(crate) const ALL: [Self; 5] = [Self::Api, Self::Import, Self::SignIn, Self::Ofrep, Self::Console];

    /// The target of a POST.
    pub(crate) fn target(self) -> String {
        match self {
            Self::Api => format!("{PROJECT}/changes"),
            Self::Import => format!("{PROJECT}/import?from=flagd&environment=dev&dry_run=true"),
            Self::SignIn => "/hoist/v1/session".into(),
            Self::Ofrep => "/ofrep/v1/evaluate/flags".into(),
            Self::Console => "/assets/index.js".into(),
        }
    }
}

impl Site {
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let variables: Vec<(&str, &str)> = ADMIN.iter().chain(variables).copied().collect();
        let server = Server::start(folder.path(), &[], &variables);
        let token = token_of(&server);
        let changes = json!([
            {"flag": {"create": {"key": "shown", "kind": "boolean"}}},
            {"config": {"switch": {"flag": "shown", "environment": "dev", "on": true}}},
            {"credential": {"create": {"name": "app", "kind": "server", "environment": "dev"}}},
        ]);
        let key = secret(&Client::new(server.address, &token).must_change(&changes, "").1);
        let mut site = Self {
            server,
            token,
            key,
            _folder: folder,
            resident: 0,
        };
        site.answers_normally();
        site.resident = site.server.resident_bytes();
        site
    }

    /// Every family answers as if nothing had happened.
    #[track_caller]
    pub(crate) fn answers_normally(&self) {
        let mut person = Client::new(self.server.address, &self.token);
        assert_eq!(person.flags().len(), 1);
        let mut software = Client::with_header(self.server.address, format!("authorization: Bearer {}", self.key));
        let context = json!({"context": {"targetingKey": "somebody"}});
        let answer = software.ask("POST", "/ofrep/v1/evaluate/flags/shown", Some(&context));
        let (status, body) = answer.expect("an answer");
        assert_eq!((status, &body["value"]), (200, &json!(true)), "{body}");
        assert_eq!(self.server.get("/", &[("accept", "text/html")]).status, 200);
    }

    /// Nothing has crashed, nothing is kept, and nobody else has noticed.
    #[expect(clippy::print_stderr, reason = "figures are for whoever runs the long form")]
    #[track_caller]
    pub(crate) fn is_unharmed(&mut self, after: &str) {
        assert!(self.server.is_alive(), "{after} ended the process");
        self.answers_normally();
        // What was needed for a moment is handed back soon after.
        let at_once = self.grown();
        crate::hoist::wait(|| (self.grown() <= MOST_GROWTH).then_some(()));
        let grown = at_once.min(self.grown());
        let metrics = self.server.get("/metrics", &[]).body;
        assert!(metrics.contains("hoist_panics_total 0"), "{after}: {metrics}");
        eprintln!(
            "torture: hostile_http case={} rss_growth_kib={} rss_growth_at_once_kib={}",
            after.replace(' ', "_"),
            grown >> 10,
            at_once >> 10,
        );
    }

    /// Memory beyond that of the beginning, bytes.
    fn grown(&self) -> u64 {
        self.server.resident_bytes().saturating_sub(self.resident)
    }

    /// The beginning of a request of a family, up to its headers about the body.
    pub(crate) fn head(&self, family: Family) -> String {
        let bearer = match family {
            Family::Api | Family::Import => format!("authorization: Bearer {}\r\n", self.token),
            Family::Ofrep => format!("authorization: Bearer {}\r\n", self.key),
            Family::SignIn | Family::Console => String::new(),
        };
        let target = family.target();
        format!("POST {target} HTTP/1.1\r\nhost: hoist\r\nhoist-csrf: 1\r\ncontent-type: application/json\r\n{bearer}")
    }

    /// Sends a body of a known length and reads all that comes.
    pub(crate) fn post(&self, family: Family, headers: &str, body: &[u8]) -> Reply {
        let head = self.head(family);
        let length = body.len();
        let mut request = format!("{head}connection: close\r\n{headers}content-length: {length}\r\n\r\n").into_bytes();
        request.extend_from_slice(body);
        self.exchange(&request)
    }

    /// Sends bytes and reads until the server closes the connection, or says nothing for ten seconds.
    pub(crate) fn exchange(&self, request: &[u8]) -> Reply {
        self.exchange_within(request, Duration::from_secs(10))
    }

    /// The same with another patience.
    pub(crate) fn exchange_within(&self, request: &[u8], patience: Duration) -> Reply {
        let stream = TcpStream::connect(self.server.address).expect("it listens");
        stream.set_read_timeout(Some(patience)).expect("a timeout");
        let mut writer = stream.try_clone().expect("a second handle");
        let request = request.to_vec();
        // A server that has seen enough stops reading: then writing fails, and what it said is read all the same.
        let writing = std::thread::spawn(move || drop(writer.write_all(&request)));
        let reply = Reply::read(&stream);
        // Whoever still writes to a server that does not read any more is let go.
        let _ = stream.shutdown(Shutdown::Both);
        writing.join().expect("no panic");
        reply
    }
}

/// Everything that came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) bytes: Vec<u8>,
    pub(crate) end: End,
}

/// What came after the last byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The connection was closed or reset.
    Closed,
    /// Nothing.
    Silence,
}

impl Reply {
    pub(crate) fn read(mut stream: &TcpStream) -> Self {
        let mut bytes = Vec::new();
        let mut piece = [0; 16 * 1024];
        let end = loop {
            match stream.read(&mut piece) {
                Ok(0) => break End::Closed,
                Ok(count) => bytes.extend_from_slice(&piece[..count]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    break End::Silence;
                }
                Err(_) => break End::Closed,
            }
        };
        Self { bytes, end }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Answers that came, by their first lines.
    pub(crate) fn statuses(&self) -> Vec<u16> {
        let text = self.text();
        let starts = text.match_indices("HTTP/1.1 ").filter_map(|(at, mark)| {
            let rest = text.get(at + mark.len()..)?;
            rest.get(..3)?.parse().ok()
        });
        starts.collect()
    }

    /// The body of the one answer, as JSON; null if there is none.
    pub(crate) fn json(&self) -> Json {
        let text = self.text();
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).unwrap_or(Json::Null)
    }
}
