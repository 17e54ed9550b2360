//! A context made ready for one snapshot: attributes in slots, texts hashed, cells for what
//! gets parsed at most once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::net::IpAddr;

use jiff::Timestamp;
use semver::Version;

use crate::context::Context;
use crate::index::text_hash;
use crate::json_logic::Lookup;
use crate::names::{IDENTITY_KEY, Name, Names, Parsed, SUBJECT, Source, View};
use crate::profile::flagsmith;
use crate::profile::textual::Writing;
use crate::reading::{self, Number, Rank};
use crate::rooted::Rooted;
use crate::value::Value;

/// A context bound to the names of a snapshot. Serves any number of flags of that snapshot.
///
/// With another snapshot of the same environment it stays safe to use, but attributes that only
/// the newer one reads count as missing.
#[derive(Debug)]
pub struct Bound<'c> {
    context: &'c Context,
    slots: Box<[Seen<'c>]>,
    versions: Box<[OnceCell<Option<Ranked>>]>,
    addresses: Box<[OnceCell<Option<IpAddr>>]>,
    instants: Box<[OnceCell<Option<Timestamp>>]>,
}

/// An attribute in one view.
#[derive(Clone, Debug, Default)]
pub(crate) enum Seen<'c> {
    /// Absent or null.
    #[default]
    Missing,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Text<'c>),
    List(Cow<'c, [Value]>),
    /// Something no test of this view can read.
    Other,
}

/// Text with its hash.
#[derive(Clone, Debug)]
pub(crate) struct Text<'c> {
    pub(crate) text: Cow<'c, str>,
    pub(crate) hash: u64,
}

impl<'c> Text<'c> {
    pub(crate) fn new(text: impl Into<Cow<'c, str>>) -> Self {
        let text = text.into();
        let hash = text_hash(&text);
        Self { text, hash }
    }
}

/// A version with its rank.
#[derive(Debug)]
pub(crate) struct Ranked {
    pub(crate) rank: Rank,
    pub(crate) version: Version,
}

impl Ranked {
    pub(crate) fn new(version: Version) -> Self {
        let rank = Rank::near(&version);
        Self { rank, version }
    }
}

impl<'c> Bound<'c> {
    pub(crate) fn new(names: &Names, context: &'c Context) -> Self {
        let mut slots = vec![Seen::Missing; names.len()].into_boxed_slice();
        for (name, value) in context.attributes() {
            if let Some(name) = names.get(name).filter(|name| name.is_asked_by_name()) {
                fill(&mut slots, name, value);
            }
        }
        for name in names.indirect() {
            match indirect(name, names, context) {
                Some(Cow::Borrowed(value)) => fill(&mut slots, name, value),
                Some(Cow::Owned(value)) => fill_owned(&mut slots, name, value),
                None => {}
            }
        }
        Self {
            context,
            slots,
            versions: cells(names, Parsed::Version),
            addresses: cells(names, Parsed::Address),
            instants: cells(names, Parsed::Instant),
        }
    }

    /// The context itself.
    pub fn context(&self) -> &'c Context {
        self.context
    }

    #[inline]
    pub(crate) fn seen(&self, slot: u32) -> &Seen<'c> {
        self.slots.get(slot as usize).unwrap_or(&Seen::Missing)
    }

    /// The attribute as text, from a slot of a text view.
    #[inline]
    pub(crate) fn text(&self, slot: u32) -> Option<&Text<'c>> {
        match self.seen(slot) {
            Seen::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The subject key as text.
    #[inline]
    pub(crate) fn subject(&self) -> Option<&Text<'c>> {
        self.text(SUBJECT)
    }

    #[inline]
    pub(crate) fn version(&self, cell: u32, seen: &Seen<'_>) -> Option<&Ranked> {
        let read = || match seen {
            Seen::Text(text) => reading::version(&text.text).map(Ranked::new),
            _ => None,
        };
        self.versions.get(cell as usize)?.get_or_init(read).as_ref()
    }

    #[inline]
    pub(crate) fn address(&self, cell: u32, seen: &Seen<'_>) -> Option<IpAddr> {
        let read = || match seen {
            Seen::Text(text) => reading::address(&text.text),
            _ => None,
        };
        *self.addresses.get(cell as usize)?.get_or_init(read)
    }

    #[inline]
    pub(crate) fn instant(&self, cell: u32, seen: &Seen<'_>) -> Option<Timestamp> {
        let read = || match seen {
            Seen::Text(text) => reading::instant_of_text(&text.text),
            Seen::Int(whole) => reading::instant_of_number(Number::Int(*whole)),
            Seen::Float(float) => reading::instant_of_number(Number::Float(*float)),
            _ => None,
        };
        *self.instants.get(cell as usize)?.get_or_init(read)
    }
}

