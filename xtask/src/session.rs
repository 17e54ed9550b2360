//! What the steps of one run share: where things are, the database, the counts and the list of skipped tests.

use crate::Answer;
use crate::command;
use crate::counts::{Counts, Runner};
use crate::failures::{Findings, Reader};
use crate::metadata::Metadata;
use crate::pg;
use crate::step::{Strictness, Tolerance};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;

/// The variable that tells tests where PostgreSQL is.
pub(crate) const POSTGRES_URL: &str = "HOIST_TEST_POSTGRES_URL";
/// The variable that chooses the database under the tests of the API: `sqlite` or `postgres`.
pub(crate) const TEST_DATABASE: &str = "HOIST_TEST_DATABASE";
/// The variable that names the file to which a test that skips itself appends `NAME<tab>REASON`.
pub(crate) const SKIP_LOG: &str = "HOIST_SKIP_LOG";
/// The variable that names the folder of public test data.
pub(crate) const CONFORMANCE_DIR: &str = "HOIST_CONFORMANCE_DIR";
/// The variable that names the built `hoist` for end-to-end tests, foreign clients, screenshots and benchmarks.
pub(crate) const BINARY: &str = "HOIST_BIN";
/// The variable that names the Chromium to drive.
pub(crate) const CHROMIUM: &str = "CHROMIUM_PATH";

/// Shared by the steps of one run.
pub(crate) struct Session {
    pub(crate) root: PathBuf,
    pub(crate) metadata: Metadata,
    pub(crate) strictness: Strictness,
    pub(crate) counts: Counts,
    /// What failed or was flaky since the run last took it.
    pub(crate) findings: Findings,
    /// Kept alive until the run ends; dropping it stops the server.
    pub(crate) postgres: Option<pg::Supervised>,
}

/// A test that said it could not run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SkippedTest {
    pub(crate) name: String,
    pub(crate) reason: String,
    pub(crate) tolerance: Tolerance,
}

impl Session {
    /// Reads the workspace and empties the list of skipped tests.
    pub(crate) fn new(root: PathBuf) -> Result<Self, String> {
        let metadata = Metadata::read(&root)?;
        let session = Self {
            root,
            metadata,
            strictness: Strictness::from_environment(),
            counts: Counts::default(),
            findings: Findings::default(),
            postgres: None,
        };
        let _ = fs::remove_file(session.skip_log());
        Ok(session)
    }

    /// The folder of the console.
    pub(crate) fn ui(&self) -> PathBuf {
        self.root.join("ui")
    }

    /// The binary `hoist` of the development profile.
    pub(crate) fn binary(&self) -> PathBuf {
        self.metadata.target.join("debug").join("hoist")
    }

    /// Whether tests are told of a PostgreSQL, ours or the one of whoever started us.
    pub(crate) fn has_postgres(&self) -> bool {
        self.postgres.is_some() || std::env::var_os(POSTGRES_URL).is_some()
    }

    fn skip_log(&self) -> PathBuf {
        self.metadata.target.join("skipped-tests.log")
    }

    /// Adds what tests read from their environment.
    pub(crate) fn equip<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(postgres) = &self.postgres {
            command.env(POSTGRES_URL, postgres.url());
        }
        if let Some(chromium) = chromium() {
            command.env(CHROMIUM, chromium);
        }
        command.env(SKIP_LOG, self.skip_log()).env(BINARY, self.binary())
    }

    /// Runs a program, shows its output as it comes, counts its tests, and keeps what failed for the report.
    pub(crate) fn run(&mut self, command: &mut Command, runner: Runner) -> Answer {
        let shown = command::show(command);
        self.equip(command);
        let streamed = stream(command, runner).map_err(|error| format!("`{shown}` did not start: {error}"))?;
        self.counts.add(streamed.counts);
        if streamed.status.success() {
            self.findings.add(streamed.reader.passed());
            Ok(())
        } else {
            self.findings.add(streamed.reader.failed(&shown));
            Err(format!("`{shown}` ended with {}", streamed.status))
        }
    }

    /// The tests that skipped themselves so far.
    pub(crate) fn skipped_tests(&self) -> Vec<SkippedTest> {
        parse_skips(&fs::read_to_string(self.skip_log()).unwrap_or_default())
    }
}

