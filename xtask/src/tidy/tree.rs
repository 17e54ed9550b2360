//! The files the rules look at.

use crate::workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Folders whose files are read. Others (data, built things) are none of the rules' business.
const FOLDERS: &[&str] = &[
    "crates",
    "xtask",
    "ui",
    "docs",
    "examples",
    "fuzz",
    "conformance",
    "bench",
    "deploy",
    "sdks",
    ".ci",
];
/// Endings of files that are text people write.
const TEXT: &[&str] = &[
    "rs", "toml", "md", "sql", "ts", "tsx", "css", "html", "js", "mjs", "py", "sh", "proto",
];

/// Paths relative to the root, with `/`, in order.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    texts: BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository.
    pub(crate) fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        for folder in FOLDERS {
            workspace::files_below(&root.join(folder))
                .iter()
                .for_each(|path| tree.add_file(root, path));
        }
        let top = fs::read_dir(root).into_iter().flatten().flatten();
        top.filter(|entry| entry.path().is_file())
            .for_each(|entry| tree.add_file(root, &entry.path()));
        tree
    }

    fn add_file(&mut self, root: &Path, path: &Path) {
        let Some(relative) = path.strip_prefix(root).ok().and_then(Path::to_str) else {
            return;
        };
        self.paths.insert(relative.to_owned());
        let is_text = path
            .extension()
            .and_then(|ending| ending.to_str())
            .is_some_and(|ending| TEXT.contains(&ending));
        if let (true, Ok(text)) = (is_text, fs::read_to_string(path)) {
            self.texts.insert(relative.to_owned(), text);
        }
    }

    /// The files below any of `folders` with any of `endings`.
    pub(crate) fn texts<'a>(
        &'a self,
        folders: &'a [&str],
        endings: &'a [&str],
    ) -> impl Iterator<Item = (&'a str, &'a str)> + 'a {
        self.texts
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .filter(move |(path, _)| {
                folders.iter().any(|folder| path.starts_with(folder))
                    && endings.iter().any(|ending| path.rsplit('.').next() == Some(ending))
            })
    }

    /// The text of one file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Every path, text or not.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Whether there is a file or a folder of that path.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        path.is_empty() || self.paths.contains(path) || self.paths().any(|known| known.starts_with(&inside))
    }

    /// A tree for tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.paths.insert((*path).to_owned());
            tree.texts.insert((*path).to_owned(), (*text).to_owned());
        }
        tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_by_folder_and_ending() {
        let tree = Tree::of(&[("crates/a/lib.rs", ""), ("crates/a/x.sql", ""), ("ui/src/a.ts", "")]);
        let found: Vec<_> = tree.texts(&["crates/"], &["rs"]).map(|(path, _)| path).collect();
        assert_eq!(found, ["crates/a/lib.rs"]);
        assert!(tree.exists("crates/a") && tree.exists("ui/src/a.ts") && !tree.exists("crates/b"));
    }

    #[test]
    fn reads_this_repository() {
        assert!(Tree::read(&workspace::root()).text("xtask/src/tidy/tree.rs").is_some());
    }
}
