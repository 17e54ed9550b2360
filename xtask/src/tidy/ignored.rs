//! No test is switched off: a test that cannot run says so through `HOIST_SKIP_LOG` and is counted.

use super::{Problem, Tree};
use crate::metadata::Metadata;

const ATTRIBUTE: &str = "#[ignore";
/// Playwright and Vitest: a forgotten `only` runs one test and hides the others.
const ONLY: &[&str] = &["test.only(", "it.only(", "describe.only("];

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    let rust = tree.texts(&["crates/", "xtask/"], &["rs"]);
    let rust = rust.flat_map(|(path, text)| lines(path, text, |line| line.trim_start().starts_with(ATTRIBUTE)));
    let console = tree.texts(&["ui/", "conformance/"], &["ts", "tsx", "js", "mjs"]);
    let console =
        console.flat_map(|(path, text)| lines(path, text, |line| ONLY.iter().any(|only| line.contains(only))));
    rust.chain(console).collect()
}

fn lines<'a>(path: &'a str, text: &'a str, guilty: fn(&str) -> bool) -> impl Iterator<Item = Problem> + 'a {
    let message = "every test runs: repair it, delete it, or let it report through HOIST_SKIP_LOG why it cannot run";
    let found = text.lines().enumerate().filter(move |(_, line)| guilty(line));
    found.map(move |(index, _)| Problem::line(path, index, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switched_off_tests_fail() {
        let rust = "#[test]\n    #[ignore = \"slow\"]\nfn a() {}\n// #[ignore] is not used here\n";
        let tree = Tree::of(&[
            ("crates/a/tests/it/main.rs", rust),
            ("ui/e2e/a.spec.ts", "test.only('a', f);"),
        ]);
        assert_eq!(find(&tree, &Metadata::default()).len(), 2);
    }
}