impl Lookup for Bound<'_> {
    fn var(&self, path: &str) -> Option<Value> {
        if path.is_empty() {
            return Some(self.context.to_value());
        }
        self.context.resolve(path).cloned()
    }
}

fn cells<T>(names: &Names, parsed: Parsed) -> Box<[OnceCell<T>]> {
    names.parsed(parsed).iter().map(|_| OnceCell::new()).collect()
}

fn indirect<'c>(name: &Name, names: &Names, context: &'c Context) -> Option<Cow<'c, Value>> {
    let value = match &name.source {
        Source::Plain => None,
        Source::Subject => context.resolve(&name.text),
        Source::Dotted | Source::Rooted(_) if context.get(&name.text).is_some() => None,
        Source::Dotted => context.descend(&name.text),
        Source::Rooted(Rooted::Subject) => context.subject(),
        Source::Rooted(Rooted::Attribute(attribute)) => context.get(attribute),
        Source::Rooted(Rooted::EnvironmentKey) => return Some(Cow::Owned((*names.environment.key).into())),
        Source::Rooted(Rooted::EnvironmentName) => return Some(Cow::Owned((*names.environment.name).into())),
        Source::FlagsmithIdentity(environment) => return identity(environment, context),
    };
    value.map(Cow::Borrowed)
}

/// The key that the context brings along, if it is not empty, else one made of the environment's key and the subject's.
fn identity<'c>(environment: &str, context: &'c Context) -> Option<Cow<'c, Value>> {
    let own = context.get(IDENTITY_KEY);
    if let Some(own) = own.filter(|own| own.text().is_some_and(|text| !text.is_empty())) {
        return Some(Cow::Borrowed(own));
    }
    let subject = context.subject()?.text()?;
    Some(Cow::Owned(Value::Str(format!("{environment}_{subject}"))))
}

fn fill<'c>(slots: &mut [Seen<'c>], name: &Name, value: &'c Value) {
    for (view, slot) in name.slots() {
        if let Some(seen) = slots.get_mut(slot as usize) {
            *seen = see(view, value);
        }
    }
}

/// Of a text that is not the context's.
fn fill_owned(slots: &mut [Seen<'_>], name: &Name, value: Value) {
    let Value::Str(text) = value else { return };
    for (view, slot) in name.slots() {
        if let Some(seen) = slots.get_mut(slot as usize) {
            *seen = viewed(view, Seen::Text(Text::new(text.clone())));
        }
    }
}

fn see(view: View, value: &Value) -> Seen<'_> {
    match view {
        View::Raw | View::Folded | View::Flagsmith | View::FlagsmithText => viewed(view, raw(value)),
        View::Text | View::FoldedText => viewed(view, text(value)),
        View::GoText => written(Writing::Go, value),
        View::JsonText => written(Writing::Json, value),
    }
}

/// What a view makes of a scalar or a list.
fn viewed(view: View, seen: Seen<'_>) -> Seen<'_> {
    match view {
        View::Raw | View::Text | View::GoText | View::JsonText => seen,
        View::Folded | View::FoldedText => folded(seen),
        View::Flagsmith => flagsmith::coerced(seen),
        View::FlagsmithText => match flagsmith::written(&flagsmith::coerced(seen)) {
            Some(text) => Seen::Text(Text::new(text)),
            None => Seen::Missing,
        },
    }
}

fn written(writing: Writing, value: &Value) -> Seen<'_> {
    match value {
        Value::Str(text) => Seen::Text(Text::new(text.as_str())),
        value => writing
            .text(value)
            .map_or(Seen::Missing, |text| Seen::Text(Text::new(text))),
    }
}

fn raw(value: &Value) -> Seen<'_> {
    match value {
        Value::Null => Seen::Missing,
        Value::Bool(value) => Seen::Bool(*value),
        Value::Int(value) => Seen::Int(*value),
        Value::Float(value) => Seen::Float(*value),
        Value::Str(text) => Seen::Text(Text::new(text.as_str())),
        Value::List(items) => Seen::List(Cow::Borrowed(items)),
        Value::Object(_) => Seen::Other,
    }
}

fn text(value: &Value) -> Seen<'_> {
    match value {
        Value::Str(text) => Seen::Text(Text::new(text.as_str())),
        other => other.text().map_or(Seen::Missing, |text| Seen::Text(Text::new(text))),
    }
}

fn folded(seen: Seen<'_>) -> Seen<'_> {
    match seen {
        Seen::Text(text) if reading::is_folded(&text.text) => Seen::Text(text),
        Seen::Text(text) => Seen::Text(Text::new(reading::fold(&text.text))),
        Seen::List(items) => Seen::List(Cow::Owned(items.iter().map(folded_item).collect())),
        other => other,
    }
}

fn folded_item(item: &Value) -> Value {
    match item {
        Value::Str(text) => Value::Str(reading::fold(text)),
        other => other.clone(),
    }
}
