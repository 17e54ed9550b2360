//! Criteria as rules.
//!
//! | criterion | rules |
//! |---|---|
//! | one variant, or none | it for the audience |
//! | weights | a split for those below the sum of the weights, `off` for the rest of the audience |
//! | a percentage with `serve` | what it serves for those below the percentage, `off` for the rest |
//! | a percentage alone | `true` for those below the percentage; the rest goes on to the next |
//!
//! Where people are placed, whoever has no key to be placed by gets nothing at all, whatever comes first.

use super::condition::audience;
use super::document::{Criterion, Feature, Stage};
use super::feature::Table;
use super::gap;
use crate::attribute;
use crate::report::Gaps;
use hoist_engine::ruleset::{
    Allocation, Arm, Assign, Condition, Draw, Gate, Input, Metadata, Missing, Operator, Quantifier, Scheme, Serve,
    Share, Split, Test, What,
};
use hoist_model::document::{ConfigRule, Foreign};

/// The attribute by which people are placed: the subject's key.
const KEY: &str = "targetingKey";

/// What the first generation places people by where a stage does not say.
const FIRST_KEY: &str = "user.id";

/// All weights together, hundredths of a percent.
const TOTAL: u32 = 10_000;

/// A stage being read.
pub(super) struct Reader<'r> {
    pub(super) feature: &'r Feature,
    pub(super) stage: &'r Stage,
    pub(super) table: &'r Table,
    pub(super) generation: Generation,
}

/// Which criteria a stage has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    /// Percentages alone, before November 2025.
    First,
    Later,
}

impl Generation {
    pub(super) fn of(criteria: &[&Criterion]) -> Self {
        let is_first = |own: &&Criterion| own.rollout_percentage.is_some() && own.serve.is_none();
        if criteria.iter().any(is_first) {
            Self::First
        } else {
            Self::Later
        }
    }
}

/// How a criterion shares out.
enum Shares {
    /// One thing for all.
    Serve(Serve),
    /// By weight.
    Split { serve: Serve, share: Share },
    /// Below a percentage; whether the rest may go on.
    Part { serve: Serve, share: Share, rest: Rest },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Off,
    GoesOn,
}

