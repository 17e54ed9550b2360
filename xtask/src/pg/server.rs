//! One running throw-away server.

use super::Installation;
use crate::command;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The user inside the database; it may do everything.
const ROLE: &str = "hoist";
/// Another program may take the free port before the server does.
const ATTEMPTS: u32 = 5;
const PATIENCE_TO_STOP: Duration = Duration::from_secs(10);

/// What happens to commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Not flushed: fast, and gone with the machine's power.
    Fast,
    /// Flushed before they are acknowledged, for tests about losing power and for benchmarks.
    Fsync,
}

/// A running server. Nothing stops it by itself; see [`super::Supervised`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// Holds data, log and socket; removed with the server.
    pub(super) folder: PathBuf,
    pub(super) pid: u32,
    port: u16,
}

impl Server {
    /// Makes a new cluster and starts it.
    pub(crate) fn start(installation: &Installation, durability: Durability) -> Result<Self, String> {
        let folder = temporary_folder()?;
        let started = create(installation, &folder).and_then(|()| launch(installation, &folder, durability));
        if started.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        started
    }

    /// Where clients reach it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{ROLE}@127.0.0.1:{}/postgres", self.port)
    }

    /// Whether the process lives and still is our server, not another one with the same number.
    pub(crate) fn is_running(&self) -> bool {
        pid(&self.folder) == Some(self.pid) && Path::new("/proc").join(self.pid.to_string()).exists()
    }

    /// Stops it by its pid and removes its folder.
    pub(crate) fn stop(&self) {
        if self.is_running() {
            signal(self.pid, "INT");
            let mut waited = Duration::ZERO;
            while self.is_running() && waited < PATIENCE_TO_STOP {
                sleep(Duration::from_millis(20));
                waited += Duration::from_millis(20);
            }
        }
        if self.is_running() {
            signal(self.pid, "QUIT");
        }
        let _ = fs::remove_dir_all(&self.folder);
    }

    /// Writes down what [`Self::recall`] needs.
    pub(crate) fn remember(&self, file: &Path) -> Result<(), String> {
        let text = format!("{}\n{}\n{}\n", self.pid, self.port, self.folder.display());
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
    }

    /// The server that was remembered in `file`.
    pub(crate) fn recall(file: &Path) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let mut lines = text.lines();
        let (pid, port) = (lines.next()?.parse().ok()?, lines.next()?.parse().ok()?);
        Some(Self {
            folder: PathBuf::from(lines.next()?),
            pid,
            port,
        })
    }
}

fn create(installation: &Installation, folder: &Path) -> Result<(), String> {
    installation.hand_over(folder)?;
    let mut initdb = installation.program("initdb", folder);
    initdb
        .args(["--no-sync", "-A", "trust", "-U", ROLE, "-E", "UTF8", "--locale=C", "-D"])
        .arg(folder.join("data"));
    command::output(&mut initdb).map(drop)
}

fn launch(installation: &Installation, folder: &Path, durability: Durability) -> Result<Server, String> {
    let mut complaint = String::new();
    for _ in 0..ATTEMPTS {
        let port = free_port()?;
        let mut start = installation.program("pg_ctl", folder);
        start
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-l")
            .arg(folder.join("log"))
            .args(["-s", "-w", "-t", "30"]);
        start.arg("-o").arg(options(folder, port, durability)).arg("start");
        match start.stdout(std::process::Stdio::null()).status() {
            Ok(status) if status.success() => {
                let pid = pid(folder).ok_or("PostgreSQL started but left no pid")?;
                return Ok(Server {
                    folder: folder.to_path_buf(),
                    pid,
                    port,
                });
            }
            Ok(_) => complaint = fs::read_to_string(folder.join("log")).unwrap_or_default(),
            Err(error) => complaint = error.to_string(),
        }
    }
    Err(format!("PostgreSQL did not start: {}", complaint.trim()))
}

/// The server's command line. Tests run many pools at once, hence the connections.
fn options(folder: &Path, port: u16, durability: Durability) -> String {
    let durable = match durability {
        Durability::Fast => "-c fsync=off -c synchronous_commit=off -c full_page_writes=off",
        Durability::Fsync => "-c fsync=on -c synchronous_commit=on",
    };
    let folder = folder.display();
    format!("-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=300 {durable}")
}

/// The first line of the file that a running server keeps in its data folder.
fn pid(folder: &Path) -> Option<u32> {
    fs::read_to_string(folder.join("data/postmaster.pid"))
        .ok()?
        .lines()
        .next()?
        .trim()
        .parse()
        .ok()
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no free port: {error}"))?;
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

/// A new folder in the system's temporary one: its path is short enough for a socket, and any user may enter it.
fn temporary_folder() -> Result<PathBuf, String> {
    let moment = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos());
    let folder = std::env::temp_dir().join(format!("hoist-pg-{}-{moment:x}", std::process::id()));
    fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Every shell can send signals; a program `kill` is not installed everywhere.
fn signal(pid: u32, name: &str) {
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$1\" \"$2\"", "signal", name, &pid.to_string()])
        .status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_remembered() {
        let file = std::env::temp_dir().join(format!("hoist-xtask-memory-{}", std::process::id()));
        let server = Server {
            folder: PathBuf::from("/tmp/some where"),
            pid: 7,
            port: 5433,
        };
        server.remember(&file).unwrap();
        assert_eq!(Server::recall(&file), Some(server));
        fs::remove_file(&file).unwrap();
        assert_eq!(Server::recall(&file), None);
    }

    #[test]
    fn durability_decides_about_fsync() {
        let folder = Path::new("/tmp/x");
        assert!(options(folder, 1, Durability::Fast).contains("fsync=off"));
        assert!(options(folder, 1, Durability::Fsync).contains("fsync=on"));
    }
}
