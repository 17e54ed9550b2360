//! Compiled allocations: which pieces are hashed, and what happens when one is absent.

use crate::Moment;
use crate::bound::Bound;
use crate::names::Slot;
use crate::ruleset::{Missing, Scheme};
use crate::scheme::{self, Hash, Purpose, Start};

/// Places subjects for one purpose.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) inputs: Inputs,
    pub(crate) scheme: Scheme,
    pub(crate) purpose: Purpose,
    pub(crate) missing: Missing,
    pub(crate) salt: Box<str>,
}

/// What decides a placement.
#[derive(Clone, Debug)]
pub(crate) enum Inputs {
    /// Salt and one attribute, the common case: what comes before the attribute is hashed beforehand.
    Keyed { start: Start, slot: Slot },
    /// Salt and parts, joined.
    Pieces(Box<[Piece]>),
    /// Every request draws anew.
    Request,
}

/// One piece of what is hashed.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(Box<str>),
    /// The first present of these.
    FirstOf(Box<[Slot]>),
}

/// Where a subject was placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// The inputs decide.
    At(Hash),
    /// An input is absent and the allocation has a position for that case.
    Base(Hash),
    /// Drawn for this request only.
    Drawn(Hash),
    /// An input is absent: not placed at all.
    Nowhere,
}

impl Placed {
    /// The hash, if there is one.
    pub(crate) fn hash(self) -> Option<Hash> {
        match self {
            Self::At(hash) | Self::Base(hash) | Self::Drawn(hash) => Some(hash),
            Self::Nowhere => None,
        }
    }
}

impl Placement {
    /// Places the subject of a context.
    #[inline]
    pub(crate) fn place(&self, bound: &Bound<'_>, moment: &Moment) -> Placed {
        match &self.inputs {
            Inputs::Keyed { start, slot } => match bound.text(*slot) {
                Some(text) => Placed::At(start.hash(std::iter::once(&*text.text))),
                None => self.absent(moment),
            },
            Inputs::Request => self.draw(moment),
            Inputs::Pieces(pieces) if self.is_complete(pieces, bound) => {
                Placed::At(scheme::hash(self.scheme, self.purpose, texts(pieces, bound)))
            }
            Inputs::Pieces(_) => self.absent(moment),
        }
    }

    fn absent(&self, moment: &Moment) -> Placed {
        match self.missing {
            Missing::NotMatched => Placed::Nowhere,
            Missing::Base => Placed::Base(scheme::base(self.scheme)),
            Missing::Draw => self.draw(moment),
        }
    }

    /// The hash of one arm of a rendezvous, spread over 64 bits; only for subjects whose inputs are complete.
    pub(crate) fn hash_arm(&self, arm: &str, bound: &Bound<'_>) -> u64 {
        let end = [scheme::separator(self.scheme), arm];
        let hash = match &self.inputs {
            Inputs::Request => return 0,
            Inputs::Keyed { start, slot } => {
                let text = bound.text(*slot).map(|text| &*text.text).unwrap_or_default();
                start.hash(std::iter::once(text).chain(end))
            }
            Inputs::Pieces(pieces) => scheme::hash(self.scheme, self.purpose, texts(pieces, bound).chain(end)),
        };
        match hash {
            Hash::Hoist64(hash) => hash,
            Hash::Unleash(hash) => u64::from(hash) << 32,
            // As far apart in 64 bits as they are in their own.
            Hash::Flagsmith(place) => u64::from(place) * (u64::MAX / u64::from(scheme::flagsmith::PLACES)),
            Hash::Togglr(position) => u64::from(position) * (u64::MAX / u64::from(scheme::togglr::POSITIONS)),
            Hash::FluxGate(hash) => hash,
        }
    }

    /// Whether what is absent is the subject key itself.
    pub(crate) fn lacks_subject(&self, bound: &Bound<'_>) -> bool {
        bound.subject().is_none()
    }

    /// A gate and a split of one salt draw independently.
    fn draw(&self, moment: &Moment) -> Placed {
        let seed = match self.purpose {
            Purpose::Share => moment.seed,
            Purpose::Split => !moment.seed,
        };
        Placed::Drawn(scheme::random(self.scheme, &self.salt, seed))
    }

    #[inline]
    fn is_complete(&self, pieces: &[Piece], bound: &Bound<'_>) -> bool {
        pieces.iter().all(|piece| text(piece, bound).is_some())
    }
}

#[inline]
fn texts<'t>(pieces: &'t [Piece], bound: &'t Bound<'_>) -> impl Iterator<Item = &'t str> + Clone {
    pieces.iter().filter_map(|piece| text(piece, bound))
}

#[inline]
fn text<'t>(piece: &'t Piece, bound: &'t Bound<'_>) -> Option<&'t str> {
    match piece {
        Piece::Text(text) => Some(text),
        Piece::FirstOf(slots) => slots.iter().find_map(|slot| bound.text(*slot)).map(|text| &*text.text),
    }
}
