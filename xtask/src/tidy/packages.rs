//! Every crate says what it is: a description and a licence in its manifest, documentation at its root.

use super::{Problem, Tree};
use crate::metadata::{Metadata, Package};

const LICENSE: &str = "Apache-2.0";

pub(super) fn find(tree: &Tree, metadata: &Metadata) -> Vec<Problem> {
    metadata
        .packages
        .iter()
        .flat_map(|package| of_package(tree, package))
        .collect()
}

fn of_package(tree: &Tree, package: &Package) -> Vec<Problem> {
    let manifest = package.manifest.as_str();
    let mut problems = Vec::new();
    if package.description.trim().is_empty() {
        problems.push(Problem::file(
            manifest,
            "no `description`: say in one line what the crate is for",
        ));
    }
    if package.license != LICENSE {
        problems.push(Problem::file(
            manifest,
            format!("the licence must be {LICENSE}: `license.workspace = true`"),
        ));
    }
    let root_text = package.root_file.as_deref().and_then(|file| tree.text(file));
    if !root_text.is_some_and(begins_with_documentation) {
        problems.push(Problem::file(
            manifest,
            "the crate's root file does not begin with `//!` documentation",
        ));
    }
    problems
}

fn begins_with_documentation(text: &str) -> bool {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
    first.is_some_and(|line| line.strip_prefix("//!").is_some_and(|words| !words.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(description: &str, license: &str) -> Package {
        Package {
            name: "hoist-a".to_owned(),
            description: description.to_owned(),
            license: license.to_owned(),
            manifest: "crates/a/Cargo.toml".to_owned(),
            root_file: Some("crates/a/src/lib.rs".to_owned()),
            ..Package::default()
        }
    }

    #[test]
    fn a_described_licensed_documented_crate_passes() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", "#![no_std]\n\n//! A crate.\n")]);
        assert_eq!(of_package(&tree, &package("A crate", LICENSE)), []);
    }

    #[test]
    fn each_omission_is_named() {
        let tree = Tree::of(&[("crates/a/src/lib.rs", "pub mod a;\n//! Late.\n")]);
        assert_eq!(of_package(&tree, &package(" ", "MIT")).len(), 3);
        assert_eq!(of_package(&Tree::default(), &package("A crate", LICENSE)).len(), 1);
    }
}
