//! unleash-edge, where it is installed: offline, with a file of features.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::{Client, Process, free_address};
use crate::Failure;

/// A start takes no longer.
const PATIENCE: Duration = Duration::from_secs(20);

const FRONTEND_KEY: &str = "*:production.front";
const BACKEND_KEY: &str = "*:production.bench";

/// A running edge.
pub struct Edge {
    /// The process that is measured.
    pub process: Process,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Edge {
    /// The header that its clients send.
    pub const HEADER: &'static str = "authorization: *:production.front";

    /// Why there is none, or where it is: the variable `UNLEASH_EDGE_BIN`, the path, cargo's folder.
    pub fn find() -> Result<PathBuf, Failure> {
        if let Some(path) = env::var_os("UNLEASH_EDGE_BIN") {
            return Ok(PathBuf::from(path));
        }
        let path = env::var_os("PATH").unwrap_or_default();
        let cargo = env::home_dir().map(|home| home.join(".cargo/bin"));
        let mut folders = env::split_paths(&path).chain(cargo);
        let found = folders.find_map(|folder| Some(folder.join("unleash-edge")).filter(|program| program.is_file()));
        found.ok_or_else(|| "unleash-edge is not installed (cargo install unleash-edge@20.1.0 --locked)".to_owned())
    }

    /// Starts it with a document of features.
    pub fn start(program: &Path, folder: &Path, features: &Json) -> Result<Self, Failure> {
        let address = free_address()?;
        let file = folder.join("features.json");
        fs::write(&file, features.to_string()).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut command = Command::new(program);
        command
            .args([
                "-p",
                &address.port().to_string(),
                "-i",
                &address.ip().to_string(),
                "offline",
                "-b",
            ])
            .arg(&file)
            .args(["-c", BACKEND_KEY, "-f", FRONTEND_KEY]);
        let began = Instant::now();
        let process = Process::start(command, &folder.join("edge.log"))?;
        loop {
            let path = "/api/frontend/all?userId=u";
            let answer = Client::connect(address, Self::HEADER).and_then(|mut client| client.ask("GET", path, ""));
            if answer.is_ok_and(|answer| answer.status == 200) {
                return Ok(Self { process, address });
            }
            if began.elapsed() > PATIENCE {
                return Err(format!("unleash-edge does not start: {}", process.log()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
