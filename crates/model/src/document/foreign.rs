//! What an origin knew about a thing and Hoist does not use.

use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

/// An object of another system, carried along. Kept as text, names sorted: every document of an import has
/// one or more, nearly nobody reads them, and as trees they would take more room than all the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// Empty for an empty object.
    text: Box<str>,
}

impl Foreign {
    /// Whether nothing is carried.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// One member.
    pub fn get(&self, name: &str) -> Option<Json> {
        self.to_map().remove(name)
    }

    /// All members.
    pub fn to_map(&self) -> Map<String, Json> {
        // The text was written by us from a map.
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl From<Map<String, Json>> for Foreign {
    fn from(members: Map<String, Json>) -> Self {
        let text = if members.is_empty() {
            String::new()
        } else {
            Json::Object(members).to_string()
        };
        Self { text: text.into() }
    }
}

impl From<&Map<String, Json>> for Foreign {
    fn from(members: &Map<String, Json>) -> Self {
        members.clone().into()
    }
}

impl Serialize for Foreign {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = if self.is_empty() { "{}" } else { &self.text };
        serde_json::from_str::<&RawValue>(text)
            .map_err(S::Error::custom)?
            .serialize(to)
    }
}

impl<'de> Deserialize<'de> for Foreign {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Map::deserialize(from).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn foreign(json: &Json) -> Foreign {
        serde_json::from_value(json.clone()).expect("an object")
    }

    #[test]
    fn what_goes_in_comes_out() {
        let json = json!({"b": {"x": [1, 2.5, "\u{e9}\n"]}, "a": null});
        let carried = foreign(&json);
        assert_eq!(serde_json::to_value(&carried).expect("a value"), json);
        assert_eq!(serde_json::to_string(&carried).expect("text"), json.to_string());
        assert_eq!(carried.get("a"), Some(Json::Null));
        assert_eq!(carried.get("c"), None);
        assert_eq!(Some(&Json::Object(carried.to_map())), Some(&json));
    }

    #[test]
    fn the_order_of_names_makes_no_difference() {
        let one: Foreign = serde_json::from_str(r#"{"b":1,"a":2}"#).expect("an object");
        assert_eq!(one, foreign(&json!({"a": 2, "b": 1})));
    }

    #[test]
    fn an_empty_object_takes_no_room() {
        assert!(foreign(&json!({})).is_empty());
        assert_eq!(serde_json::to_string(&Foreign::default()).expect("text"), "{}");
    }
}
