//! Running a condition's program against a context.

use std::borrow::Cow;
use std::hint::cold_path;

use super::Run;
use super::time::Tested;
use crate::bound::{Seen, Text};
use crate::program::{Check, Coercion, FAILS, HOLDS, Node, Order, Program, Target, TimeSource, TimeTest};
use crate::reading::{self, Number, Rank};
use crate::ruleset::Quantifier;
use crate::segment::{CompiledSegment, Presence};
use crate::value::Value;
use crate::visitor::{Note, SegmentSeen, TestSeen, Visitor, Watches};

/// A test's result before negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Holds,
    Fails,
    Missing,
    WrongType,
}

impl Reading {
    #[inline]
    fn of(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }

    /// Unreadable attributes fail.
    #[inline]
    fn holds(self) -> bool {
        self == Self::Holds
    }

    #[inline]
    fn of_readable(holds: Option<bool>) -> Self {
        holds.map_or(Self::WrongType, Self::of)
    }
}

impl<V: Visitor> Run<'_, '_, V> {
    /// Follows the jumps from `entry` to the end.
    #[inline]
    pub(super) fn condition(&mut self, program: &Program, entry: Target) -> bool {
        self.visitor.condition();
        let mut at = entry;
        while at < FAILS {
            let Some(node) = program.nodes.get(at as usize) else {
                break;
            };
            at = if self.node(program, at, node) {
                node.then
            } else {
                // Keeps this a predicted branch: a computed target would wait for every test to finish.
                cold_path();
                node.otherwise
            };
        }
        let holds = at == HOLDS;
        self.visitor.condition_done(holds);
        holds
    }

    #[inline]
    fn node(&mut self, program: &Program, at: u32, node: &Node) -> bool {
        match &node.check {
            Check::Segment(slot) => {
                let holds = node.sense.apply(self.segment(*slot));
                self.visitor.test(
                    at,
                    TestSeen {
                        holds,
                        actual: None,
                        note: None,
                    },
                );
                holds
            }
            Check::Percentage(percentage) => {
                let holds = node.sense.apply(self.percentage(percentage));
                self.visitor.test(
                    at,
                    TestSeen {
                        holds,
                        actual: None,
                        note: None,
                    },
                );
                holds
            }
            Check::Fixed(verdict) => {
                let holds = node.sense.apply(*verdict);
                self.visitor.test(
                    at,
                    TestSeen {
                        holds,
                        actual: None,
                        note: Some(Note::Broken),
                    },
                );
                holds
            }
            check => {
                let seen = self.bound.seen(node.slot);
                if V::WATCHES != Watches::Everything
                    && let Some(holds) = self.at_once(program, node, seen)
                {
                    return node.sense.apply(holds);
                }
                let reading = self.read(program, check, node.quantifier, seen);
                let holds = node.sense.apply(reading.holds());
                if V::WATCHES == Watches::Everything {
                    self.tell(at, seen, reading, holds);
                }
                holds
            }
        }
    }

    /// The commonest tests of one text or number, free of the detours that lists and explanations need.
    /// Says what [`Run::read`] would say.
    #[inline(always)]
    fn at_once(&self, program: &Program, node: &Node, seen: &Seen<'_>) -> Option<bool> {
        if node.quantifier == Quantifier::None {
            return None;
        }
        match (&node.check, seen) {
            (Check::FewTexts { start, len }, Seen::Text(text)) => Some(program.texts.contain(*start, *len, text)),
            (Check::Whole { order, than, .. }, Seen::Int(own)) => Some(order.holds(own.cmp(than))),
            (Check::Release { order, cell, than }, Seen::Text(_)) => {
                let own = self.bound.version(*cell, seen);
                Some(own.is_some_and(|own| order.holds(own.rank.cmp(than))))
            }
            _ => None,
        }
    }

    fn tell(&mut self, at: u32, seen: &Seen<'_>, reading: Reading, holds: bool) {
        let note = match reading {
            Reading::Holds | Reading::Fails => None,
            Reading::Missing => Some(Note::Missing),
            Reading::WrongType => Some(Note::WrongType),
        };
        self.visitor.test(
            at,
            TestSeen {
                holds,
                actual: actual(seen),
                note,
            },
        );
    }

