//! The windows of a flag in an environment.

use std::sync::{Arc, OnceLock};

use hoist_engine::ruleset::{Outside, Window};
use hoist_engine::windows::Windows;
use serde::{Deserialize, Serialize};

/// Windows, and what holds while none is open. See [`Window`] for what they mean.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Of those that are open the last one listed decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// While none is open.
    #[serde(default, skip_serializing_if = "is_opposite")]
    pub outside: Outside,
    /// Read when first asked: lists ask every flag, and reading a pattern takes its time.
    #[serde(skip)]
    read: OnceLock<Arc<Windows>>,
}

impl Schedule {
    /// Of these windows.
    pub fn new(windows: Vec<Window>, outside: Outside) -> Self {
        Self {
            windows,
            outside,
            read: OnceLock::new(),
        }
    }

    /// Whether there is no window.
    pub fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// The windows as functions of time; None if there are none.
    pub fn read(&self) -> Option<&Windows> {
        if self.is_empty() {
            return None;
        }
        let read = || Arc::new(Windows::new(&self.windows, self.outside).0);
        Some(&**self.read.get_or_init(read))
    }
}

impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        (&self.windows, self.outside) == (&other.windows, other.outside)
    }
}

fn is_opposite(outside: &Outside) -> bool {
    *outside == Outside::Opposite
}
