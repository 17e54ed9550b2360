//! Changes in words: one sentence per part that differs.

mod schedule;

use hoist_engine::ruleset::{Condition, CurveShape, Gate, Operator, Quantifier, Serve, Share, Test, What};
use serde_json::Value as Json;

use crate::document::{Config, ConfigRule, Flag, Overrides};

/// A share in percent without needless zeros.
pub fn percent(share: Share) -> String {
    hundredths(u32::from(share.hundredths()))
}

fn hundredths(value: u32) -> String {
    let text = format!("{}.{:02}", value / 100, value % 100);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What is served, in a few words.
pub fn serve(serve: &Serve) -> String {
    let text = match &serve.what {
        What::CodeDefault => "the application's default".to_owned(),
        What::Variant(key) => key.clone(),
        What::Value(value) => format!("value {}", shortened(&value.to_string())),
        What::Split(split) => {
            let total: u64 = split.arms.iter().map(|arm| u64::from(arm.weight)).sum();
            let arms: Vec<String> = split
                .arms
                .iter()
                .map(|arm| {
                    let share = (u64::from(arm.weight) * 10_000).checked_div(total).unwrap_or(0);
                    format!("{} {}", arm.variant, hundredths(u32::try_from(share).unwrap_or(0)))
                })
                .collect();
            format!("split {}", arms.join(" / "))
        }
        What::Ramp(ramp) => {
            let share = |point: Option<&hoist_engine::ruleset::Point>| {
                point.map_or_else(String::new, |point| percent(point.share))
            };
            let shape = match ramp.curve.shape {
                CurveShape::Steps => "in steps",
                CurveShape::Linear => "evenly",
            };
            format!(
                "ramp of {} from {} to {} {shape}",
                ramp.variant,
                share(ramp.curve.points.first()),
                share(ramp.curve.points.last())
            )
        }
        What::JsonLogic { .. } => "what its JsonLogic expression names".to_owned(),
    };
    if serve.enabled {
        text
    } else {
        format!("{text} (not enabled)")
    }
}

/// A condition as a sentence part.
pub fn condition(tree: &Condition) -> String {
    match tree {
        Condition::All(inner) if inner.is_empty() => "everybody".to_owned(),
        Condition::Any(inner) if inner.is_empty() => "nobody".to_owned(),
        Condition::All(inner) => joined(inner, " and "),
        Condition::Any(inner) => joined(inner, " or "),
        Condition::Not(inner) => format!("not ({})", condition(inner)),
        Condition::Test(test) => test_in_words(test),
        Condition::Segment(key) => format!("in segment {key}"),
        Condition::Percentage(share) => format!("within {}", percent(share.share)),
        Condition::Broken { problem, .. } => format!("unreadable ({problem})"),
    }
}

fn joined(inner: &[Condition], word: &str) -> String {
    let parts: Vec<String> = inner
        .iter()
        .map(|each| match each {
            Condition::All(list) | Condition::Any(list) if list.len() > 1 && inner.len() > 1 => {
                format!("({})", condition(each))
            }
            _ => condition(each),
        })
        .collect();
    parts.join(word)
}

fn test_in_words(test: &Test) -> String {
    let quantifier = match test.quantifier {
        Quantifier::Any => "",
        Quantifier::All => "every element of ",
        Quantifier::None => "no element of ",
    };
    let values: Vec<String> = test
        .values
        .iter()
        .take(3)
        .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect();
    let values = if test.values.len() > 3 {
        format!("{}, … ({} values)", values.join(", "), test.values.len())
    } else {
        values.join(", ")
    };
    let (plain, negated) = words(test.op);
    let operator = if test.negate { negated } else { plain };
    format!("{quantifier}{} {operator} {values}", test.attribute)
        .trim_end()
        .to_owned()
}

/// An operator and its negation. The console has the same words (`ui/src/text/rules.ts`): a plan
/// says what its editor showed.
const fn words(op: Operator) -> (&'static str, &'static str) {
    match op {
        Operator::Equals => ("is", "is not"),
        Operator::In => ("is one of", "is not one of"),
        Operator::Contains => ("contains", "does not contain"),
        Operator::StartsWith => ("starts with", "does not start with"),
        Operator::EndsWith => ("ends with", "does not end with"),
        Operator::Matches => ("matches pattern", "does not match pattern"),
        Operator::Eq => ("=", "≠"),
        Operator::SemverEq => ("= version", "≠ version"),
        Operator::Lt | Operator::SemverLt => ("<", "not <"),
        Operator::Lte | Operator::SemverLte => ("≤", "not ≤"),
        Operator::Gt | Operator::SemverGt => (">", "not >"),
        Operator::Gte | Operator::SemverGte => ("≥", "not ≥"),
        Operator::Modulo => ("divided leaves", "divided does not leave"),
        Operator::SemverRange => ("in version range", "not in version range"),
        Operator::Before => ("is before", "is not before"),
        Operator::After => ("is after", "is not after"),
        Operator::Within => ("is within", "is not within"),
        Operator::Exists => ("is present", "is absent"),
        Operator::Cidr => ("is in network", "is not in network"),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(60).collect::<String>())
    }
}

