//! The evaluation context: what is known about a subject.
//!
//! Owned and independent of any snapshot. The subject key goes by several names in the systems
//! we speak with; they are one value, readable under each name that the context does not set
//! itself ([`SUBJECT_NAMES`]).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::{Map, Value as Json};
use xxhash_rust::xxh3::Xxh3;

use crate::value::{self, Value};

/// The canonical name of the subject key.
pub const TARGETING_KEY: &str = "targetingKey";

/// The names of the subject key; the first that a context sets is the value of all others.
pub const SUBJECT_NAMES: [&str; 5] = [TARGETING_KEY, "userId", "identifier", "bucketingKey", "enrollment_id"];

/// Attributes by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Context {
    attributes: Vec<(String, Value)>,
}

impl Context {
    /// A context without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// From a JSON object.
    pub fn from_json(object: &Map<String, Json>) -> Self {
        object
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value)))
            .collect()
    }

    /// Sets an attribute, replacing an earlier value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        match self.attributes.binary_search_by(|(own, _)| own.cmp(&name)) {
            Ok(at) => {
                if let Some(slot) = self.attributes.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => self.attributes.insert(at, (name, value)),
        }
    }

    /// [`Context::set`] for chains.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// The attribute as it was set: no aliases, no descent into objects.
    pub fn get(&self, name: &str) -> Option<&Value> {
        value::find(&self.attributes, name)
    }

    /// The attribute as conditions see it: the whole name first, then the subject key for its
    /// names, then a descent along the dots.
    pub fn resolve(&self, name: &str) -> Option<&Value> {
        let own = self.get(name);
        if SUBJECT_NAMES.contains(&name) {
            return own.filter(|value| **value != Value::Null).or_else(|| self.subject());
        }
        own.or_else(|| self.descend(name))
    }

    /// What the dotted `name` leads to inside an object.
    pub(crate) fn descend(&self, name: &str) -> Option<&Value> {
        let (first, rest) = name.split_once('.')?;
        self.get(first)?.at_path(rest)
    }

    /// The subject key as it was given, under whichever of its names.
    pub fn subject(&self) -> Option<&Value> {
        SUBJECT_NAMES
            .iter()
            .find_map(|name| self.get(name).filter(|value| **value != Value::Null))
    }

    /// The subject key, if it is text.
    pub fn subject_key(&self) -> Option<&str> {
        match self.subject() {
            Some(Value::Str(key)) => Some(key),
            _ => None,
        }
    }

    /// All attributes in byte order of name.
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A digest of all attributes, whatever order they were set in. Stable across processes and
    /// machines; the integer 1 and the float 1.0 differ.
    pub fn digest(&self) -> u64 {
        let mut state = Xxh3::new();
        value::digest_members(&self.attributes, &mut state);
        state.digest()
    }

    /// The context as one object value.
    pub fn to_value(&self) -> Value {
        Value::Object(self.attributes.clone())
    }
}

impl FromIterator<(String, Value)> for Context {
    /// Of equal names the last stays.
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(attributes: I) -> Self {
        Self {
            attributes: value::sorted(attributes.into_iter().collect()),
        }
    }
}

impl Serialize for Context {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        value::serialize_members(&self.attributes, to)
    }
}

impl<'de> Deserialize<'de> for Context {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ContextVisitor)
    }
}

struct ContextVisitor;

impl<'de> Visitor<'de> for ContextVisitor {
    type Value = Context;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object of attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Context, A::Error> {
        value::read_members(from).map(|attributes| Context { attributes })
    }
}
