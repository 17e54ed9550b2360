//! The machine the figures come from, and how busy it is with other things.

use std::fmt;
use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::{Value as Json, json};

use crate::Failure;

/// Above this load average a verdict is not to be trusted.
pub const QUIET: f64 = 1.5;

/// What is known of it.
pub struct Machine {
    cores: usize,
    model: String,
    memory_mib: u64,
    kernel: String,
    load: f64,
}

/// Cores of the machine by their use: what is measured runs on one, what measures on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// For engines and servers.
    Measured,
    /// For generators.
    Measuring,
}

impl Machine {
    /// Reads what the system says.
    pub fn look() -> Result<Self, Failure> {
        let about = fs::read_to_string("/proc/cpuinfo").map_err(|error| format!("/proc/cpuinfo: {error}"))?;
        let memory = fs::read_to_string("/proc/meminfo").map_err(|error| format!("/proc/meminfo: {error}"))?;
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Ok(Self {
            cores: cores()?.len(),
            model: field(&about, "model name").unwrap_or("unknown processor").to_owned(),
            memory_mib: kib(&memory, "MemTotal").unwrap_or_default() / 1024,
            kernel: kernel.trim().to_owned(),
            load: load_average(),
        })
    }

    /// For the file.
    pub fn to_json(&self) -> Json {
        json!({
            "cores": self.cores, "processor": self.model, "memory_mib": self.memory_mib, "kernel": self.kernel,
            "load_average": self.load,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cores,
            model,
            memory_mib,
            ..
        } = self;
        write!(to, "{cores} × {model}, {memory_mib} MiB, Linux {}", self.kernel)?;
        write!(to, "; load average {:.2}", self.load)?;
        if self.load > QUIET {
            write!(to, " – busy: verdicts are marked as noisy")?;
        }
        Ok(())
    }
}

/// Processes that wanted to run during the last minute, on average.
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or_default()
}

/// Binds the calling thread, and what it starts from now on, to a core.
fn pin(core: Core) -> Result<(), Failure> {
    let cores = cores()?;
    let (first, last) = (cores[0], cores[cores.len() - 1]);
    let number = match core {
        Core::Measured => first,
        Core::Measuring => last,
    };
    let mut set = CpuSet::new();
    set.set(number);
    sched_setaffinity(None, &set).map_err(|error| format!("core {number} cannot be taken: {error}"))
}

/// Does something on a thread of its own that is bound to a core, and so is what it starts.
pub fn pinned<T: Send>(core: Core, work: impl FnOnce() -> Result<T, Failure> + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            pin(core)?;
            work()
        });
        thread
            .join()
            .unwrap_or_else(|_| Err("a thread ended unexpectedly".to_owned()))
    })
}

/// Raises the limit of open files as far as the system allows, for us and for those we start: 1,000 streams are more
/// than a usual limit.
pub fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    // Refused, the part that needs it says so.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// Those that this process had at its start.
fn cores() -> Result<Vec<usize>, Failure> {
    static CORES: std::sync::OnceLock<Vec<usize>> = std::sync::OnceLock::new();
    if let Some(cores) = CORES.get() {
        return Ok(cores.clone());
    }
    let set = sched_getaffinity(None).map_err(|error| format!("the cores cannot be counted: {error}"))?;
    let found: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|number| set.is_set(*number)).collect();
    Ok(CORES.get_or_init(|| found).clone())
}

/// The value of a line `name : value`.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut named = lines.filter(|(key, _)| key.trim() == name);
    named.next().map(|(_, value)| value.trim())
}

/// The value of a line `Name:  123 kB`, as `/proc` writes it.
pub fn kib(text: &str, name: &str) -> Option<u64> {
    field(text, name)?.strip_suffix(" kB")?.trim().parse().ok()
}
