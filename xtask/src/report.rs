//! What a run of steps says at its end.

use crate::counts::Counts;
use crate::failures::{Failure, Findings};
use crate::step::{Outcome, Strictness};
use std::time::Duration;

const SLOWEST: usize = 10;
/// Lines for all that failed together: the end of a run should fit into what is kept of it.
const FAILED: usize = 60;
/// Lines for all that was flaky.
const FLAKY: usize = 20;

/// A step that has ended. A reason of several lines is shown in full among what failed.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
    pub(crate) outcome: Outcome,
    pub(crate) findings: Findings,
}

/// The steps that ended so far, in order.
#[derive(Debug)]
pub(crate) struct Report {
    strictness: Strictness,
    finished: Vec<Finished>,
}

impl Report {
    pub(crate) fn new(strictness: Strictness) -> Self {
        Self {
            strictness,
            finished: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, finished: Finished) {
        self.finished.push(finished);
    }

    /// Whether anything so far makes the run fail.
    pub(crate) fn fails(&self) -> bool {
        self.finished.iter().any(|step| step.outcome.fails(self.strictness))
    }

    /// Whether the step of that name ran and failed.
    pub(crate) fn failed(&self, name: &str) -> bool {
        self.finished
            .iter()
            .any(|step| step.name == name && matches!(step.outcome, Outcome::Failed(_)))
    }

    /// The names of the steps that make the run fail.
    pub(crate) fn failures(&self) -> Vec<&'static str> {
        self.finished
            .iter()
            .filter(|step| step.outcome.fails(self.strictness))
            .map(|step| step.name)
            .collect()
    }

    /// The whole closing text, ending with one line in the form of `cargo test`.
    pub(crate) fn text(&self, counts: Counts) -> String {
        let mut lines = vec![String::new(), "Steps".to_owned()];
        lines.extend(self.finished.iter().map(|step| self.line(step)));
        lines.push(format!("\nTen slowest steps (of {})", self.finished.len()));
        lines.extend(
            self.slowest()
                .iter()
                .map(|step| format!("  {:>9}  {}", seconds(step.took), step.name)),
        );
        lines.push(String::new());
        if self.fails() {
            lines.push(format!("failed steps: {}", self.failures().join(", ")));
        }
        lines.extend(section("What failed:", FAILED, &self.failed_parts()));
        lines.extend(section(
            "Flaky, failed first and passed when tried again:",
            FLAKY,
            &self.flaky_parts(),
        ));
        if lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(String::new());
        }
        lines.push(self.result_line(counts));
        lines.join("\n")
    }

    /// What failed, with its step.
    fn failed_parts(&self) -> Vec<(&'static str, Failure)> {
        let mut parts = Vec::new();
        for step in &self.finished {
            let named = step.findings.failed.iter().cloned();
            parts.extend(named.map(|failure| (step.name, failure)));
            if let Outcome::Failed(why) = &step.outcome
                && let Some((name, text)) = why.split_once('\n')
            {
                let failure = Failure {
                    name: name.to_owned(),
                    text: text.lines().map(str::to_owned).collect(),
                };
                parts.push((step.name, failure));
            }
        }
        parts
    }

    fn flaky_parts(&self) -> Vec<(&'static str, Failure)> {
        let of_step = |step: &Finished| {
            let name = step.name;
            step.findings
                .flaky
                .clone()
                .into_iter()
                .map(move |failure| (name, failure))
        };
        self.finished.iter().flat_map(of_step).collect()
    }

    fn slowest(&self) -> Vec<&Finished> {
        let mut steps: Vec<&Finished> = self.finished.iter().collect();
        steps.sort_by_key(|step| std::cmp::Reverse(step.took));
        steps.truncate(SLOWEST);
        steps
    }

    fn line(&self, step: &Finished) -> String {
        let took = seconds(step.took);
        match &step.outcome {
            Outcome::Passed => format!("  ok       {:<12} {took:>9}", step.name),
            Outcome::Failed(why) => {
                let why = why.lines().next().unwrap_or_default();
                format!("  FAILED   {:<12} {took:>9}  {why}", step.name)
            }
            Outcome::Skipped(why, _) if step.outcome.fails(self.strictness) => {
                format!(
                    "  FAILED   {:<12} {took:>9}  skipped, which STRICT=1 does not allow: {why}",
                    step.name
                )
            }
            Outcome::Skipped(why, _) => format!("  skipped  {:<12} {took:>9}  {why}", step.name),
        }
    }

    fn result_line(&self, counts: Counts) -> String {
        let verdict = if self.fails() { "FAILED" } else { "ok" };
        let took: Duration = self.finished.iter().map(|step| step.took).sum();
        let Counts {
            passed,
            failed,
            ignored,
        } = counts;
        let took = took.as_secs_f64();
        format!(
            "test result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored; 0 measured; 0 filtered out; finished in {took:.2}s"
        )
    }
}

