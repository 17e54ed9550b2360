//! The programs in `engines/`: building and running them.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::Failure;
use crate::machine::{Core, pinned};
use crate::programs::Programs;
use crate::row::Row;

/// What nothing can be judged without.
const NEEDED: [&str; 2] = ["hoist", "floor"];

/// Left out, with a word, where they do not build.
const PEERS: [&str; 8] = [
    "yggdrasil",
    "eppo",
    "launchdarkly",
    "growthbook",
    "flagd",
    "flagsmith",
    "confidence",
    "statsig",
];

/// A program that was built.
pub struct Engine {
    /// Its folder.
    pub name: &'static str,
    program: PathBuf,
}

/// Builds them; a row for each peer that does not build.
pub fn build(programs: &Programs) -> Result<(Vec<Engine>, Vec<Row>), Failure> {
    let build = |name: &'static str| {
        let program = programs.build(&format!("engine-{name}"))?;
        Ok(Engine { name, program })
    };
    let mut engines = NEEDED
        .into_iter()
        .map(build)
        .collect::<Result<Vec<Engine>, Failure>>()?;
    let mut missing = Vec::new();
    for name in PEERS {
        match build(name) {
            Ok(engine) => engines.push(engine),
            Err(failure) => missing.push(Row::left_out(&format!("engine {name}"), &failure)),
        }
    }
    Ok((engines, missing))
}

/// What it prints.
pub fn run(engine: &Engine) -> Result<String, Failure> {
    let failure = |error: &dyn std::fmt::Display| format!("engine-{}: {error}", engine.name);
    let run = pinned(Core::Measured, || {
        let command = Command::new(&engine.program).stderr(Stdio::null()).output();
        command.map_err(|error| error.to_string())
    });
    let output = run.map_err(|error| failure(&error))?;
    if !output.status.success() {
        return Err(failure(&output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| failure(&error))
}
