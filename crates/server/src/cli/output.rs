//! Writing results. A reader that stops listening is no failure.

use std::io::{ErrorKind, Write};

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

fn finish(written: std::io::Result<()>, name: &str) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::output(name, &error)),
        _ => Ok(()),
    }
}