/// The Chromium that end-to-end tests drive: `CHROMIUM_PATH`, Debian's, or any on `PATH`.
pub(crate) fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os(CHROMIUM).map(PathBuf::from);
    named
        .or_else(|| Some(PathBuf::from("/usr/bin/chromium")))
        .filter(|path| command::is_executable(path))
        .or_else(|| command::find_on_path("chromium"))
}

/// One skipped test per line, each once. A reason that begins with the name of the data folder's variable is about
/// public data.
fn parse_skips(text: &str) -> Vec<SkippedTest> {
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    lines.into_iter().map(parse_skip).collect()
}

fn parse_skip(line: &str) -> SkippedTest {
    let (name, reason) = line.split_once('\t').unwrap_or((line, "no reason given"));
    let tolerance = if reason.starts_with(CONFORMANCE_DIR) {
        Tolerance::PublicData
    } else {
        Tolerance::MustRun
    };
    SkippedTest {
        name: name.to_owned(),
        reason: reason.to_owned(),
        tolerance,
    }
}

/// A program that ended, and what its output said.
struct Streamed {
    status: ExitStatus,
    counts: Counts,
    reader: Reader,
}

/// Runs a command, copies both its outputs to ours, line by line, and hands them over on the way.
pub(crate) fn watch(command: &mut Command, mut each: impl FnMut(&str)) -> std::io::Result<ExitStatus> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (sender, receiver) = mpsc::channel();
    let out = child
        .stdout
        .take()
        .map(|pipe| forward(pipe, sender.clone(), |line| println!("{line}")));
    let err = child
        .stderr
        .take()
        .map(|pipe| forward(pipe, sender, |line| eprintln!("{line}")));
    receiver.iter().for_each(|line: String| each(&line));
    for pipe in [out, err].into_iter().flatten() {
        let _ = pipe.join();
    }
    child.wait()
}

/// The same, read as what a runner of tests writes.
fn stream(command: &mut Command, runner: Runner) -> std::io::Result<Streamed> {
    let mut counts = Counts::default();
    let mut reader = Reader::new(runner);
    let status = watch(command, |line| {
        counts.read_line(runner, line);
        reader.read_line(line);
    })?;
    Ok(Streamed { status, counts, reader })
}

fn forward(pipe: impl Read + Send + 'static, lines: mpsc::Sender<String>, show: fn(&str)) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
            let line = String::from_utf8_lossy(&bytes)
                .trim_end_matches(['\n', '\r'])
                .to_owned();
            show(&line);
            let _ = lines.send(line);
            bytes.clear();
        }
    })
}

/// Whether the run's data folder is there; its absence is no failure even in a strict run.
pub(crate) fn conformance_data() -> Option<PathBuf> {
    std::env::var_os(CONFORMANCE_DIR)
        .map(PathBuf::from)
        .filter(|folder| Path::is_dir(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_outputs() {
        let script =
            "echo 'test result: ok. 2 passed; 0 failed'; echo 'test result: ok. 1 passed; 1 failed' >&2; exit 5";
        let streamed = stream(Command::new("sh").args(["-c", script]), Runner::CargoTest).unwrap();
        let Counts { passed, failed, .. } = streamed.counts;
        assert_eq!((streamed.status.code(), passed, failed), (Some(5), 3, 1));
    }

    #[test]
    fn skips_are_read_once_with_their_tolerance() {
        let skips = parse_skips("b\tno PostgreSQL\na\tHOIST_CONFORMANCE_DIR is not set\nb\tno PostgreSQL\n\nc\n");
        let seen: Vec<_> = skips.iter().map(|skip| (skip.name.as_str(), skip.tolerance)).collect();
        assert_eq!(
            seen,
            [
                ("a", Tolerance::PublicData),
                ("b", Tolerance::MustRun),
                ("c", Tolerance::MustRun)
            ]
        );
    }
}
