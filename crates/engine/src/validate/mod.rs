//! The strict check of a change: what a load would tolerate is refused here, with a path.
//!
//! Every finding names the place as a JSON pointer into the flag or segment as it serialises.
//! Values of operators are read by the very code that compiles them, so what passes here compiles.
//!
//! How to extend: a limit is a field of [`Limits`] with its check where the thing is walked.

mod condition;
mod serve;

use rustc_hash::FxHashSet;
use serde::Serialize;
use serde_json::Value as Json;

use crate::compile::{Path, Report, Tables};
use crate::curve::Curve;
use crate::problem::{About, Problem};
use crate::ruleset::{
    FlagRules, Gate, Kind, Metadata, Outside, Profile, Rule, SegmentGroup, SegmentRules, Step, SubjectGroup, Variant,
    Window,
};
use crate::windows::Windows;

/// Largest whole number that every client can read: 2^53 − 1.
const LARGEST_INTEGER: i64 = (1 << 53) - 1;

/// How large things may get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rules of one flag.
    pub rules: usize,
    /// Windows of one flag.
    pub windows: usize,
    /// Variants of one flag.
    pub variants: usize,
    /// Levels of one condition.
    pub condition_depth: usize,
    /// Nodes of one condition.
    pub condition_nodes: usize,
    /// Values of one test, subjects of one group.
    pub values: usize,
    /// One value as JSON text, bytes.
    pub value_bytes: usize,
    /// One flag as JSON text, bytes.
    pub flag_bytes: usize,
    /// Text of one regular expression, bytes.
    pub regex_text: usize,
    /// A key, bytes.
    pub key_bytes: usize,
    /// Members of a segment that stand in its document.
    pub members: usize,
    /// Whose keys may break the form of new ones.
    pub keys: Keys,
}

/// Which keys are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// `[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}`.
    New,
    /// Printable text up to [`Limits::key_bytes`].
    Stored,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rules: 200,
            windows: 50,
            variants: 200,
            condition_depth: 16,
            condition_nodes: 500,
            values: 10_000,
            value_bytes: 64 * 1024,
            flag_bytes: 512 * 1024,
            regex_text: 4 * 1024,
            key_bytes: 200,
            members: 5_000_000,
            keys: Keys::Stored,
        }
    }
}

/// Rules that can be checked on their own.
pub trait Checked {
    /// What is wrong; empty = nothing.
    fn check(&self, limits: &Limits) -> Vec<Problem>;
}

/// What is wrong with a flag or segment; empty = nothing. What it refers to (other flags, segments)
/// is not looked at.
pub fn validate(rules: &impl Checked, limits: &Limits) -> Vec<Problem> {
    rules.check(limits)
}

impl Checked for FlagRules {
    fn check(&self, limits: &Limits) -> Vec<Problem> {
        let mut check = Check::new(About::Flag(self.key.clone()), limits, self.profile);
        let root = Path::ROOT;
        check.key(&self.key, &root.at("key"));
        check.bytes(self, limits.flag_bytes, &root);
        check.metadata(&self.metadata, &root.at("metadata"));
        check.variants(self, &root.at("variants"));
        check.kind = self.kind;
        check.known = self.variants.iter().map(|variant| variant.key.as_str()).collect();
        check.steps(&self.steps, &root.at("steps"));
        check.report.problems
    }
}

impl Checked for SegmentRules {
    fn check(&self, limits: &Limits) -> Vec<Problem> {
        let mut check = Check::new(About::Segment(self.key.clone()), limits, self.profile);
        let root = Path::ROOT;
        check.key(&self.key, &root.at("key"));
        if self.members.len() > limits.members {
            check.add(&root.at("members"), format!("at most {} members", limits.members));
        }
        if let Some(condition) = &self.condition {
            check.condition(condition, &root.at("condition"));
        }
        check.report.problems
    }
}

/// A check under way.
struct Check<'c> {
    report: Report,
    limits: &'c Limits,
    profile: Profile,
    kind: Kind,
    known: FxHashSet<&'c str>,
    /// Thrown away; compiling needs somewhere to put names.
    tables: Tables,
}

