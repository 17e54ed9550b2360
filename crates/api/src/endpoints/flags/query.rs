//! The query language of the flags list.
//!
//! Free words match key, name, description and tags (substring, whatever the case). A filter is
//! `key:value`; a comma means or, repeating means and, a leading `-` means not, quotes keep
//! spaces. `<` and `>` compare times (`changed:<7d`, `created:>2026-10-01`). An unknown key is
//! searched for as a word and reported.
//!
//! `is:stale` are candidates for cleaning up: flags that are not meant to stay (no purpose, release or
//! experiment) and of which nothing has changed for [`STALE_AFTER`]. Whether somebody still asks for them is
//! not known here.
//!
//! How to add a filter: a case in [`Filter`], its name in [`Filter::parse`], its test in
//! [`Filter::matches`].

use hoist_engine::ruleset::{Condition as Tree, Kind, What};
use hoist_model::Id;
use hoist_model::document::{Config, Flag, Purpose};
use hoist_model::plan::describe;
use hoist_model::state::{Doc, Setting, Stamp, State};
use jiff::{SignedDuration, Timestamp};

use crate::wire::actor::ActorView;
use crate::wire::summary::Condition;

/// A flag that is not meant to stay counts as stale when nothing of it has changed for so long: 40 days, the
/// time that Unleash expects a release or an experiment to take.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(40 * 24);

/// A parsed query.
#[derive(Debug, Default)]
pub struct Query {
    terms: Vec<Term>,
    /// Where filters on settings look, in lower case; empty: everywhere.
    environments: Vec<String>,
    /// Keys that are not known, such as `colour:`.
    pub unknown: Vec<String>,
}

#[derive(Debug)]
struct Term {
    negated: bool,
    filter: Filter,
}

#[derive(Debug)]
enum Filter {
    Word(String),
    Status(Vec<String>),
    Environment(Vec<String>),
    Type(Vec<String>),
    Purpose(Vec<String>),
    Tag(Vec<String>),
    Owner(Vec<String>),
    Serves(Vec<String>),
    Rule(Vec<String>),
    Uses(Vec<String>),
    Changed(Moment),
    Created(Moment),
    By(Vec<String>),
    Archived,
    Stale,
}

#[derive(Debug)]
enum Moment {
    Before(Timestamp),
    After(Timestamp),
}

/// What every flag of one request is judged by.
pub struct Surroundings<'a> {
    /// Everything.
    pub state: &'a State,
    /// Id and key of each environment, in promotion order.
    pub environments: Vec<(Id, &'a str)>,
    /// E-mail of whoever asks, for `me`.
    pub me: &'a str,
    /// The moment of the request.
    pub now: Timestamp,
}

/// A flag in its surroundings. Settings are looked up when a filter asks for them: most key presses in the
/// search look at words only, and a project may hold ten thousand flags.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The document.
    pub doc: &'a Doc,
    /// Its definition.
    pub flag: &'a Flag,
    /// Where it is judged.
    pub around: &'a Surroundings<'a>,
}

impl<'a> Candidate<'a> {
    /// What is set in each environment, by key.
    pub fn settings(self) -> impl Iterator<Item = (&'a str, Option<&'a Setting>)> {
        let (state, flag) = (self.around.state, self.doc.id);
        self.around
            .environments
            .iter()
            .map(move |(id, key)| (*key, state.setting(flag, *id)))
    }

    /// When and by whom it was changed last: the definition or any setting, whichever is younger.
    pub fn changed(self) -> Option<&'a Stamp> {
        let settings = self
            .settings()
            .filter_map(|(_, setting)| setting.map(Setting::revision));
        let youngest = settings.max().unwrap_or(0).max(self.doc.revision);
        self.around.state.stamp(youngest)
    }

    fn changed_by(self) -> String {
        self.changed()
            .map_or_else(String::new, |stamp| ActorView::of(self.around.state, &stamp.actor).name)
    }
}

impl Query {
    /// Reads a query; nothing is an error.
    pub fn parse(text: &str, now: Timestamp) -> Self {
        let mut query = Self::default();
        for token in tokens(text) {
            let (negated, token) = match token.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (true, rest.to_owned()),
                _ => (false, token),
            };
            let filter = match token.split_once(':') {
                Some((key, value)) if !key.is_empty() && !value.is_empty() => Filter::parse(key, value, now)
                    .unwrap_or_else(|| {
                        query.unknown.push(format!("{key}:"));
                        Filter::Word(token.to_lowercase())
                    }),
                _ => Filter::Word(token.to_lowercase()),
            };
            if let (Filter::Environment(keys), false) = (&filter, negated) {
                query.environments.extend_from_slice(keys);
            }
            query.terms.push(Term { negated, filter });
        }
        query
    }

    /// Whether archived flags are asked for.
    pub fn wants_archived(&self) -> bool {
        self.terms
            .iter()
            .any(|term| matches!(term.filter, Filter::Archived) && !term.negated)
    }

    /// Whether a flag is wanted.
    pub fn matches(&self, candidate: Candidate<'_>) -> bool {
        self.terms
            .iter()
            .all(|term| term.filter.matches(candidate, &self.environments) != term.negated)
    }
}