fn gate(gate: Option<&Gate>) -> String {
    match gate {
        None => "everybody".to_owned(),
        Some(gate) if gate.curve.is_some() => "a ramp".to_owned(),
        Some(gate) => percent(gate.share),
    }
}

fn rule_name(rule: &ConfigRule) -> String {
    if rule.name.is_empty() {
        format!("rule {}", rule.id)
    } else {
        format!("rule “{}”", rule.name)
    }
}

/// What differs between two configurations. `label` says which flag and environment.
pub(super) fn config(before: &Config, after: &Config, label: &str) -> Vec<String> {
    let mut lines = Vec::new();
    match (before.enabled, after.enabled) {
        (false, true) => lines.push(format!("Turns on {label}: serves {}", overview(after))),
        (true, false) => lines.push(format!("Turns off {label}: serves {}", serve(&after.off))),
        _ => {}
    }
    if before.off != after.off {
        lines.push(format!(
            "{label}: while off serves {} (was {})",
            serve(&after.off),
            serve(&before.off)
        ));
    }
    schedule::lines(&before.schedule, &after.schedule, label, &mut lines);
    if before.prerequisites != after.prerequisites {
        let names: Vec<&str> = after.prerequisites.iter().map(|each| each.flag.as_str()).collect();
        lines.push(if names.is_empty() {
            format!("{label}: no prerequisites any more")
        } else {
            format!("{label}: needs {}", names.join(", "))
        });
    }
    rules(before, after, label, &mut lines);
    if before.default != after.default {
        lines.push(format!(
            "{label}: otherwise serves {} (was {})",
            serve(&after.default),
            serve(&before.default)
        ));
    }
    if lines.is_empty() {
        lines.push(format!("Changes the configuration of {label}"));
    }
    lines
}

/// What a switched-on configuration serves, in a few words.
pub fn overview(config: &Config) -> String {
    let live = config.rules.iter().filter(|rule| !rule.disabled).count();
    match live {
        0 => serve(&config.default),
        1 => format!("1 rule, else {}", serve(&config.default)),
        count => format!("{count} rules, else {}", serve(&config.default)),
    }
}

fn rules(before: &Config, after: &Config, label: &str, lines: &mut Vec<String>) {
    for rule in &after.rules {
        match before.rules.iter().find(|old| old.id == rule.id) {
            None => {
                let when = rule
                    .condition
                    .as_ref()
                    .map_or_else(|| "everybody".to_owned(), condition);
                lines.push(format!(
                    "{label}: adds {}: {when} → {}",
                    rule_name(rule),
                    serve(&rule.serve)
                ));
            }
            Some(old) => rule_changes(old, rule, label, lines),
        }
    }
    for old in before
        .rules
        .iter()
        .filter(|old| !after.rules.iter().any(|rule| rule.id == old.id))
    {
        lines.push(format!("{label}: removes {}", rule_name(old)));
    }
    let kept = |all: &[ConfigRule], other: &[ConfigRule]| -> Vec<String> {
        all.iter()
            .filter(|rule| other.iter().any(|each| each.id == rule.id))
            .map(|rule| rule.id.clone())
            .collect()
    };
    if kept(&before.rules, &after.rules) != kept(&after.rules, &before.rules) {
        let order: Vec<String> = after.rules.iter().map(rule_name).collect();
        lines.push(format!("{label}: new order of rules: {}", order.join(", ")));
    }
}

fn rule_changes(old: &ConfigRule, new: &ConfigRule, label: &str, lines: &mut Vec<String>) {
    let name = rule_name(new);
    if old.name != new.name {
        lines.push(format!("{label}: renames {} to {name}", rule_name(old)));
    }
    if old.disabled != new.disabled {
        lines.push(format!(
            "{label}: {} {name}",
            if new.disabled { "pauses" } else { "resumes" }
        ));
    }
    if old.condition != new.condition {
        let when = new.condition.as_ref().map_or_else(|| "everybody".to_owned(), condition);
        lines.push(format!("{label}: {name} now applies to: {when}"));
    }
    if old.gate != new.gate {
        lines.push(format!(
            "{label}: {name} admits {} (was {})",
            gate(new.gate.as_ref()),
            gate(old.gate.as_ref())
        ));
    }
    if old.serve != new.serve {
        lines.push(format!(
            "{label}: {name} serves {} (was {})",
            serve(&new.serve),
            serve(&old.serve)
        ));
    }
}

