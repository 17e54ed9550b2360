//! From the rules of an environment to Flagsmith's document of it, with which its clients evaluate by themselves.
//!
//! A flag that they would answer otherwise than we do is left out and named in the [`Gap`]s, never approximated.

use std::collections::{BTreeMap, BTreeSet};

use hoist_engine::ruleset::{Condition, FlagRules, Profile, Ruleset, SegmentRules, Step};
use hoist_engine::{Moment, NoVisitor, Snapshot};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::condition::{self, Said, Segments};
use super::ids::{id, number_or_text, uuid};
use super::names::{self, EnvironmentName, OURS};
use super::plan::{self, Plan, State, Times, Whose};
use super::split::{self, Share};
use super::wire;

/// What is told of an environment beside its rules.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// `organization/project/environment`.
    pub flag_set: &'a str,
    /// What time it is.
    pub now: Timestamp,
    /// When something was last changed by hand, or was seen to change by time.
    pub updated_at: Timestamp,
}

/// What Flagsmith's document of an environment says, and does not.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The environment document.
    pub document: Json,
    /// Segments first, then flags, each in order of key.
    pub gaps: Vec<Gap>,
    /// The first moment at which time alone makes another document.
    pub until: Option<Timestamp>,
    /// When this document may have become what it is, by hand or by time.
    pub updated_at: Timestamp,
}

/// Something that Flagsmith's clients cannot evaluate as we do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Gap {
    /// A flag is not in the document: clients serve their own default.
    Flag {
        /// Its key.
        flag: String,
        /// Why, for people.
        text: String,
    },
    /// A segment is not in the document, nor are the flags that need it.
    Segment {
        /// Its key.
        segment: String,
        /// Why, for people.
        text: String,
    },
}

/// How large a document may become.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// What an identity has beside its name, which stands there twice, and its states, bytes at most.
const IDENTITY: usize = 512;

/// Ids of segments that stand for the rules of flags; up to 256 of each flag.
const RULES: u64 = 1_500_000_000;

/// A segment that is said.
struct Told {
    id: Json,
    name: String,
    rules: Vec<Json>,
    states: Vec<Json>,
}

/// The document.
pub fn export(rules: &Ruleset, about: &About<'_>) -> Export {
    let environment = EnvironmentName::of(rules, about.flag_set);
    let mut writer = Writer::new(rules, about, &environment);
    writer.segments();
    let mut flags: Vec<&FlagRules> = rules.flags.iter().collect();
    flags.sort_by_key(|flag| flag.index);
    flags.into_iter().for_each(|flag| writer.flag(flag));
    let document = writer.document();
    let updated_at = writer.updated_at();
    let mut gaps = writer.gaps;
    gaps.sort_by(|a, b| a.key().cmp(&b.key()));
    Export {
        document,
        gaps,
        until: writer.times.until,
        updated_at,
    }
}

impl Gap {
    fn key(&self) -> (bool, &str) {
        match self {
            Self::Segment { segment, .. } => (false, segment),
            Self::Flag { flag, .. } => (true, flag),
        }
    }
}

struct Writer<'r> {
    rules: &'r Ruleset,
    about: &'r About<'r>,
    environment: &'r EnvironmentName,
    by_key: Segments<'r>,
    snapshot: Snapshot,
    times: Times,
    room: usize,
    gaps: Vec<Gap>,
    /// In order of index; those of rules after them.
    told: Vec<Told>,
    /// What segments were called where they came from, by key.
    names: BTreeMap<&'r str, &'r str>,
    /// Where a segment stands among them, by key.
    places: BTreeMap<&'r str, usize>,
    states: Vec<Json>,
    /// By identifier.
    identities: BTreeMap<&'r str, Vec<Json>>,
    server_only: Vec<Json>,
}

