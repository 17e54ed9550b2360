//! Unfinished work is an issue, not a remark in the source.

use super::source::{code, has_word, is_generated};
use super::{Problem, Tree};
use crate::metadata::Metadata;

/// Remarks, refused anywhere in a line. Written in two parts, since this file is looked at too.
const REMARKS: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
/// Macros that stand for missing code.
const MACROS: &[&str] = &[concat!("todo", "!("), concat!("unimplemented", "!(")];
const ENDINGS: &[&str] = &["rs", "ts", "tsx", "css", "sql", "js", "mjs", "py", "sh", "toml"];

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    let sources = tree.texts(
        &["crates/", "xtask/", "ui/", "conformance/", "bench/", "Cargo.toml"],
        ENDINGS,
    );
    let written = sources.filter(|(path, text)| !is_generated(path, text));
    written.flat_map(|(path, text)| in_file(path, text)).collect()
}

fn in_file<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = Problem> + 'a {
    text.lines().enumerate().filter_map(move |(index, line)| {
        let found = REMARKS.iter().find(|remark| has_word(line, remark));
        let found = found.or_else(|| MACROS.iter().find(|call| code(line).contains(**call)));
        found.map(|mark| Problem::line(path, index, format!("`{mark}`: finish it here or open an issue")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_and_placeholders_fail() {
        let rust = format!(
            "fn a() {{ {}) }}\n// {}: later\nlet {}S = 1;\n",
            MACROS[0], REMARKS[1], REMARKS[0]
        );
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", &rust),
            ("docs/a.md", &format!("{} list", REMARKS[0])),
        ]);
        let lines: Vec<_> = find(&tree, &Metadata::default())
            .into_iter()
            .map(|problem| problem.line)
            .collect();
        assert_eq!(lines, [Some(1), Some(2)]);
    }
}
