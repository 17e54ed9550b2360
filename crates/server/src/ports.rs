//! The house behind the dialects' ports: keys from the published world, environments with their
//! notices, a counter for facts.
//!
//! | file | subject |
//! |---|---|
//! | [`environment`] | one environment, and what each class of credential can notice of it |
//! | [`notices`] | from published changes to notices |

mod environment;
mod notices;

use std::sync::Arc;

use hoist_app::App;
use hoist_app::source::digest;
use hoist_dialects::ports::{
    Class, CredentialId, Credentials, Environment, Evaluated, Facts, Identities, Ports, Reported, Seat,
};
use hoist_engine::Context;
use hoist_model::Id;
use hoist_model::document::{Credential, CredentialKind};
use jiff::Timestamp;

use self::environment::Environments;
use crate::metrics::Metrics;

/// The ports of all mounts. Needs a tokio runtime, in which published changes are followed.
pub fn ports(app: &Arc<App>, metrics: &Arc<Metrics>) -> Ports {
    let environments = Arc::new(Environments::new(app));
    tokio::spawn(notices::follow(Arc::clone(app), Arc::clone(&environments)));
    let clock = Arc::clone(app);
    Ports {
        credentials: Arc::new(Keys {
            app: Arc::clone(app),
            environments,
        }),
        identities: Arc::new(NoneStored),
        facts: Arc::new(Counted(Arc::clone(metrics))),
        now: Arc::new(move || clock.clock.now()),
    }
}

/// Who asks.
struct Keys {
    app: Arc<App>,
    environments: Arc<Environments>,
}

impl Keys {
    /// A seat's secret is the digest of its key. That of a server key is as secret as the key; that of
    /// a client key opens a stream to those who could ask for its address anyway.
    fn seat_in(&self, credential: Id, kind: CredentialKind, environment: Id, secret: [u8; 32]) -> Option<Seat> {
        Some(Seat {
            credential: CredentialId(u128::from_be_bytes(*credential.as_bytes())),
            class: class(kind),
            secret,
            environment: self.environments.get(environment)? as Arc<dyn Environment>,
        })
    }
}

impl Credentials for Keys {
    fn seat(&self, presented: &str, now: Timestamp) -> Option<Seat> {
        let keys = self.app.world.keys();
        let secret = digest(presented);
        let seat = keys.seat(&secret, now)?;
        self.seat_in(seat.credential, seat.kind, seat.environment, secret)
    }

    fn seat_of(&self, credential: CredentialId, now: Timestamp) -> Option<Seat> {
        let id = Id::from_uuid(uuid::Uuid::from_u128(credential.0));
        let (kind, environment, secret) = {
            let state = self.app.world.state();
            let body = state.get_a::<Credential>(id)?;
            let is_live = body.revoked_at.is_none() && body.expires_at.is_none_or(|end| now < end);
            is_live.then_some((body.kind, body.environment, from_hex(&body.digest)?))?
        };
        self.seat_in(id, kind, environment, secret)
    }
}

fn class(kind: CredentialKind) -> Class {
    match kind {
        CredentialKind::Server => Class::Server,
        CredentialKind::Client => Class::Client,
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Nothing is stored of subjects yet.
struct NoneStored;

impl Identities for NoneStored {
    fn enrich(&self, _: &dyn Environment, _: &mut Context) -> u64 {
        0
    }
}

/// A report is believed up to this count for each flag: keys of clients are public, and a counter must not go round.
const MOST_REPORTED: u64 = 1_000_000_000;

/// Answers are counted for the metrics.
struct Counted(Arc<Metrics>);

impl Facts for Counted {
    fn evaluated(&self, _: &Seat, batch: &[Evaluated]) {
        self.0.evaluations.add(u64::try_from(batch.len()).unwrap_or(u64::MAX));
    }

    fn reported(&self, _: &Seat, batch: &[Reported]) {
        let times = batch.iter().flat_map(|one| [one.yes, one.no, one.untold]);
        let times = times.map(|count| count.min(MOST_REPORTED));
        self.0.reported_evaluations.add(times.fold(0, u64::saturating_add));
    }
}
