//! Writing answers: pieces that were encoded when the snapshot was compiled are joined in one buffer.

use hoist_engine::ruleset::{Metadata, Profile};
use hoist_engine::{FlagRef, Outcome};
use serde_json::Value as Json;

use crate::text::{push, push_decimal, push_string};

/// Bytes a flag takes in a bulk answer, roughly; a larger one only makes the buffer grow.
const PER_FLAG: usize = 224;

/// Names of our own metadata. A flag's own entry of the same name wins.
const SET: &str = "flagSetId";
const VERSION: &str = "version";
const DETAIL: &str = "reasonDetail";
const RULE: &str = "rule";

/// A flag of Flagsmith's without a value is asked for as what it is: on or off.
fn said<'o>(flag: FlagRef<'_>, outcome: &Outcome<'_>, value: &'o str) -> &'o str {
    match value {
        "null" if flag.profile() == Profile::Flagsmith && outcome.enabled => "true",
        "null" if flag.profile() == Profile::Flagsmith => "false",
        value => value,
    }
}

/// Writes the answers of one request.
pub(super) struct Pen {
    out: Vec<u8>,
    /// The flag set's name as JSON text.
    set: Vec<u8>,
    /// How metadata begins, up to the version, where a flag has none of its own.
    plain: Vec<u8>,
}

impl Pen {
    /// For a number of flags of a flag set.
    pub(super) fn new(flag_set: &str, flags: usize) -> Self {
        let mut set = Vec::with_capacity(flag_set.len() + 2);
        push_string(&mut set, flag_set);
        let mut plain = Vec::with_capacity(set.len() + 40);
        push!(plain, ",\"metadata\":{\"", SET, "\":", set, ",\"", VERSION, "\":\"");
        Self {
            out: Vec::with_capacity(256 + PER_FLAG * flags),
            set,
            plain,
        }
    }

    /// What was written.
    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Begins a bulk answer.
    pub(super) fn open(&mut self) {
        push!(self.out, "{\"flags\":[");
    }

    /// One flag of a bulk answer.
    pub(super) fn item(&mut self, flag: FlagRef<'_>, outcome: &Outcome<'_>) {
        if self.out.last() == Some(&b'}') {
            self.out.push(b',');
        }
        self.flag(flag, outcome);
    }

    /// Ends a bulk answer with what concerns all of it.
    pub(super) fn close(&mut self, revision: u64, stream: &[&str; 3]) {
        push!(
            self.out,
            "],\"metadata\":{\"",
            SET,
            "\":",
            self.set,
            ",\"",
            VERSION,
            "\":\""
        );
        push_decimal(&mut self.out, revision);
        push!(
            self.out,
            "\"},\"eventStreams\":[{\"type\":\"sse\",\"endpoint\":{\"requestUri\":"
        );
        push_string(&mut self.out, &stream.concat());
        push!(self.out, "},\"inactivityDelaySec\":120}]}");
    }

    /// A flag's answer. Without a value the application's own default applies; an error that leaves
    /// nothing to serve is a failure.
    pub(super) fn flag(&mut self, flag: FlagRef<'_>, outcome: &Outcome<'_>) {
        push!(self.out, "{\"key\":", outcome.key_json());
        match (outcome.error, outcome.value_json()) {
            (Some(error), None) => {
                push!(self.out, ",\"errorCode\":\"", error.code(), "\",\"errorDetails\":");
                push_string(&mut self.out, &error.to_string());
            }
            (_, value) => self.success(outcome, value.map(|value| said(flag, outcome, value))),
        }
        self.metadata(flag, outcome);
        push!(self.out, "}");
    }

    fn success(&mut self, outcome: &Outcome<'_>, value: Option<&str>) {
        push!(self.out, ",\"reason\":\"", outcome.reason.as_str(), "\",\"variant\":");
        match outcome.variant() {
            Some(variant) => push_string(&mut self.out, variant),
            None => push!(self.out, "null"),
        }
        if let Some(value) = value {
            push!(self.out, ",\"value\":", value);
        }
    }

