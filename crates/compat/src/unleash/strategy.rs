//! Strategies as conditions and gates.
//!
//! | strategy | condition | gate |
//! |---|---|---|
//! | `default` | – | – |
//! | `userWithId` | `userId` in the list | – |
//! | `remoteAddress` | `remoteAddress` in the blocks, or the same text as a literal entry | – |
//! | `applicationHostname` | `hostname` in the list, case folded | – |
//! | `gradualRolloutUserId`, `…SessionId` | – | share of that field |
//! | `gradualRolloutRandom` | – | share of requests |
//! | `flexibleRollout` | – | share by stickiness |
//! | anything else | never | – |
//!
//! Own constraints and segments are added to the condition.

use hoist_engine::ruleset::{
    Allocation, Assign, Condition, Draw, Gate, Input, Missing, Operator, Quantifier, Scheme, Share, Test,
};
use serde_json::{Map, Value as Json};

use super::wire::Strategy;
use super::{constraint, gap};
use crate::report::{Gaps, Subject};

/// What a strategy asks of a subject before anything is served.
#[derive(Clone, Debug, Default)]
pub(super) struct Admission {
    pub(super) condition: Option<Condition>,
    pub(super) gate: Option<Gate>,
    /// What the source said and nobody uses.
    pub(super) foreign: Map<String, Json>,
}

/// A strategy in its feature.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    pub(super) flag: &'p str,
    pub(super) strategy: &'p Strategy,
    /// From 1.
    pub(super) number: usize,
    /// Keys of segments by their ids.
    pub(super) segments: &'p super::segments::Keys,
}

/// What keeps its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stickiness {
    /// The user, else the session, else chance.
    Default,
    /// Chance.
    Random,
    /// This field.
    Field(String),
}

impl Stickiness {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "" | "default" => Self::Default,
            "random" => Self::Random,
            field => Self::Field(field.to_owned()),
        }
    }

    /// An allocation of Unleash's scheme in `group`. `missing` is for an absent field; by default stickiness it is
    /// chance whatever is said. `chance` is a salt of its own for what is drawn per request.
    pub(super) fn allocation(&self, group: &str, chance: String, missing: Missing) -> Allocation {
        let first_of = |names: &[&str]| vec![Input::FirstOf(names.iter().map(|name| (*name).to_owned()).collect())];
        let (salt, inputs, missing, assign) = match self {
            Self::Default => (
                group.to_owned(),
                first_of(&["userId", "sessionId"]),
                Missing::Draw,
                Assign::Stable,
            ),
            Self::Random => (chance, Vec::new(), Missing::Draw, Assign::Request),
            Self::Field(name) => (group.to_owned(), first_of(&[name]), missing, Assign::Stable),
        };
        Allocation {
            scheme: Scheme::Unleash,
            salt,
            inputs,
            missing,
            draw: Draw::Interval,
            assign,
        }
    }
}

