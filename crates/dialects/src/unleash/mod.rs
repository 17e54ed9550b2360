//! Unleash: the client API for SDKs that evaluate by themselves, the frontend API for those that ask, and what both
//! report. The README beside this file lists each deliberate difference.
//!
//! | file | subject |
//! |---|---|
//! | [`routes`] | the route table |
//! | [`features`] | the client features document |
//! | [`changes`], [`streaming`] | the same as events, polled or streamed |
//! | [`frontend`], [`context`] | the frontend API |
//! | [`reports`] | registrations and metrics |
//! | [`project`] | from our rules to that document |
//! | [`faces`] | how a flag and its variants look to Unleash's clients |
//! | [`wire`] | the document's form |
//! | [`query`] | what requests ask for |
//! | [`refusal`] | everything that is not an answer |

mod changes;
mod context;
mod faces;
mod features;
mod frontend;
mod project;
mod query;
mod refusal;
mod reports;
mod routes;
mod streaming;
mod wire;

pub use project::{Gap, LeftOut, Projection, project};
pub use routes::routes;

use std::net::IpAddr;
use std::sync::Arc;

use http::request::Parts;

use crate::documents::Documents;
use crate::ports::Ports;
use crate::seeds::Seeds;
use crate::streams::{CALM, Places};

/// Where a request comes from, as far as that is known.
pub type Caller = Arc<dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync>;

/// What can be configured.
#[derive(Clone)]
pub struct Settings {
    /// Where the dialect is mounted; empty at the root.
    pub path: String,
    /// Largest body.
    pub body_bytes: usize,
    /// Streams open at once in this process; more are refused.
    pub most_streams: usize,
    /// Where requests come from.
    pub caller: Caller,
}

/// The dialect: ports, settings, and the documents that were made.
pub struct Unleash {
    ports: Ports,
    settings: Settings,
    made: Documents<features::Form, features::Made>,
    faces: Documents<(), frontend::Faces>,
    /// States that were told as events.
    history: changes::History,
    places: Arc<Places>,
    seeds: Seeds,
}

impl Unleash {
    /// Speaks through ports.
    pub fn new(ports: Ports, settings: Settings) -> Arc<Self> {
        let places = Places::new(settings.most_streams, CALM);
        Arc::new(Self {
            ports,
            settings,
            made: Documents::default(),
            faces: Documents::default(),
            history: changes::History::default(),
            places,
            seeds: Seeds::default(),
        })
    }
}