/// A heading and its parts: every name, and of each complaint as many first lines as `room` has for all.
fn section(heading: &str, room: usize, parts: &[(&'static str, Failure)]) -> Vec<String> {
    if parts.is_empty() {
        return Vec::new();
    }
    let named = if parts.len() > room { room - 1 } else { parts.len() };
    let each = (room / parts.len()).saturating_sub(1);
    let mut lines = vec![String::new(), heading.to_owned()];
    for (step, failure) in &parts[..named] {
        lines.push(format!("  {step}: {}", failure.name));
        lines.extend(failure.text.iter().take(each).map(|line| format!("      {line}")));
    }
    if named < parts.len() {
        lines.push(format!("  and {} more", parts.len() - named));
    }
    lines
}

/// A duration for people: `1.2 s`.
pub(crate) fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(strictness: Strictness, steps: Vec<(&'static str, u64, Outcome)>) -> Report {
        let mut report = Report::new(strictness);
        for (name, took, outcome) in steps {
            report.add(Finished {
                name,
                took: Duration::from_secs(took),
                outcome,
                findings: Findings::default(),
            });
        }
        report
    }

    #[test]
    fn slowest_first_and_result_line_last() {
        let report = report(
            Strictness::Lenient,
            vec![
                ("fmt", 1, Outcome::Passed),
                ("rust", 60, Outcome::Passed),
                ("e2e", 0, Outcome::skipped("no chromium")),
            ],
        );
        let text = report.text(Counts {
            passed: 7,
            failed: 0,
            ignored: 0,
        });
        assert!(
            text.find("60.0 s  rust").unwrap() < text.find("1.0 s  fmt").unwrap(),
            "{text}"
        );
        assert!(text.contains("skipped  e2e") && text.contains("no chromium"), "{text}");
        assert!(text.ends_with(
            "test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 61.00s"
        ));
    }

    #[test]
    fn a_skip_fails_a_strict_run() {
        let report = report(Strictness::Strict, vec![("e2e", 0, Outcome::skipped("no chromium"))]);
        assert_eq!(report.failures(), ["e2e"]);
        assert!(report.text(Counts::default()).contains("test result: FAILED."));
    }

    fn failures(count: usize, text: usize) -> Vec<Failure> {
        (0..count)
            .map(|number| Failure {
                name: format!("test {number}"),
                text: (0..text).map(|line| format!("line {line}")).collect(),
            })
            .collect()
    }

    #[test]
    fn what_failed_and_what_was_flaky_stand_at_the_end() {
        let mut report = report(
            Strictness::Lenient,
            vec![
                ("fmt", 1, Outcome::Passed),
                (
                    "tidy",
                    1,
                    Outcome::Failed("tidy found 1 problems\n[length] a.rs".into()),
                ),
                ("e2e", 9, Outcome::Failed("`npm` ended with 1".into())),
            ],
        );
        report.finished[2].findings.failed = failures(2, 1);
        report.finished[0].findings.flaky = failures(1, 1);
        let text = report.text(Counts::default());
        let end = text.split_once("failed steps: tidy, e2e\n").unwrap().1;
        let expected = "\nWhat failed:\n  tidy: tidy found 1 problems\n      [length] a.rs\n  e2e: test 0\n      line 0\n  \
            e2e: test 1\n      line 0\n\nFlaky, failed first and passed when tried again:\n  fmt: test 0\n      line 0\n\n\
            test result: FAILED.";
        assert!(end.starts_with(expected), "{end}");
        assert!(
            text.contains("tidy found 1 problems\n  FAILED   e2e"),
            "one line in the table: {text}"
        );
    }

    #[test]
    fn what_failed_fits_into_its_room() {
        for (count, text) in [(1, 300), (7, 30), (60, 5), (61, 5), (400, 0)] {
            let parts: Vec<_> = failures(count, text)
                .into_iter()
                .map(|failure| ("rust", failure))
                .collect();
            let lines = section("What failed:", FAILED, &parts);
            assert!(lines.len() <= FAILED + 2, "{count}: {}", lines.len());
            assert!(lines[2].contains("test 0"));
            assert_eq!(
                count > FAILED,
                lines.iter().any(|line| line.starts_with("  and ")),
                "{count}"
            );
        }
        assert!(section("What failed:", FAILED, &[]).is_empty());
    }

    #[test]
    fn lists_at_most_ten_slowest() {
        let steps = vec![("step", 1, Outcome::Passed); 14];
        assert_eq!(report(Strictness::Lenient, steps).slowest().len(), 10);
    }
}
