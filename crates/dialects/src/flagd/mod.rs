//! flagd's flag definitions: an environment as the JSON that flagd and its in-process providers poll or read from a
//! file. The README beside this file lists what is left out and each deliberate difference.
//!
//! | file | subject |
//! |---|---|
//! | [`routes`] | the route table and the handler |
//! | [`project`] | from rules to a definition, and what that cannot say |
//! | [`condition`] | conditions as JsonLogic |
//!
//! How to extend: what becomes expressible is a case in `project` or `condition`, and the differential test in
//! `conformance/` draws it. Leave out rather than approximate: a client would get another variant here than there.

mod condition;
mod project;
mod routes;

pub use project::{Export, Gap, export};
pub use routes::routes;

use std::sync::Arc;

use hoist_engine::ruleset::Fractional;

use crate::documents::Documents;
use crate::ports::Ports;

/// The dialect: ports, where it is mounted, and the documents that were made.
pub struct Flagd {
    ports: Ports,
    path: String,
    made: Documents<Fractional, routes::Made>,
}

impl Flagd {
    /// Speaks through ports, below a path.
    pub fn new(ports: Ports, path: String) -> Arc<Self> {
        Arc::new(Self {
            ports,
            path,
            made: Documents::default(),
        })
    }
}
