//! A flag in an environment in a word and a few words, for lists.

use hoist_engine::ruleset::{Condition as Tree, Share, Turns, Variant};
use hoist_model::document::{Config, Kill};
use hoist_model::plan::describe;
use hoist_model::state::Setting;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The state of a flag in an environment, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FlagState)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Serves by its rules.
    On,
    /// Serves the off variant.
    Off,
    /// Switched on, and off by its windows.
    Waiting,
    /// Off by kill.
    Killed,
    /// A ramp moves.
    Ramping,
    /// A ramp is frozen.
    Paused,
    /// Serves by its rules, of which one cannot be read.
    Broken,
}

/// A setting in a word and a few words.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Summary {
    /// In a word.
    pub state: Condition,
    /// In a few words.
    pub summary: String,
    /// Share of a moving or frozen ramp now, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
    /// What comes by itself: the next point of a ramp, the next turn of a window, the end of a kill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// End of a kill.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// The youngest change to it; 0 when nothing was ever set.
    pub revision: u64,
}

/// What comes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Next {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Share of the ramp from then on, in hundredths of a percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<u16>,
}

impl Condition {
    /// Of what is set, at a moment. Costs no text: searches ask it of every flag.
    pub fn of(setting: Option<&Setting>, now: Timestamp) -> Self {
        if kill(setting, now).is_some() {
            return Self::Killed;
        }
        match setting.and_then(Setting::config) {
            Some(config) if config.enabled => Self::live(config, now),
            _ => Self::Off,
        }
    }

    fn live(config: &Config, now: Timestamp) -> Self {
        if is_broken(config) {
            return Self::Broken;
        }
        match config.schedule.read().map(|windows| windows.phase(now).turns) {
            Some(Turns::Off) => Self::Waiting,
            Some(Turns::On) | None => ramp(config, now).0,
        }
    }
}

impl Summary {
    /// Of what is set, at a moment.
    pub fn of(setting: Option<&Setting>, variants: &[Variant], now: Timestamp) -> Self {
        let mut this = match setting.and_then(Setting::config) {
            Some(config) if config.enabled => Self::live(setting, config, now),
            Some(config) => Self::off(describe::serve(&config.off)),
            None => Self::off(unset(variants)),
        };
        if let Some(kill) = kill(setting, now) {
            let off = setting.and_then(Setting::config).map(|config| &config.off);
            this = Self {
                state: Condition::Killed,
                until: kill.until,
                next: kill.until.map(|at| Next { at, share: None }),
                ..Self::off(off.map_or_else(|| unset(variants), describe::serve))
            };
        }
        Self {
            revision: setting.map_or(0, Setting::revision),
            ..this
        }
    }

    fn off(summary: String) -> Self {
        Self {
            state: Condition::Off,
            summary,
            share: None,
            next: None,
            until: None,
            revision: 0,
        }
    }

    fn live(setting: Option<&Setting>, config: &Config, now: Timestamp) -> Self {
        let (_, share, next) = ramp(config, now);
        let turn = config.schedule.read().and_then(|windows| windows.next(now));
        let turn = turn.map(|turn| Next {
            at: turn.at,
            share: None,
        });
        let next = turn.into_iter().chain(next).min_by_key(|next| next.at);
        let overrides = setting
            .and_then(Setting::overrides)
            .map_or(0, |body| body.subjects.len() + body.segments.len());
        let summary = match overrides {
            0 => describe::overview(config),
            1 => format!("1 override, {}", describe::overview(config)),
            count => format!("{count} overrides, {}", describe::overview(config)),
        };
        Self {
            state: Condition::live(config, now),
            share: share.map(Share::hundredths),
            next,
            ..Self::off(summary)
        }
    }
}

/// A kill that has not ended.
fn kill(setting: Option<&Setting>, now: Timestamp) -> Option<&Kill> {
    setting
        .and_then(Setting::kill)
        .filter(|kill| kill.until.is_none_or(|until| now < until))
}

/// What is served where nothing was ever set.
fn unset(variants: &[Variant]) -> String {
    variants
        .last()
        .map_or_else(|| "the application's default".to_owned(), |variant| variant.key.clone())
}

/// Whether a rule that counts has a part that cannot be read.
fn is_broken(config: &Config) -> bool {
    fn holds(tree: &Tree) -> bool {
        match tree {
            Tree::All(inner) | Tree::Any(inner) => inner.iter().any(holds),
            Tree::Not(inner) => holds(inner),
            Tree::Broken { .. } => true,
            Tree::Test(_) | Tree::Segment(_) | Tree::Percentage(_) => false,
        }
    }
    let live = config.rules.iter().filter(|rule| !rule.disabled);
    live.filter_map(|rule| rule.condition.as_ref()).any(holds)
}

/// The first ramp of a configuration that has not come to its end.
fn ramp(config: &Config, now: Timestamp) -> (Condition, Option<Share>, Option<Next>) {
    for curve in config.curves() {
        let share = curve.share_at(now);
        let next = curve.next_point(now).map(|(at, share)| Next {
            at,
            share: Some(share.hundredths()),
        });
        if curve.is_paused_at(now) {
            return (Condition::Paused, Some(share), next);
        }
        if curve.points.last().is_some_and(|last| share != last.share) {
            return (Condition::Ramping, Some(share), next);
        }
    }
    (Condition::On, None, None)
}
