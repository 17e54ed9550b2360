//! Writing results. A reader that stops listening is no failure.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Failure;

/// Writes to standard output.
pub(super) fn write(out: &mut dyn Write, text: &str) -> Result<(), Failure> {
    finish(
        out.write_all(text.as_bytes()).and_then(|()| out.flush()),
        "standard output",
    )
}

/// Writes a report to standard error.
pub(super) fn write_report(err: &mut dyn Write, text: &str) -> Result<(), Failure> {
    finish(
        err.write_all(text.as_bytes()).and_then(|()| err.flush()),
        "standard error",
    )
}

/// Writes a file that is there as a whole or not at all.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::output(&path.display().to_string(), &error);
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| std::fs::rename(&part, path));
    moved.map_err(|error| {
        // What is half written is of no use; the first error is the one to tell.
        let _ = std::fs::remove_file(&part);
        failed(error)
    })
}

fn finish(written: std::io::Result<()>, name: &str) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::output(name, &error)),
        _ => Ok(()),
    }
}
