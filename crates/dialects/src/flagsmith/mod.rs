//! Flagsmith's SDK API: flags, identities and the environment document. The README beside this file lists the version
//! that is spoken, each deliberate difference and every gap.
//!
//! | file | subject |
//! |---|---|
//! | [`routes`] | the route table and the handlers |
//! | [`wire`] | reading questions |
//! | [`answer`] | writing answers |
//! | [`refusal`] | everything that is not an answer |
//! | [`headers`] | fixed headers, cross-origin rules |
//! | [`catalogue`] | what flags and variants are called there, once for each state |
//! | [`names`] | how flags, variants and the environment are called there |
//! | [`ids`] | ids that are there and not here, made of names |
//! | [`document`] | serving the environment document |
//! | [`project`] | from rules to an environment document, and what that cannot say |
//! | [`plan`] | a flag's steps as states |
//! | [`condition`] | conditions as rules of segments |
//! | [`split`] | splits as multivariate values |
//! | [`analytics`] | what clients say they evaluated |
//! | [`stream`] | the stream of changes |
//! | [`value`] | values, and what counts as enabled |
//!
//! How to extend: a call is a line in `routes` and a test of its whole answer.

mod analytics;
mod answer;
mod catalogue;
mod condition;
mod document;
mod headers;
mod ids;
mod names;
mod plan;
mod project;
mod refusal;
mod routes;
mod split;
mod stream;
mod value;
mod wire;

pub use project::{About, Export, Gap, export};
pub use routes::routes;

use std::sync::Arc;
use std::time::Duration;

use crate::documents::Documents;
use crate::ports::Ports;
use crate::seeds::Seeds;
use crate::streams::{CALM, Places};

/// What can be configured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the dialect is mounted; empty at the root.
    pub path: String,
    /// Largest body.
    pub body_bytes: usize,
    /// Name of the setting behind it, for whoever is refused.
    pub body_setting: &'static str,
    /// Streams open at once in this process; more are refused.
    pub most_streams: usize,
    /// Up to this many open streams a notice leaves at once, beyond it is spread over a second.
    pub calm_streams: usize,
    /// Silence on a stream before a comment shows that it lives.
    pub heartbeat: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            path: "/flagsmith".into(),
            body_bytes: 1024 * 1024,
            body_setting: "limits.body_bytes",
            most_streams: 100_000,
            calm_streams: CALM,
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// The dialect: ports, settings and what was made.
pub struct Flagsmith {
    ports: Ports,
    settings: Settings,
    catalogues: Documents<(), catalogue::Catalogue>,
    documents: Documents<(), document::Made>,
    /// Of its streams.
    places: Arc<Places>,
    seeds: Seeds,
}

impl Flagsmith {
    /// Speaks through ports.
    pub fn new(ports: Ports, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            places: Places::new(settings.most_streams, settings.calm_streams),
            ports,
            settings,
            catalogues: Documents::default(),
            documents: Documents::default(),
            seeds: Seeds::default(),
        })
    }
}
