//! `make bench`: the benchmarks live in `bench/`, outside the workspace, since peers are among their dependencies.
//!
//! The program there reads `HOIST_BIN` (the binary to measure) and `HOIST_BENCH_OUT` (where its JSON goes).

use crate::metadata::Metadata;
use crate::session::BINARY;
use crate::{Answer, command, workspace};
use std::fs;
use std::path::PathBuf;

/// The profile of published binaries: what we measure is what people run.
const PROFILE: &str = "dist";

/// Builds the binary and runs the benchmarks, with any further arguments handed on.
pub(crate) fn main(arguments: &[String]) -> Answer {
    let root = workspace::root();
    let manifest = root.join("bench/Cargo.toml");
    if !manifest.is_file() {
        return Err("bench/ does not exist yet: there is nothing to measure".to_owned());
    }
    let target = Metadata::read(&root)?.target;
    command::run(command::cargo(&root).args(["build", "--profile", PROFILE, "--package", "hoist-server"]))?;
    let results = results_file(&target)?;
    let mut bench = command::cargo(&root);
    bench.args(["run", "--release", "--manifest-path"]).arg(&manifest);
    bench
        .arg("--target-dir")
        .arg(target.join("bench"))
        .arg("--")
        .args(arguments);
    bench
        .env(BINARY, target.join(PROFILE).join("hoist"))
        .env("HOIST_BENCH_OUT", &results);
    command::run(&mut bench)?;
    println!("results: {}", results.display());
    Ok(())
}

fn results_file(target: &std::path::Path) -> Result<PathBuf, String> {
    let folder = target.join("bench-results");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder.join("latest.json"))
}
