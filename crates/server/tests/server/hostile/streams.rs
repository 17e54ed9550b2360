//! Many event streams: all come back at once after the server was killed; some are never read.
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `HOIST_STAMPEDE_STREAMS` | 500 | streams that come back at once |
//! | `HOIST_STAMPEDE_ROUNDS` | 1 | how often the server is killed |
//! | `HOIST_SLOW_STREAMS` | 250 | streams, of which a fifth is not read |

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::durability::client::{Client, secret, token_of};
use crate::durability::{ADMIN, number};
use crate::hoist::{Server, wait};

/// By then everybody is current again.
const CURRENT: Duration = Duration::from_secs(60);
/// Meanwhile 99 of 100 evaluations take no longer, in a release build.
const EVALUATED: Duration = Duration::from_millis(50);
/// What 10,000 streams and everything else may hold, bytes.
const MOST_RESIDENT: u64 = 600 << 20;
/// What streams that nobody reads may cost, bytes.
const MOST_GROWTH: u64 = 50 << 20;
/// Changes that are listened for.
const CHANGES: u64 = 60;

/// A server with a flag, its keys, and the address of its stream.
struct Stage {
    server: Server,
    folder: tempfile::TempDir,
    token: String,
    key: String,
    stream: String,
}

impl Stage {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = start(folder.path(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let token = token_of(&server);
        let changes = json!([
            {"flag": {"create": {"key": "shown", "kind": "boolean"}}},
            {"credential": {"create": {"name": "app", "kind": "server", "environment": "dev"}}},
        ]);
        let key = secret(&Client::new(server.address, &token).must_change(&changes, "").1);
        let mut software = Client::with_header(server.address, format!("authorization: Bearer {key}"));
        let (_, all) = software
            .ask("POST", "/ofrep/v1/evaluate/flags", Some(&json!({})))
            .expect("an answer");
        let stream = all["eventStreams"][0]["endpoint"]["requestUri"]
            .as_str()
            .expect("a stream")
            .to_owned();
        Self {
            server,
            folder,
            token,
            key,
            stream,
        }
    }

    /// A change that every stream hears of; its revision.
    fn change(&self, on: bool) -> u64 {
        let switch = json!([{"config": {"switch": {"flag": "shown", "environment": "dev", "on": on}}}]);
        Client::new(self.server.address, &self.token).must_change(&switch, "").0
    }
}

fn start(folder: &Path, address: SocketAddr) -> Server {
    let streams = (number("HOIST_STAMPEDE_STREAMS", 500).max(number("HOIST_SLOW_STREAMS", 250)) + 1000).to_string();
    let connections = (2 * number("HOIST_STAMPEDE_STREAMS", 500) + 20_000).to_string();
    let variables = [
        ADMIN[0],
        ADMIN[1],
        ("HOIST_LIMITS__STREAMS", streams.as_str()),
        ("HOIST_LIMITS__CONNECTIONS", connections.as_str()),
    ];
    Server::start_at(folder, address, &variables)
}

/// As many files as this process may have.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the soft limit may be raised");
}

/// One stream, read on and on.
struct Reader {
    address: SocketAddr,
    path: String,
    last: Option<String>,
}

impl Reader {
    /// Reads until the connection ends; each event's revision is handed on.
    async fn read(&mut self, mut told: impl FnMut(u64)) -> std::io::Result<()> {
        let mut connection = TcpStream::connect(self.address).await?;
        let last = self
            .last
            .as_ref()
            .map(|id| format!("last-event-id: {id}\r\n"))
            .unwrap_or_default();
        let request = format!("GET {} HTTP/1.1\r\nhost: hoist\r\n{last}\r\n", self.path);
        connection.write_all(request.as_bytes()).await?;
        let mut text = String::new();
        let mut piece = [0; 2048];
        loop {
            let count = connection.read(&mut piece).await?;
            if count == 0 {
                return Ok(());
            }
            text.push_str(&String::from_utf8_lossy(&piece[..count]));
            while let Some((event, rest)) = text.split_once("\n\n") {
                if let Some(id) = event.lines().find_map(|line| line.strip_prefix("id: ")) {
                    self.last = Some(id.to_owned());
                    told(revision_of(id));
                }
                text = rest.to_owned();
            }
        }
    }
}

/// Of `epoch.revision.turn`.
fn revision_of(id: &str) -> u64 {
    let mut parts = id.rsplit('.');
    parts.nth(1).and_then(|text| text.parse().ok()).expect("a position")
}

