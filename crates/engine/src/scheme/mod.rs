//! Hash schemes: where a subject falls, the same for ever.
//!
//! Every function is pure and tiny, so that published vectors pin it down and a changed
//! comparison is seen by a test. A scheme joins the pieces of its input by its own separator
//! ([`separator`]), reads a share from a [`enum@Hash`] ([`inside`]) and picks a point among weights
//! ([`point`]).
//!
//! How to extend: a case in [`crate::ruleset::Scheme`] and [`enum@Hash`], a module with the hash, a line in each
//! `match` here, published vectors as tests. The separator, seed and comparisons of a scheme
//! must never change afterwards: that would move people.

pub mod flagsmith;
pub mod fluxgate;
pub mod hoist64;
pub mod murmur3;
pub mod rendezvous;
pub mod togglr;
pub mod unleash;

use crate::ruleset::{Bound, Scheme, Share};

/// A hash with the scheme that reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// Ours, over the whole 64 bits.
    Hoist64(u64),
    /// Unleash's murmur3.
    Unleash(u32),
    /// Flagsmith's place.
    Flagsmith(u16),
    /// Togglr's position.
    Togglr(u16),
    /// FluxGate's eight bytes.
    FluxGate(u64),
}

/// What a hash is for; some schemes seed the two differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Inside or outside of a share.
    Share,
    /// One arm of several.
    Split,
}

/// What stands between salt and parts.
pub const fn separator(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Hoist64 => "\0",
        Scheme::Unleash | Scheme::FluxGate => ":",
        Scheme::Flagsmith => ",",
        Scheme::Togglr => "",
    }
}

/// Hashes salt and parts, already joined, given in pieces.
pub fn hash<'p>(scheme: Scheme, purpose: Purpose, pieces: impl Iterator<Item = &'p str> + Clone) -> Hash {
    match scheme {
        Scheme::Hoist64 => Hash::Hoist64(hoist64::hash(pieces)),
        Scheme::Unleash => Hash::Unleash(unleash::hash(pieces, unleash::seed(purpose))),
        Scheme::Flagsmith => Hash::Flagsmith(flagsmith::place(pieces)),
        Scheme::Togglr => Hash::Togglr(togglr::position(pieces)),
        Scheme::FluxGate => Hash::FluxGate(fluxgate::hash(pieces)),
    }
}

/// A hash under way: what comes first has been read.
#[derive(Clone, Debug)]
pub enum Start {
    /// XXH3 looks at short inputs as a whole, so the text is kept.
    Hoist64(Box<str>),
    /// The state after the text.
    Unleash(murmur3::Murmur3),
    /// The state after the text, and the text, which may have to be repeated.
    Flagsmith(Box<flagsmith::Beginning>),
    /// The state after the text.
    Togglr(togglr::Sum),
    /// The state after the text.
    FluxGate(Box<fluxgate::Text>),
}

impl Start {
    /// Reads what comes first.
    pub fn new(scheme: Scheme, purpose: Purpose, first: &str) -> Self {
        match scheme {
            Scheme::Hoist64 => Self::Hoist64(first.into()),
            Scheme::Unleash => Self::Unleash(murmur3::Murmur3::new(unleash::seed(purpose)).after(first)),
            Scheme::Flagsmith => Self::Flagsmith(Box::new(flagsmith::Beginning::new(first))),
            Scheme::Togglr => Self::Togglr(togglr::Sum::default().after(first)),
            Scheme::FluxGate => Self::FluxGate(Box::new(fluxgate::Text::default().after(first))),
        }
    }

    /// The hash of what came first and the rest.
    #[inline]
    pub fn hash<'p>(&'p self, rest: impl Iterator<Item = &'p str> + Clone) -> Hash {
        match self {
            Self::Hoist64(first) => Hash::Hoist64(hoist64::hash(std::iter::once(&**first).chain(rest))),
            Self::Unleash(state) => Hash::Unleash(rest.fold(*state, murmur3::Murmur3::after).finish()),
            Self::Flagsmith(beginning) => Hash::Flagsmith(beginning.place(rest)),
            Self::Togglr(sum) => Hash::Togglr(rest.fold(*sum, togglr::Sum::after).position()),
            Self::FluxGate(text) => Hash::FluxGate(rest.fold((**text).clone(), fluxgate::Text::after).finish()),
        }
    }
}

/// The hash of nobody in particular, for one request: the seed of the request mixed with the salt.
pub fn random(scheme: Scheme, salt: &str, seed: u64) -> Hash {
    let mixed = xxhash_rust::xxh3::xxh3_64_with_seed(salt.as_bytes(), seed);
    match scheme {
        Scheme::Hoist64 => Hash::Hoist64(mixed),
        Scheme::Unleash => Hash::Unleash(u32::try_from(mixed >> 32).unwrap_or_default()),
        Scheme::Flagsmith => {
            let place = mixed % u64::from(flagsmith::PLACES);
            Hash::Flagsmith(u16::try_from(place).unwrap_or_default())
        }
        Scheme::Togglr => {
            let position = mixed % u64::from(togglr::POSITIONS);
            Hash::Togglr(u16::try_from(position).unwrap_or_default())
        }
        Scheme::FluxGate => Hash::FluxGate(mixed),
    }
}

/// Position 0: inside any share above 0, on the first arm.
pub const fn base(scheme: Scheme) -> Hash {
    match scheme {
        Scheme::Hoist64 => Hash::Hoist64(0),
        Scheme::Unleash => Hash::Unleash(0),
        Scheme::Flagsmith => Hash::Flagsmith(0),
        Scheme::Togglr => Hash::Togglr(0),
        Scheme::FluxGate => Hash::FluxGate(0),
    }
}

/// Whether the hash falls into the share.
pub fn inside(hash: Hash, share: Share, bound: Bound) -> bool {
    match hash {
        Hash::Hoist64(hash) => hoist64::inside(hash, share, bound),
        Hash::Unleash(hash) => unleash::inside(hash, share, bound),
        Hash::Flagsmith(place) => flagsmith::inside(place, share, bound),
        Hash::Togglr(position) => togglr::inside(position, share, bound),
        Hash::FluxGate(hash) => fluxgate::inside(hash, share, bound),
    }
}

/// The position in hundredths of a percent, 0–9,999, rounded down.
pub fn position(hash: Hash) -> u16 {
    match hash {
        Hash::Hoist64(hash) => hoist64::position(hash),
        Hash::Unleash(hash) => unleash::position(hash),
        Hash::Flagsmith(place) => flagsmith::position(place),
        Hash::Togglr(position) => position,
        Hash::FluxGate(hash) => fluxgate::position(hash),
    }
}

/// A point in `0..total`; the arm whose running weight first exceeds it is chosen. A total of 0 gives 0.
pub fn point(hash: Hash, total: u64) -> u64 {
    match hash {
        Hash::Hoist64(hash) => hoist64::point(hash, total),
        Hash::Unleash(hash) => unleash::point(hash, total),
        Hash::Flagsmith(place) => flagsmith::point(place, total),
        Hash::Togglr(position) => togglr::point(position, total),
        Hash::FluxGate(hash) => fluxgate::point(hash, total),
    }
}

/// Index of the first running weight above `point`.
pub fn arm(mut running: impl Iterator<Item = u64>, point: u64) -> Option<usize> {
    running.position(|end| point < end)
}
