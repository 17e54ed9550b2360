//! Tests that cannot run here say so where somebody sees it.

use std::io::Write as _;

/// Says that a test cannot run; with `STRICT=1` it fails.
pub fn skip(test: &str, reason: &str) {
    // Past the capture of the test harness.
    let mut visible = std::io::stderr();
    writeln!(visible, "skipped: {test}: {reason}").expect("standard error");
    if let Some(log) = std::env::var_os("HOIST_SKIP_LOG") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(log);
        writeln!(file.expect("the log of skips"), "{test}\t{reason}").expect("the log of skips");
    }
    assert!(std::env::var("STRICT").as_deref() != Ok("1"), "{test}: {reason}");
}
