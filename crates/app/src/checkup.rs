//! What is wrong with what the store holds, for people who look after it.

use std::collections::HashSet;

use hoist_engine::ruleset::Profile;
use hoist_engine::{About, Problem, Snapshot};
use hoist_model::Id;
use hoist_model::document::{Config, Environment, Flag, Segment};
use hoist_model::plan::segments_in;
use hoist_model::portable::ProjectFile;
use hoist_model::record::Kind;
use hoist_model::state::{Doc, State};
use jiff::{SignedDuration, Timestamp};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Fine,
    /// Works, and somebody should know.
    Warning,
    /// Somebody has to do something.
    Wrong,
}

impl Grade {
    /// As it is shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a stable word.
    pub check: &'static str,
    /// How bad it is.
    pub grade: Grade,
    /// What was found and, if something is wrong, what to do.
    pub text: String,
}

impl Finding {
    /// As it should be.
    pub fn fine(check: &'static str, text: impl Into<String>) -> Self {
        Self::new(check, Grade::Fine, text)
    }

    /// Of a grade.
    pub fn new(check: &'static str, grade: Grade, text: impl Into<String>) -> Self {
        Self {
            check,
            grade,
            text: text.into(),
        }
    }
}

/// How far a clock may be off before somebody should know.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// The clock of this machine against that of the database, and against the last change.
pub fn clock(now: Timestamp, database: Option<Timestamp>, last_change: Option<Timestamp>) -> Finding {
    const CHECK: &str = "clock";
    if let Some(ahead) = last_change
        .map(|last| last.duration_since(now))
        .filter(|ahead| *ahead > SKEW)
    {
        let text = format!(
            "the last change is dated {ahead:#} in the future: set the clock of this machine or of the one that wrote it"
        );
        return Finding::new(CHECK, Grade::Wrong, text);
    }
    match database.map(|theirs| theirs.duration_since(now)) {
        Some(off) if off.abs() > SKEW => {
            let text = format!("the clock of the database is {off:#} off ours: run a time service on both machines");
            Finding::new(CHECK, Grade::Wrong, text)
        }
        Some(_) => Finding::fine(CHECK, "agrees with the database"),
        None => Finding::fine(CHECK, "no change is dated in the future"),
    }
}

/// References to what is not there: a line each.
pub fn dangling(state: &State) -> Vec<String> {
    let mut found = Vec::new();
    let mut scoped = |kind: Kind, owner: Kind| {
        for doc in state.list_all(kind) {
            let is_there = doc
                .scope
                .and_then(|id| state.get(id))
                .is_some_and(|doc| doc.body.kind() == owner);
            if !is_there {
                found.push(format!(
                    "{} {}: its {} is missing",
                    kind.as_str(),
                    doc.key,
                    owner.as_str()
                ));
            }
        }
    };
    scoped(Kind::Project, Kind::Organization);
    for kind in [Kind::Environment, Kind::Flag, Kind::Segment, Kind::Credential] {
        scoped(kind, Kind::Project);
    }
    for project in state.list_all(Kind::Project) {
        for (flag, body) in state.flags(project.id) {
            for (place, environment) in state.environments(project.id) {
                if let Some(config) = state.setting(flag.id, place.id).and_then(|setting| setting.config()) {
                    let label = format!("{}/{} in {}", project.key, flag.key, environment.key);
                    let names = names(state, project.id, body, config);
                    found.extend(names.into_iter().map(|what| format!("{label}: {what}")));
                }
            }
        }
    }
    found.extend(orphans(state));
    found.sort_unstable();
    found
}

/// What a live configuration names and is not there. Archived flags are not served; nobody looks.
fn names(state: &State, project: Id, flag: &Flag, config: &Config) -> Vec<String> {
    if flag.archived_at.is_some() {
        return Vec::new();
    }
    let segments = config
        .rules
        .iter()
        .filter_map(|rule| rule.condition.as_ref())
        .flat_map(segments_in);
    let segments: HashSet<&str> = segments.collect();
    let segment_is_live = |key: &str| {
        let found = state.find(Kind::Segment, Some(project), key);
        found.is_some_and(|doc| doc.as_a().is_some_and(|body: &Segment| body.archived_at.is_none()))
    };
    let flag_is_live = |key: &str| {
        let found = state.find(Kind::Flag, Some(project), key);
        found.is_some_and(|doc| doc.as_a().is_some_and(|body: &Flag| body.archived_at.is_none()))
    };
    let mut missing: Vec<String> = segments
        .into_iter()
        .filter(|key| !segment_is_live(key))
        .map(|key| format!("a rule names segment {key}, which is not there"))
        .collect();
    let parents = config.prerequisites.iter().filter(|each| !flag_is_live(&each.flag));
    missing.extend(parents.map(|each| format!("a prerequisite names flag {}, which is not there", each.flag)));
    missing
}

/// Settings of flags or environments that are gone.
fn orphans(state: &State) -> Vec<String> {
    let gone = |doc: &Doc| {
        let (flag, environment) = hoist_model::state::setting_place(&doc.body)?;
        let whole = state.get_a::<Flag>(flag).is_some() && state.get_a::<Environment>(environment).is_some();
        (!whole).then(|| {
            format!(
                "{} {}: its flag or environment is missing",
                doc.body.kind().as_str(),
                doc.id
            )
        })
    };
    state.settings().filter_map(|doc| gone(doc)).collect()
}

/// What the engine cannot run: native rules are wrong, those of imports are gaps that were reported.
pub fn broken(state: &State, now: Timestamp) -> Vec<(Grade, String)> {
    let mut found = Vec::new();
    for project in state.list_all(Kind::Project) {
        let Some(file) = ProjectFile::of(state, project.id, now) else {
            continue;
        };
        for environment in file.environments.keys() {
            let Ok(ruleset) = file.ruleset(environment) else {
                continue;
            };
            let (_, problems) = Snapshot::compile(&ruleset);
            for problem in problems {
                let grade = grade(&file, &problem);
                found.push((grade, format!("{} in {environment}: {problem}", project.key)));
            }
        }
    }
    found
}

fn grade(file: &ProjectFile, problem: &Problem) -> Grade {
    let profile = match &problem.about {
        About::Flag(key) => file.flags.get(key).map(|flag| flag.profile),
        About::Segment(key) => file.segments.get(key).map(|segment| segment.profile),
    };
    match profile.unwrap_or_default() {
        Profile::Native => Grade::Wrong,
        _ => Grade::Warning,
    }
}
