//! From the rules of an environment to flagd's definition of it.
//!
//! Steps become `if` with a pair for each; what decides last becomes the default variant, so that `null` leads to it.
//! A flag that flagd cannot serve exactly as we do is left out and named in the [`Gap`]s, never approximated.

use hoist_engine::ruleset::{FlagRules, Fractional, Kind, Ruleset, Serve, Step, Variant, What};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::condition::{Said, Segments, condition, segment, subjects};

/// What flagd's definition of an environment says, and does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// `flags` and `metadata`.
    pub document: Json,
    /// In order of key.
    pub gaps: Vec<Gap>,
}

/// Something that flagd cannot say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Key of the flag.
    pub flag: String,
    /// What is missing in the document.
    pub left_out: LeftOut,
    /// Why, for people.
    pub text: String,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// The whole flag: clients serve their own default.
    Flag,
    /// Some metadata; the values are right.
    Metadata,
}

/// How large a definition may become.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The definition for clients whose `fractional` is of this generation.
pub fn export(rules: &Ruleset, flag_set: &str, fractional: Fractional) -> Export {
    let segments: Segments<'_> = rules
        .segments
        .iter()
        .map(|segment| (segment.key.as_str(), segment))
        .collect();
    let (mut flags, mut gaps) = (Map::new(), Vec::new());
    let mut room = MOST_BYTES;
    let mut ordered: Vec<&FlagRules> = rules.flags.iter().collect();
    ordered.sort_by(|a, b| a.key.cmp(&b.key));
    for rules in ordered {
        let gap = |left_out, text: String| Gap {
            flag: rules.key.clone(),
            left_out,
            text,
        };
        let made = flag(rules, &segments, fractional).and_then(|flag| {
            // Segments are written out where they are used, so what is small here may be large there.
            let left = room.checked_sub(flag.to_string().len());
            room = left.ok_or_else(|| format!("the definition would be larger than {MOST_BYTES} bytes with it"))?;
            Ok(flag)
        });
        match made {
            Ok(flag) => {
                flags.insert(rules.key.clone(), flag);
                if has_more_metadata(rules) {
                    let text = "flagd has flat metadata of flags only: other metadata is not sent";
                    gaps.push(gap(LeftOut::Metadata, text.into()));
                }
            }
            Err(why) => gaps.push(gap(LeftOut::Flag, why)),
        }
    }
    Export {
        document: json!({"flags": flags, "metadata": {"flagSetId": flag_set}}),
        gaps,
    }
}

/// What a step serves, in flagd's words.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    Variant(String),
    CodeDefault,
    Expression { rule: Json, otherwise: Option<String> },
}

/// Conditions with what they lead to, and what is left.
struct Steps {
    pairs: Vec<(Json, Outcome)>,
    last: Outcome,
    /// flagd's own word for a flag that is off: no value at all.
    disabled: bool,
}

