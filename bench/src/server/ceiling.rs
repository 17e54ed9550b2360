//! The program in `ceiling/`: the least that an axum server does on our hot paths.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{Client, Process, free_address};
use crate::Failure;

/// A start takes no longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running ceiling.
pub struct Ceiling {
    /// The process that is measured.
    pub process: Process,
    /// Where it answers.
    pub address: SocketAddr,
}

impl Ceiling {
    /// Starts one that answers `/fixed` with this body.
    pub fn start(program: &Path, folder: &Path, body: &[u8]) -> Result<Self, Failure> {
        let address = free_address()?;
        let file = folder.join("body");
        fs::write(&file, body).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut command = Command::new(program);
        command.arg("serve").arg(address.to_string()).arg(&file);
        let began = Instant::now();
        let process = Process::start(command, &folder.join("ceiling.log"))?;
        while Client::connect(address, "").is_err() {
            if began.elapsed() > PATIENCE {
                return Err(format!("the ceiling does not start: {}", process.log()));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Self { process, address })
    }
}