impl Filter {
    fn parse(key: &str, value: &str, now: Timestamp) -> Option<Self> {
        let values: Vec<String> = value
            .split(',')
            .filter(|part| !part.is_empty())
            .map(str::to_lowercase)
            .collect();
        Some(match key {
            "status" => Self::Status(values),
            "env" => Self::Environment(values),
            "type" => Self::Type(values),
            "purpose" => Self::Purpose(values),
            "tag" => Self::Tag(values),
            "owner" => Self::Owner(values),
            "serves" => Self::Serves(values),
            "rule" => Self::Rule(values),
            "uses" => Self::Uses(values),
            "changed" => Self::Changed(Moment::parse(value, now)?),
            "created" => Self::Created(Moment::parse(value, now)?),
            "by" => Self::By(values),
            "is" if value == "archived" => Self::Archived,
            "is" if value == "stale" => Self::Stale,
            _ => return None,
        })
    }

    fn matches(&self, candidate: Candidate<'_>, named: &[String]) -> bool {
        let in_named = |key: &str| named.is_empty() || named.iter().any(|name| name.eq_ignore_ascii_case(key));
        let settings = || candidate.settings().filter(|(key, _)| in_named(key));
        let configs = || settings().filter_map(|(_, setting)| setting.and_then(Setting::config));
        match self {
            Self::Word(word) => has_word(candidate.flag, word),
            Self::Status(wanted) => {
                let states = settings().map(|(_, setting)| Condition::of(setting, candidate.around.now));
                states
                    .map(status_word)
                    .any(|word| wanted.iter().any(|status| status == word))
            }
            // Alone it restricts nothing: it says where the other filters look.
            Self::Environment(wanted) => candidate
                .around
                .environments
                .iter()
                .any(|(_, key)| wanted.iter().any(|each| each.eq_ignore_ascii_case(key))),
            Self::Type(wanted) => wanted.iter().any(|each| each == kind_word(candidate.flag.kind)),
            Self::Purpose(wanted) => candidate
                .flag
                .purpose
                .is_some_and(|purpose| wanted.iter().any(|each| each == purpose_word(purpose))),
            Self::Tag(wanted) => candidate
                .flag
                .tags
                .iter()
                .any(|tag| wanted.contains(&tag.to_lowercase())),
            Self::Owner(wanted) => is_owner(candidate, wanted),
            Self::Serves(wanted) => configs().any(|config| serves(config, wanted)),
            Self::Rule(wanted) => configs().any(|config| {
                let text = config.rules.iter().map(rule_text).collect::<String>().to_lowercase();
                wanted.iter().any(|word| text.contains(word))
            }),
            Self::Uses(wanted) => settings()
                .filter_map(|(_, setting)| setting)
                .any(|setting| uses(setting, wanted)),
            Self::Changed(moment) => candidate.changed().is_some_and(|stamp| moment.matches(stamp.at)),
            Self::Created(moment) => moment.matches(candidate.flag.created_at),
            Self::By(wanted) => {
                let by = candidate.changed_by().to_lowercase();
                wanted.iter().any(|name| by.contains(name))
            }
            Self::Archived => candidate.flag.archived_at.is_some(),
            Self::Stale => is_stale(candidate),
        }
    }
}

fn is_stale(candidate: Candidate<'_>) -> bool {
    let stays = matches!(candidate.flag.purpose, Some(Purpose::Operational | Purpose::Permission));
    let last = candidate.changed().map_or(candidate.flag.created_at, |stamp| stamp.at);
    !stays && candidate.around.now.duration_since(last) >= STALE_AFTER
}

fn has_word(flag: &Flag, word: &str) -> bool {
    contains(&flag.key, word)
        || contains(&flag.name, word)
        || contains(&flag.description, word)
        || flag.tags.iter().any(|tag| contains(tag, word))
}

/// Substring search whatever the case; ASCII text is not copied for it.
fn contains(text: &str, word: &str) -> bool {
    if text.is_ascii() && word.is_ascii() {
        return word.is_empty()
            || text
                .as_bytes()
                .windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    }
    text.to_lowercase().contains(word)
}

fn is_owner(candidate: Candidate<'_>, wanted: &[String]) -> bool {
    let Some(owner) = &candidate.flag.owner else {
        return false;
    };
    wanted.iter().any(|each| {
        if each == "me" {
            owner.eq_ignore_ascii_case(candidate.around.me)
        } else {
            contains(owner, each)
        }
    })
}

fn serves(config: &Config, wanted: &[String]) -> bool {
    let all = config.rules.iter().map(|rule| &rule.serve).chain([&config.default]);
    all.flat_map(|serve| match &serve.what {
        What::Variant(key) => vec![key.clone()],
        What::Split(split) => split.arms.iter().map(|arm| arm.variant.clone()).collect(),
        What::Ramp(ramp) => vec![ramp.variant.clone(), ramp.rest.clone()],
        _ => Vec::new(),
    })
    .any(|key| wanted.contains(&key.to_lowercase()))
}