    #[inline(never)]
    fn read(&mut self, program: &Program, check: &Check, quantifier: Quantifier, seen: &Seen<'_>) -> Reading {
        match (check, seen) {
            (Check::Time(test), seen) if is_of_now(test, seen) => {
                Reading::of(self.is_in_time(&test.relation, Tested::Now))
            }
            (_, Seen::Missing) => Reading::Missing,
            (Check::Exists, _) => Reading::Holds,
            (_, Seen::List(items)) => self.list(program, check, quantifier, items),
            (_, Seen::Other) => Reading::WrongType,
            _ => quantified(quantifier, self.scalar(program, check, seen)),
        }
    }

    #[inline]
    fn scalar(&mut self, program: &Program, check: &Check, seen: &Seen<'_>) -> Reading {
        match check {
            Check::Release { order, cell, than } => {
                let own = self.bound.version(*cell, seen);
                Reading::of_readable(own.map(|own| order.holds(own.rank.cmp(than))))
            }
            Check::Version(test) => {
                let own = self.bound.version(test.cell, seen);
                Reading::of_readable(own.map(|own| test.order.holds(test.than.compare(&own.version))))
            }
            Check::VersionRange { cell, range } => {
                let own = self.bound.version(*cell, seen);
                Reading::of_readable(own.map(|own| range.matches(&own.version)))
            }
            Check::Address(test) => {
                let address = self.bound.address(test.cell, seen);
                Reading::of_readable(address.map(|address| test.holds(address)))
            }
            Check::Time(test) => match self.bound.instant(test.cell, seen) {
                Some(at) => Reading::of(self.is_in_time(&test.relation, Tested::Attribute(at))),
                None => Reading::WrongType,
            },
            check => compare(program, check, seen),
        }
    }

    fn list(&mut self, program: &Program, check: &Check, quantifier: Quantifier, items: &[Value]) -> Reading {
        let mut unread = 0;
        let mut passed = 0;
        for item in items {
            match self.item(program, check, item) {
                Reading::Holds => passed += 1,
                Reading::Fails => {}
                Reading::Missing | Reading::WrongType => unread += 1,
            }
        }
        let holds = match quantifier {
            Quantifier::Any => passed > 0,
            Quantifier::All => passed == items.len(),
            Quantifier::None => passed == 0,
        };
        if !holds && !items.is_empty() && unread == items.len() {
            Reading::WrongType
        } else {
            Reading::of(holds)
        }
    }

    /// One element; parsed here, since cells hold whole attributes.
    fn item(&mut self, program: &Program, check: &Check, item: &Value) -> Reading {
        let seen = element(item);
        let text = match &seen {
            Seen::Text(text) => Some(&*text.text),
            _ => None,
        };
        match check {
            Check::Release { order, than, .. } => {
                let version = text.and_then(reading::version);
                Reading::of_readable(version.map(|version| order.holds(Rank::near(&version).cmp(than))))
            }
            Check::Version(test) => {
                let version = text.and_then(reading::version);
                Reading::of_readable(version.map(|version| test.order.holds(test.than.compare(&version))))
            }
            Check::VersionRange { range, .. } => {
                Reading::of_readable(text.and_then(reading::version).map(|version| range.matches(&version)))
            }
            Check::Address(test) => {
                let address = text.and_then(reading::address);
                Reading::of_readable(address.map(|address| test.holds(address)))
            }
            Check::Time(test) => {
                let number = || Number::of_value(item).and_then(reading::instant_of_number);
                match text.and_then(reading::instant_of_text).or_else(number) {
                    Some(at) => Reading::of(self.is_in_time(&test.relation, Tested::Attribute(at))),
                    None => Reading::WrongType,
                }
            }
            check => compare(program, check, &seen),
        }
    }

    /// Whether the subject is in a segment.
    pub(super) fn segment(&mut self, slot: u32) -> bool {
        self.visitor.segment(slot);
        let seen = match self.snapshot.segment_at(slot) {
            Some(segment) if segment.presence == Presence::Defined => self.segment_seen(segment),
            _ => SegmentSeen::Missing,
        };
        self.visitor.segment_done(seen);
        seen.holds()
    }

    fn segment_seen(&mut self, segment: &CompiledSegment) -> SegmentSeen {
        let is_member = |subject: &Text<'_>| segment.members.contains(subject.hash, &subject.text);
        if self.bound.subject().is_some_and(is_member) {
            return SegmentSeen::Member;
        }
        let Some(condition) = &segment.condition else {
            return SegmentSeen::Outside;
        };
        match self.nested(|run| run.condition(&condition.program, condition.entry)) {
            Some(true) => SegmentSeen::Condition,
            Some(false) => SegmentSeen::Outside,
            None => SegmentSeen::TooDeep,
        }
    }
}

