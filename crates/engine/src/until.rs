//! How long an answer stays valid.

use jiff::Timestamp;

use crate::visitor::{Visitor, Watches};

/// Collects the earliest moment at which a visited node may change its verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UntilVisitor {
    until: Option<Timestamp>,
    has_drawn: bool,
}

impl UntilVisitor {
    /// The first moment at which an answer may differ; None = as long as the rules stay.
    pub fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// Whether chance took part: the same question may be answered otherwise with another seed.
    pub fn has_drawn(&self) -> bool {
        self.has_drawn
    }
}

impl Visitor for UntilVisitor {
    const WATCHES: Watches = Watches::Time;

    fn time(&mut self, at: Timestamp) {
        self.until = Some(self.until.map_or(at, |until| until.min(at)));
    }

    fn drawn(&mut self) {
        self.has_drawn = true;
    }
}
