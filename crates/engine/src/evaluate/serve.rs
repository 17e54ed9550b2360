//! Serves: constants, splits, ramps, expressions; gates and percentages.

use super::{Decision, Run, Why};
use crate::Value;
use crate::block::{At, Block};
use crate::flag::{Admission, CompiledFlag, JsonLogic, Leaf, Ramp, Serve, Split, What};
use crate::json_logic::Lookup;
use crate::outcome::{Detail, EvalError, Reason};
use crate::placement::{Placed, Placement};
use crate::program::Percentage;
use crate::ruleset::{Bound as Edge, Draw, Share};
use crate::scheme::{self, rendezvous};
use crate::visitor::{PlacedFor, PlacedSeen, Shared, Visitor, Watches};

impl<'s, V: Visitor> Run<'s, '_, V> {
    /// Serves where there is nothing after: a subject that cannot be placed gets the application's default.
    #[inline(always)]
    pub(super) fn decide(&mut self, flag: &'s CompiledFlag, serve: &'s Serve, why: Why) -> Option<Decision> {
        let decision = self.serve(flag, serve, why);
        Some(decision.unwrap_or_else(|| self.unplaced(flag, serve, why)))
    }

    /// Serves; None if a split cannot place the subject and passes on.
    // Always inlined: a decision handed through memory costs more than making it.
    #[inline(always)]
    pub(super) fn serve(&mut self, flag: &'s CompiledFlag, serve: &'s Serve, why: Why) -> Option<Decision> {
        let (leaf, why) = match serve.what {
            What::Leaf(leaf) => (leaf, why),
            What::Split(split) => {
                let split = flag.block.splits.get(split)?;
                (self.split(&flag.block, split)?, by_share(why, Detail::Split))
            }
            What::Ramp(ramp) => {
                let ramp = flag.block.ramps.get(ramp)?;
                (self.ramp(ramp)?, by_share(why, Detail::Ramp))
            }
            What::JsonLogic(_) | What::Broken => return Some(self.serve_rare(flag, serve, why)),
        };
        Some(answer(Some(leaf), serve.enabled, why))
    }

    #[inline(never)]
    fn serve_rare(&mut self, flag: &'s CompiledFlag, serve: &'s Serve, why: Why) -> Decision {
        let logic = match serve.what {
            What::JsonLogic(logic) => flag.block.expressions.get(logic),
            _ => None,
        };
        match logic {
            Some(logic) => self.logic(flag, logic, serve.enabled, why),
            None => failed(serve.enabled, why, EvalError::General),
        }
    }

    fn unplaced(&self, flag: &CompiledFlag, serve: &Serve, why: Why) -> Decision {
        let block = &flag.block;
        let placement = match serve.what {
            What::Split(split) => block.splits.get(split).map(|split| &split.placement),
            What::Ramp(ramp) => block.ramps.get(ramp).map(|ramp| &ramp.placement),
            _ => None,
        };
        let lacks_subject = placement.is_some_and(|placement| placement.lacks_subject(self.bound));
        if lacks_subject {
            return failed(serve.enabled, why, EvalError::TargetingKeyMissing);
        }
        let reason = if why.reason == Reason::Static {
            Reason::Default
        } else {
            why.reason
        };
        answer(None, serve.enabled, Why { reason, ..why })
    }

    #[inline]
    fn place(&mut self, placement: &Placement) -> Placed {
        let placed = placement.place(self.bound, self.moment);
        if matches!(placed, Placed::Drawn(_)) {
            self.visitor.drawn();
        }
        placed
    }

    #[inline]
    fn split(&mut self, block: &Block, split: &Split) -> Option<At<Leaf>> {
        let arms = block.arms.all(split.arms);
        let placed = self.place(&split.placement);
        let arm = match (split.draw, placed) {
            (Draw::Rendezvous, Placed::At(_)) => self.rendezvous(block, split),
            _ => placed.hash().and_then(|hash| {
                let point = scheme::point(hash, split.total);
                scheme::arm(arms.iter().map(|arm| arm.end), point)
            }),
        };
        let leaf = arm.and_then(|arm| arms.get(arm)).map(|arm| arm.leaf);
        if V::WATCHES == Watches::Everything {
            let purpose = PlacedFor::Split(leaf.and_then(|leaf| name(block, leaf)));
            let position = split_position(split, placed);
            self.visitor.placed(PlacedSeen { position, purpose });
        }
        leaf
    }

    #[inline]
    fn tell_share(&mut self, placed: Placed, purpose: PlacedFor<'_>) {
        self.visitor.placed(PlacedSeen {
            position: placed.hash().map(scheme::position),
            purpose,
        });
    }

    /// Arms are hashed by the keys of their variants.
    fn rendezvous(&self, block: &Block, split: &Split) -> Option<usize> {
        let mut before = 0;
        rendezvous::winner(block.arms.all(split.arms).iter().map(|arm| {
            let weight = arm.end - before;
            before = arm.end;
            let name = name(block, arm.leaf).unwrap_or_default();
            (rendezvous::cost(split.placement.hash_arm(name, self.bound)), weight)
        }))
    }

    fn ramp(&mut self, ramp: &Ramp) -> Option<At<Leaf>> {
        self.watch_curve(&ramp.curve);
        let share = ramp.curve.share(self.moment.now);
        let placed = self.place(&ramp.placement);
        let inside = placed
            .hash()
            .is_some_and(|hash| scheme::inside(hash, share, Edge::Exclusive));
        self.tell_share(
            placed,
            PlacedFor::Ramp(Shared {
                share: share.hundredths(),
                inside,
            }),
        );
        placed.hash().map(|_| if inside { ramp.inside } else { ramp.rest })
    }

    /// The share a gate admits now.
    pub(super) fn admission(&mut self, admission: &Admission) -> Share {
        match admission {
            Admission::Fixed(share) => *share,
            Admission::Over(curve) => {
                self.watch_curve(curve);
                curve.share(self.moment.now)
            }
        }
    }

    pub(super) fn is_admitted(&mut self, placement: &Placement, share: Share) -> bool {
        let placed = self.place(placement);
        let inside = placed
            .hash()
            .is_some_and(|hash| scheme::inside(hash, share, Edge::Exclusive));
        self.tell_share(
            placed,
            PlacedFor::Gate(Shared {
                share: share.hundredths(),
                inside,
            }),
        );
        inside
    }

    pub(super) fn percentage(&mut self, percentage: &Percentage) -> bool {
        let placed = self.place(&percentage.placement);
        let inside = placed
            .hash()
            .is_some_and(|hash| scheme::inside(hash, percentage.share, percentage.bound));
        self.tell_share(
            placed,
            PlacedFor::Percentage(Shared {
                share: percentage.share.hundredths(),
                inside,
            }),
        );
        inside
    }

    fn logic(&mut self, flag: &'s CompiledFlag, logic: &'s JsonLogic, enabled: bool, why: Why) -> Decision {
        if logic.reads_clock && V::WATCHES != Watches::Nothing {
            self.watch_next_second();
        }
        let data = Data {
            bound: self.bound,
            flag: flag.key(),
            now: self.moment.now,
        };
        let key = match logic.expression.evaluate(&data) {
            Ok(Value::Null) => {
                let why = Why {
                    reason: Reason::Default,
                    detail: Detail::Expression,
                    ..why
                };
                return answer(Some(logic.otherwise), enabled, why);
            }
            Ok(Value::Str(key)) => key,
            Ok(scalar @ (Value::Bool(_) | Value::Int(_) | Value::Float(_))) => scalar.text().unwrap_or_default(),
            Ok(Value::List(_) | Value::Object(_)) => return failed(enabled, why, EvalError::General),
            Err(_) => return failed(enabled, why, EvalError::ParseError),
        };
        let variant = flag.variants().iter().position(|variant| *variant.key == *key);
        let leaf = variant.and_then(|at| logic.leaves.get(at));
        match leaf {
            Some(leaf) => {
                let why = Why {
                    reason: Reason::TargetingMatch,
                    detail: Detail::Expression,
                    ..why
                };
                answer(Some(*leaf), enabled, why)
            }
            None => failed(enabled, why, EvalError::General),
        }
    }
}

