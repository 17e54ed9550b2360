//! Reads out of what a program prints which of its tests failed, and why, so that the end of a run can say it again:
//! of a long run often only the end is kept.
//!
//! To read another runner, add its [`Runner`] and say in [`mark`] how a failed test begins and ends.

use crate::counts::{Runner, is_playwright_total, without_colour};
use std::collections::VecDeque;

/// Lines kept of one failure. The report shows fewer of each where there are many.
const TEXT: usize = 40;
/// Lines kept of a failed program that named no test.
const TAIL: usize = 25;

/// A test, or a whole program, and the beginning of what it complained of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) name: String,
    pub(crate) text: Vec<String>,
}

/// What the output of one program says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) failed: Vec<Failure>,
    /// Failed first and passed when they were tried again.
    pub(crate) flaky: Vec<Failure>,
}

/// Reads line after line.
#[derive(Debug)]
pub(crate) struct Reader {
    runner: Runner,
    reading: Reading,
    found: Vec<Failure>,
    flaky: Vec<String>,
    tail: VecDeque<String>,
}

/// What the next line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Nothing,
    /// The output of the last failure, whose complaint has not begun.
    Output,
    Complaint,
    NamesOfFlaky,
    /// All that follows was there before.
    Closed,
}

/// What a line means.
#[derive(Debug, PartialEq, Eq)]
enum Mark {
    /// From here on, the complaint of this test.
    Failed(String),
    /// From here on, all that this test wrote.
    Output(String),
    Complaint,
    NamesOfFlaky,
    End,
    Close,
}

impl Findings {
    pub(crate) fn add(&mut self, other: Self) {
        self.failed.extend(other.failed);
        self.flaky.extend(other.flaky);
    }
}

impl Reader {
    pub(crate) fn new(runner: Runner) -> Self {
        Self {
            runner,
            reading: Reading::Nothing,
            found: Vec::new(),
            flaky: Vec::new(),
            tail: VecDeque::new(),
        }
    }

    /// Takes one line of either output.
    pub(crate) fn read_line(&mut self, line: &str) {
        let plain = without_colour(line).trim_end().to_owned();
        if plain.is_empty() || self.reading == Reading::Closed {
            return;
        }
        match mark(self.runner, &plain) {
            Some(Mark::Failed(name)) => self.open(name, Reading::Complaint),
            Some(Mark::Output(name)) => self.open(name, Reading::Output),
            Some(Mark::Complaint) if self.reading == Reading::Output => {
                self.reading = Reading::Complaint;
                self.keep(&plain);
            }
            Some(Mark::NamesOfFlaky) => self.reading = Reading::NamesOfFlaky,
            Some(Mark::End) => self.reading = Reading::Nothing,
            Some(Mark::Close) => self.reading = Reading::Closed,
            Some(Mark::Complaint) | None => self.keep(&plain),
        }
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(plain);
    }

    /// All that was found, of a program that passed.
    pub(crate) fn passed(self) -> Findings {
        let (flaky, failed) = self
            .found
            .into_iter()
            .partition(|failure| self.flaky.contains(&failure.name));
        Findings { failed, flaky }
    }

    /// All that was found, of a program that failed: at least the end of what it printed.
    pub(crate) fn failed(mut self, program: &str) -> Findings {
        let tail = std::mem::take(&mut self.tail);
        let mut findings = self.passed();
        if findings.failed.is_empty() && !tail.is_empty() {
            findings.failed.push(Failure {
                name: format!("the end of what `{program}` printed"),
                text: tail.into(),
            });
        }
        findings
    }

    fn open(&mut self, name: String, reading: Reading) {
        self.reading = reading;
        self.found.push(Failure { name, text: Vec::new() });
    }

    fn keep(&mut self, line: &str) {
        match self.reading {
            Reading::Complaint => {
                if let Some(failure) = self.found.last_mut().filter(|failure| failure.text.len() < TEXT) {
                    failure.text.push(line.to_owned());
                }
            }
            Reading::NamesOfFlaky => self.flaky.push(title(line)),
            Reading::Nothing | Reading::Output | Reading::Closed => {}
        }
    }
}

fn mark(runner: Runner, line: &str) -> Option<Mark> {
    let bare = line.trim_start();
    match runner {
        Runner::CargoTest => cargo_test(line).or_else(|| compiler(line)),
        Runner::Nextest => nextest(bare).or_else(|| compiler(line)),
        Runner::Compiler => compiler(line),
        Runner::Vitest => vitest(bare),
        Runner::Playwright => playwright(line),
        Runner::Program => program(bare),
    }
}

fn cargo_test(line: &str) -> Option<Mark> {
    if line == "failures:" || line == "stack backtrace:" || line.starts_with("test result:") {
        return Some(Mark::End);
    }
    line.strip_prefix("---- ")
        .and_then(|rest| rest.strip_suffix(" stdout ----"))
        .map(|name| Mark::Failed(name.to_owned()))
}

