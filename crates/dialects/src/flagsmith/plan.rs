//! From a flag's steps to Flagsmith's states: the environment's, those of segments by priority, those of identities.
//!
//! What a kill, the switch or a window says is said as it is now, until it changes. What the states cannot say is the
//! reason why there are none.

use hoist_engine::ruleset::{Condition, FlagRules, Profile, Rule, Serve, Split, Step, SubjectGroup, Turns, What};
use hoist_engine::windows::Windows;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::condition::{Said, is_sayable};
use super::names::EnvironmentName;
use super::split::{self, Share, Shares};

/// A flag as states.
#[derive(Debug)]
pub(super) struct Plan<'r> {
    pub(super) environment: State,
    /// Strongest first.
    pub(super) overrides: Vec<(Whose<'r>, State)>,
    pub(super) identities: Vec<(&'r [String], State)>,
}

/// Who gets an override.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Whose<'r> {
    /// Everybody in a segment.
    Segment(&'r str),
    /// Everybody who meets the condition of the rule at this place in the flag.
    Rule(usize, &'r Rule, &'r Condition),
}

/// One state.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct State {
    pub(super) enabled: bool,
    pub(super) value: Json,
    /// Of a split.
    pub(super) salt: Option<String>,
    pub(super) options: Vec<Share>,
}

/// What is known of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) now: Timestamp,
    /// The first moment at which anything that was said may be wrong.
    pub(super) until: Option<Timestamp>,
    /// The last moment at which time alone may have changed anything.
    pub(super) since: Option<Timestamp>,
}

impl Times {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            until: None,
            since: None,
        }
    }

    fn watch(&mut self, at: Option<Timestamp>) {
        self.until = match (self.until, at) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
}

/// The states of a flag.
pub(super) fn plan<'r>(flag: &'r FlagRules, environment: &EnvironmentName, times: &mut Times) -> Said<Plan<'r>> {
    let mut walk = Walk {
        flag,
        environment,
        overrides: Vec::new(),
        identities: Vec::new(),
        last: None,
        rules: 0,
    };
    for step in &flag.steps {
        if let Some(end) = walk.step(step, times)? {
            return walk.finished(&end);
        }
    }
    walk.finished(&What::CodeDefault.into())
}

/// What decides last.
struct End {
    what: What,
    enabled: bool,
}

impl From<What> for End {
    fn from(what: What) -> Self {
        Self { what, enabled: true }
    }
}

impl From<&Serve> for End {
    fn from(serve: &Serve) -> Self {
        Self {
            what: serve.what.clone(),
            enabled: serve.enabled,
        }
    }
}

struct Walk<'r, 'e> {
    flag: &'r FlagRules,
    environment: &'e EnvironmentName,
    overrides: Vec<(Whose<'r>, State)>,
    identities: Vec<(&'r [String], State)>,
    /// A split of everybody, waiting for what is served to nobody.
    last: Option<(Shares, bool)>,
    /// Rules so far.
    rules: usize,
}

impl<'r> Walk<'r, '_> {
    /// What decides for everybody, if the step does.
    fn step(&mut self, step: &'r Step, times: &mut Times) -> Said<Option<End>> {
        match step {
            Step::Kill { until, off } => {
                if until.is_some_and(|until| until <= times.now) {
                    times.since = times.since.max(*until);
                    return Ok(None);
                }
                times.watch(*until);
                Ok(Some(off_now(off)))
            }
            Step::Off { off } => Ok(Some(off_now(off))),
            Step::Windows { windows, outside, off } => {
                let (windows, _) = Windows::new(windows, *outside);
                let phase = windows.phase(times.now);
                times.watch(phase.until);
                // When it began is not known; it was not later than this.
                times.since = Some(times.now);
                Ok((phase.turns == Turns::Off).then(|| off_now(off)))
            }
            Step::Prerequisites { .. } => Err("Flagsmith has no prerequisites".into()),
            Step::Subjects { groups } => self.subjects(groups).map(|()| None),
            Step::Segments { groups } => {
                for group in groups {
                    self.over(Whose::Segment(&group.segment), &group.serve)?;
                }
                Ok(None)
            }
            Step::Rules { rules } => {
                for rule in rules {
                    if let Some(end) = self.rule(rule)? {
                        return Ok(Some(end));
                    }
                }
                Ok(None)
            }
            Step::Serve { serve } => Ok(Some(serve.into())),
        }
    }

    fn subjects(&mut self, groups: &'r [SubjectGroup]) -> Said<()> {
        if !self.overrides.is_empty() || self.last.is_some() {
            return Err("overrides of subjects come after rules, and Flagsmith's come first".into());
        }
        for group in groups {
            if self.flag.profile != Profile::Flagsmith {
                group.subjects.iter().try_for_each(|subject| is_sayable(subject))?;
            }
            let state = self.plain(&(&group.serve).into())?;
            self.identities.push((&group.subjects, state));
        }
        Ok(())
    }

    fn rule(&mut self, rule: &'r Rule) -> Said<Option<End>> {
        let at = self.rules;
        self.rules += 1;
        // A split of everybody leaves nobody with a name to what follows.
        if self.last.is_some() && (rule.condition.is_some() || rule.gate.is_some()) {
            return Ok(None);
        }
        if rule.gate.is_some() {
            return Err("a rule has a gate, and Flagsmith's overrides are for all of a segment".into());
        }
        match (&rule.condition, &rule.serve.what) {
            (Some(Condition::Segment(key)), _) => self.over(Whose::Segment(key), &rule.serve).map(|()| None),
            (Some(condition), _) => self.over(Whose::Rule(at, rule, condition), &rule.serve).map(|()| None),
            (None, What::Split(own)) if self.last.is_none() => {
                self.last = Some((self.shares(own)?, rule.serve.enabled));
                Ok(None)
            }
            (None, _) => Ok(Some((&rule.serve).into())),
        }
    }

    /// An override; the second of one segment says what a split before it leaves.
    fn over(&mut self, whose: Whose<'r>, serve: &'r Serve) -> Said<()> {
        if let Some((_, state)) = self.overrides.iter_mut().find(|(known, _)| is_same(known, &whose)) {
            if state.salt.is_some() && state.value.is_null() {
                let own = plain(self.flag, &serve.into())?;
                if own.enabled == state.enabled {
                    state.value = own.value;
                }
            }
            return Ok(());
        }
        let state = match &serve.what {
            What::Split(own) => {
                let shares = self.shares(own)?;
                let enabled = self.enabled(own, serve.enabled)?;
                let value = shares.control.map(|at| split::value(self.flag, at)).unwrap_or_default();
                divided(shares, enabled, value)
            }
            _ => self.plain(&serve.into())?,
        };
        self.overrides.push((whose, state));
        Ok(())
    }

    fn finished(mut self, end: &End) -> Said<Plan<'r>> {
        let split = match (&end.what, self.last.take()) {
            (What::Split(own), None) => {
                // Nobody has no place in it, and the flag has nothing else.
                let split = (self.shares(own)?, end.enabled);
                let nobody = End::from(What::CodeDefault);
                return self.divided(split, &nobody);
            }
            (_, split) => split,
        };
        match split {
            Some(split) => self.divided(split, end),
            None => {
                let environment = self.plain(end)?;
                Ok(self.plan(environment))
            }
        }
    }

