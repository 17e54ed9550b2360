//! 1,000 open streams: how long after a commit each hears of it, and what an idle one takes of memory.
//!
//! The clock starts when the client sends the change, so planning, the flush to disk and the way back to us are in the
//! figure. The ceiling is an axum server with a broadcast channel, which has nothing to plan or to store.

use std::thread;
use std::time::{Duration, Instant};

use bench_workload::mixed_key;
use serde_json::{Value as Json, json};

use super::mixed::{ENVIRONMENT, Mixed, question};
use crate::Failure;
use crate::arguments::Options;
use crate::load::Audience;
use crate::machine::{Core, pinned};
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::server::{Ceiling, Client, PROJECT, Process, request};
use crate::statistics::{Spread, percentile, sorted};

const STREAMS: usize = 1000;
/// Streams opened and closed before memory is looked at: the first ones bring in code and buffers.
const FIRST: usize = 20;
const FLAGS: usize = 100;
/// Changes that are listened for in a visit.
const CHANGES: usize = 20;
/// Between two of them; and after opening, before memory is looked at.
const PAUSE: Duration = Duration::from_millis(50);
const SETTLING: Duration = Duration::from_secs(1);
/// Fresh servers are few: a round takes seconds.
const MOST_ROUNDS: usize = 3;

/// What is listened to.
struct Stage<'s> {
    process: &'s Process,
    address: std::net::SocketAddr,
    /// Opens a stream.
    request: Vec<u8>,
    greeting: &'static str,
    mark: &'static str,
    /// The headers of who changes something.
    header: String,
    path: String,
    body: fn(usize) -> String,
}

/// What one visit gave.
struct Visit {
    kib_per_stream: f64,
    latencies_ms: Vec<f64>,
    cpu_us_per_delivery: f64,
}

/// A server's visits, joined.
struct Joined {
    name: &'static str,
    kib: Spread,
    p50_ms: Spread,
    p99_ms: Spread,
    cpu_us: Spread,
}

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let ceiling = programs.build("bench-ceiling")?;
    let mut visits: [Vec<Visit>; 3] = Default::default();
    let rounds = options.rounds.min(MOST_ROUNDS);
    for round in 1..=rounds {
        eprintln!("  round {round} of {rounds}");
        let folder = programs.folder("ceiling")?;
        let server = Ceiling::start(&ceiling, folder.path(), b"")?;
        visits[0].push(visit(&of_ceiling(&server))?);
        for (visits, stage) in visits[1..].iter_mut().zip([of_events, of_ofrep]) {
            let mut mixed_flags = Mixed::start(programs, FLAGS)?;
            // What the import left free would be taken by the streams, and they would seem to need nothing.
            mixed_flags.hoist.restart()?;
            visits.push(visit(&stage(&mixed_flags)?)?);
        }
    }
    let [ceiling, events, ofrep] = visits;
    let ceiling = Joined::of("axum, broadcast", &ceiling);
    let ours = [
        Joined::of("/hoist/v1/events", &events),
        Joined::of("OFREP streams", &ofrep),
    ];
    let all = [&ceiling, &ours[0], &ours[1]];
    Ok(Found {
        table: all.iter().map(|joined| joined.line()).collect(),
        rows: ours.iter().flat_map(|ours| judge(ours, &ceiling)).collect(),
        figures: all.iter().map(|joined| joined.to_json()).collect(),
    })
}

fn of_ceiling(server: &Ceiling) -> Stage<'_> {
    Stage {
        process: &server.process,
        address: server.address,
        request: request("GET", "/events", "accept: text/event-stream\r\n", ""),
        greeting: "\r\n\r\n",
        mark: "event: change",
        header: String::new(),
        path: "/publish".to_owned(),
        body: |_| {
            r#"{"type":"flag.changed","environment":"production","flag":"flag-00000","revision":123456}"#.to_owned()
        },
    }
}

fn of_events(mixed_flags: &Mixed) -> Result<Stage<'_>, Failure> {
    let header = mixed_flags.hoist.authorization();
    Ok(Stage {
        request: request("GET", "/hoist/v1/events", &format!("{header}\r\n"), ""),
        greeting: "event: connected",
        mark: "event: change",
        ..of_hoist(mixed_flags)
    })
}

fn of_ofrep(mixed_flags: &Mixed) -> Result<Stage<'_>, Failure> {
    let answer = mixed_flags
        .client()?
        .must("POST", "/ofrep/v1/evaluate/flags", &question(0))?;
    let uri = answer["eventStreams"][0]["endpoint"]["requestUri"].as_str();
    let uri = uri.ok_or("a bulk answer names no stream")?;
    Ok(Stage {
        request: request("GET", uri, "", ""),
        greeting: "\"connected\"",
        mark: "refetchEvaluation",
        ..of_hoist(mixed_flags)
    })
}