fn nextest(bare: &str) -> Option<Mark> {
    if bare.starts_with("Summary [") {
        return Some(Mark::Close);
    }
    if bare == "stack backtrace:" {
        return Some(Mark::End);
    }
    if bare.contains("panicked at") || bare.starts_with("Error: ") {
        return Some(Mark::Complaint);
    }
    let (word, rest) = bare.split_once(" [")?;
    let (_, name) = rest.split_once("] ")?;
    let failed = matches!(word, "FAIL" | "TIMEOUT" | "ABORT" | "LEAK-FAIL") || word.starts_with("SIG");
    match word {
        _ if failed => Some(Mark::Output(name.to_owned())),
        "PASS" | "SLOW" | "LEAK" => Some(Mark::End),
        _ => None,
    }
}

/// Errors of the compiler and of lints; not Cargo's remark that something failed, which names nothing new.
fn compiler(line: &str) -> Option<Mark> {
    const REMARKS: [&str; 4] = [
        "error: test failed",
        "error: doctest failed",
        "error: test run failed",
        "error: could not compile",
    ];
    if REMARKS.iter().any(|remark| line.starts_with(remark))
        || line.trim_start().starts_with("Compiling ")
        || line.starts_with("warning: ")
    {
        return Some(Mark::End);
    }
    let counted = line.starts_with("error: ") && line.ends_with(" failed:");
    let error = line.starts_with("error: ") || line.starts_with("error[");
    (error && !counted).then(|| Mark::Failed(line.to_owned()))
}

fn vitest(bare: &str) -> Option<Mark> {
    let heading = bare.trim_matches('⎯').trim();
    if bare.starts_with('⎯') && heading.starts_with("Unhandled") {
        return Some(Mark::Failed(heading.to_owned()));
    }
    if bare.starts_with('⎯') || bare.starts_with("Test Files ") {
        return Some(Mark::End);
    }
    bare.strip_prefix("FAIL ")
        .map(|name| Mark::Failed(name.trim().to_owned()))
}

fn playwright(line: &str) -> Option<Mark> {
    let bare = line.trim_start();
    if is_playwright_total(bare) {
        let flaky = bare.split_whitespace().nth(1) == Some("flaky");
        return Some(if flaky { Mark::NamesOfFlaky } else { Mark::End });
    }
    let (number, name) = bare.split_once(") ")?;
    let numbered = line.starts_with("  ") && number.parse::<u64>().is_ok() && name.starts_with('[');
    numbered.then(|| Mark::Failed(title(name)))
}

/// A test's name as Playwright rules it off.
fn title(line: &str) -> String {
    line.trim().trim_end_matches('─').trim_end().to_owned()
}