fn is_of_now(test: &TimeTest, seen: &Seen<'_>) -> bool {
    match test.source {
        TimeSource::Now => true,
        TimeSource::AttributeOrNow => matches!(seen, Seen::Missing),
        TimeSource::Attribute => false,
    }
}

/// A scalar is a list of one.
#[inline]
fn quantified(quantifier: Quantifier, reading: Reading) -> Reading {
    match (quantifier, reading) {
        (Quantifier::None, Reading::Holds) => Reading::Fails,
        (Quantifier::None, Reading::Fails) => Reading::Holds,
        _ => reading,
    }
}

/// Comparisons that need nothing but the attribute and the rule's values.
#[inline]
fn compare(program: &Program, check: &Check, seen: &Seen<'_>) -> Reading {
    match check {
        Check::FewTexts { start, len } => match seen {
            Seen::Text(text) => Reading::of(program.texts.contain(*start, *len, text)),
            Seen::Bool(_) | Seen::Int(_) | Seen::Float(_) => Reading::Fails,
            _ => Reading::WrongType,
        },
        Check::In(set) => match seen {
            Seen::Text(text) => Reading::of(set.has_text(text)),
            Seen::Bool(value) => Reading::of(set.has_bool(*value)),
            seen => Reading::of_readable(number(seen, Coercion::Strict).map(|number| set.has_number(number))),
        },
        Check::Whole { order, coercion, than } => ordered(*order, seen, *coercion, Number::Int(*than)),
        Check::Fraction { order, coercion, than } => ordered(*order, seen, *coercion, Number::Float(*than)),
        Check::Text(test) => match seen {
            Seen::Text(text) => Reading::of(test.values.iter().any(|value| test.operator.holds(&text.text, value))),
            _ => Reading::WrongType,
        },
        Check::Matches(regex) => match seen {
            Seen::Text(text) => Reading::of(regex.is_match(&text.text)),
            _ => Reading::WrongType,
        },
        Check::Modulo(test) => {
            let rest = modulo(seen, test.coercion, test.divisor);
            Reading::of_readable(rest.map(|rest| rest == test.remainder))
        }
        Check::Flagsmith(test) => Reading::of(test.holds(seen)),
        Check::Textual(test) => Reading::of(test.holds(seen)),
        Check::Exists => Reading::of(!matches!(seen, Seen::Missing)),
        Check::Fixed(_)
        | Check::Release { .. }
        | Check::Version(_)
        | Check::VersionRange { .. }
        | Check::Time(_)
        | Check::Address(_)
        | Check::Segment(_)
        | Check::Percentage(_) => Reading::WrongType,
    }
}

#[inline]
fn ordered(order: Order, seen: &Seen<'_>, coercion: Coercion, than: Number) -> Reading {
    Reading::of_readable(number(seen, coercion).map(|number| order.holds(number.compare(than))))
}

#[inline]
fn number(seen: &Seen<'_>, coercion: Coercion) -> Option<Number> {
    match (seen, coercion) {
        (Seen::Int(whole), _) => Some(Number::Int(*whole)),
        (Seen::Float(float), _) if !float.is_nan() => Some(Number::Float(*float)),
        (Seen::Text(text), Coercion::FromText) => Number::of_text(&text.text),
        _ => None,
    }
}

fn modulo(seen: &Seen<'_>, coercion: Coercion, divisor: i64) -> Option<i64> {
    match number(seen, coercion)? {
        // Only the smallest number divided by -1 overflows; its remainder is 0.
        Number::Int(whole) => Some(whole.checked_rem_euclid(divisor).unwrap_or_default()),
        Number::Float(_) => None,
    }
}

fn element(item: &Value) -> Seen<'_> {
    match item {
        Value::Null => Seen::Missing,
        Value::Bool(value) => Seen::Bool(*value),
        Value::Int(value) => Seen::Int(*value),
        Value::Float(value) => Seen::Float(*value),
        Value::Str(text) => Seen::Text(Text::new(text.as_str())),
        Value::List(_) | Value::Object(_) => Seen::Other,
    }
}

fn actual(seen: &Seen<'_>) -> Option<Value> {
    match seen {
        Seen::Missing => None,
        Seen::Bool(value) => Some(Value::Bool(*value)),
        Seen::Int(value) => Some(Value::Int(*value)),
        Seen::Float(value) => Some(Value::Float(*value)),
        Seen::Text(text) => Some(Value::Str(Cow::clone(&text.text).into_owned())),
        Seen::List(items) => Some(Value::List(items.to_vec())),
        Seen::Other => Some(Value::Object(Vec::new())),
    }
}