fn percentile(sorted: &[Duration], share: usize) -> Duration {
    let at = (sorted.len() * share / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// Clients that come back at once, however often they are sent away.
struct Crowd {
    /// How far each was told.
    told: Arc<Vec<AtomicU64>>,
    over: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Crowd {
    fn gather(runtime: &Runtime, stage: &Stage, count: usize) -> Self {
        let told: Arc<Vec<AtomicU64>> = Arc::new((0..count).map(|_| AtomicU64::new(0)).collect());
        let over = Arc::new(AtomicBool::new(false));
        let one = |number: usize| {
            let (told, over) = (Arc::clone(&told), Arc::clone(&over));
            let mut reader = Reader {
                address: stage.server.address,
                path: stage.stream.clone(),
                last: None,
            };
            runtime.spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    let _ = reader
                        .read(|revision| told[number].store(revision, Ordering::Relaxed))
                        .await;
                    // Nobody waits for the server's sake: that is the stampede.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            })
        };
        let tasks = (0..count).map(one).collect();
        Self { told, over, tasks }
    }

    fn all_know(&self, revision: u64) -> bool {
        self.told.iter().all(|told| told.load(Ordering::Relaxed) >= revision)
    }

    fn wait_for(&self, revision: u64) -> Duration {
        let start = Instant::now();
        while !self.all_know(revision) {
            assert!(start.elapsed() < CURRENT, "not all are current");
            std::thread::sleep(Duration::from_millis(5));
        }
        start.elapsed()
    }

    fn leave(self) {
        self.over.store(true, Ordering::Relaxed);
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Evaluates on and on; each answer must be right.
struct Evaluation {
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<Duration>>,
}

impl Evaluation {
    fn begin(address: SocketAddr, key: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let (stop, header) = (Arc::clone(&over), format!("authorization: Bearer {key}"));
        let thread = std::thread::spawn(move || {
            let mut client = Client::with_header(address, header);
            let mut took = Vec::new();
            let context = json!({"context": {"targetingKey": "somebody"}});
            while !stop.load(Ordering::Relaxed) {
                let start = Instant::now();
                let answer = client.ask("POST", "/ofrep/v1/evaluate/flags/shown", Some(&context));
                let (status, body): (u16, Json) = answer.expect("evaluation goes on");
                assert_eq!(status, 200, "{body}");
                assert!(body["value"].is_boolean(), "{body}");
                took.push(start.elapsed());
            }
            took
        });
        Self { over, thread }
    }

    fn end(self) -> Vec<Duration> {
        self.over.store(true, Ordering::Relaxed);
        let mut took = self.thread.join().expect("evaluation never fails");
        took.sort();
        took
    }
}

#[test]
fn all_come_back_at_once_and_are_current_soon() {
    raise_file_limit();
    let count = usize::try_from(number("HOIST_STAMPEDE_STREAMS", 500)).expect("a number of streams");
    let runtime = Runtime::new().expect("a runtime");
    let mut stage = Stage::start();
    let crowd = Crowd::gather(&runtime, &stage, count);
    crowd.wait_for(stage.change(true));
    for round in 1..=number("HOIST_STAMPEDE_ROUNDS", 1) {
        let address = stage.server.address;
        let restarted = Instant::now();
        stage.server.kill();
        stage.server = start(stage.folder.path(), address);
        let evaluation = Evaluation::begin(address, &stage.key);
        let revision = stage.change(round % 2 == 0);
        crowd.wait_for(revision);
        let current = restarted.elapsed();
        let took = evaluation.end();
        assert!(current < CURRENT, "{current:?}");
        assert!(stage.server.is_alive() && !took.is_empty());
        let (p99, resident) = (percentile(&took, 99), stage.server.resident_bytes());
        assert!(resident <= MOST_RESIDENT, "{} MiB", resident >> 20);
        // A debug build takes the time of its checks.
        assert!(cfg!(debug_assertions) || p99 <= EVALUATED, "{p99:?}");
        eprintln!(
            "torture: stampede round={round} streams={count} current_ms={} evaluations={} evaluation_errors=0 \
             evaluation_p99_us={} rss_kib={}",
            current.as_millis(),
            took.len(),
            p99.as_micros(),
            resident >> 10,
        );
    }
    crowd.leave();
}

/// Readers of which some stop; when each of the others heard of what.
struct Listeners {
    sent: Arc<Vec<OnceLock<Instant>>>,
    heard: Arc<Mutex<Vec<Duration>>>,
    finished: Arc<Mutex<HashSet<(usize, u64)>>>,
}

#[test]
fn streams_that_nobody_reads_cost_nothing() {
    raise_file_limit();
    let count = usize::try_from(number("HOIST_SLOW_STREAMS", 250)).expect("a number of streams");
    let stalled = count / 5;
    let runtime = Runtime::new().expect("a runtime");
    let stage = Stage::start();
    let first = stage.change(true) + 1;
    let listeners = Listeners {
        sent: Arc::new((0..2 * CHANGES).map(|_| OnceLock::new()).collect()),
        heard: Arc::default(),
        finished: Arc::default(),
    };
    let asleep = Arc::new(AtomicBool::new(false));
    let greeted = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let mut reader = Reader {
                address: stage.server.address,
                path: stage.stream.clone(),
                last: None,
            };
            let (sent, heard) = (Arc::clone(&listeners.sent), Arc::clone(&listeners.heard));
            let (finished, greeted) = (Arc::clone(&listeners.finished), Arc::clone(&greeted));
            let asleep = Arc::clone(&asleep);
            runtime.spawn(async move {
                if number < stalled {
                    return stall(reader, &greeted, &asleep).await;
                }
                let mut before = 0;
                let read = reader.read(|revision| {
                    if before == 0 {
                        greeted.fetch_add(1, Ordering::Relaxed);
                    }
                    if revision > before && revision >= first {
                        let at = usize::try_from(revision - first).expect("few");
                        let since = sent
                            .get(at)
                            .and_then(OnceLock::get)
                            .map_or(Duration::ZERO, Instant::elapsed);
                        heard.lock().expect("nobody panicked").push(since);
                        finished.lock().expect("nobody panicked").insert((number, revision));
                    }
                    before = revision;
                });
                read.await.expect("the stream goes on");
            })
        })
        .collect();
    wait(|| (greeted.load(Ordering::Relaxed) == count).then_some(()));
    let phase = |from: u64| {
        for n in from..from + CHANGES {
            let slot = &listeners.sent[usize::try_from(n).expect("few")];
            slot.set(Instant::now()).expect("once");
            assert_eq!(stage.change(n % 2 == 1), first + n);
        }
        let last = first + from + CHANGES - 1;
        wait(|| {
            let finished = listeners.finished.lock().expect("nobody panicked");
            (stalled..count)
                .all(|number| finished.contains(&(number, last)))
                .then_some(())
        });
        let mut heard = std::mem::take(&mut *listeners.heard.lock().expect("nobody panicked"));
        heard.sort();
        heard
    };
    let all_read = phase(0);
    let before = stage.server.resident_bytes();
    asleep.store(true, Ordering::Relaxed);
    let some_read = phase(CHANGES);
    let grown = stage.server.resident_bytes().saturating_sub(before);
    assert!(grown <= MOST_GROWTH, "{} MiB", grown >> 20);
    assert!(
        tasks.iter().all(|task| !task.is_finished()),
        "everybody is still connected"
    );
    eprintln!(
        "torture: slow_readers streams={count} stalled={stalled} baseline_p99_us={} p99_us={} rss_growth_kib={}",
        percentile(&all_read, 99).as_micros(),
        percentile(&some_read, 99).as_micros(),
        grown >> 10,
    );
    tasks.iter().for_each(JoinHandle::abort);
}

/// Reads until it is told to stop; then the connection stays open, and nothing is taken from it any more.
async fn stall(reader: Reader, greeted: &AtomicUsize, asleep: &AtomicBool) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small one");
    let mut connection = socket.connect(reader.address).await.expect("it listens");
    let request = format!("GET {} HTTP/1.1\r\nhost: hoist\r\n\r\n", reader.path);
    connection.write_all(request.as_bytes()).await.expect("it reads");
    let mut piece = [0; 512];
    let mut is_greeted = false;
    while !asleep.load(Ordering::Relaxed) {
        let next = tokio::time::timeout(Duration::from_millis(50), connection.read(&mut piece)).await;
        if matches!(next, Ok(Ok(1..))) && !std::mem::replace(&mut is_greeted, true) {
            greeted.fetch_add(1, Ordering::Relaxed);
        }
    }
    std::future::pending::<()>().await;
}
