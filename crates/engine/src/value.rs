//! Values of a context.
//!
//! Why not `serde_json::Value`: whole numbers and fractions stay apart, objects are small
//! sorted lists instead of trees, and a digest is defined. Objects are always sorted by name,
//! so equal values look equal whatever order they arrived in.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value as Json;
use xxhash_rust::xxh3::Xxh3;

/// A value of a context attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Present, without a value; conditions treat it as missing.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, among them whole numbers beyond 64 bits.
    Float(f64),
    /// Text.
    Str(String),
    /// A list.
    List(Vec<Value>),
    /// Named values, sorted by name, each name once.
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The member `name` of an object.
    pub fn member(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => find(members, name),
            _ => None,
        }
    }

    /// Descends along names joined by dots; a numeric name is an index into a list.
    pub fn at_path(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self, |value, name| match value {
            Self::Object(members) => find(members, name),
            Self::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The text of a scalar: text itself, `true`, `false`, or a number in its shortest form
    /// (`5` for the float 5.0). None for null, lists and objects.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Str(text) => Some(text.clone()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Int(value) => Some(value.to_string()),
            Self::Float(value) => Some(value.to_string()),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Feeds a canonical form, every value told apart from every other.
    pub(crate) fn digest(&self, to: &mut Xxh3) {
        match self {
            Self::Null => to.update(&[0]),
            Self::Bool(value) => to.update(&[1, u8::from(*value)]),
            Self::Int(value) => tagged(to, 2, value.to_le_bytes()),
            Self::Float(value) => tagged(to, 3, value.to_bits().to_le_bytes()),
            Self::Str(text) => {
                tagged(to, 4, length(text.len()));
                to.update(text.as_bytes());
            }
            Self::List(items) => {
                tagged(to, 5, length(items.len()));
                items.iter().for_each(|item| item.digest(to));
            }
            Self::Object(members) => digest_members(members, to),
        }
    }
}

fn tagged(to: &mut Xxh3, tag: u8, bytes: [u8; 8]) {
    to.update(&[tag]);
    to.update(&bytes);
}

fn length(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes()
}

/// Feeds sorted members in canonical form.
pub(crate) fn digest_members(members: &[(String, Value)], to: &mut Xxh3) {
    tagged(to, 6, length(members.len()));
    for (name, value) in members {
        to.update(&length(name.len()));
        to.update(name.as_bytes());
        value.digest(to);
    }
}

/// Looks a name up among sorted members.
pub(crate) fn find<'v>(members: &'v [(String, Value)], name: &str) -> Option<&'v Value> {
    if members.len() <= 8 {
        return members.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    }
    let at = members.binary_search_by(|(own, _)| own.as_str().cmp(name)).ok()?;
    members.get(at).map(|(_, value)| value)
}

/// Sorts by name; of several members with one name the last stays.
pub(crate) fn sorted(mut members: Vec<(String, Value)>) -> Vec<(String, Value)> {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
    members
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => Self::Float(value),
                (None, None) => Self::Null,
            },
            Json::String(text) => Self::Str(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(members) => Self::Object(sorted(
                members
                    .iter()
                    .map(|(name, value)| (name.clone(), Self::from(value)))
                    .collect(),
            )),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Int(value) => to.serialize_i64(*value),
            Self::Float(value) => to.serialize_f64(*value),
            Self::Str(text) => to.serialize_str(text),
            Self::List(items) => {
                let mut list = to.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Object(members) => serialize_members(members, to),
        }
    }
}

/// Writes members as an object.
pub(crate) fn serialize_members<S: Serializer>(members: &[(String, Value)], to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(members.len()))?;
    members
        .iter()
        .try_for_each(|(name, value)| map.serialize_entry(name, value))?;
    map.end()
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float(value as f64), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Str(text.into()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Value, A::Error> {
        read_members(from).map(Value::Object)
    }
}

/// Reads an object: sorted by name, of equal names the last stays.
pub(crate) fn read_members<'de, A: MapAccess<'de>>(mut from: A) -> Result<Vec<(String, Value)>, A::Error> {
    let mut members = Vec::new();
    while let Some(member) = from.next_entry()? {
        members.push(member);
    }
    Ok(sorted(members))
}
