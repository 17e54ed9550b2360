//! Forms whose schema is written by hand in `schemas.json`: trees that contain themselves, merge
//! patches, changes. The types here only stand for the names; nothing is ever of them.
//!
//! How to add one: its schema in `schemas.json`, its name here, `value_type` where it stands.
//!
//! Example bodies of requests are in `examples.json`; a test holds them against the schemas.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

macro_rules! written_by_hand {
    ($($name:ident,)*) => {
        $(
            #[doc = concat!("Stands for the schema `", stringify!($name), "`.")]
            pub enum $name {}

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    ObjectBuilder::new().build().into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed(stringify!($name))
                }
            }
        )*
    };
}

written_by_hand! {
    FlagKind,
    Profile,
    Purpose,
    CredentialKind,
    Variant,
    Origin,
    Allocation,
    Curve,
    Gate,
    Operator,
    Serve,
    Condition,
    Window,
    Recurrence,
    Schedule,
    Prerequisite,
    Rule,
    SubjectGroup,
    SegmentGroup,
    FlagPatch,
    ConfigPatch,
    OverridesPatch,
    SegmentPatch,
    EnvironmentPatch,
    ProjectPatch,
    NamePatch,
    UserPatch,
    NewFlag,
    Change,
    Sentence,
    Warning,
    Use,
    Context,
    AnswerOutcome,
    PlanOutcome,
    EffectOp,
    DocumentKind,
    Reason,
    DecidedBy,
    EvaluationError,
    Explanation,
    ServerEvent,
    TokensAtReset,
}

/// The schemas that are written by hand, by name.
pub fn by_hand() -> Map<String, Json> {
    serde_json::from_str(include_str!("schemas.json")).unwrap_or_default()
}

/// An example body for each operation that takes one, by operation id.
pub fn examples() -> Map<String, Json> {
    serde_json::from_str(include_str!("examples.json")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hoist_model::change::Change;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_file_is_json_and_refers_only_to_itself() {
        let all = by_hand();
        assert!(all.contains_key("Condition"));
        let text = include_str!("schemas.json");
        for part in text.split("#/components/schemas/").skip(1) {
            let name = part.split('"').next().expect("a name");
            assert!(all.contains_key(name), "{name} is referred to and not there");
        }
    }

    /// What is known at a place of a change, as its reader says when it meets something else.
    fn known(change: &Json) -> Option<BTreeSet<String>> {
        let error = serde_json::from_value::<Change>(change.clone()).err()?.to_string();
        let names = error.split_once("expected ")?.1;
        Some(names.split('`').skip(1).step_by(2).map(str::to_owned).collect())
    }

    fn names(schema: &Json) -> BTreeSet<String> {
        let cases = schema["oneOf"].as_array().into_iter().flatten();
        cases
            .filter_map(|case| case["properties"].as_object())
            .flat_map(|case| case.keys().cloned())
            .collect()
    }

    #[test]
    fn every_change_is_described() {
        let all = by_hand();
        let described = &all["Change"];
        let subjects = known(&json!({"?": {}})).expect("subjects");
        assert_eq!(names(described), subjects);
        let mut acts = 0;
        for subject in &subjects {
            let of_subject = described["oneOf"].as_array().expect("cases");
            let schema = of_subject.iter().find_map(|case| case["properties"].get(subject));
            let schema = schema.expect("found above");
            // Those with acts say so; the others name their fields.
            if schema.get("oneOf").is_some() {
                let of_reader = known(&json!({(subject.as_str()): {"?": {}}})).expect("acts");
                assert_eq!(names(schema), of_reader, "{subject}");
                acts += of_reader.len();
            }
        }
        assert!(acts > 30, "{acts}");
    }
}
