//! Relative links in documentation lead somewhere.

use super::{Problem, Tree};
use crate::metadata::Metadata;

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    tree.texts(&[""], &["md"])
        .flat_map(|(path, text)| in_file(tree, path, text))
        .collect()
}

fn in_file(tree: &Tree, path: &str, text: &str) -> Vec<Problem> {
    let mut in_code = false;
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let broken = targets(line)
            .into_iter()
            .filter(|target| !leads_somewhere(tree, path, target));
        problems.extend(broken.map(|target| Problem::line(path, index, format!("the link `{target}` leads nowhere"))));
    }
    problems
}

/// The targets of `[text](target)` and `![text](target "title")` outside of inline code.
fn targets(line: &str) -> Vec<String> {
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let after = prose.split("](").skip(1);
    after
        .filter_map(|rest| rest.split([')', ' ']).next())
        .map(str::to_owned)
        .collect()
}

fn leads_somewhere(tree: &Tree, from: &str, target: &str) -> bool {
    let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.starts_with('#');
    let file = target.split(['#', '?']).next().unwrap_or_default();
    elsewhere || resolve(from, file).is_some_and(|path| tree.exists(&path))
}

/// The path from the root that `target` means in the file `from`; none where it leaves the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    if target.starts_with('/') {
        parts.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_broken_links_only() {
        let text = "[a](b.md#part) [c](../README.md) [d](missing.md)\n```\n[x](nowhere.md)\n```\n`[y](nowhere.md)` \
                    [z](https://example.org/a.md) [i](#here) ![p](images/ \"title\") [up](../../out.md)\n";
        let tree = Tree::of(&[
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("README.md", ""),
            ("docs/images/p.png", ""),
        ]);
        let found: Vec<_> = find(&tree, &Metadata::default())
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "docs/a.md:1: the link `missing.md` leads nowhere",
                "docs/a.md:5: the link `../../out.md` leads nowhere"
            ]
        );
    }
}
