//! Where the repository is and which of its files the rules look at.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold what tools made, at any depth.
const MADE_BY_TOOLS: &[&str] = &[
    "target",
    "node_modules",
    "dist",
    ".git",
    ".venv",
    "test-results",
    "__pycache__",
];

/// The folder of the root `Cargo.toml`.
///
/// Cargo sets `CARGO_MANIFEST_DIR` when it runs us; a binary started by hand falls back to where it was built.
pub(crate) fn root() -> PathBuf {
    let own =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), Path::to_path_buf)
}

/// Every file below `folder` that people wrote, in a stable order. A missing folder has none.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let path = entry.path();
        if kind.is_dir() && !made_by_tools(&entry.file_name()) {
            collect(&path, found);
        } else if kind.is_file() {
            found.push(path);
        }
    }
}

fn made_by_tools(name: &OsStr) -> bool {
    MADE_BY_TOOLS.iter().any(|known| name == *known)
}
