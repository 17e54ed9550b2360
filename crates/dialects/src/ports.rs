//! What a dialect needs of the house, in engine types only.
//!
//! Four ports: [`Credentials`] (who asks), [`Identities`] (what is stored of the subject), [`Facts`]
//! (what was answered), and the notice of changes ([`Environment::notices`]). [`Ports`] bundles them
//! with the clock.
//!
//! How to extend: a method is added when a dialect needs it and both its adapters (the server's and
//! the one in the tests) use it; a port never carries a type of one dialect.

use std::sync::Arc;

use hoist_engine::ruleset::Ruleset;
use hoist_engine::{Context, Snapshot};
use jiff::Timestamp;
use tokio::sync::watch;

/// What a credential may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Secret: every flag.
    Server,
    /// Public: only flags that are visible to clients.
    Client,
}

/// A credential's id: 16 bytes that stay the same for its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CredentialId(pub u128);

/// An environment's id: 16 bytes that stay the same for its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnvironmentId(pub u128);

/// What a presented key opens.
#[derive(Clone)]
pub struct Seat {
    /// The credential.
    pub credential: CredentialId,
    /// What it may see.
    pub class: Class,
    /// Signs capabilities of this credential; the same on every node and as long as it lives.
    pub secret: [u8; 32],
    /// Where.
    pub environment: Arc<dyn Environment>,
}

/// From keys to seats.
pub trait Credentials: Send + Sync + 'static {
    /// What a presented key opens at this moment; None if unknown, revoked or expired.
    fn seat(&self, presented: &str, now: Timestamp) -> Option<Seat>;

    /// What a credential opens at this moment; None if unknown, revoked or expired.
    fn seat_of(&self, credential: CredentialId, now: Timestamp) -> Option<Seat>;
}

/// One environment, for as long as it exists.
pub trait Environment: Send + Sync + 'static {
    /// Which one.
    fn id(&self) -> EnvironmentId;

    /// Its name for people and telemetry: `organization/project/environment`.
    fn flag_set(&self) -> &str;

    /// What is served now.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// The rules that `snapshot` was compiled from, or younger ones. They are made anew for each call: keep what is made
    /// of them.
    fn rules(&self) -> Ruleset;

    /// The youngest change in `snapshot` that this class of credential can notice.
    fn visible_revision(&self, class: Class, snapshot: &Arc<Snapshot>) -> u64;

    /// Notice of changes that this class can notice. The latest state wins; a reader that is woken
    /// compares, since it is also woken when credentials change.
    fn notices(&self, class: Class) -> watch::Receiver<Notice>;
}

/// How far an environment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The youngest change that can be noticed.
    pub revision: u64,
    /// When it was published.
    pub changed_at: Timestamp,
    /// When time alone last changed an answer; the start of the process if that is not known.
    pub turned_at: Timestamp,
}

/// What is stored about subjects.
pub trait Identities: Send + Sync + 'static {
    /// Adds what is stored of the context's subject where the environment wants that. Returns the
    /// version of what was added, 0 for nothing: with the context's own attributes it decides the answer.
    fn enrich(&self, environment: &dyn Environment, context: &mut Context) -> u64;
}

/// One answered flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// Index of the flag in its project.
    pub flag: u32,
    /// Index of the variant in the flag.
    pub variant: Option<u16>,
}

/// How often a client asked for a flag that it evaluated by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// Index of the flag in its project.
    pub flag: u32,
    /// Times that it was enabled.
    pub yes: u64,
    /// Times that it was not.
    pub no: u64,
    /// Times of which the client does not tell that.
    pub untold: u64,
    /// Times by the variant's index in the flag.
    pub variants: Vec<(u16, u64)>,
}

/// What flows up.
pub trait Facts: Send + Sync + 'static {
    /// These flags were answered in one request. Must not wait.
    fn evaluated(&self, seat: &Seat, batch: &[Evaluated]);

    /// A client counted these since it last said so. Must not wait.
    fn reported(&self, seat: &Seat, batch: &[Reported]);
}

/// All ports of a dialect.
#[derive(Clone)]
pub struct Ports {
    /// Who asks.
    pub credentials: Arc<dyn Credentials>,
    /// What is stored of the subject.
    pub identities: Arc<dyn Identities>,
    /// Where answers are counted.
    pub facts: Arc<dyn Facts>,
    /// What time it is.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}
