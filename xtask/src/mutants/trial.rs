//! Tries mutants in a copy of the sources.

use super::Mutant;
use crate::command::{self, find_on_path};
use crate::counts::{Counts, Runner};
use crate::workspace;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A mutant can make a test run for ever; the time limit counts as notice. Seconds.
const TIME_LIMIT_S: &str = "900";
/// What the copy needs in order to build.
const COPIED: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "clippy.toml",
    ".cargo",
    "crates",
    "xtask",
    "examples",
];

/// A copy of the sources with a target folder of its own.
#[derive(Debug)]
pub(super) struct Bench {
    sources: PathBuf,
    target: PathBuf,
}

/// What the tests said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Noticed,
    Survived,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Noticed => "noticed",
            Self::Survived => "SURVIVED",
        })
    }
}

impl Bench {
    /// Copies the sources below `target`. Only files that differ are written, so that a second run builds little.
    pub(super) fn prepare(root: &Path, target: &Path) -> Result<Self, String> {
        let bench = Self {
            sources: target.join("mutants/sources"),
            target: target.join("mutants/target"),
        };
        let wanted: BTreeSet<PathBuf> = COPIED.iter().flat_map(|name| files(root, name)).collect();
        for stale in workspace::files_below(&bench.sources) {
            let relative = stale.strip_prefix(&bench.sources).unwrap_or(&stale);
            if !wanted.contains(relative) {
                fs::remove_file(&stale).map_err(|error| format!("{}: {error}", stale.display()))?;
            }
        }
        wanted
            .iter()
            .try_for_each(|relative| copy_if_different(&root.join(relative), &bench.sources.join(relative)))?;
        Ok(bench)
    }

    /// Without a mutant the tests must run and pass, else failing or passing means nothing.
    pub(super) fn check_sound(&self, mutants: &[Mutant]) -> Result<(), String> {
        let commands: BTreeSet<&[&str]> = mutants.iter().map(|mutant| mutant.tests).collect();
        for tests in commands {
            let shown = tests.join(" ");
            println!("without mutants: cargo test {shown}");
            let text = command::output(&mut self.cargo_test(&[], tests))?;
            let mut counts = Counts::default();
            text.lines().for_each(|line| counts.read_line(Runner::CargoTest, line));
            if counts.passed == 0 {
                return Err(format!("`cargo test {shown}` runs no test: it can notice nothing"));
            }
        }
        Ok(())
    }

    /// Plants the mutant, runs its tests and takes it out again.
    pub(super) fn try_out(&self, mutant: &Mutant) -> Result<Verdict, String> {
        let path = self.sources.join(mutant.file);
        let source = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        write(&path, &mutant.plant(&source)?)?;
        let verdict = self.verdict(mutant);
        write(&path, &source)?;
        verdict
    }

    fn verdict(&self, mutant: &Mutant) -> Result<Verdict, String> {
        if !quiet(&mut self.cargo_test(&["--no-run"], mutant.tests))? {
            return Err(format!(
                "mutant `{}` does not compile: it proves nothing about the tests",
                mutant.name
            ));
        }
        let passed = quiet(&mut self.cargo_test(&[], mutant.tests))?;
        Ok(if passed { Verdict::Survived } else { Verdict::Noticed })
    }

    fn cargo_test(&self, options: &[&str], tests: &[&str]) -> Command {
        let cargo = command::cargo(&self.sources);
        let mut command = match find_on_path("timeout") {
            Some(timeout) => {
                let mut limited = command::command(timeout, &self.sources);
                limited.arg(TIME_LIMIT_S).arg(cargo.get_program());
                limited
            }
            None => cargo,
        };
        command.arg("test").arg("--quiet").env("CARGO_TARGET_DIR", &self.target);
        command.args(options).args(tests);
        command
    }
}

/// Whether the command succeeds; its output is nobody's concern.
fn quiet(command: &mut Command) -> Result<bool, String> {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status
        .map(|status| status.success())
        .map_err(|error| format!("cargo did not start: {error}"))
}

/// The paths, from the root, of a file or of everything in a folder.
fn files(root: &Path, name: &str) -> Vec<PathBuf> {
    let path = root.join(name);
    if path.is_file() {
        return vec![PathBuf::from(name)];
    }
    let below = workspace::files_below(&path).into_iter();
    below
        .filter_map(|file| file.strip_prefix(root).ok().map(Path::to_path_buf))
        .collect()
}

fn copy_if_different(from: &Path, to: &Path) -> Result<(), String> {
    let wanted = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    if fs::read(to).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(to, wanted))
        .map_err(|error| format!("{}: {error}", to.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A repository of one package whose test notices one mutant and not the other.
    fn repository() -> PathBuf {
        let root = std::env::temp_dir().join(format!("hoist-xtask-mutants-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("crates/a/src")).unwrap();
        fs::write(
            root.join("Cargo.toml"),
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        )
        .unwrap();
        fs::write(
            root.join("crates/a/Cargo.toml"),
            "[package]\nname = \"a\"\nedition = \"2024\"\n",
        )
        .unwrap();
        let source = "pub fn sum(a: u8, b: u8) -> u8 { a + b }\npub fn three() -> u8 { 3 }\n\
                      #[test]\nfn sums() { assert_eq!(sum(1, 2), 3) }\n";
        fs::write(root.join("crates/a/src/lib.rs"), source).unwrap();
        root
    }

    fn mutant(text: &'static str, replacement: &'static str) -> Mutant {
        Mutant {
            name: "m",
            file: "crates/a/src/lib.rs",
            text,
            replacement,
            tests: &["-p", "a", "--lib"],
        }
    }

    #[test]
    fn tells_noticed_surviving_and_broken_mutants_apart() {
        let root = repository();
        let bench = Bench::prepare(&root, &root.join("target")).unwrap();
        let (noticed, survivor) = (mutant("a + b", "a * b"), mutant("{ 3 }", "{ 4 }"));
        bench.check_sound(&[noticed]).unwrap();
        let idle = Mutant {
            tests: &["-p", "a", "--lib", "no_such_test"],
            ..noticed
        };
        assert!(
            bench
                .check_sound(&[idle])
                .is_err_and(|error| error.contains("runs no test"))
        );
        assert_eq!(bench.try_out(&noticed), Ok(Verdict::Noticed));
        assert_eq!(bench.try_out(&survivor), Ok(Verdict::Survived));
        assert!(
            bench
                .try_out(&mutant("{ 3 }", "{ \"no\" }"))
                .is_err_and(|error| error.contains("does not compile"))
        );
        let copy = fs::read_to_string(root.join("target/mutants/sources/crates/a/src/lib.rs")).unwrap();
        assert!(
            copy.contains("a + b") && copy.contains("{ 3 }"),
            "every mutant is taken out again"
        );
        fs::remove_dir_all(root).unwrap();
    }
}
