//! What a run of steps says at its end.

use crate::counts::Counts;
use crate::step::{Outcome, Strictness};
use std::time::Duration;

const SLOWEST: usize = 10;

/// A step that has ended.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) name: &'static str,
    pub(crate) took: Duration,
    pub(crate) outcome: Outcome,
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
        lines.push(self.result_line(counts));
        lines.join("\n")
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
            Outcome::Failed(why) => format!("  FAILED   {:<12} {took:>9}  {why}", step.name),
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

    #[test]
    fn lists_at_most_ten_slowest() {
        let steps = vec![("step", 1, Outcome::Passed); 14];
        assert_eq!(report(Strictness::Lenient, steps).slowest().len(), 10);
    }
}