#[inline(always)]
fn answer(leaf: Option<At<Leaf>>, enabled: bool, why: Why) -> Decision {
    Decision {
        leaf,
        enabled,
        why,
        error: None,
    }
}

fn failed(enabled: bool, why: Why, error: EvalError) -> Decision {
    Decision {
        leaf: None,
        enabled,
        why: Why {
            reason: Reason::Error,
            ..why
        },
        error: Some(error),
    }
}

/// Key of the variant of an arm.
fn name(block: &Block, leaf: At<Leaf>) -> Option<&str> {
    block.leaves.get(leaf)?.variant(block)
}

/// Where the arms meet the subject; a rendezvous has no such place.
fn split_position(split: &Split, placed: Placed) -> Option<u16> {
    let is_drawn = matches!(placed, Placed::Drawn(_) | Placed::Base(_));
    if split.draw == Draw::Rendezvous && !is_drawn {
        return None;
    }
    let point = scheme::point(placed.hash()?, split.total);
    u16::try_from(u128::from(point) * 10_000 / u128::from(split.total.max(1))).ok()
}

/// A switched-off flag stays disabled whatever its off serve is.
#[inline(always)]
fn by_share(why: Why, detail: Detail) -> Why {
    match why.reason {
        Reason::Disabled => why,
        _ => Why {
            reason: Reason::Split,
            detail,
            ..why
        },
    }
}

/// The variables of an expression: the context and what flagd injects.
struct Data<'d> {
    bound: &'d crate::bound::Bound<'d>,
    flag: &'d str,
    now: jiff::Timestamp,
}

impl Lookup for Data<'_> {
    fn var(&self, path: &str) -> Option<Value> {
        match path {
            "$flagd.flagKey" => Some(self.flag.into()),
            "$flagd.timestamp" => Some(self.now.as_second().into()),
            "$flagd" => Some(self.injected()),
            "" => Some(self.whole()),
            path => self.bound.var(path),
        }
    }
}

impl Data<'_> {
    fn injected(&self) -> Value {
        let members = [
            ("flagKey".to_owned(), self.flag.into()),
            ("timestamp".to_owned(), self.now.as_second().into()),
        ];
        Value::Object(members.into())
    }

    fn whole(&self) -> Value {
        self.bound.context().clone().with("$flagd", self.injected()).to_value()
    }
}
