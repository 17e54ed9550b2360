//! The client features document as it is: read leniently, nothing refused, what is odd reported.

use serde_json::{Map, Value as Json};

use super::gap;
use crate::report::{Gaps, Subject};

/// A feature.
#[derive(Clone, Debug, Default)]
pub(super) struct Feature {
    pub(super) name: String,
    pub(super) enabled: bool,
    pub(super) description: String,
    pub(super) strategies: Vec<Strategy>,
    pub(super) variants: Vec<Variant>,
    pub(super) dependencies: Vec<Dependency>,
    /// Every other member, as it stood.
    pub(super) rest: Map<String, Json>,
}

/// One way to be enabled.
#[derive(Clone, Debug, Default)]
pub(super) struct Strategy {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) disabled: bool,
    pub(super) parameters: Map<String, Json>,
    pub(super) constraints: Vec<Constraint>,
    /// Ids as text.
    pub(super) segments: Vec<String>,
    pub(super) variants: Vec<Variant>,
    pub(super) rest: Map<String, Json>,
}

/// A test of one context field.
#[derive(Clone, Debug, Default)]
pub(super) struct Constraint {
    pub(super) context_name: String,
    pub(super) operator: String,
    pub(super) values: Vec<String>,
    pub(super) value: Option<String>,
    pub(super) inverted: bool,
    pub(super) case_insensitive: bool,
    /// As it stood.
    pub(super) source: Json,
}

/// A variant of a feature or a strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Variant {
    pub(super) name: String,
    pub(super) weight: u32,
    pub(super) weight_type: String,
    pub(super) stickiness: Option<String>,
    pub(super) payload: Option<Payload>,
    pub(super) overrides: Vec<Override>,
}

/// What a variant carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) kind: String,
    pub(super) value: String,
}

/// Subjects that get a variant whatever the weights say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Override {
    pub(super) context_name: String,
    pub(super) values: Vec<String>,
}

/// Another feature that must be in a state.
#[derive(Clone, Debug, Default)]
pub(super) struct Dependency {
    pub(super) feature: String,
    pub(super) enabled: bool,
    pub(super) variants: Vec<String>,
}

/// A segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) constraints: Vec<Constraint>,
    pub(super) rest: Map<String, Json>,
}

/// A scalar as text.
pub(super) fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Takes members out of an object, so that what is left is what nobody read.
struct Members(Map<String, Json>);

impl Members {
    fn of(value: &Json) -> Self {
        Self(value.as_object().cloned().unwrap_or_default())
    }

    fn text(&mut self, name: &str) -> Option<String> {
        let text = self.0.get(name).and_then(text_of);
        if text.is_some() || self.0.get(name).is_some_and(Json::is_null) {
            self.0.remove(name);
        }
        text
    }

    /// Absent, null and everything that is not `true` count as false.
    fn yes(&mut self, name: &str) -> bool {
        self.0.remove(name) == Some(Json::Bool(true))
    }

    fn list(&mut self, name: &str, subject: Subject<'_>, gaps: &mut Gaps) -> Vec<Json> {
        match self.0.remove(name) {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::Array(items)) => items,
            Some(_) => {
                subject.gap(
                    gaps,
                    gap::UNREADABLE,
                    format!("`{name}` is not a list and counts as empty"),
                );
                Vec::new()
            }
        }
    }

    fn texts(&mut self, name: &str, subject: Subject<'_>, gaps: &mut Gaps) -> Vec<String> {
        self.list(name, subject, gaps).iter().filter_map(text_of).collect()
    }

    fn object(&mut self, name: &str) -> Map<String, Json> {
        match self.0.remove(name) {
            Some(Json::Object(members)) => members,
            _ => Map::new(),
        }
    }
}

impl Feature {
    /// None, with a gap, when it has no usable name.
    pub(super) fn read(value: &Json, gaps: &mut Gaps) -> Option<Self> {
        let mut members = Members::of(value);
        let name = members.text("name").unwrap_or_default();
        if !crate::report::is_key(&name) {
            let text = "a feature without a printable name of at most 200 bytes is left out";
            gaps.document(
                gap::UNREADABLE,
                format!("{text}: `{}`", name.escape_debug().take(80).collect::<String>()),
            );
            return None;
        }
        let subject = Subject::Flag(&name);
        let strategies = members.list("strategies", subject, gaps);
        let variants = members.list("variants", subject, gaps);
        let dependencies = members.list("dependencies", subject, gaps);
        Some(Self {
            enabled: members.yes("enabled"),
            description: members.text("description").unwrap_or_default(),
            strategies: strategies
                .iter()
                .map(|value| Strategy::read(value, subject, gaps))
                .collect(),
            variants: variants
                .iter()
                .map(|value| Variant::read(value, subject, gaps))
                .collect(),
            dependencies: dependencies
                .iter()
                .map(|value| Dependency::read(value, subject, gaps))
                .collect(),
            rest: members.0,
            name,
        })
    }
}