impl Place<'_> {
    /// The group that subjects are hashed in: the flag's name unless the strategy says otherwise.
    pub(super) fn group(&self) -> String {
        self.strategy
            .parameter("groupId")
            .unwrap_or_else(|| self.flag.to_owned())
    }

    /// A salt that only this strategy has.
    pub(super) fn chance(&self, purpose: &str) -> String {
        format!("{}#{}{purpose}", self.flag, self.number)
    }

    fn gap(&self, gaps: &mut Gaps, code: &str, text: &str) {
        gaps.flag(
            self.flag,
            code,
            format!("strategy {} ({}): {text}", self.number, self.strategy.name),
        );
    }

    /// Translates constraints, segments and the strategy itself.
    pub(super) fn admission(&self, gaps: &mut Gaps) -> Admission {
        let mut all: Vec<Condition> = Vec::new();
        let subject = Subject::Flag(self.flag);
        all.extend(
            self.strategy
                .constraints
                .iter()
                .map(|own| constraint::condition(own, subject, gaps)),
        );
        all.extend(self.strategy.segments.iter().map(|id| self.segment(id, gaps)));
        let foreign = self.foreign(&all);
        all.extend(self.own_condition(gaps));
        let gate = self.gate(gaps);
        let condition = match all.len() {
            0 => None,
            1 => all.pop(),
            _ => Some(Condition::All(all)),
        };
        Admission {
            condition,
            gate,
            foreign,
        }
    }

    fn segment(&self, id: &str, gaps: &mut Gaps) -> Condition {
        match self.segments.get(id) {
            Some(key) => Condition::Segment(key.clone()),
            None => {
                let problem = format!("the segment {id} is not in the document");
                self.gap(
                    gaps,
                    gap::MISSING_SEGMENT,
                    &format!("{problem}; the strategy never holds"),
                );
                Condition::Broken {
                    verdict: false,
                    problem,
                }
            }
        }
    }

    fn own_condition(&self, gaps: &mut Gaps) -> Option<Condition> {
        match self.strategy.name.as_str() {
            "default"
            | "flexibleRollout"
            | "gradualRolloutUserId"
            | "gradualRolloutSessionId"
            | "gradualRolloutRandom" => None,
            "userWithId" => Some(among("userId", &self.strategy.listed("userIds"))),
            "remoteAddress" => Some(self.remote_address(gaps)),
            "applicationHostname" => Some(self.hostname(gaps)),
            name => {
                let problem = format!("the strategy `{name}` is not a standard one; only its SDK knows what it means");
                self.gap(
                    gaps,
                    gap::UNKNOWN_STRATEGY,
                    "it is no standard strategy and never holds here",
                );
                Some(Condition::Broken {
                    verdict: false,
                    problem,
                })
            }
        }
    }

    fn remote_address(&self, gaps: &mut Gaps) -> Condition {
        let entries = self.strategy.listed("IPs");
        let (blocks, literals) = constraint::sorted(entries.iter().map(String::as_str));
        if !literals.is_empty() {
            let text = format!(
                "`{}` is no address and matches only the same text",
                literals.join("`, `")
            );
            self.gap(gaps, gap::SDKS_DISAGREE, &text);
        }
        match (blocks.is_empty(), literals.is_empty()) {
            (_, true) => among_blocks(&blocks),
            (true, false) => among("remoteAddress", &literals),
            (false, false) => Condition::Any(vec![among_blocks(&blocks), among("remoteAddress", &literals)]),
        }
    }

    fn hostname(&self, gaps: &mut Gaps) -> Condition {
        let text = "Unleash compares the name of the machine the SDK runs on; here clients must send it as `hostname`";
        self.gap(gaps, gap::HOSTNAME, text);
        match among("hostname", &self.strategy.listed("hostNames")) {
            Condition::Test(test) => Condition::Test(Test {
                ignore_case: true,
                ..test
            }),
            other => other,
        }
    }

    fn gate(&self, gaps: &mut Gaps) -> Option<Gate> {
        let (stickiness, percentage) = match self.strategy.name.as_str() {
            "flexibleRollout" => (
                Stickiness::named(&self.strategy.parameter("stickiness").unwrap_or_default()),
                "rollout",
            ),
            "gradualRolloutUserId" => (Stickiness::Field("userId".to_owned()), "percentage"),
            "gradualRolloutSessionId" => (Stickiness::Field("sessionId".to_owned()), "percentage"),
            "gradualRolloutRandom" => (Stickiness::Random, "percentage"),
            _ => return None,
        };
        let share = self.share(percentage, gaps);
        let allocation = stickiness.allocation(&self.group(), self.chance(""), Missing::NotMatched);
        Some(Gate {
            allocation,
            share,
            curve: None,
        })
    }

    /// Hundredths of a percent; Unleash's own SDKs know whole percents only.
    fn share(&self, name: &str, gaps: &mut Gaps) -> Share {
        let text = self.strategy.parameter(name).unwrap_or_default();
        let percent = text.trim().parse::<f64>().ok().filter(|percent| percent.is_finite());
        let Some(percent) = percent else {
            self.gap(
                gaps,
                gap::PERCENTAGE,
                &format!("`{name}` is `{text}`, no number; nobody is in"),
            );
            return Share::NONE;
        };
        let hundredths = (percent * 100.0).round().clamp(0.0, 10_000.0);
        if text.parse::<u8>().is_err() {
            let shown = hundredths / 100.0;
            self.gap(
                gaps,
                gap::SDKS_DISAGREE,
                &format!("`{name}` is `{text}`, read as {shown} %; Unleash SDKs differ"),
            );
        }
        Share::from_hundredths(hundredths as u16)
    }

    /// What is not in the condition and the gate.
    fn foreign(&self, own: &[Condition]) -> Map<String, Json> {
        let mut foreign = self.strategy.rest.clone();
        foreign.insert("strategy".to_owned(), self.strategy.name.clone().into());
        if !self.strategy.parameters.is_empty() {
            foreign.insert("parameters".to_owned(), Json::Object(self.strategy.parameters.clone()));
        }
        if own
            .iter()
            .any(|condition| matches!(condition, Condition::Broken { .. }))
        {
            let sources = self.strategy.constraints.iter().map(|own| own.source.clone()).collect();
            foreign.insert("constraints".to_owned(), Json::Array(sources));
            foreign.insert("segments".to_owned(), self.strategy.segments.clone().into());
        }
        foreign
    }
}

/// Equal to one of the texts; an empty list never is.
pub(super) fn among(attribute: &str, values: &[String]) -> Condition {
    test(attribute, Operator::In, values)
}

fn among_blocks(blocks: &[String]) -> Condition {
    if blocks.is_empty() {
        Condition::Any(Vec::new())
    } else {
        test("remoteAddress", Operator::Cidr, blocks)
    }
}

fn test(attribute: &str, op: Operator, values: &[String]) -> Condition {
    let one = |values: &[String]| {
        Condition::Test(Test {
            attribute: attribute.to_owned(),
            op,
            values: values.iter().map(|value| Json::from(value.as_str())).collect(),
            negate: false,
            ignore_case: false,
            quantifier: Quantifier::Any,
        })
    };
    if values.len() <= constraint::MOST_VALUES {
        return one(values);
    }
    Condition::Any(values.chunks(constraint::MOST_VALUES).map(one).collect())
}
