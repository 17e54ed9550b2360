//! Building and finding the programs that are measured.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

use crate::Failure;
use crate::server::Folder;

/// Where things are.
pub struct Programs {
    /// The folder `bench/`.
    bench: PathBuf,
    /// Where its programs are built.
    target: PathBuf,
    /// The file for every figure.
    pub results: PathBuf,
}

impl Programs {
    /// Looks around.
    pub fn find() -> Result<Self, Failure> {
        let own = env::current_exe().map_err(|error| format!("this program does not know where it is: {error}"))?;
        let target = own
            .ancestors()
            .nth(2)
            .ok_or("this program is not in a target folder")?
            .to_owned();
        let results = env::var_os("HOIST_BENCH_OUT").map_or_else(|| target.join("results.json"), PathBuf::from);
        Ok(Self {
            bench: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
            target,
            results,
        })
    }

    /// Builds a package of this workspace and says where its program is.
    pub fn build(&self, package: &str) -> Result<PathBuf, Failure> {
        eprintln!("  building {package}");
        let built = cargo()
            .args(["build", "--release", "--locked", "--quiet", "--package", package])
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.bench)
            .output()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        if !built.status.success() {
            return Err(format!("{package} does not build: {}", cause(&built.stderr)));
        }
        Ok(self.program(package))
    }

    /// A folder for what a server stores, on the disk that holds the target folder: one in memory would not flush.
    pub fn folder(&self, name: &str) -> Result<Folder, Failure> {
        Folder::new(&self.target.join("bench-data"), name)
    }

    fn program(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    /// Hoist itself: the one that `HOIST_BIN` names, else built as it is published.
    pub fn hoist(&self) -> Result<PathBuf, Failure> {
        if let Some(path) = env::var_os("HOIST_BIN") {
            return Ok(PathBuf::from(path));
        }
        eprintln!("  building hoist");
        let built = cargo()
            .args([
                "build",
                "--profile",
                "dist",
                "--locked",
                "--quiet",
                "--package",
                "hoist-server",
            ])
            .args(["--message-format", "json-render-diagnostics"])
            .current_dir(self.bench.join(".."))
            .output()
            .map_err(|error| format!("cargo does not start: {error}"))?;
        let messages = String::from_utf8_lossy(&built.stdout);
        let mut programs = messages.lines().filter_map(|line| {
            let message: Json = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        let failure = || format!("hoist does not build: {}", cause(&built.stderr));
        programs
            .next_back()
            .filter(|_| built.status.success())
            .ok_or_else(failure)
    }
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The line of a failed build that says why: what a tool says of itself counts more than cargo's summary.
fn cause(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let lines = || text.lines().map(str::trim);
    let telling = lines().find(|line| line.contains("Could not find"));
    let error = || lines().find(|line| line.starts_with("error"));
    telling.or_else(error).unwrap_or("cargo said nothing").to_owned()
}