impl<'c> Check<'c> {
    fn new(about: About, limits: &'c Limits, profile: Profile) -> Self {
        Self {
            report: Report::new(about),
            limits,
            profile,
            kind: Kind::Any,
            known: FxHashSet::default(),
            tables: Tables::default(),
        }
    }

    fn add(&mut self, path: &Path<'_>, message: impl Into<String>) {
        self.report.add(path, message);
    }

    fn key(&mut self, key: &str, path: &Path<'_>) {
        let problem = match self.limits.keys {
            Keys::New if !is_new_key(key) => {
                "a key is 1 to 128 of A-Z a-z 0-9 . _ : @ - and starts with a letter or digit"
            }
            Keys::Stored if !is_stored_key(key, self.limits.key_bytes) => "a key is printable text of limited length",
            _ => return,
        };
        self.add(path, problem);
    }

    fn bytes(&mut self, value: &impl Serialize, limit: usize, path: &Path<'_>) {
        let size = serde_json::to_string(value).map_or(usize::MAX, |text| text.len());
        if size > limit {
            self.add(path, format!("at most {limit} bytes, not {size}"));
        }
    }

    fn metadata(&mut self, metadata: &Metadata, path: &Path<'_>) {
        for (name, value) in metadata {
            if !(value.is_string() || value.is_number() || value.is_boolean()) {
                self.add(
                    &path.at(&escaped(name)),
                    "metadata holds text, numbers and booleans only",
                );
            }
        }
        self.bytes(metadata, self.limits.value_bytes, path);
    }

    fn variants(&mut self, flag: &FlagRules, path: &Path<'_>) {
        if flag.variants.len() > self.limits.variants {
            self.add(path, format!("at most {} variants", self.limits.variants));
        }
        let mut seen = FxHashSet::default();
        for (at, variant) in flag.variants.iter().enumerate() {
            let path = path.item(at);
            if !seen.insert(variant.key.as_str()) {
                self.add(
                    &path.at("key"),
                    format!("another variant has the key \"{}\"", variant.key),
                );
            }
            self.variant(variant, flag.kind, &path);
        }
    }

    fn variant(&mut self, variant: &Variant, kind: Kind, path: &Path<'_>) {
        if !is_stored_key(&variant.key, self.limits.key_bytes) {
            self.add(&path.at("key"), "a key is printable text of limited length");
        }
        if let Some(value) = &variant.value {
            self.value(value, kind, &path.at("value"));
        }
        self.metadata(&variant.metadata, &path.at("metadata"));
    }

    fn value(&mut self, value: &Json, kind: Kind, path: &Path<'_>) {
        if let Some(problem) = misfit(value, kind) {
            self.add(path, problem);
        }
        self.bytes(value, self.limits.value_bytes, path);
    }

    fn steps(&mut self, steps: &'c [Step], path: &Path<'_>) {
        let rules: usize = steps
            .iter()
            .map(|step| {
                if let Step::Rules { rules } = step {
                    rules.len()
                } else {
                    0
                }
            })
            .sum();
        if rules > self.limits.rules {
            self.add(path, format!("at most {} rules", self.limits.rules));
        }
        if !steps
            .last()
            .is_some_and(|step| matches!(step, Step::Serve { .. } | Step::Off { .. }))
        {
            self.add(path, "the last step must serve");
        }
        for (at, step) in steps.iter().enumerate() {
            self.step(step, &path.item(at));
        }
        self.rule_ids(steps, path);
    }

    fn step(&mut self, step: &'c Step, path: &Path<'_>) {
        match step {
            Step::Kill { off, .. } => self.serve(off, &path.at("kill/off")),
            Step::Off { off } => self.serve(off, &path.at("off/off")),
            Step::Windows { windows, outside, off } => {
                self.windows(windows, *outside, &path.at("windows/windows"));
                self.serve(off, &path.at("windows/off"));
            }
            Step::Prerequisites { all, off } => {
                self.serve(off, &path.at("prerequisites/off"));
                for (at, one) in all.iter().enumerate() {
                    if one.enabled.is_none() && one.variants.is_empty() {
                        let message = "a prerequisite asks for a state or for variants";
                        self.add(&path.at("prerequisites/all").item(at), message);
                    }
                }
            }
            Step::Subjects { groups } => self.subjects(groups, &path.at("subjects/groups")),
            Step::Segments { groups } => self.segments(groups, &path.at("segments/groups")),
            Step::Rules { rules } => {
                for (at, rule) in rules.iter().enumerate() {
                    self.rule(rule, &path.at("rules/rules").item(at));
                }
            }
            Step::Serve { serve } => self.serve(serve, &path.at("serve/serve")),
        }
    }

