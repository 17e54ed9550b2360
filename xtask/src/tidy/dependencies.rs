//! Every dependency is declared once, in the root manifest, below a line that says why it is there.

use super::{Problem, Tree};
use crate::metadata::Metadata;

const MANIFEST: &str = "Cargo.toml";
const TABLE: &str = "[workspace.dependencies]";

pub(super) fn find(tree: &Tree, metadata: &Metadata) -> Vec<Problem> {
    let mut problems = without_reason(tree.text(MANIFEST).unwrap_or_default());
    let members = metadata.packages.iter().map(|package| package.manifest.as_str());
    problems.extend(members.flat_map(|path| not_from_workspace(path, tree.text(path).unwrap_or_default())));
    problems
}

/// Lines of the workspace table that no comment stands above. Crates of ours need none.
fn without_reason(manifest: &str) -> Vec<Problem> {
    let mut inside = false;
    let mut previous = "";
    let mut problems = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == TABLE;
        }
        let declared = inside.then(|| declared_name(line)).flatten();
        if let Some(name) = declared.filter(|_| !line.contains("path =") && !previous.starts_with('#')) {
            let message = format!("the dependency `{name}` has no reason: write a comment of one line above it");
            problems.push(Problem::line(MANIFEST, index, message));
        }
        previous = line.trim();
    }
    problems
}

/// The name before the first `=`, where the line begins an entry.
fn declared_name(line: &str) -> Option<&str> {
    let (name, _) = line.split_once('=')?;
    let name = name.trim_end();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    plain.then_some(name)
}

/// Entries of a member's dependency tables that do not take version and features from the workspace.
fn not_from_workspace(path: &str, manifest: &str) -> Vec<Problem> {
    let mut inside = false;
    let mut problems = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim_end().ends_with("dependencies]");
        }
        let begins = inside && line.starts_with(|c: char| c.is_ascii_alphabetic());
        if begins && !line.replace(' ', "").contains("workspace=true") {
            let message = "declare the dependency in the root Cargo.toml and take it with `.workspace = true`";
            problems.push(Problem::line(path, index, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_needs_its_own_reason() {
        let manifest = "[workspace.dependencies]\nhoist-a = { path = \"a\" }\n# JSON.\nserde = \"1\"\nregex = \"1\"\n\n[profile.dev]\ndebug = false\n";
        let problems = without_reason(manifest);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].to_string().contains("Cargo.toml:5: the dependency `regex`"));
    }

    #[test]
    fn members_take_everything_from_the_workspace() {
        let manifest = "[package]\nname = \"a\"\n[dependencies]\nserde.workspace = true\nregex = { workspace = true, optional = true }\n[dev-dependencies]\ninsta = \"1\"\n";
        let problems = not_from_workspace("crates/a/Cargo.toml", manifest);
        assert_eq!(
            problems.iter().map(|problem| problem.line).collect::<Vec<_>>(),
            [Some(7)]
        );
    }
}