    fn metadata(&mut self, flag: FlagRef<'_>, outcome: &Outcome<'_>) {
        match outcome.metadata() {
            None => self.plain_metadata(flag, outcome),
            Some(own) => self.mixed_metadata(flag, outcome, own),
        }
    }

    /// Ours alone, which is the rule: as few pieces as possible.
    fn plain_metadata(&mut self, flag: FlagRef<'_>, outcome: &Outcome<'_>) {
        push!(self.out, self.plain);
        push_decimal(&mut self.out, flag.version());
        push!(self.out, "\",\"", DETAIL, "\":\"", outcome.detail(), "\"");
        if let Some(rule) = outcome.rule() {
            push!(self.out, ",\"", RULE, "\":");
            push_string(&mut self.out, rule);
        }
        push!(self.out, "}");
    }

    fn mixed_metadata(&mut self, flag: FlagRef<'_>, outcome: &Outcome<'_>, own: &Metadata) {
        let is_free = |name: &str| !own.contains_key(name);
        push!(self.out, ",\"metadata\":{");
        if is_free(SET) {
            push!(self.out, "\"", SET, "\":", self.set, ",");
        }
        if is_free(VERSION) {
            push!(self.out, "\"", VERSION, "\":\"");
            push_decimal(&mut self.out, flag.version());
            push!(self.out, "\",");
        }
        if is_free(DETAIL) {
            push!(self.out, "\"", DETAIL, "\":\"", outcome.detail(), "\",");
        }
        if let Some(rule) = outcome.rule().filter(|_| is_free(RULE)) {
            push!(self.out, "\"", RULE, "\":");
            push_string(&mut self.out, rule);
            push!(self.out, ",");
        }
        self.own_metadata(outcome, own);
        if self.out.last() == Some(&b',') {
            self.out.pop();
        }
        push!(self.out, "}");
    }

    /// Clients take flat values only: null is left out, what is nested becomes its JSON text.
    fn own_metadata(&mut self, outcome: &Outcome<'_>, own: &Metadata) {
        let is_flat = |value: &Json| !matches!(value, Json::Null | Json::Array(_) | Json::Object(_));
        if own.values().all(is_flat) {
            let inner = outcome
                .metadata_json()
                .strip_prefix('{')
                .and_then(|json| json.strip_suffix('}'));
            push!(self.out, inner.unwrap_or_default());
            return;
        }
        for (name, value) in own.iter().filter(|(_, value)| !value.is_null()) {
            push_string(&mut self.out, name);
            push!(self.out, ":");
            match value {
                Json::Array(_) | Json::Object(_) => push_string(&mut self.out, &value.to_string()),
                flat => push!(self.out, flat.to_string()),
            }
            push!(self.out, ",");
        }
    }
}

#[cfg(test)]
mod tests {
    use hoist_engine::{Context, Moment, NoVisitor, Snapshot};
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn value(profile: &str, enabled: bool) -> Json {
        let serve = json!({"serve": {"value": null}, "enabled": enabled});
        let flag =
            json!({"key": "f", "index": 0, "kind": "any", "profile": profile, "steps": [{"serve": {"serve": serve}}]});
        let ruleset = serde_json::from_value(json!({"v": 1, "environment": "e", "flags": [flag]})).unwrap();
        let (snapshot, _) = Snapshot::compile(&ruleset);
        let (context, flag) = (Context::new(), snapshot.flag("f").unwrap());
        let moment = Moment {
            now: Timestamp::UNIX_EPOCH,
            seed: 0,
        };
        let outcome = snapshot.evaluate(flag, &snapshot.bind(&context), &moment, &mut NoVisitor);
        let mut pen = Pen::new("o/p/e", 1);
        pen.flag(flag, &outcome);
        serde_json::from_slice::<Json>(&pen.finish()).unwrap()["value"].take()
    }

    #[test]
    fn a_flag_of_flagsmiths_without_a_value_is_on_or_off() {
        assert_eq!(value("flagsmith", true), json!(true));
        assert_eq!(value("flagsmith", false), json!(false));
        assert_eq!(value("flagd", true), Json::Null);
    }
}