fn of_hoist(mixed_flags: &Mixed) -> Stage<'_> {
    Stage {
        process: &mixed_flags.hoist.process,
        address: mixed_flags.hoist.address,
        request: Vec::new(),
        greeting: "",
        mark: "",
        header: mixed_flags.hoist.authorization(),
        path: format!("{PROJECT}/changes"),
        body: |number| {
            let switch = json!({ "flag": mixed_key(0), "environment": ENVIRONMENT, "on": number % 2 == 1 });
            json!({ "changes": [{ "config": { "switch": switch } }] }).to_string()
        },
    }
}

fn visit(stage: &Stage<'_>) -> Result<Visit, Failure> {
    pinned(Core::Measuring, || {
        listen(stage).map_err(|error| format!("streams: {error}"))
    })
}

fn listen(stage: &Stage<'_>) -> std::io::Result<Visit> {
    let open = |count| Audience::open(stage.address, count, &stage.request, stage.greeting);
    drop(open(FIRST)?);
    thread::sleep(SETTLING);
    let before = stage.process.resident_kib();
    let mut audience = open(STREAMS)?;
    thread::sleep(SETTLING);
    let after = stage.process.resident_kib();
    let mut client = Client::connect(stage.address, &stage.header)?;
    let cpu = stage.process.cpu();
    let mut latencies_ms = Vec::with_capacity(STREAMS * CHANGES);
    for number in 0..CHANGES {
        let (sent, heard) = thread::scope(|scope| {
            let changing = scope.spawn(|| {
                thread::sleep(PAUSE);
                let sent = Instant::now();
                let answer = client.ask("POST", &stage.path, &(stage.body)(number))?;
                match answer.status {
                    200 => Ok(sent),
                    status => Err(std::io::Error::other(format!(
                        "a change was refused: {status} {}",
                        answer.text()
                    ))),
                }
            });
            let heard = audience.hear(stage.mark);
            (changing.join(), heard)
        });
        let sent = sent.map_err(|_| std::io::Error::other("the client ended"))??;
        latencies_ms.extend(
            heard?
                .iter()
                .map(|heard| heard.duration_since(sent).as_secs_f64() * 1e3),
        );
    }
    let cpu = stage.process.cpu() - cpu;
    Ok(Visit {
        kib_per_stream: after.saturating_sub(before) as f64 / STREAMS as f64,
        cpu_us_per_delivery: cpu.as_secs_f64() * 1e6 / latencies_ms.len() as f64,
        latencies_ms: sorted(latencies_ms),
    })
}

fn judge(ours: &Joined, ceiling: &Joined) -> [Row; 2] {
    let figures = format!(
        "p50 {} ms, p99 {} ms",
        short(ours.p50_ms.median),
        short(ours.p99_ms.median)
    );
    let heard = Row::new(format!("commit to byte, 1,000 clients, {}", ours.name), figures)
        .must("p99, ms", ours.p99_ms.median, Limit::AtMost(150.0))
        .aim("p99, ms", ours.p99_ms.median, Limit::AtMost(50.0));
    let times = ours.kib.median / ceiling.kib.median;
    let figures = format!(
        "{} KiB; the ceiling {} KiB",
        short(ours.kib.median),
        short(ceiling.kib.median)
    );
    let memory = Row::new(format!("memory of an idle stream, {}", ours.name), figures)
        .must("times the ceiling's", times, Limit::AtMost(1.25))
        .aim("times the ceiling's", times, Limit::AtMost(1.0));
    [heard, memory]
}

impl Joined {
    fn of(name: &'static str, visits: &[Visit]) -> Self {
        let spread = |figure: fn(&Visit) -> f64| Spread::of(visits.iter().map(figure));
        Self {
            name,
            kib: spread(|visit| visit.kib_per_stream),
            p50_ms: spread(|visit| percentile(&visit.latencies_ms, 0.5)),
            p99_ms: spread(|visit| percentile(&visit.latencies_ms, 0.99)),
            cpu_us: spread(|visit| visit.cpu_us_per_delivery),
        }
    }

    fn line(&self) -> String {
        format!(
            "  {:18} p50 {} ms, p99 {} ms ({} to {}); {} µs CPU per delivery; {} KiB per idle stream\n",
            self.name,
            short(self.p50_ms.median),
            short(self.p99_ms.median),
            short(self.p99_ms.least),
            short(self.p99_ms.most),
            short(self.cpu_us.median),
            short(self.kib.median)
        )
    }

    fn to_json(&self) -> Json {
        let spread = |spread: Spread| json!({ "least": spread.least, "median": spread.median, "most": spread.most });
        json!({
            "server": self.name, "kib_per_stream": spread(self.kib), "p50_ms": spread(self.p50_ms),
            "p99_ms": spread(self.p99_ms), "cpu_us_per_delivery": spread(self.cpu_us),
        })
    }
}
