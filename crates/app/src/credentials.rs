//! Keys of software and personal tokens: from what is presented to who asks.

use std::collections::HashMap;

use hoist_model::Id;
use hoist_model::document::{Credential, CredentialKind, Token, User};
use hoist_model::log::Actor;
use hoist_model::record::Kind;
use hoist_model::state::State;
use jiff::Timestamp;

use crate::source::digest;
use crate::uses::{Used, Uses};

/// What a key of software opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// The credential document.
    pub credential: Id,
    /// What it may see.
    pub kind: CredentialKind,
    /// Where.
    pub environment: Id,
    expires_at: Option<Timestamp>,
}

/// A personal token's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holder {
    token: Id,
    user: Id,
    expires_at: Option<Timestamp>,
}

/// Every live key, by the SHA-256 of what is presented.
#[derive(Debug, Default)]
pub struct Keys {
    seats: HashMap<[u8; 32], (Seat, Used)>,
    holders: HashMap<[u8; 32], (Holder, Used)>,
}

impl Keys {
    /// From the documents; each use will be noted.
    pub fn of(state: &State, uses: &Uses) -> Self {
        let mut keys = Self::default();
        for doc in state.list_all(Kind::Credential) {
            if let Some(body) = doc.as_a::<Credential>().filter(|body| body.revoked_at.is_none())
                && let Some(digest) = from_hex(&body.digest)
            {
                let seat = Seat {
                    credential: doc.id,
                    kind: body.kind,
                    environment: body.environment,
                    expires_at: body.expires_at,
                };
                keys.seats.insert(digest, (seat, uses.of(doc.id)));
            }
        }
        for doc in state.list_all(Kind::Token) {
            if let Some(body) = doc.as_a::<Token>().filter(|body| body.revoked_at.is_none())
                && state.get_a::<User>(body.user).is_some_and(|user| !user.disabled)
                && let Some(digest) = from_hex(&body.digest)
            {
                let holder = Holder {
                    token: doc.id,
                    user: body.user,
                    expires_at: body.expires_at,
                };
                keys.holders.insert(digest, (holder, uses.of(doc.id)));
            }
        }
        keys
    }

    /// What a presented key, of which this is the SHA-256, opens at this moment.
    pub fn seat(&self, digest: &[u8; 32], now: Timestamp) -> Option<&Seat> {
        let (seat, used) = self
            .seats
            .get(digest)
            .filter(|(seat, _)| seat.expires_at.is_none_or(|end| now < end))?;
        used.note(now);
        Some(seat)
    }

    /// Whose token is presented.
    pub fn actor(&self, presented: &str, now: Timestamp) -> Option<Actor> {
        let (holder, used) = self
            .holders
            .get(&digest(presented))
            .filter(|(holder, _)| holder.expires_at.is_none_or(|end| now < end))?;
        used.note(now);
        Some(Actor::Token {
            user: holder.user,
            id: holder.token,
        })
    }
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
