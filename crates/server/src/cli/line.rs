//! One line of `hoist eval`, in the shape of the system whose flags were read.
//!
//! How to extend: a case in [`Answer::line`]; a system that answers with a body of its own has it in [`BodyLine`].

use hoist_compat::{flagd, fluxgate, toggle_meister, togglr, unleash};
use hoist_engine::{Explanation, Outcome};
use hoist_model::portable::{ConfigEntry, FlagEntry};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::From;
use super::flagd::Asked;

/// What a flag answered for a context; without outcome there is no such flag.
pub(super) struct Answer<'a> {
    /// Index of the context.
    pub(super) context: usize,
    pub(super) key: &'a str,
    pub(super) flag: Option<&'a FlagEntry>,
    pub(super) config: Option<&'a ConfigEntry>,
    pub(super) outcome: Option<Outcome<'a>>,
    pub(super) explanation: Option<Explanation>,
}

impl Answer<'_> {
    /// As JSON, in the source's shape; a client of flagd asks for a type.
    pub(super) fn line(&self, from: Option<From>, asked: Option<Asked>) -> String {
        let line = match from {
            // A whole context has an answer of its own.
            None | Some(From::FlagsmithContext) => serde_json::to_string(&self.native()),
            Some(From::Unleash) => serde_json::to_string(&self.unleash()),
            Some(From::Flagd) => serde_json::to_string(&self.flagd(asked)),
            Some(From::Togglr) => serde_json::to_string(&self.togglr()),
            Some(From::Fluxgate) => serde_json::to_string(&self.fluxgate()),
            Some(From::ToggleMeister) => serde_json::to_string(&self.toggle_meister()),
        };
        // The types below have string keys and finite numbers only: they always have a JSON form.
        line.unwrap_or_default()
    }

    fn native(&self) -> NativeLine<'_> {
        let outcome = self.outcome.as_ref();
        let error = match outcome {
            None => Some(flagd::ErrorCode::FlagNotFound.as_str()),
            Some(outcome) => outcome.error.map(|error| error.code()),
        };
        NativeLine {
            context: self.context,
            key: self.key,
            enabled: outcome.is_some_and(|outcome| outcome.enabled),
            variant: outcome.and_then(|outcome| outcome.variant()),
            value: outcome.and_then(|outcome| outcome.value()),
            reason: outcome.map_or("ERROR", |outcome| outcome.reason.as_str()),
            rule: outcome.and_then(|outcome| outcome.rule()),
            error,
            explanation: self.explanation.as_ref(),
        }
    }

    fn unleash(&self) -> UnleashLine<'_> {
        let enabled = self.outcome.is_some_and(|outcome| outcome.enabled);
        let served = unleash::Served {
            enabled,
            variant: self.outcome.and_then(|outcome| outcome.variant()),
        };
        UnleashLine {
            context: self.context,
            name: self.key,
            enabled,
            variant: unleash::answer(self.flag, served),
            explanation: self.explanation.as_ref(),
        }
    }

    fn flagd(&self, asked: Option<Asked>) -> FlagdLine<'_> {
        let answer = match (&self.outcome, self.flag) {
            (Some(outcome), Some(flag)) => flagd::answer(flag, self.config, outcome, asked.map(flagd::Type::from)),
            _ => flagd::error(flagd::ErrorCode::FlagNotFound, "there is no such flag", Map::new()),
        };
        FlagdLine {
            context: self.context,
            key: self.key,
            answer,
            explanation: self.explanation.as_ref(),
        }
    }

    fn togglr(&self) -> BodyLine<'_> {
        let mut body = togglr::answer(self.key, self.outcome.as_ref());
        body.entry("feature_key").or_insert_with(|| self.key.into());
        self.body(body)
    }

    fn fluxgate(&self) -> BodyLine<'_> {
        let flag = self.flag.map(|flag| (flag, self.config));
        self.body(fluxgate::answer(self.key, flag, self.outcome.as_ref()))
    }

    fn toggle_meister(&self) -> BodyLine<'_> {
        self.body(toggle_meister::answer(self.key, self.outcome.as_ref()))
    }

    fn body(&self, body: Map<String, Json>) -> BodyLine<'_> {
        BodyLine {
            context: self.context,
            body,
            explanation: self.explanation.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct NativeLine<'a> {
    context: usize,
    key: &'a str,
    enabled: bool,
    variant: Option<&'a str>,
    value: Option<&'a Json>,
    reason: &'static str,
    rule: Option<&'a str>,
    #[serde(rename = "errorCode", skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
}

#[derive(Serialize)]
struct UnleashLine<'a> {
    context: usize,
    name: &'a str,
    enabled: bool,
    variant: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
}

#[derive(Serialize)]
struct FlagdLine<'a> {
    context: usize,
    key: &'a str,
    #[serde(flatten)]
    answer: Map<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
}

/// What the system's server would send.
#[derive(Serialize)]
struct BodyLine<'a> {
    context: usize,
    #[serde(flatten)]
    body: Map<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a Explanation>,
}
