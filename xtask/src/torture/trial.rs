//! Running one trial: a program, its figures, and whether it passed.

use super::table::{Build, Database, Tests, Trial};
use crate::command::{self, command};
use crate::metadata::Metadata;
use crate::session::{self, Session, TEST_DATABASE};
use crate::ui;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// What a test prints before its figures.
const MARK: &str = "torture: ";

/// How much of the long form is wanted, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share(u64);

impl Share {
    pub(super) const fn whole() -> Self {
        Self(100)
    }

    /// From 1 on.
    pub(super) fn percent(percent: u64) -> Option<Self> {
        (percent > 0).then_some(Self(percent))
    }

    /// As people read it.
    pub(super) const fn as_percent(self) -> u64 {
        self.0
    }

    /// At least one.
    fn of(self, number: u64) -> u64 {
        (number * self.0 / 100).max(1)
    }
}

impl Trial {
    /// Figures, or why it did not pass, with the figures so far.
    pub(super) fn run(&self, session: &mut Session, share: Share) -> Result<Vec<String>, String> {
        match self {
            Self::Tests(tests) => tests.run(session, share),
            Self::Bench(parts) => bench(session, parts),
            Self::Schemathesis(calls) => {
                build(session)?;
                let mut program = command(session.root.join("conformance/schemathesis/run"), &session.root);
                program.args(["--calls", &share.of(*calls).to_string()]);
                let is_figure =
                    |line: &str| line.contains(" calls of three roles") || line.starts_with("schemathesis: ");
                watched(session, &mut program, |line| is_figure(line).then(|| line.to_owned()))
            }
            Self::Mutants => {
                let mut program = command::cargo(&session.root);
                program.args(["xtask", "mutants"]);
                watched(session, &mut program, |line| {
                    line.ends_with("mutants were noticed").then(|| line.to_owned())
                })
            }
            Self::Browser(file) => {
                build(session)?;
                let console = session.ui();
                if let Some(reason) = ui::browser_obstacle(session) {
                    return Err(reason);
                }
                ui::build(&console, &session.metadata.target, &mut command::run)?;
                let mut npm = ui::npm_run(&console, "live");
                watched(session, npm.args(["--", file]), figure)
            }
        }
    }
}

impl Tests {
    fn run(&self, session: &mut Session, share: Share) -> Result<Vec<String>, String> {
        let mut figures = Vec::new();
        for name in self.names {
            let mut cargo = command::cargo(&session.root);
            cargo.args(["test", "--quiet", "--package", self.package, "--all-features"]);
            if self.build == Build::Release {
                cargo.arg("--release");
            }
            cargo.args(["--test", self.target, "--", name, "--nocapture"]);
            // One after the other: a figure is of a machine that does nothing else.
            cargo.arg("--test-threads=1");
            if self.database == Database::Postgres {
                cargo.env(TEST_DATABASE, "postgres");
            }
            // Whoever sets a number means it.
            for (variable, number) in self.numbers {
                if std::env::var_os(variable).is_none() {
                    cargo.env(variable, share.of(*number).to_string());
                }
            }
            figures.extend(watched(session, &mut cargo, figure)?);
        }
        Ok(figures)
    }
}

/// Builds the binary that other programs drive.
fn build(session: &Session) -> Result<(), String> {
    let mut cargo = command::cargo(&session.root);
    command::run(cargo.args(["build", "--quiet", "--bins", "--workspace", "--all-features"]))
}

/// The figures of a line, wherever a test's progress has left it.
fn figure(line: &str) -> Option<String> {
    line.split_once(MARK).map(|(_, figures)| figures.to_owned())
}

/// Runs a program, shows what it writes, and keeps the figures.
fn watched(
    session: &Session,
    program: &mut Command,
    figure: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    let shown = command::show(program);
    let mut figures = Vec::new();
    let ended = session::watch(session.equip(program), |line| figures.extend(figure(line)));
    match ended {
        Ok(status) if status.success() => Ok(figures),
        Ok(status) => Err(format!("`{shown}` ended with {status}; {}", figures.join("; "))),
        Err(error) => Err(format!("`{shown}` did not start: {error}")),
    }
}

/// Rows of the benchmarks; a row that misses what it must hold is a failure.
fn bench(session: &Session, parts: &[&str]) -> Result<Vec<String>, String> {
    let results = Metadata::read(&session.root)?.target.join("torture-bench.json");
    let mut cargo = command::cargo(&session.root);
    cargo
        .args(["xtask", "bench"])
        .args(parts)
        .env("HOIST_BENCH_OUT", &results);
    let ended = watched(session, &mut cargo, |_| None);
    let text = fs::read_to_string(&results).map_err(|error| format!("{}: {error}", results.display()))?;
    let rows = rows(&text)?;
    let missed = rows
        .iter()
        .any(|(_, verdict)| !matches!(verdict.as_str(), "must" | "aim"));
    let figures: Vec<String> = rows.into_iter().map(|(figures, _)| figures).collect();
    match ended {
        Ok(_) if !missed => Ok(figures),
        Ok(_) => Err(figures.join("; ")),
        Err(reason) => Err(format!("{reason}; {}", figures.join("; "))),
    }
}

/// Figures and verdict of each row.
fn rows(text: &str) -> Result<Vec<(String, String)>, String> {
    let results: Value = serde_json::from_str(text).map_err(|error| format!("results of the benchmarks: {error}"))?;
    let parts = results["parts"].as_object().ok_or("the benchmarks have no parts")?;
    let rows = parts.values().filter_map(|part| part["rows"].as_array()).flatten();
    let said = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Ok(rows
        .map(|row| {
            let (name, figures, verdict) = (said(row, "row"), said(row, "figures"), said(row, "verdict"));
            (format!("{name}: {figures} ({verdict})"), verdict)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_behind_a_test_s_dots() {
        assert_eq!(figure("..torture: kills cycles=3").as_deref(), Some("kills cycles=3"));
        assert_eq!(figure("running 3 tests"), None);
    }

    #[test]
    fn a_share_is_never_nothing() {
        let share = Share::percent(1).unwrap();
        assert_eq!((share.of(1000), share.of(3)), (10, 1));
        assert_eq!(Share::percent(0), None);
    }

    #[test]
    fn rows_are_read_with_their_verdicts() {
        let text = r#"{"parts": {"many": {"rows": [{"row": "ready", "figures": "0.3 s", "verdict": "must"}]}}}"#;
        assert_eq!(rows(text), Ok(vec![("ready: 0.3 s (must)".into(), "must".into())]));
    }
}