    fn windows(&mut self, windows: &[Window], outside: Outside, path: &Path<'_>) {
        if windows.len() > self.limits.windows {
            self.add(path, format!("at most {} windows", self.limits.windows));
            return;
        }
        let mut seen = FxHashSet::default();
        for (at, window) in windows.iter().enumerate() {
            if window.id.is_empty() || !seen.insert(window.id.as_str()) {
                self.add(&path.item(at).at("id"), "every window needs an id of its own");
            }
        }
        for problem in Windows::new(windows, outside).1 {
            let at = path.item(problem.window);
            self.add(&at.at(problem.path.trim_start_matches('/')), problem.message);
        }
    }

    fn subjects(&mut self, groups: &'c [SubjectGroup], path: &Path<'_>) {
        let mut seen = FxHashSet::default();
        for (at, group) in groups.iter().enumerate() {
            let path = path.item(at);
            self.serve(&group.serve, &path.at("serve"));
            if group.subjects.len() > self.limits.values {
                self.add(&path.at("subjects"), format!("at most {} subjects", self.limits.values));
            }
            for (at, subject) in group.subjects.iter().enumerate() {
                if !seen.insert(subject.as_str()) {
                    self.add(&path.at("subjects").item(at), "this subject is listed twice");
                }
            }
        }
    }

    fn segments(&mut self, groups: &'c [SegmentGroup], path: &Path<'_>) {
        for (at, group) in groups.iter().enumerate() {
            self.serve(&group.serve, &path.item(at).at("serve"));
        }
    }

    fn rule_ids(&mut self, steps: &[Step], path: &Path<'_>) {
        let mut seen = FxHashSet::default();
        for (at, step) in steps.iter().enumerate() {
            let Step::Rules { rules } = step else { continue };
            for (rule_at, rule) in rules.iter().enumerate() {
                if rule.id.is_empty() || !seen.insert(rule.id.as_str()) {
                    let message = "every rule needs an id of its own";
                    self.add(&path.item(at).at("rules/rules").item(rule_at).at("id"), message);
                }
            }
        }
    }

    fn rule(&mut self, rule: &'c Rule, path: &Path<'_>) {
        if let Some(condition) = &rule.condition {
            self.condition(condition, &path.at("condition"));
        }
        if let Some(gate) = &rule.gate {
            self.gate(gate, &path.at("gate"));
        }
        self.serve(&rule.serve, &path.at("serve"));
    }

    fn gate(&mut self, gate: &Gate, path: &Path<'_>) {
        self.allocation(&gate.allocation, &path.at("allocation"));
        if let Some(Err(problem)) = gate.curve.as_ref().map(Curve::new) {
            self.add(&path.at("curve"), problem);
        }
    }
}

fn is_new_key(key: &str) -> bool {
    let starts_well = key.starts_with(|first: char| first.is_ascii_alphanumeric());
    starts_well
        && key.len() <= 128
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._:@-".contains(&byte))
}

fn is_stored_key(key: &str, limit: usize) -> bool {
    !key.is_empty() && key.len() <= limit && !key.chars().any(char::is_control)
}

/// What is wrong with a value for its kind.
fn misfit(value: &Json, kind: Kind) -> Option<String> {
    let fits = match kind {
        Kind::Boolean => value.is_boolean(),
        Kind::String => value.is_string(),
        Kind::Float => value.is_number(),
        Kind::Object => value.is_object() || value.is_array(),
        Kind::Any => true,
        Kind::Integer => match value.as_i64() {
            Some(whole) if whole.unsigned_abs() > LARGEST_INTEGER.unsigned_abs() => {
                return Some("a whole number lies within ±9007199254740991".into());
            }
            whole => whole.is_some(),
        },
    };
    (!fits).then(|| format!("the value is not of the flag's kind ({})", kind_name(kind)))
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "boolean",
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Float => "float",
        Kind::Object => "object",
        Kind::Any => "any",
    }
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