fn rule_text(rule: &hoist_model::document::ConfigRule) -> String {
    let condition = rule.condition.as_ref().map_or_else(String::new, describe::condition);
    format!("{} {condition}\n", rule.name)
}

fn uses(setting: &Setting, wanted: &[String]) -> bool {
    let mut used: Vec<String> = Vec::new();
    if let Some(config) = setting.config() {
        used.extend(config.prerequisites.iter().map(|each| format!("flag/{}", each.flag)));
        for tree in config.rules.iter().filter_map(|rule| rule.condition.as_ref()) {
            names(tree, &mut used);
        }
    }
    if let Some(overrides) = setting.overrides() {
        used.extend(
            overrides
                .segments
                .iter()
                .map(|group| format!("segment/{}", group.segment)),
        );
    }
    used.iter().any(|name| wanted.contains(&name.to_lowercase()))
}

fn names(tree: &Tree, used: &mut Vec<String>) {
    match tree {
        Tree::All(inner) | Tree::Any(inner) => inner.iter().for_each(|each| names(each, used)),
        Tree::Not(inner) => names(inner, used),
        Tree::Segment(key) => used.push(format!("segment/{key}")),
        Tree::Test(test) => used.push(format!("attribute/{}", test.attribute)),
        Tree::Percentage(_) | Tree::Broken { .. } => {}
    }
}

const fn status_word(state: Condition) -> &'static str {
    match state {
        Condition::On => "on",
        Condition::Off => "off",
        Condition::Waiting => "waiting",
        Condition::Killed => "killed",
        Condition::Ramping => "ramping",
        Condition::Paused => "paused",
        Condition::Broken => "broken",
    }
}

const fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "boolean",
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Float => "float",
        Kind::Object => "object",
        Kind::Any => "any",
    }
}

const fn purpose_word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Release => "release",
        Purpose::Experiment => "experiment",
        Purpose::Operational => "operational",
        Purpose::Permission => "permission",
    }
}

impl Moment {
    /// `<7d`: less than seven days ago. `>2026-10-01`: after that day began (UTC).
    fn parse(text: &str, now: Timestamp) -> Option<Self> {
        let (less, rest) = match text.split_at_checked(1)? {
            ("<", rest) => (true, rest),
            (">", rest) => (false, rest),
            _ => return None,
        };
        if let Some(at) = date(rest) {
            return Some(if less { Self::Before(at) } else { Self::After(at) });
        }
        let at = now.saturating_sub(age(rest)?).ok()?;
        Some(if less { Self::After(at) } else { Self::Before(at) })
    }

    fn matches(&self, at: Timestamp) -> bool {
        match self {
            Self::Before(end) => at < *end,
            Self::After(start) => at >= *start,
        }
    }
}

fn date(text: &str) -> Option<Timestamp> {
    let day: jiff::civil::Date = text.parse().ok()?;
    day.to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

fn age(text: &str) -> Option<SignedDuration> {
    let unit = text.chars().last()?;
    let number: i64 = text.get(..text.len() - unit.len_utf8())?.parse().ok()?;
    let hours = match unit {
        'h' => 1,
        'd' => 24,
        'w' => 24 * 7,
        'y' => 24 * 365,
        _ => return None,
    };
    Some(SignedDuration::from_hours(
        number.checked_mul(hours)?.min(24 * 365 * 1000),
    ))
}

/// Splits at spaces outside of quotes; the quotes go.
fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut token = String::new();
    let mut quoted = false;
    for character in text.chars().take(2000) {
        match character {
            '"' => quoted = !quoted,
            space if space.is_whitespace() && !quoted => found.push(std::mem::take(&mut token)),
            other => token.push(other),
        }
    }
    found.push(token);
    found.retain(|token| !token.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_spaces_and_unknown_keys_are_reported() {
        assert_eq!(tokens(r#"a "b c" tag:"d e""#), ["a", "b c", "tag:d e"]);
        let query = Query::parse("colour:red status:on", Timestamp::UNIX_EPOCH);
        assert_eq!(query.unknown, ["colour:"]);
        assert_eq!(query.terms.len(), 2);
    }

    #[test]
    fn ages_and_days_are_moments() {
        let now: Timestamp = "2026-11-21T00:00:00Z".parse().expect("a time");
        let week = Moment::parse("<7d", now).expect("an age");
        assert!(week.matches("2026-11-20T00:00:00Z".parse().expect("a time")));
        assert!(!week.matches("2026-11-01T00:00:00Z".parse().expect("a time")));
        let day = Moment::parse(">2026-10-01", now).expect("a day");
        assert!(day.matches("2026-10-01T12:00:00Z".parse().expect("a time")));
        assert!(Moment::parse("<soon", now).is_none());
        assert!(Moment::parse("<9999999999999999999d", now).is_none());
    }
}
