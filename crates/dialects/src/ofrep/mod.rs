//! OFREP 0.3, the OpenFeature Remote Evaluation Protocol: one flag, all flags, and a stream that says
//! when to ask again. The README beside this file lists each deliberate difference.
//!
//! | file | subject |
//! |---|---|
//! | [`routes`] | the route table and the handlers |
//! | [`wire`] | reading questions |
//! | [`answer`] | writing answers |
//! | [`refusal`] | everything that is not an answer |
//! | [`etag`] | saying "unchanged" without evaluating |
//! | [`token`] | the capability that opens a stream |
//! | [`stream`] | the stream of notices |
//! | [`headers`] | fixed headers, cross-origin rules |
//!
//! How to extend: a new field of a question goes to `wire` and, if it can change an answer, into
//! [`etag::Identity`]; a new field of an answer goes to `answer`, and the tests compare whole answers.

mod answer;
mod etag;
mod headers;
mod refusal;
mod routes;
mod stream;
mod token;
mod wire;

pub use routes::routes;

use std::sync::Arc;
use std::time::Duration;

use crate::ports::Ports;
use crate::seeds::Seeds;
use crate::streams::{CALM, Places};

/// What can be configured.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the dialect is mounted; clients are sent there for streams.
    pub path: String,
    /// Largest body.
    pub body_bytes: usize,
    /// Name of the setting behind it, for whoever is refused.
    pub body_setting: &'static str,
    /// Largest context.
    pub context_bytes: usize,
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
            path: "/ofrep/v1".into(),
            body_bytes: 1024 * 1024,
            body_setting: "limits.body_bytes",
            context_bytes: 64 * 1024,
            most_streams: 100_000,
            calm_streams: CALM,
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// The dialect: ports, settings and what is counted while it runs.
pub struct Ofrep {
    ports: Ports,
    settings: Settings,
    /// Of its streams.
    places: Arc<Places>,
    seeds: Seeds,
}

impl Ofrep {
    /// Speaks through ports.
    pub fn new(ports: Ports, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            places: Places::new(settings.most_streams, settings.calm_streams),
            ports,
            settings,
            seeds: Seeds::default(),
        })
    }
}