    /// A split of everybody, and what is served to nobody.
    fn divided(self, (shares, enabled): (Shares, bool), nobody: &End) -> Said<Plan<'r>> {
        let own = match nobody.what {
            // Nobody has a place in a further one either.
            What::Split(_) => self.plain(&What::CodeDefault.into())?,
            _ => self.plain(nobody)?,
        };
        let control = shares.control.map(|at| split::value(self.flag, at));
        if control.is_some_and(|control| control != own.value) {
            return Err("what a split leaves is not what is served to nobody".into());
        }
        let arms = shares.options.iter().map(|share| share.variant).chain(shares.control);
        if arms.map(|at| self.is_on(enabled, at)).any(|is_on| is_on != own.enabled) {
            return Err("its variants are not all on or all off, and Flagsmith has one switch for them".into());
        }
        let environment = divided(shares, own.enabled, own.value);
        Ok(self.plan(environment))
    }

    fn plan(self, environment: State) -> Plan<'r> {
        Plan {
            environment,
            overrides: self.overrides,
            identities: self.identities,
        }
    }

    fn is_on(&self, enabled: bool, variant: usize) -> bool {
        let value = self
            .flag
            .variants
            .get(variant)
            .and_then(|variant| variant.value.as_ref());
        split::nature(self.flag).is_on(enabled, value)
    }

    /// Whether all arms are on, or all off.
    fn enabled(&self, split: &Split, enabled: bool) -> Said<bool> {
        let variant = |key: &str| self.flag.variants.iter().position(|variant| variant.key == key);
        let mut all = split
            .arms
            .iter()
            .filter_map(|arm| variant(&arm.variant))
            .map(|at| self.is_on(enabled, at));
        let first = all.next().unwrap_or(enabled);
        if all.all(|is_on| is_on == first) {
            Ok(first)
        } else {
            Err("its variants are not all on or all off, and Flagsmith has one switch for them".into())
        }
    }

    fn shares(&self, own: &Split) -> Said<Shares> {
        split::shares(self.flag, own, self.environment)
    }

    fn plain(&self, end: &End) -> Said<State> {
        plain(self.flag, end)
    }
}

/// Of rules the same one; of segments those with one key.
fn is_same(one: &Whose<'_>, other: &Whose<'_>) -> bool {
    match (one, other) {
        (Whose::Segment(one), Whose::Segment(other)) => one == other,
        _ => false,
    }
}

fn off_now(off: &Serve) -> End {
    End {
        what: off.what.clone(),
        enabled: false,
    }
}

fn divided(shares: Shares, enabled: bool, value: Json) -> State {
    State {
        enabled,
        value,
        salt: Some(shares.salt),
        options: shares.options,
    }
}

/// A state with one value.
fn plain(flag: &FlagRules, end: &End) -> Said<State> {
    let value = match &end.what {
        What::CodeDefault => None,
        What::Value(value) => Some(value),
        What::Variant(key) => {
            let variant = flag.variants.iter().find(|variant| variant.key == *key);
            let variant = variant.ok_or_else(|| format!("there is no variant `{key}`"))?;
            variant.value.as_ref()
        }
        What::Split(_) => return Err("an override of subjects or an off value is divided".into()),
        What::Ramp(_) => return Err("Flagsmith has no ramps".into()),
        What::JsonLogic { .. } => return Err("an expression of flagd's decides".into()),
    };
    let nature = split::nature(flag);
    Ok(State {
        enabled: nature.is_on(end.enabled, value),
        value: nature.said(value),
        salt: None,
        options: Vec::new(),
    })
}
