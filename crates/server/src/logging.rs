//! Log lines: to standard error, as JSON or for people. What may stand in them: `docs/logging.md`.

use std::io::IsTerminal as _;
use std::panic;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Starts logging. A second call changes nothing.
pub fn start(log: &Log) {
    // The configuration has checked the filter.
    let filter = EnvFilter::builder().parse_lossy(&log.level);
    let builder = fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A line that cannot be written is lost. Told on standard error, as the library does, that would be a panic:
        // a full disk must not end requests.
        .log_internal_errors(false);
    let terminal = std::io::stderr().is_terminal();
    let _ = match (log.format, terminal) {
        (LogFormat::Json, _) | (LogFormat::Auto, false) => {
            let json = builder.json().flatten_event(true).with_span_list(false);
            json.finish().try_init()
        }
        (LogFormat::Pretty, _) | (LogFormat::Auto, true) => {
            builder.with_ansi(terminal).with_target(false).finish().try_init()
        }
    };
    log_panics();
}

/// A panic is logged with its place. Its message may hold anything, so it is only shown where
/// somebody asks for backtraces.
fn log_panics() {
    let usual = panic::take_hook();
    let wanted = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
    panic::set_hook(Box::new(move |info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a bug stopped a task; with RUST_BACKTRACE=1 more is shown");
        if wanted {
            usual(info);
        }
    }));
}