impl Reader<'_> {
    pub(super) fn rules(&self, criteria: &[&Criterion], gaps: &mut Gaps) -> Vec<ConfigRule> {
        let shares: Vec<Shares> = criteria.iter().map(|own| self.shares(own, gaps)).collect();
        let mut rules = Vec::new();
        if shares.iter().any(|own| !matches!(own, Shares::Serve(_))) {
            rules.push(rule("keyless".to_owned(), Some(self.keyless()), None, self.table.off()));
        }
        for ((number, criterion), shares) in (1_usize..).zip(criteria).zip(shares) {
            let condition = audience(criterion, &self.feature.key, gaps);
            let id = format!("criterion-{number}");
            let rest = |rules: &mut Vec<ConfigRule>| {
                rules.push(rule(format!("{id}-rest"), condition.clone(), None, self.table.off()));
            };
            match shares {
                Shares::Serve(serve) => rules.push(rule(id, condition, None, serve)),
                Shares::Split {
                    serve,
                    share: Share::ALL,
                } => rules.push(rule(id, condition, None, serve)),
                Shares::Split { serve, share } => {
                    rules.push(rule(id.clone(), condition.clone(), Some(self.gate(share)), serve));
                    rest(&mut rules);
                }
                Shares::Part {
                    serve,
                    share,
                    rest: after,
                } => {
                    rules.push(rule(id.clone(), condition.clone(), Some(self.gate(share)), serve));
                    if after == Rest::Off {
                        rest(&mut rules);
                    }
                }
            }
        }
        rules
    }

    fn shares(&self, criterion: &Criterion, gaps: &mut Gaps) -> Shares {
        if let Some(percent) = criterion.rollout_percentage {
            let share = hundredths(percent);
            return match &criterion.serve {
                None => Shares::Part {
                    serve: self.table.on(),
                    share,
                    rest: Rest::GoesOn,
                },
                Some(variant) => {
                    if share != Share::ALL {
                        self.outside("gets `true`", gaps);
                    }
                    Shares::Part {
                        serve: self.variant(variant.as_deref(), gaps),
                        share,
                        rest: Rest::Off,
                    }
                }
            };
        }
        if criterion.variant_selection_mode.as_deref() == Some("SPECIFIC_VARIANT") {
            return Shares::Serve(self.variant(criterion.selected_variant_control.as_deref(), gaps));
        }
        if criterion.variant_allocations.is_empty() {
            return Shares::Serve(self.table.on());
        }
        self.split(criterion, gaps)
    }

    fn split(&self, criterion: &Criterion, gaps: &mut Gaps) -> Shares {
        let mut ordered: Vec<_> = criterion.variant_allocations.iter().collect();
        ordered.sort_by(|a, b| a.variant_control.cmp(&b.variant_control));
        let mut left = TOTAL;
        let mut arms = Vec::with_capacity(ordered.len() + 1);
        for own in ordered {
            let weight = own.weight.saturating_mul(100).min(left);
            left -= weight;
            arms.push(Arm {
                variant: self.key(Some(&own.variant_control), gaps),
                weight,
            });
        }
        if left > 0 {
            // Nobody gets here: the gate lets in whom the weights place.
            arms.push(Arm {
                variant: self.table.off_key().to_owned(),
                weight: left,
            });
            self.outside("gets the last variant", gaps);
        }
        let split = Split {
            allocation: self.allocation(),
            arms,
        };
        Shares::Split {
            serve: Serve {
                what: What::Split(Box::new(split)),
                enabled: true,
                metadata: Metadata::new(),
            },
            share: Share::from_hundredths(u16::try_from(TOTAL - left).unwrap_or_default()),
        }
    }

    fn variant(&self, name: Option<&str>, gaps: &mut Gaps) -> Serve {
        Serve::variant(self.key(name, gaps))
    }

    /// The key of a variant; without one, or where there is none of the name, that of `true`.
    fn key(&self, name: Option<&str>, gaps: &mut Gaps) -> String {
        let Some(name) = name else {
            return self.table.on_key().to_owned();
        };
        if let Some(key) = self.table.key(name) {
            return key.to_owned();
        }
        let text = format!("`{name}` is no variant of the feature; `true` is served, as there");
        gaps.flag(&self.feature.key, gap::VARIANT, text);
        self.table.on_key().to_owned()
    }

    fn outside(&self, there: &str, gaps: &mut Gaps) {
        let text = format!("whoever is outside of its percentages {there} there, and nothing here");
        gaps.flag(&self.feature.key, gap::OUTSIDE, text);
    }

    fn gate(&self, share: Share) -> Gate {
        Gate {
            allocation: self.allocation(),
            share,
            curve: None,
        }
    }

    /// By the feature's key and the subject's, or the attribute that the stage names; no salt, no environment.
    fn allocation(&self) -> Allocation {
        Allocation {
            scheme: Scheme::FluxGate,
            salt: self.feature.key.clone(),
            inputs: vec![Input::FirstOf(self.keys())],
            missing: Missing::NotMatched,
            draw: Draw::Interval,
            assign: Assign::Stable,
        }
    }

    fn keys(&self) -> Vec<String> {
        let named = self.stage.bucketing_key.as_deref().filter(|key| !key.is_empty());
        match (named, self.generation) {
            (Some(key), _) => vec![KEY.to_owned(), attribute::named(key)],
            (None, Generation::First) => vec![KEY.to_owned(), FIRST_KEY.to_owned()],
            (None, Generation::Later) => vec![KEY.to_owned()],
        }
    }

    /// Whoever has no key to be placed by, or an empty one, or one that is no text.
    fn keyless(&self) -> Condition {
        let some = |key: &String| {
            Condition::Test(Test {
                attribute: key.clone(),
                op: Operator::Matches,
                values: vec!["(?s).".into()],
                negate: false,
                ignore_case: false,
                quantifier: Quantifier::Any,
            })
        };
        let keys = self.keys();
        Condition::Not(Box::new(Condition::Any(keys.iter().map(some).collect())))
    }
}

fn rule(id: String, condition: Option<Condition>, gate: Option<Gate>, serve: Serve) -> ConfigRule {
    ConfigRule {
        id,
        name: String::new(),
        disabled: false,
        condition,
        gate,
        serve,
        foreign: Foreign::default(),
    }
}

fn hundredths(percent: u32) -> Share {
    Share::from_hundredths(u16::try_from(percent.min(100) * 100).unwrap_or_default())
}