fn flag(rules: &FlagRules, segments: &Segments<'_>, fractional: Fractional) -> Said<Json> {
    let steps = steps(rules, segments, fractional)?;
    let (targeting, default) = targeting(steps.pairs, steps.last)?;
    let mut flag = Map::new();
    let state = if steps.disabled { "DISABLED" } else { "ENABLED" };
    flag.insert("state".into(), state.into());
    flag.insert("variants".into(), variants(&rules.variants, rules.kind)?);
    if let Some(default) = default {
        flag.insert("defaultVariant".into(), default.into());
    }
    if let Some(targeting) = targeting {
        flag.insert("targeting".into(), targeting);
    }
    let metadata: Map<String, Json> = rules
        .metadata
        .iter()
        .filter(|(name, value)| is_flat(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if !metadata.is_empty() {
        flag.insert("metadata".into(), Json::Object(metadata));
    }
    Ok(Json::Object(flag))
}

fn variants(variants: &[Variant], kind: Kind) -> Said<Json> {
    if variants.is_empty() {
        return Err("it has no variants".into());
    }
    let one = |variant: &Variant| {
        let value = variant.value.clone().filter(|value| !value.is_null());
        let value = value.ok_or_else(|| format!("its variant `{}` has no value", variant.key))?;
        if variant.key.is_empty() || variant.key.contains('"') {
            return Err(format!("flagd has no variant called `{}`", variant.key));
        }
        Ok((variant.key.clone(), value))
    };
    let all: Map<String, Json> = variants.iter().map(one).collect::<Said<_>>()?;
    let types: std::collections::HashSet<u8> = all.values().map(type_of).collect();
    if types.len() > 1 && kind == Kind::Any {
        return Err("its variants are of several types".into());
    }
    Ok(Json::Object(all))
}

fn type_of(value: &Json) -> u8 {
    match value {
        Json::Null => 0,
        Json::Bool(_) => 1,
        Json::Number(_) => 2,
        Json::String(_) => 3,
        Json::Array(_) | Json::Object(_) => 4,
    }
}

fn steps(rules: &FlagRules, segments: &Segments<'_>, fractional: Fractional) -> Said<Steps> {
    let mut pairs = Vec::new();
    let serve = |serve: &Serve| outcome(serve, fractional);
    let mut disabled = false;
    for step in &rules.steps {
        match step {
            Step::Kill { until: None, off } | Step::Off { off } => {
                let off = serve(off)?;
                if pairs.is_empty() && off == Outcome::CodeDefault {
                    // The rest is kept as it would be served: flagd does not look at it.
                    disabled = true;
                    continue;
                }
                return finished(pairs, off, disabled);
            }
            Step::Kill {
                until: Some(until),
                off,
            } => pairs.push((before(*until)?, serve(off)?)),
            Step::Windows { .. } => return Err("flagd has no windows".into()),
            Step::Prerequisites { .. } => return Err("flagd has no prerequisites".into()),
            Step::Subjects { groups } => {
                for group in groups {
                    pairs.push((subjects(&group.subjects)?, serve(&group.serve)?));
                }
            }
            Step::Segments { groups } => {
                for group in groups {
                    pairs.push((segment(&group.segment, segments)?, serve(&group.serve)?));
                }
            }
            Step::Rules { rules: own } => {
                for rule in own {
                    if rule.gate.is_some() {
                        return Err("a rule has a gate, which is placed by another hash than flagd's".into());
                    }
                    let served = serve(&rule.serve)?;
                    match &rule.condition {
                        Some(own) => pairs.push((condition(own, rules.profile, segments)?, served)),
                        None => return finished(pairs, served, disabled),
                    }
                }
            }
            Step::Serve { serve: own } => return finished(pairs, serve(own)?, disabled),
        }
    }
    finished(pairs, Outcome::CodeDefault, disabled)
}

#[expect(clippy::unnecessary_wraps, reason = "every way out of the steps is one call")]
fn finished(pairs: Vec<(Json, Outcome)>, last: Outcome, disabled: bool) -> Said<Steps> {
    Ok(Steps { pairs, last, disabled })
}

/// flagd counts whole seconds, so only a whole second is exact.
fn before(until: Timestamp) -> Said<Json> {
    if until.subsec_nanosecond() != 0 {
        return Err("it is killed until a moment between two seconds".into());
    }
    Ok(json!({"<": [{"var": "$flagd.timestamp"}, until.as_second()]}))
}

fn outcome(serve: &Serve, fractional: Fractional) -> Said<Outcome> {
    match &serve.what {
        What::CodeDefault => Ok(Outcome::CodeDefault),
        What::Variant(key) => Ok(Outcome::Variant(key.clone())),
        What::Value(_) => Err("a rule serves a value that is no variant".into()),
        What::Split(_) => Err("a split is placed by another hash than flagd's".into()),
        What::Ramp(_) => Err("a ramp is placed by another hash than flagd's".into()),
        What::JsonLogic {
            expression,
            otherwise,
            fractional: own,
        } => {
            if *own != fractional && names(expression, "fractional") {
                return Err("its `fractional` is of another generation than was asked for".into());
            }
            Ok(Outcome::Expression {
                rule: expression.clone(),
                otherwise: otherwise.clone(),
            })
        }
    }
}

/// Whether a rule has this member anywhere.
fn names(rule: &Json, name: &str) -> bool {
    match rule {
        Json::Array(items) => items.iter().any(|item| names(item, name)),
        Json::Object(members) => members.iter().any(|(own, value)| own == name || names(value, name)),
        _ => false,
    }
}

/// The rule and the default variant. A rule that gives null leads to the default, and without one to the code's own.
fn targeting(pairs: Vec<(Json, Outcome)>, last: Outcome) -> Said<(Option<Json>, Option<String>)> {
    if pairs.is_empty() {
        return Ok(match last {
            Outcome::Variant(key) => (None, Some(key)),
            Outcome::CodeDefault => (None, None),
            Outcome::Expression { rule, otherwise } => (Some(rule), otherwise),
        });
    }
    let leads_to_code = pairs.iter().any(|(_, outcome)| *outcome == Outcome::CodeDefault);
    let (end, default) = match last {
        Outcome::Variant(key) if leads_to_code => (json!(key), None),
        Outcome::Variant(key) => (Json::Null, Some(key)),
        Outcome::CodeDefault => (Json::Null, None),
        Outcome::Expression { otherwise: Some(_), .. } if leads_to_code => {
            return Err("it leads to the application's own default in one place and to a variant in another".into());
        }
        Outcome::Expression { rule, otherwise } => (rule, otherwise),
    };
    let mut all = Vec::with_capacity(2 * pairs.len() + 1);
    for (condition, outcome) in pairs {
        all.push(condition);
        all.push(match outcome {
            Outcome::Variant(key) => json!(key),
            Outcome::CodeDefault => Json::Null,
            Outcome::Expression { .. } => return Err("a rule serves an expression of its own".into()),
        });
    }
    all.push(end);
    Ok((Some(json!({"if": all})), default))
}

/// One entry of another kind makes some cores refuse the whole document.
fn is_flat(name: &str, value: &Json) -> bool {
    !name.is_empty() && (value.is_string() || value.is_number() || value.is_boolean())
}

fn has_more_metadata(rules: &FlagRules) -> bool {
    let of_step = |step: &Step| match step {
        Step::Kill { off, .. } | Step::Off { off } | Step::Windows { off, .. } | Step::Prerequisites { off, .. } => {
            !off.metadata.is_empty()
        }
        Step::Subjects { groups } => groups.iter().any(|group| !group.serve.metadata.is_empty()),
        Step::Segments { groups } => groups.iter().any(|group| !group.serve.metadata.is_empty()),
        Step::Rules { rules } => rules.iter().any(|rule| !rule.serve.metadata.is_empty()),
        Step::Serve { serve } => !serve.metadata.is_empty(),
    };
    let is_deep = rules.metadata.iter().any(|(name, value)| !is_flat(name, value));
    is_deep || rules.steps.iter().any(of_step) || rules.variants.iter().any(|variant| !variant.metadata.is_empty())
}
