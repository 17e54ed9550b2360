//! `hoist import` and `hoist eval` as a user runs them, among them the conformance data of other systems.
//!
//! Public test data is found through `HOIST_CONFORMANCE_DIR`; where that is not set, its tests say so and pass.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

mod bundles;
mod commands;
mod flagd;
mod flagsmith;
mod gherkin;
mod real;
mod unleash;
mod unleash_projection;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value as Json;

/// What a run of the binary left behind.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// Lines of standard output as JSON; the run must have gone well.
    fn lines(&self) -> Vec<Json> {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// Runs `hoist` with this on its standard input.
fn hoist(args: &[&str], input: &str) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hoist"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A command that fails early closes its input; that is not the test's business.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of public test data, if it is there. A relative path counts from here or from the repository.
fn conformance(folder: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("HOIST_CONFORMANCE_DIR").map(PathBuf::from) else {
        println!("skipped: HOIST_CONFORMANCE_DIR is not set ({folder})");
        return None;
    };
    let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let places = [root.clone(), repository.join(&root)];
    let place = places.iter().find(|place| place.is_dir());
    let found = place.unwrap_or_else(|| panic!("HOIST_CONFORMANCE_DIR is {}, which does not exist", root.display()));
    let found = found.join(folder);
    if !found.is_dir() {
        println!("skipped: HOIST_CONFORMANCE_DIR has no {folder}/");
        return None;
    }
    Some(found)
}

/// A file of this test's own, gone when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, text: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
