//! Writing flags: the slim form, which is all that Flagsmith's clients read.

use hoist_engine::{Detail, FlagRef, Outcome};

use super::catalogue::Entry;
use super::names::OURS;
use super::value::Nature;
use super::wire::Trait;
use crate::text::{push, push_decimal, push_string};

/// Bytes a flag takes, roughly; a larger one only makes the buffer grow.
const PER_FLAG: usize = 128;

/// Whom an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// Nobody in particular: variants are not told.
    Nobody,
    /// Somebody.
    Identity,
}

/// Writes the answer to one request.
pub(super) struct Pen {
    out: Vec<u8>,
    about: About,
}

impl Pen {
    /// For a number of flags.
    pub(super) fn new(about: About, flags: usize) -> Self {
        Self {
            out: Vec::with_capacity(64 + PER_FLAG * flags),
            about,
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Begins an identity's answer, up to its flags.
    pub(super) fn identity(&mut self, identifier: &str) {
        push!(self.out, "{\"identifier\":");
        push_string(&mut self.out, identifier);
        push!(self.out, ",\"flags\":");
    }

    /// Ends it.
    pub(super) fn traits(&mut self, traits: &[Trait]) {
        push!(self.out, ",\"traits\":[");
        for own in traits {
            if self.out.last() == Some(&b'}') {
                push!(self.out, ",");
            }
            // Nothing is stored, so nothing has an id.
            push!(self.out, "{\"id\":null,\"trait_key\":");
            push_string(&mut self.out, &own.key);
            push!(self.out, ",\"trait_value\":", own.value.to_string());
            push!(
                self.out,
                ",\"transient\":",
                if own.transient { "true" } else { "false" },
                "}"
            );
        }
        push!(self.out, "]}");
    }

    pub(super) fn open(&mut self) {
        push!(self.out, "[");
    }

    pub(super) fn item(&mut self, flag: FlagRef<'_>, entry: Option<&Entry>, outcome: &Outcome<'_>) {
        if self.out.last() == Some(&b'}') {
            push!(self.out, ",");
        }
        self.flag(flag, entry, outcome);
    }

    pub(super) fn close(&mut self) {
        push!(self.out, "]");
    }

    pub(super) fn flag(&mut self, flag: FlagRef<'_>, entry: Option<&Entry>, outcome: &Outcome<'_>) {
        let nature = Nature {
            kind: flag.kind(),
            profile: flag.profile(),
        };
        let value = outcome.value();
        push!(self.out, "{\"feature\":");
        match entry {
            Some(entry) => push!(self.out, entry.feature),
            // Younger than the catalogue: the next answer has its full name.
            None => {
                push!(self.out, "{\"id\":");
                push_decimal(&mut self.out, OURS + u64::from(flag.index()));
                push!(self.out, ",\"name\":", flag.key_json(), ",\"type\":\"STANDARD\"}");
            }
        }
        let is_on = nature.is_on(outcome.enabled, value);
        push!(self.out, ",\"enabled\":", if is_on { "true" } else { "false" });
        push!(self.out, ",\"feature_state_value\":");
        match value.and_then(|value| nature.text(value)) {
            Some(text) => push_string(&mut self.out, &text),
            None => push!(self.out, outcome.value_json().unwrap_or("null")),
        }
        if self.about == About::Identity {
            push!(self.out, ",\"variant\":", variant(entry, outcome));
        }
        push!(self.out, "}");
    }
}

/// Which option somebody got. As in Flagsmith only what is divided has options; control is one of them.
fn variant<'e>(entry: Option<&'e Entry>, outcome: &Outcome<'_>) -> &'e str {
    let is_told = matches!(outcome.detail, Detail::Split | Detail::Ramp);
    let at = outcome.variant_index().filter(|_| is_told);
    at.zip(entry).map_or("null", |(at, entry)| entry.variant(at))
}
