//! Reads the numbers of passed and failed tests out of what test runners print.

/// How many tests ran, over all runners.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

/// Whose output is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `cargo test`: one `test result:` line per binary.
    CargoTest,
    /// `cargo nextest run`: one `Summary` line.
    Nextest,
    /// Vitest: one `Tests` line.
    Vitest,
    /// Playwright: one line per outcome.
    Playwright,
    /// Cargo without tests: a build or lints.
    Compiler,
    /// A program that does not count, or whose counting we do not read.
    Program,
}

impl Counts {
    /// Adds what one line of a runner's output says.
    pub(crate) fn read_line(&mut self, runner: Runner, line: &str) {
        let plain = without_colour(line);
        let plain = plain.trim();
        match runner {
            Runner::CargoTest if plain.starts_with("test result:") => self.add_words(plain),
            Runner::Nextest if plain.starts_with("Summary [") => self.add_words(plain),
            Runner::Vitest if plain.starts_with("Tests ") => self.add_words(plain),
            Runner::Playwright if is_playwright_total(plain) => self.add_words(plain),
            _ => {}
        }
    }

    /// Adds another tally to this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }

    /// Adds every `NUMBER word` pair whose word is an outcome.
    fn add_words(&mut self, line: &str) {
        let words: Vec<&str> = line
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let &[number, outcome] = pair else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match outcome {
                "passed" | "flaky" => self.passed += number,
                "failed" | "timed" => self.failed += number,
                "ignored" | "skipped" | "todo" => self.ignored += number,
                _ => {}
            }
        }
    }
}

/// Whether a line says how many tests of one outcome there were: `12 passed (3.1s)`.
pub(crate) fn is_playwright_total(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let number = words.next().is_some_and(|word| word.parse::<u64>().is_ok());
    number
        && words
            .next()
            .is_some_and(|word| matches!(word, "passed" | "failed" | "skipped" | "flaky" | "interrupted" | "did"))
}

/// The line without terminal colour sequences (`ESC [ … letter`).
pub(crate) fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(runner: Runner, lines: &[&str]) -> (u64, u64, u64) {
        let mut counts = Counts::default();
        lines.iter().for_each(|line| counts.read_line(runner, line));
        (counts.passed, counts.failed, counts.ignored)
    }

    #[test]
    fn cargo_test_lines_add_up() {
        let lines = [
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            "test noise ... 5 passed",
            "test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        ];
        assert_eq!(counted(Runner::CargoTest, &lines), (5, 4, 1));
    }

    #[test]
    fn nextest_summary_with_colour() {
        let line = "\u{1b}[31;1m     Summary\u{1b}[0m [   1.204s] 12 tests run: 9 passed (1 slow), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(counted(Runner::Nextest, &[line]), (9, 3, 3));
    }

    #[test]
    fn vitest_and_playwright() {
        assert_eq!(
            counted(Runner::Vitest, &["      Tests  1 failed | 7 passed (8)"]),
            (7, 1, 0)
        );
        assert_eq!(
            counted(
                Runner::Playwright,
                &["  1 failed", "  12 passed (3.1s)", "run 12 passed"]
            ),
            (12, 1, 0)
        );
        assert_eq!(counted(Runner::Program, &["  12 passed (3.1s)"]), (0, 0, 0));
    }
}