impl Strategy {
    fn read(value: &Json, subject: Subject<'_>, gaps: &mut Gaps) -> Self {
        let mut members = Members::of(value);
        let constraints = members.list("constraints", subject, gaps);
        let variants = members.list("variants", subject, gaps);
        Self {
            name: members.text("name").unwrap_or_default(),
            title: members.text("title").unwrap_or_default(),
            disabled: members.yes("disabled"),
            parameters: members.object("parameters"),
            constraints: constraints
                .iter()
                .map(|value| Constraint::read(value, subject, gaps))
                .collect(),
            segments: members.texts("segments", subject, gaps),
            variants: variants
                .iter()
                .map(|value| Variant::read(value, subject, gaps))
                .collect(),
            rest: members.0,
        }
    }

    /// A parameter as trimmed text.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters.get(name).and_then(text_of)
    }

    /// A parameter that is a list in one text, joined by commas.
    pub(super) fn listed(&self, name: &str) -> Vec<String> {
        let text = self.parameter(name).unwrap_or_default();
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    }
}

impl Constraint {
    fn read(value: &Json, subject: Subject<'_>, gaps: &mut Gaps) -> Self {
        let mut members = Members::of(value);
        Self {
            context_name: members.text("contextName").unwrap_or_default(),
            operator: members.text("operator").unwrap_or_default(),
            values: members.texts("values", subject, gaps),
            value: members.text("value"),
            inverted: members.yes("inverted"),
            case_insensitive: members.yes("caseInsensitive"),
            source: value.clone(),
        }
    }
}

impl Variant {
    fn read(value: &Json, subject: Subject<'_>, gaps: &mut Gaps) -> Self {
        let mut members = Members::of(value);
        let name = members.text("name").unwrap_or_default();
        let overrides = members.list("overrides", subject, gaps);
        Self {
            weight: weight(members.0.get("weight"), &name, subject, gaps),
            weight_type: members.text("weightType").unwrap_or_default(),
            stickiness: members.text("stickiness").filter(|stickiness| !stickiness.is_empty()),
            payload: members.0.get("payload").and_then(Payload::read),
            overrides: overrides
                .iter()
                .map(|value| Override::read(value, subject, gaps))
                .collect(),
            name,
        }
    }
}

/// Whole and not negative; anything else is brought there and reported.
fn weight(value: Option<&Json>, name: &str, subject: Subject<'_>, gaps: &mut Gaps) -> u32 {
    let exact = value
        .and_then(Json::as_u64)
        .and_then(|weight| u32::try_from(weight).ok());
    exact.unwrap_or_else(|| {
        let near = value
            .and_then(Json::as_f64)
            .unwrap_or_default()
            .clamp(0.0, f64::from(u32::MAX)) as u32;
        subject.gap(
            gaps,
            gap::WEIGHT,
            format!("the weight of variant `{name}` is no whole number; it counts as {near}"),
        );
        near
    })
}

impl Payload {
    fn read(value: &Json) -> Option<Self> {
        let members = value.as_object()?;
        let value = members.get("value")?;
        let kind = members
            .get("type")
            .and_then(text_of)
            .unwrap_or_else(|| "string".to_owned());
        Some(Self {
            kind,
            value: text_of(value).unwrap_or_else(|| value.to_string()),
        })
    }
}

impl Override {
    fn read(value: &Json, subject: Subject<'_>, gaps: &mut Gaps) -> Self {
        let mut members = Members::of(value);
        Self {
            context_name: members.text("contextName").unwrap_or_default(),
            values: members.texts("values", subject, gaps),
        }
    }
}

impl Dependency {
    fn read(value: &Json, subject: Subject<'_>, gaps: &mut Gaps) -> Self {
        let mut members = Members::of(value);
        Self {
            feature: members.text("feature").unwrap_or_default(),
            enabled: members.0.remove("enabled") != Some(Json::Bool(false)),
            variants: members.texts("variants", subject, gaps),
        }
    }
}

impl Segment {
    /// None, with a gap, when it has no id.
    pub(super) fn read(value: &Json, gaps: &mut Gaps) -> Option<Self> {
        let mut members = Members::of(value);
        let Some(id) = members.text("id") else {
            gaps.document(gap::UNREADABLE, "a segment without an id is left out");
            return None;
        };
        let shown = id.clone();
        let subject = Subject::Segment(&shown);
        let constraints = members.list("constraints", subject, gaps);
        Some(Self {
            name: members.text("name").unwrap_or_default(),
            description: members.text("description").unwrap_or_default(),
            constraints: constraints
                .iter()
                .map(|value| Constraint::read(value, subject, gaps))
                .collect(),
            rest: members.0,
            id,
        })
    }
}
