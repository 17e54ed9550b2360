//! Values as Flagsmith has them: text, whole numbers, booleans, or nothing. And what counts as enabled.

use hoist_engine::ruleset::{Kind, Profile};
use serde_json::Value as Json;

/// What a flag is, as far as its values are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nature {
    pub(super) kind: Kind,
    pub(super) profile: Profile,
}

impl Nature {
    fn is_flagsmiths(self) -> bool {
        self.profile == Profile::Flagsmith
    }

    /// What a value becomes where Flagsmith has no such type: fractions and JSON travel as text there. What came from
    /// there goes back as it came. None: it stays as it is.
    pub(super) fn text(self, value: &Json) -> Option<String> {
        match value {
            _ if self.is_flagsmiths() => None,
            Json::Number(number) if self.kind == Kind::Float || number.is_f64() => {
                number.as_f64().map(|float| Json::from(float).to_string())
            }
            Json::Array(_) | Json::Object(_) => Some(value.to_string()),
            _ => None,
        }
    }

    /// A value in Flagsmith's types; null where the application's own default applies.
    pub(super) fn said(self, value: Option<&Json>) -> Json {
        let Some(value) = value else { return Json::Null };
        self.text(value).map_or_else(|| value.clone(), Json::from)
    }

    /// A boolean flag is on where it serves `true`: its clients ask whether it is enabled. Flagsmith's own flags, and
    /// all that have another value, are on where they are on here.
    pub(super) fn is_on(self, enabled: bool, value: Option<&Json>) -> bool {
        enabled && (self.is_flagsmiths() || self.kind != Kind::Boolean || value == Some(&Json::Bool(true)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_have_flagsmiths_types() {
        let said = |kind, profile, value: Json| Nature { kind, profile }.said(Some(&value));
        let native = |kind, value| said(kind, Profile::Native, value);
        assert_eq!(native(Kind::Float, json!(10)), json!("10.0"));
        assert_eq!(native(Kind::Float, json!(1.5)), json!("1.5"));
        assert_eq!(native(Kind::Integer, json!(10)), json!(10));
        assert_eq!(
            native(Kind::Object, json!({"a": [1, null]})),
            json!(r#"{"a":[1,null]}"#)
        );
        assert_eq!(native(Kind::String, json!("x")), json!("x"));
        assert_eq!(native(Kind::Any, Json::Null), Json::Null);
        assert_eq!(said(Kind::Any, Profile::Flagsmith, json!(1.5)), json!(1.5));
    }

    #[test]
    fn a_boolean_is_enabled_where_it_is_true() {
        let on = |kind, profile, enabled, value: Option<Json>| Nature { kind, profile }.is_on(enabled, value.as_ref());
        let native = |enabled, value| on(Kind::Boolean, Profile::Native, enabled, value);
        assert!(native(true, Some(json!(true))));
        assert!(!native(true, Some(json!(false))) && !native(true, None) && !native(false, Some(json!(true))));
        assert!(on(Kind::Boolean, Profile::Flagsmith, true, Some(json!(false))));
        assert!(on(Kind::String, Profile::Native, true, None));
    }
}