/// What a flag adds to the document.
struct Added<'r> {
    state: Json,
    overrides: Vec<(Whose<'r>, Vec<Json>, Json)>,
    identities: Vec<(&'r [String], Json)>,
}

impl<'r> Writer<'r> {
    fn new(rules: &'r Ruleset, about: &'r About<'r>, environment: &'r EnvironmentName) -> Self {
        let by_key = rules.segments.iter().map(|segment| (segment.key.as_str(), segment));
        Self {
            rules,
            about,
            environment,
            by_key: by_key.collect(),
            snapshot: Snapshot::compile(rules).0,
            times: Times::new(about.now),
            room: MOST_BYTES,
            gaps: Vec::new(),
            told: Vec::new(),
            names: names_of_segments(rules),
            places: BTreeMap::new(),
            states: Vec::new(),
            identities: BTreeMap::new(),
            server_only: Vec::new(),
        }
    }

    fn segments(&mut self) {
        let mut ordered: Vec<&SegmentRules> = self.rules.segments.iter().collect();
        ordered.sort_by_key(|segment| segment.index);
        for segment in ordered {
            match self.segment(segment) {
                Ok(told) => {
                    self.places.insert(&segment.key, self.told.len());
                    self.told.push(told);
                }
                Err(text) => self.gaps.push(Gap::Segment {
                    segment: segment.key.clone(),
                    text,
                }),
            }
        }
    }

    fn segment(&mut self, own: &SegmentRules) -> Said<Told> {
        let said = condition::segment(own, &self.by_key, self.environment)?;
        self.take_room(length(&said.rules))?;
        let is_free = |id: &Json| self.told.iter().all(|told| told.id != *id);
        let id = match said.salt {
            Some(salt) => Some(number_or_text(&salt)).filter(is_free),
            // An import calls a segment so whose name was taken.
            None => {
                let known = own.key.strip_prefix("segment-").map(number_or_text);
                let known = known.filter(|id| id.is_number() && is_free(id));
                Some(known.unwrap_or_else(|| (OURS + u64::from(own.index)).into()))
            }
        };
        let id = id.ok_or("its shares are placed as those of another segment")?;
        let name = self.names.get(own.key.as_str()).copied().unwrap_or(&own.key);
        Ok(Told {
            id,
            name: name.to_owned(),
            rules: said.rules,
            states: Vec::new(),
        })
    }

    fn flag(&mut self, flag: &'r FlagRules) {
        match self.said(flag) {
            Ok(added) => self.add(flag, added),
            Err(text) => self.gaps.push(Gap::Flag {
                flag: flag.key.clone(),
                text,
            }),
        }
    }

    fn said(&mut self, flag: &'r FlagRules) -> Said<Added<'r>> {
        let plan = plan::plan(flag, self.environment, &mut self.times)?;
        if flag.profile != Profile::Flagsmith {
            self.is_for_nobody(flag, &plan.environment)?;
        }
        let mut overrides = Vec::with_capacity(plan.overrides.len());
        let idle = idle_options(flag, &plan);
        for (at, (whose, state)) in plan.overrides.iter().enumerate() {
            let rules = match whose {
                Whose::Segment(key) => self.is_told(key).map(|()| Vec::new()),
                Whose::Rule(_, _, own) => condition::condition(own, flag.profile, &self.by_key, self.environment),
            };
            let rules = rules?;
            let state = self.state(flag, state, &format!("override {at}"), Some(at), &idle);
            self.take_room(length(&rules) + length([&state]))?;
            overrides.push((*whose, rules, state));
        }
        let identity = |(at, (subjects, state)): (usize, &(&'r [String], State))| {
            (
                *subjects,
                self.state(flag, state, &format!("identities {at}"), None, &[]),
            )
        };
        let added = Added {
            state: self.state(flag, &plan.environment, "environment", None, &idle),
            identities: plan.identities.iter().enumerate().map(identity).collect(),
            overrides,
        };
        let of_identities = added.identities.iter().map(|(subjects, state)| {
            let own = length([state]) + IDENTITY;
            subjects.iter().map(|subject| own + 2 * subject.len()).sum::<usize>()
        });
        let bytes = of_identities.sum::<usize>() + length([&added.state]);
        self.take_room(bytes)?;
        Ok(added)
    }

    /// Their clients leave every segment aside where nobody is named.
    fn is_for_nobody(&self, flag: &FlagRules, state: &State) -> Said<()> {
        let Some(own) = self.snapshot.flag(&flag.key) else {
            return Err("it cannot be read".into());
        };
        let context = wire::of_nobody(self.environment);
        let moment = Moment {
            now: self.about.now,
            seed: 0,
        };
        let outcome = self
            .snapshot
            .evaluate(own, &self.snapshot.bind(&context), &moment, &mut NoVisitor);
        let nature = split::nature(flag);
        let is_same = nature.is_on(outcome.enabled, outcome.value()) == state.enabled
            && nature.said(outcome.value()) == state.value;
        if is_same {
            Ok(())
        } else {
            Err("where nobody is named a rule decides, and Flagsmith's clients look at no rules there".into())
        }
    }

    /// A segment that does not exist has nobody in it, and its override is nobody's.
    fn is_told(&self, key: &str) -> Said<()> {
        if self.places.contains_key(key) || !self.by_key.contains_key(key) {
            Ok(())
        } else {
            Err(format!("the segment `{key}` cannot be said"))
        }
    }

    fn take_room(&mut self, bytes: usize) -> Said<()> {
        let left = self.room.checked_sub(bytes);
        self.room = left.ok_or_else(|| format!("the document would be larger than {MOST_BYTES} bytes with it"))?;
        Ok(())
    }

    fn state(
        &self,
        flag: &FlagRules,
        state: &State,
        name: &str,
        priority: Option<usize>,
        idle: &[(Whom, Share)],
    ) -> Json {
        let own_salt = flag
            .foreign
            .get("salt")
            .and_then(Json::as_str)
            .filter(|_| priority.is_none());
        let salt = state.salt.as_deref().or(own_salt).map(str::to_owned);
        let salt = salt.unwrap_or_else(|| (OURS + u64::from(flag.index)).to_string());
        let number = number_or_text(&salt);
        let uuid = |what: &str| uuid(&[self.about.flag_set, &flag.key, name, what]);
        let mut options = state.options.clone();
        options.extend(
            idle.iter()
                .filter(|(whom, _)| *whom == priority)
                .map(|(_, share)| share.clone()),
        );
        json!({
            "feature": names::feature(flag),
            "enabled": state.enabled,
            "django_id": number.as_u64(),
            "featurestate_uuid": if number.is_number() { uuid("state") } else { salt },
            "feature_segment": priority.map(|priority| json!({"priority": priority})),
            "feature_state_value": state.value,
            "multivariate_feature_state_values": split::multivariate(flag, &options, |at| uuid(&at.to_string())),
        })
    }

    fn add(&mut self, flag: &'r FlagRules, added: Added<'r>) {
        for (whose, rules, state) in added.overrides {
            match whose {
                Whose::Segment(key) => {
                    let place = self.places.get(key).and_then(|at| self.told.get_mut(*at));
                    place.into_iter().for_each(|told| told.states.push(state.clone()));
                }
                Whose::Rule(at, rule, _) => {
                    let label = if rule.name.is_empty() { &rule.id } else { &rule.name };
                    self.told.push(Told {
                        id: (RULES + u64::from(flag.index) * 256 + at as u64).into(),
                        name: format!("{}: {label}", flag.key),
                        rules,
                        states: vec![state],
                    });
                }
            }
        }
        for (subjects, state) in added.identities {
            for subject in subjects {
                self.identities.entry(subject).or_default().push(state.clone());
            }
        }
        if !flag.client_visible {
            self.server_only.push(names::feature(flag)["id"].take());
        }
        self.states.push(added.state);
    }

    fn updated_at(&self) -> Timestamp {
        self.times
            .since
            .map_or(self.about.updated_at, |since| since.max(self.about.updated_at))
    }

    fn document(&mut self) -> Json {
        let mut names = self.about.flag_set.split('/');
        let (organization, project) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let updated_at = moment(self.updated_at());
        let segment =
            |told: Told| json!({"id": told.id, "name": told.name, "rules": told.rules, "feature_states": told.states});
        let segments: Vec<Json> = std::mem::take(&mut self.told).into_iter().map(segment).collect();
        let identities = std::mem::take(&mut self.identities).into_iter();
        let identities: Vec<Json> = identities
            .map(|(name, states)| self.identity(name, &states, &updated_at))
            .collect();
        json!({
            "id": id(self.about.flag_set),
            "api_key": self.environment.key,
            "name": self.environment.name,
            "updated_at": updated_at,
            "allow_client_traits": true,
            "hide_sensitive_data": false,
            "hide_disabled_flags": false,
            "use_identity_composite_key_for_hashing": true,
            "use_identity_overrides_in_local_eval": true,
            "project": {
                "id": id(&format!("{organization}/{project}")),
                "name": project,
                "hide_disabled_flags": false,
                "enable_realtime_updates": true,
                "server_key_only_feature_ids": std::mem::take(&mut self.server_only),
                "organisation": {
                    "id": id(organization),
                    "name": organization,
                    "feature_analytics": false,
                    "stop_serving_flags": false,
                    "persist_trait_data": false,
                },
                "segments": segments,
            },
            "feature_states": std::mem::take(&mut self.states),
            "identity_overrides": identities,
        })
    }

    fn identity(&self, name: &str, states: &[Json], updated_at: &str) -> Json {
        json!({
            "identifier": name,
            "environment_api_key": self.environment.key,
            "created_date": updated_at,
            "identity_uuid": uuid(&[self.about.flag_set, "identity", name]),
            "django_id": null,
            "composite_key": format!("{}_{name}", self.environment.key),
            "dashboard_alias": null,
            "identity_traits": [],
            "identity_features": states,
        })
    }
}

/// How long pieces of a document are, bytes.
fn length<'j>(pieces: impl IntoIterator<Item = &'j Json>) -> usize {
    pieces.into_iter().map(|piece| piece.to_string().len()).sum()
}

/// Rules that were overrides by segments have their names.
fn names_of_segments(rules: &Ruleset) -> BTreeMap<&str, &str> {
    let mut names = BTreeMap::new();
    let foreign = rules.flags.iter().filter(|flag| flag.profile == Profile::Flagsmith);
    for step in foreign.flat_map(|flag| &flag.steps) {
        let Step::Rules { rules } = step else { continue };
        for rule in rules.iter().filter(|rule| !rule.name.is_empty()) {
            if let Some(Condition::Segment(key)) = &rule.condition {
                names.entry(key.as_str()).or_insert(rule.name.as_str());
            }
        }
    }
    names
}

/// Whose state: the environment's, or the override at this place.
type Whom = Option<usize>;

/// Options that take nobody where they stand: a state without a split has them, so that a reader still knows them,
/// and finds all options in the order that they have here.
fn idle_options(flag: &FlagRules, plan: &Plan<'_>) -> Vec<(Whom, Share)> {
    let is_known = |at: &usize| {
        let variant = flag.variants.get(*at);
        variant.is_some_and(|variant| names::known(flag, &variant.key).is_some())
    };
    let ordered: Vec<usize> = (0..flag.variants.len()).filter(is_known).collect();
    let overrides = plan.overrides.iter().enumerate();
    let states: Vec<(Whom, &State)> = std::iter::once((None, &plan.environment))
        .chain(overrides.map(|(at, (_, state))| (Some(at), state)))
        .collect();
    let (mut idle, mut seen) = (Vec::new(), BTreeSet::new());
    for (at, (whom, state)) in states.iter().enumerate() {
        let waiting: Vec<usize> = ordered.iter().copied().filter(|own| !seen.contains(own)).collect();
        if state.options.is_empty() {
            let following = states.iter().skip(at).flat_map(|(_, state)| &state.options);
            // What a reader meets next by itself.
            let mut next = Vec::with_capacity(waiting.len());
            for share in following {
                if !seen.contains(&share.variant) && !next.contains(&share.variant) {
                    next.push(share.variant);
                }
            }
            if next != waiting {
                seen.extend(waiting.iter().copied());
                let idly = |variant| Share {
                    variant,
                    percentage: 0.0,
                };
                idle.extend(waiting.into_iter().map(|variant| (*whom, idly(variant))));
            }
        }
        seen.extend(state.options.iter().map(|share| share.variant));
    }
    idle
}

/// As Flagsmith writes it.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}
