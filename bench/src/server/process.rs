//! A process that is measured. It is killed when it is dropped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::Failure;
use crate::machine::{Core, kib, pinned};

/// Ticks per second of CPU times in `/proc`, the same on every Linux that Rust runs on.
const TICKS: u64 = 100;

/// A child on the measured core.
pub struct Process {
    child: Child,
    log: PathBuf,
}

/// A folder that is removed when it is dropped.
pub struct Folder(PathBuf);

impl Process {
    /// Starts it; what it prints goes to the log.
    pub fn start(mut command: Command, log: &Path) -> Result<Self, Failure> {
        let program = command.get_program().to_string_lossy().into_owned();
        let failure = |error: &dyn std::fmt::Display| format!("{program} does not start: {error}");
        let (out, err) = File::create(log)
            .and_then(|file| Ok((file.try_clone()?, file)))
            .map_err(|error| failure(&error))?;
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let child = pinned(Core::Measured, || command.spawn().map_err(|error| error.to_string()));
        Ok(Self {
            child: child.map_err(|error| failure(&error))?,
            log: log.to_owned(),
        })
    }

    /// CPU time of all its threads so far, in steps of 10 ms.
    pub fn cpu(&self) -> Duration {
        let stat = self.proc("stat");
        // The name, in brackets, may hold anything; behind it come the state and then numbers.
        let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: u64 = numbers
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u64>().ok())
            .sum();
        Duration::from_millis(ticks * 1000 / TICKS)
    }

    /// Memory in RAM.
    pub fn resident_kib(&self) -> u64 {
        kib(&self.proc("status"), "VmRSS").unwrap_or_default()
    }

    /// What it printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, and waits until it has.
    pub fn end(&mut self) -> Result<(), Failure> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).map_err(|error| format!("process {} cannot be ended: {error}", self.id()))?;
        self.child.wait().map_err(|error| error.to_string())?;
        Ok(())
    }

    /// Whether it has ended of its own accord.
    pub fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)) | Err(_))
    }

    fn proc(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Folder {
    /// A new one below another.
    pub fn new(below: &Path, name: &str) -> Result<Self, Failure> {
        let path = below.join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
