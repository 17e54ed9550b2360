//! Limits of the operating system.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Takes as many open files as the system allows: every stream is one.
pub(super) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the limit of open files stays low");
        }
    }
}
