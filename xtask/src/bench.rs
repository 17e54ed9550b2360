//! `make bench`: the benchmarks live in `bench/`, outside the workspace, since peers are among their dependencies.
//!
//! The program there builds what it measures, by need: the binary of the profile `dist`, unless `HOIST_BIN` names one.
//! `HOIST_BENCH_OUT` says where its JSON goes.

use crate::counts::Runner;
use crate::metadata::Metadata;
use crate::session::Session;
use crate::{Answer, command, workspace};
use std::fs;
use std::path::{Path, PathBuf};

/// Runs the benchmarks, with any arguments handed on.
pub(crate) fn main(arguments: &[String]) -> Answer {
    let root = workspace::root();
    let target = Metadata::read(&root)?.target;
    let results = match std::env::var_os("HOIST_BENCH_OUT") {
        Some(chosen) => PathBuf::from(chosen),
        None => results_file(&target)?,
    };
    let mut bench = command::cargo(&root);
    // Not `--locked`: the lockfile there follows when a crate of ours takes or drops a dependency.
    bench
        .args(["run", "--release", "--quiet", "--manifest-path"])
        .arg(root.join("bench/Cargo.toml"))
        .arg("--target-dir")
        .arg(target.join("bench"))
        .arg("--")
        .args(arguments)
        .env("HOIST_BENCH_OUT", &results);
    command::run(&mut bench)
}

/// Formats, lints and tests the program that measures, and lints what it measures of ours. Foreign engines are only
/// built to be measured.
pub(crate) fn test(session: &mut Session) -> Answer {
    const OWN: [&str; 6] = ["-p", "hoist-bench", "-p", "bench-kit", "-p", "bench-workload"];
    const MEASURED: [&str; 6] = ["-p", "bench-publish", "-p", "engine-hoist", "-p", "bench-ceiling"];
    let folder = session.root.join("bench");
    let target = session.metadata.target.join("bench");
    let mut fmt = command::cargo(&folder);
    session.run(fmt.args(["fmt", "--all", "--check"]), Runner::Program)?;
    let mut clippy = command::cargo(&folder);
    clippy
        .arg("clippy")
        .args(OWN)
        .args(MEASURED)
        .arg("--all-targets")
        .arg("--target-dir");
    clippy.arg(&target).args(["--", "-D", "warnings"]);
    session.run(&mut clippy, Runner::Compiler)?;
    let mut tests = command::cargo(&folder);
    tests.args(["test", "--no-fail-fast", "--bins", "--lib"]).args(OWN);
    session.run(tests.arg("--target-dir").arg(&target), Runner::CargoTest)
}

fn results_file(target: &Path) -> Result<PathBuf, String> {
    let folder = target.join("bench-results");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder.join("latest.json"))
}
