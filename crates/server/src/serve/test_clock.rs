//! A clock that tests move, over a unix socket. A line is a command:
//!
//! ```text
//! set 2026-01-02T03:04:05Z     → ok 2026-01-02T03:04:05Z
//! advance 90                   → ok 2026-01-02T03:05:35Z      (seconds; fractions and minus signs are fine)
//! now                          → ok 2026-01-02T03:05:35Z
//! anything else                → error what to write
//! ```
//!
//! It stands still between commands, at the moment of the start until the first.

use std::path::Path;
use std::sync::Arc;

use hoist_app::{Clock, ManualClock, SystemClock};
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::cli::Failure;

/// Listens on a socket for commands to the clock it returns.
pub(super) fn start(socket: &Path) -> Result<Arc<ManualClock>, Failure> {
    // Left over from a process that was killed.
    let _ = std::fs::remove_file(socket);
    let listener = UnixListener::bind(socket)
        .map_err(|error| Failure::bad_input(format!("--test-clock {}: cannot listen ({error})", socket.display())))?;
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    tokio::spawn(accept(listener, Arc::clone(&clock)));
    Ok(clock)
}

async fn accept(listener: UnixListener, clock: Arc<ManualClock>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&clock)));
    }
}

async fn converse(stream: UnixStream, clock: Arc<ManualClock>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match obey(&clock, line.trim()) {
            Some(()) => format!("ok {}\n", clock.now()),
            None => "error write `set RFC3339`, `advance SECONDS` or `now`\n".to_owned(),
        };
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn obey(clock: &ManualClock, line: &str) -> Option<()> {
    match line.split_once(' ').unwrap_or((line, "")) {
        ("set", moment) => clock.set(moment.trim().parse::<Timestamp>().ok()?),
        ("advance", seconds) => clock.advance(SignedDuration::try_from_secs_f64(seconds.trim().parse().ok()?).ok()?),
        ("now", "") => {}
        _ => return None,
    }
    Some(())
}