/// What differs between two override sets.
pub(super) fn overrides(before: &Overrides, after: &Overrides, label: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let flatten = |body: &Overrides| -> Vec<(String, String)> {
        let subjects = body.subjects.iter().flat_map(|group| {
            group
                .subjects
                .iter()
                .map(|key| (format!("subject {key}"), serve(&group.serve)))
        });
        let segments = body
            .segments
            .iter()
            .map(|group| (format!("segment {}", group.segment), serve(&group.serve)));
        subjects.chain(segments).collect()
    };
    let (old, new) = (flatten(before), flatten(after));
    for (who, what) in new.iter().filter(|each| !old.contains(each)) {
        lines.push(format!("{label}: {who} gets {what}"));
    }
    for (who, _) in old.iter().filter(|(who, _)| !new.iter().any(|(other, _)| who == other)) {
        lines.push(format!("{label}: {who} has no override any more"));
    }
    if lines.is_empty() {
        lines.push(format!("{label}: orders the overrides anew"));
    }
    const MOST: usize = 20;
    if lines.len() > MOST {
        let rest = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("{label}: and {rest} more overrides"));
    }
    lines
}

/// What differs between two definitions.
pub(super) fn flag(before: &Flag, after: &Flag) -> Vec<String> {
    let key = &after.key;
    let mut lines = Vec::new();
    for variant in &after.variants {
        match before.variants.iter().find(|old| old.key == variant.key) {
            None => lines.push(format!("{key}: adds variant {}", variant.key)),
            Some(old) if old.value != variant.value => {
                let text = |value: &Option<Json>| {
                    value
                        .as_ref()
                        .map_or_else(|| "no value".to_owned(), |value| shortened(&value.to_string()))
                };
                lines.push(format!(
                    "{key}: variant {} becomes {} (was {})",
                    variant.key,
                    text(&variant.value),
                    text(&old.value)
                ));
            }
            Some(old) if old != variant => lines.push(format!("{key}: changes variant {}", variant.key)),
            Some(_) => {}
        }
    }
    for old in before
        .variants
        .iter()
        .filter(|old| !after.variants.iter().any(|variant| variant.key == old.key))
    {
        lines.push(format!("{key}: removes variant {}", old.key));
    }
    if before.client_visible != after.client_visible {
        let text = if after.client_visible {
            "becomes visible to client credentials"
        } else {
            "is hidden from client credentials"
        };
        lines.push(format!("{key} {text}"));
    }
    if before.tags != after.tags {
        lines.push(format!(
            "{key}: tags {}",
            if after.tags.is_empty() {
                "none".to_owned()
            } else {
                after.tags.join(", ")
            }
        ));
    }
    if before.owner != after.owner {
        lines.push(format!("{key}: owner {}", after.owner.as_deref().unwrap_or("nobody")));
    }
    if (&before.name, &before.description, before.purpose) != (&after.name, &after.description, after.purpose) {
        lines.push(format!("{key}: changes name, description or purpose"));
    }
    if lines.is_empty() && before != after {
        lines.push(format!("Changes the definition of {key}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word that only one side changes would be read as a difference.
    #[test]
    fn plans_speak_as_the_console_does() {
        let theirs = include_str!("../../../../ui/src/text/rules.ts");
        let mut found = 0;
        for line in theirs.lines() {
            let Some((name, rest)) = line.trim().split_once(": { plain: ") else {
                continue;
            };
            let Ok(op) = serde_json::from_value::<Operator>(name.into()) else {
                continue;
            };
            let (plain, negated) = words(op);
            assert_eq!(rest, format!("'{plain}', negated: '{negated}' }},"), "{name}");
            found += 1;
        }
        assert_eq!(found, 23, "every operator has its line");
    }

    #[test]
    fn negation_reads_as_a_sentence() {
        let test =
            serde_json::json!({"test": {"attribute": "country", "op": "in", "values": ["NO", "SE"], "negate": true}});
        let tree: Condition = serde_json::from_value(test).expect("a condition");
        assert_eq!(condition(&tree), "country is not one of NO, SE");
    }
}
