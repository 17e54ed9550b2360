//! Files stay short enough to be read at once.

use super::source::is_generated;
use super::{Problem, Tree};
use crate::metadata::Metadata;

const LIMIT: usize = 600;

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    let sources = tree.texts(&["crates/", "ui/src/", "xtask/"], &["rs", "ts", "tsx", "css", "sql"]);
    sources
        .filter(|(path, text)| !is_generated(path, text))
        .filter_map(|(path, text)| too_long(path, text))
        .collect()
}

fn too_long(path: &str, text: &str) -> Option<Problem> {
    let lines = text.lines().count();
    let message = format!("{lines} lines, {LIMIT} are allowed: split it by subject, tests into a file of their own");
    (lines > LIMIT).then(|| Problem::file(path, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_fail_unless_generated() {
        let (long, short) = ("x\n".repeat(LIMIT + 1), "x\n".repeat(LIMIT));
        let tree = Tree::of(&[
            ("crates/a/src/long.rs", &long),
            ("crates/a/src/short.rs", &short),
            ("crates/a/src/generated/long.rs", &long),
            ("ui/e2e/long.ts", &long),
        ]);
        let problems = find(&tree, &Metadata::default());
        assert_eq!(problems.len(), 1);
        assert!(problems[0].to_string().starts_with("crates/a/src/long.rs: 601 lines"));
    }
}
