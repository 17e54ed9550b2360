//! Starts a writing process, reads along, kills it.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::journal::Journal;

/// A writer that gets nothing done in this time has failed.
const START: Duration = Duration::from_secs(60);

/// Runs the process until it has been acknowledged so often, and kills it `delay` later (SIGKILL:
/// it cannot tidy up). All that it said is in the journal then.
pub fn run(mut command: Command, journal: &mut Journal, acknowledged: usize, delay: Duration) {
    let enough = journal.acknowledged() + acknowledged;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        output
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
    });
    let give_up = Instant::now() + START;
    while journal.acknowledged() < enough {
        match lines.recv_timeout(give_up.saturating_duration_since(Instant::now())) {
            Ok(line) => journal.read_line(&line),
            Err(_) => break,
        }
    }
    std::thread::sleep(delay);
    let ended = child.try_wait().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    lines.iter().for_each(|line| journal.read_line(&line));
    reader.join().unwrap().unwrap();
    assert!(ended.is_none(), "the writer ended by itself: {ended:?}");
    assert!(journal.acknowledged() >= enough, "the writer got nothing done");
}
