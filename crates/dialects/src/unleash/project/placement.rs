//! Allocations as stickiness and group, as far as Unleash places subjects like that.

use hoist_engine::ruleset::{Allocation, Assign, Draw, Gate, Input, Missing, Scheme, Share};
use jiff::Timestamp;

use super::condition::Said;
use super::constraint::USER;

/// What keeps its place, by its name in Unleash.
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

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Default => "default",
            Self::Random => "random",
            Self::Field(name) => name,
        }
    }
}

/// Where subjects are placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placement {
    pub(super) stickiness: Stickiness,
    /// The group they are hashed in; nothing for chance.
    pub(super) group: Option<String>,
    /// What becomes of those who lack the field.
    pub(super) missing: Missing,
}

impl Placement {
    pub(super) fn of(allocation: &Allocation) -> Said<Self> {
        if allocation.scheme != Scheme::Unleash {
            return Err("subjects are placed by another hash than Unleash's".into());
        }
        if allocation.draw != Draw::Interval {
            return Err("arms are drawn in another way than Unleash's".into());
        }
        let (stickiness, group) = match (allocation.assign, allocation.inputs.as_slice()) {
            (Assign::Request, _) => (Stickiness::Random, None),
            (Assign::Session, _) => (Stickiness::Field("sessionId".into()), Some(allocation.salt.clone())),
            (Assign::Stable, [Input::FirstOf(names)]) => {
                (field(names, allocation.missing)?, Some(allocation.salt.clone()))
            }
            (Assign::Stable, _) => return Err("several parts are hashed; Unleash hashes one".into()),
        };
        Ok(Self {
            stickiness,
            group,
            missing: allocation.missing,
        })
    }
}

fn field(names: &[String], missing: Missing) -> Said<Stickiness> {
    match names {
        [user, session] if user == USER && session == "sessionId" && missing == Missing::Draw => {
            Ok(Stickiness::Default)
        }
        [name] if name == "targetingKey" => Ok(Stickiness::Field(USER.to_owned())),
        [name] if !name.is_empty() && name != "default" && name != "random" => Ok(Stickiness::Field(name.clone())),
        _ => Err("subjects stick to something that Unleash has no name for".into()),
    }
}

/// The share at a moment, and until when it stays.
pub(super) fn share(gate: &Gate, now: Timestamp) -> Said<(Share, Option<Timestamp>)> {
    match &gate.curve {
        None => Ok((gate.share, None)),
        Some(curve) if curve.shape == hoist_engine::ruleset::CurveShape::Linear => {
            Err("a share that grows all the time cannot be said".into())
        }
        Some(curve) => {
            let pauses = curve
                .pauses
                .iter()
                .flat_map(|pause| [Some(pause.from), pause.until])
                .flatten();
            let next = curve.next_point(now).map(|(at, _)| at).into_iter().chain(pauses);
            Ok((curve.share_at(now), next.filter(|at| *at > now).min()))
        }
    }
}

/// A share as Unleash writes it: whole percents, which is all that its clients agree about.
pub(super) fn percents(share: Share) -> Said<String> {
    let hundredths = share.hundredths();
    if hundredths.is_multiple_of(100) {
        return Ok((hundredths / 100).to_string());
    }
    Err("Unleash's clients do not agree about fractions of a percent".into())
}