/// Programs of our own, of Python's `unittest` and `pytest`.
fn program(bare: &str) -> Option<Mark> {
    if bare.starts_with("ok ") || bare.starts_with("skipped") || bare.contains("the server said:") {
        return Some(Mark::End);
    }
    ["not ok ", "FAILED", "FAIL: ", "ERROR: "]
        .iter()
        .find(|word| bare.starts_with(*word))
        .map(|_| Mark::Failed(bare.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runner: Runner, output: &str) -> Reader {
        let mut reader = Reader::new(runner);
        output.lines().for_each(|line| reader.read_line(line));
        reader
    }

    fn failed(runner: Runner, output: &str) -> Vec<(String, Vec<String>)> {
        let findings = read(runner, output).failed("it");
        findings
            .failed
            .into_iter()
            .map(|failure| (failure.name, failure.text))
            .collect()
    }

    fn one(name: &str, text: &[&str]) -> (String, Vec<String>) {
        (name.to_owned(), text.iter().map(|line| (*line).to_owned()).collect())
    }

    #[test]
    fn cargo_test_sections() {
        let output = "test a ... FAILED\nfailures:\n\n---- a stdout ----\nsaid\n\nthread 'a' panicked at src/a.rs:5:38:\n\
            assertion failed\nstack backtrace:\n   0: begin\n\n---- b stdout ----\nError: \"no luck\"\n\nfailures:\n    a\n    b\n\n\
            test result: FAILED. 1 passed; 2 failed\n\nerror: test failed, to rerun pass `--lib`\nerror: 1 target failed:\n    `--lib`\n";
        assert_eq!(
            failed(Runner::CargoTest, output),
            [
                one(
                    "a",
                    &["said", "thread 'a' panicked at src/a.rs:5:38:", "assertion failed"]
                ),
                one("b", &["Error: \"no luck\""]),
            ]
        );
    }

    #[test]
    fn nextest_names_once_and_keeps_the_panic() {
        let output = "        FAIL [   0.431s] (3/3) nx bad\n  stdout ───\n\n    running 1 test\n    said\n\n  stderr ───\n\n    \
            thread 'bad' (22055) panicked at src/lib.rs:5:38:\n    assertion `left == right` failed: why\n    stack backtrace:\n       0: x\n\
            \u{1b}[31m     TIMEOUT\u{1b}[0m [  60.000s] (2/3) nx slow\n        PASS [   0.013s] (1/3) nx good\n     \
            Summary [   0.436s] 3 tests run: 1 passed, 1 failed, 1 timed out\n        FAIL [   0.431s] (3/3) nx bad\nerror: test run failed\n";
        assert_eq!(
            failed(Runner::Nextest, output),
            [
                one(
                    "(3/3) nx bad",
                    &[
                        "    thread 'bad' (22055) panicked at src/lib.rs:5:38:",
                        "    assertion `left == right` failed: why"
                    ]
                ),
                one("(2/3) nx slow", &[]),
            ]
        );
    }

    #[test]
    fn errors_of_the_compiler() {
        let output = "   Compiling a\nerror[E0308]: mismatched types\n --> src/a.rs:3:1\n   Compiling b\nwarning: b\n\
            error: could not compile `a` (lib) due to 1 previous error\n";
        let expected = [one("error[E0308]: mismatched types", &[" --> src/a.rs:3:1"])];
        for runner in [Runner::Compiler, Runner::Nextest, Runner::CargoTest] {
            assert_eq!(failed(runner, output), expected, "{runner:?}");
        }
    }

    #[test]
    fn vitest_sections() {
        let output = "⎯⎯⎯⎯⎯⎯⎯ Failed Tests 2 ⎯⎯⎯⎯⎯⎯⎯\n\n FAIL  src/a.test.ts > outer > bad\nAssertionError: expected 1\n\n\
            ⎯⎯⎯⎯⎯⎯⎯⎯[1/2]⎯\n\n\u{1b}[41m FAIL \u{1b}[49m src/b.test.ts > thrown\nError: no luck\n⎯⎯⎯⎯[2/2]⎯\n\
            ⎯⎯⎯⎯⎯⎯ Unhandled Errors ⎯⎯⎯⎯⎯⎯\nTypeError: late\n Test Files  2 failed (2)\n      Tests  2 failed (2)\n";
        assert_eq!(
            failed(Runner::Vitest, output),
            [
                one("src/a.test.ts > outer > bad", &["AssertionError: expected 1"]),
                one("src/b.test.ts > thrown", &["Error: no luck"]),
                one("Unhandled Errors", &["TypeError: late"]),
            ]
        );
    }

    const PLAYWRIGHT: &str = "\
  ✘  3 [e2e] › e2e/a.e2e.ts:31:1 › moves (5.0s)
  1) [e2e] › e2e/a.e2e.ts:31:1 › moves ────────────────

    Error: expect(locator).toBeVisible() failed
    Retry #1 ───────

  2) [e2e] › e2e/b.e2e.ts:3:1 › blinks ──────────

    Error: too early

  1 failed
    [e2e] › e2e/a.e2e.ts:31:1 › moves ────────────────
  1 flaky
    [e2e] › e2e/b.e2e.ts:3:1 › blinks ──────────
  34 passed (4.0m)
";

    #[test]
    fn playwright_tells_failed_from_flaky() {
        let findings = read(Runner::Playwright, PLAYWRIGHT).failed("it");
        assert_eq!(findings.failed.len(), 1);
        assert_eq!(findings.failed[0].name, "[e2e] › e2e/a.e2e.ts:31:1 › moves");
        assert_eq!(
            findings.failed[0].text,
            [
                "    Error: expect(locator).toBeVisible() failed",
                "    Retry #1 ───────"
            ]
        );
        assert_eq!(findings.flaky[0].name, "[e2e] › e2e/b.e2e.ts:3:1 › blinks");
        assert_eq!(findings.flaky[0].text, ["    Error: too early"]);
    }

    #[test]
    fn a_passing_run_may_be_flaky() {
        let output = PLAYWRIGHT.replace("1 failed", "1 skipped").replace("  1) ", "  3) ");
        let output = output
            .split_once("  2) ")
            .map(|(_, rest)| format!("  2) {rest}"))
            .unwrap();
        let findings = read(Runner::Playwright, &output).passed();
        assert_eq!((findings.failed.len(), findings.flaky.len()), (0, 1));
    }

    #[test]
    fn programs_of_our_own_and_of_python() {
        let output = "  ok      first\n  not ok  second\n          Error: why\n  ok      third\n\
            FAILED POST /x: never answered 2xx\nFAIL: test_a (m.T)\nAssertionError: 1\nthe server said:\nlong\n";
        assert_eq!(
            failed(Runner::Program, output),
            [
                one("not ok  second", &["          Error: why"]),
                one("FAILED POST /x: never answered 2xx", &[]),
                one("FAIL: test_a (m.T)", &["AssertionError: 1"]),
            ]
        );
    }

    #[test]
    fn without_a_name_the_end_is_kept() {
        let output: String = (0..60).map(|line| format!("line {line}\n")).collect();
        let found = failed(Runner::Playwright, &output);
        assert_eq!(found[0].0, "the end of what `it` printed");
        assert_eq!((found[0].1.len(), found[0].1[TAIL - 1].as_str()), (TAIL, "line 59"));
        assert_eq!(
            read(Runner::Playwright, &output).passed(),
            Findings::default(),
            "nothing failed"
        );
    }
}
