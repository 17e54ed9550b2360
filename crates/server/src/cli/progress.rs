//! Progress of what takes long: on standard error, and only where a person looks at it.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A line that moves.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Counts rows whose number nobody knows beforehand.
    pub(super) fn rows(what: &'static str) -> Self {
        Self::new(what, "{spinner} {msg}: {human_pos} rows, {elapsed}")
    }

    /// Something that answers when it is done.
    pub(super) fn waiting(what: &'static str) -> Self {
        Self::new(what, "{spinner} {msg} {elapsed}")
    }

    fn new(what: &'static str, template: &str) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// So many are done.
    pub(super) fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Leaves no trace of it; so does dropping it.
    pub(super) fn finish(self) {
        drop(self);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
