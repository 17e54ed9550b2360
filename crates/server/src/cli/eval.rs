//! `hoist eval`: what flags answer for contexts, by the one engine, without a server.
//!
//! One JSON line per (context, flag): contexts in the order of the input, flags in byte order of
//! key. The shape of a line is the source's own (`line`).

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use hoist_compat::{Source, unleash};
use hoist_engine::{Context, Moment, NoVisitor, Problem, Snapshot, scheme};
use hoist_model::portable::ProjectFile;
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::flagd::{Asked, Fractional};
use super::flagsmith::{self, ReasonStyle};
use super::line::Answer;
use super::place::PlaceFlags;
use super::stored::{self, Wanted};
use super::{Failure, From, import, input, output};
use crate::config::DataFlags;
use crate::runtime;

/// Evaluates flags for contexts, offline.
///
/// With a file, that is evaluated; without one, a project of the database, as it is or as it was.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist eval project.json --contexts contexts.jsonl --explain
  hoist eval --from unleash features.json --contexts contexts.jsonl
  hoist eval --from flagd flags.json --contexts contexts.jsonl --type float --fractional 3
  hoist eval --project shop --as-of-revision 40 --environment prod --contexts contexts.jsonl")]
pub struct EvalArgs {
    /// A project file, or with --from a document of that system. Comments in JSON are accepted.
    pub file: Option<PathBuf>,
    /// Evaluate another system's document, with contexts and answers in its shape.
    #[arg(long, value_enum, value_name = "SYSTEM", requires = "file")]
    pub from: Option<From>,
    /// With --from flagd: the type that is asked for; a value of another is a TYPE_MISMATCH.
    #[arg(long = "type", value_enum, value_name = "TYPE", requires = "from")]
    pub asked: Option<Asked>,
    /// With --from flagd: the generation of its `fractional`, 2 unless given.
    #[arg(long, value_enum, value_name = "GENERATION", requires = "from")]
    pub fractional: Option<Fractional>,
    /// Contexts: JSON lines or a JSON list; `-` reads standard input. Not with `flagsmith-context`, which has its own.
    #[arg(long, value_name = "FILE", required_unless_present = "from")]
    pub contexts: Option<PathBuf>,
    /// Key of the environment; not needed where there is only one.
    #[arg(long, value_name = "KEY")]
    pub environment: Option<String>,
    /// Only this flag; may be repeated.
    #[arg(long = "flag", value_name = "KEY")]
    pub flags: Vec<String>,
    /// The moment of evaluation (RFC 3339); without it, now.
    #[arg(long, value_name = "TIME")]
    pub now: Option<Timestamp>,
    /// Changes the random draws; without it they are the same in every run.
    #[arg(long, default_value_t = 0, value_name = "NUMBER")]
    pub seed: u64,
    /// With --from flagsmith-context: which of its engines reasons are written like, 10 unless given.
    #[arg(long, value_enum, value_name = "GENERATION")]
    pub reason_style: Option<ReasonStyle>,
    /// Say for each answer how it came about.
    #[arg(long)]
    pub explain: bool,
    /// Definitions, settings and members as they were after this change; without it, as they are.
    #[arg(long, value_name = "NUMBER", conflicts_with = "file")]
    pub as_of_revision: Option<u64>,
    #[command(flatten)]
    pub place: PlaceFlags,
    #[command(flatten)]
    pub data: DataFlags,
}

/// Evaluates. Answers go to `out`, gaps and problems to `err`. `clock` is asked once, if no moment is given.
///
/// # Errors
/// When an input cannot be used.
pub fn run(args: &EvalArgs, clock: fn() -> Timestamp, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    check(args)?;
    let now = args.now.unwrap_or_else(clock);
    if let (Some(From::FlagsmithContext), Some(file)) = (args.from, &args.file) {
        let moment = Moment { now, seed: args.seed };
        return flagsmith::answer(file, &moment, args.reason_style.unwrap_or_default(), out, err);
    }
    let contexts = args
        .contexts
        .as_deref()
        .ok_or_else(|| Failure::bad_input("--contexts is missing: give a file of contexts, or - for standard input"))?;
    let subject = Subject::read(args, now, err)?;
    let contexts = input::contexts(contexts)?;
    for (index, source) in contexts.iter().enumerate() {
        output::write(out, &subject.answers(args, index, source, now))?;
    }
    Ok(())
}

/// Options that mean nothing for what is evaluated.
fn check(args: &EvalArgs) -> Result<(), Failure> {
    let is_flagd = args.from == Some(From::Flagd);
    let is_whole = args.from == Some(From::FlagsmithContext);
    let rows = [
        (
            args.asked.is_some() && !is_flagd,
            "--type",
            "goes with --from flagd only",
        ),
        (
            args.fractional.is_some() && !is_flagd,
            "--fractional",
            "goes with --from flagd only",
        ),
        (
            args.reason_style.is_some() && !is_whole,
            "--reason-style",
            "goes with --from flagsmith-context only",
        ),
        (
            args.contexts.is_some() && is_whole,
            "--contexts",
            "is part of an evaluation context",
        ),
        (
            args.environment.is_some() && is_whole,
            "--environment",
            "is part of an evaluation context",
        ),
        (
            !args.flags.is_empty() && is_whole,
            "--flag",
            "is not for an evaluation context, which is answered as a whole",
        ),
        (
            args.explain && is_whole,
            "--explain",
            "is not for an evaluation context, which is answered as a whole",
        ),
    ];
    match rows.into_iter().find(|(is_wrong, _, _)| *is_wrong) {
        Some((_, option, why)) => Err(Failure::bad_input(format!("{option} {why}: leave it out"))),
        None => Ok(()),
    }
}

/// What is evaluated.
struct Subject {
    project: ProjectFile,
    environment: String,
    snapshot: Snapshot,
    /// In byte order.
    keys: Vec<String>,
}

impl Subject {
    fn read(args: &EvalArgs, now: Timestamp, err: &mut dyn Write) -> Result<Self, Failure> {
        let (name, project, known) = match (&args.file, args.from) {
            (None, _) => {
                let (name, project) = runtime(stored(args, now))??;
                (name, project, Known::Nothing)
            }
            (Some(file), None) => (input::shown(file), input::project(file)?, Known::Nothing),
            (Some(file), Some(from)) => {
                let environment = args.environment.as_deref().unwrap_or("default");
                let import = input::imported(file, source(from, args.fractional.unwrap_or_default())?, environment)?;
                output::write_report(err, &import::gaps(&import.gaps))?;
                (input::shown(file), import.project, Known::Gaps)
            }
        };
        let environment = environment(args, &name, &project)?;
        let ruleset = project
            .ruleset(&environment)
            .map_err(|error| Failure::bad_input(format!("{name}: {error}")))?;
        let (snapshot, problems) = Snapshot::compile(&ruleset);
        if known == Known::Nothing {
            let lines: String = problems
                .iter()
                .map(|problem: &Problem| format!("problem: {problem}\n"))
                .collect();
            output::write_report(err, &lines)?;
        }
        let keys = keys(args, &snapshot);
        Ok(Self {
            project,
            environment,
            snapshot,
            keys,
        })
    }

    /// The lines of one context.
    fn answers(&self, args: &EvalArgs, index: usize, source: &Map<String, Json>, now: Timestamp) -> String {
        let (context, now) = match args.from {
            Some(From::Unleash) => (unleash::context(source), unleash::moment(source).unwrap_or(now)),
            Some(From::Flagd | From::FlagsmithContext | From::Togglr | From::Fluxgate | From::ToggleMeister) | None => {
                (Context::from_json(source), now)
            }
        };
        let bound = self.snapshot.bind(&context);
        let mut lines = String::new();
        for key in &self.keys {
            let moment = Moment {
                now,
                seed: seed(args.seed, index, key),
            };
            let (outcome, explanation) = match self.snapshot.flag(key) {
                None => (None, None),
                Some(flag) if args.explain => {
                    let (outcome, explanation) = self.snapshot.explain(flag, &bound, &moment);
                    (Some(outcome), Some(explanation))
                }
                Some(flag) => (
                    Some(self.snapshot.evaluate(flag, &bound, &moment, &mut NoVisitor)),
                    None,
                ),
            };
            let entry = self.project.flags.get(key);
            let answer = Answer {
                context: index,
                key,
                flag: entry,
                config: entry.and_then(|flag| flag.environments.get(&self.environment)),
                outcome,
                explanation,
            };
            lines.push_str(&answer.line(args.from, args.asked));
            lines.push('\n');
        }
        lines
    }
}

/// Whether what is wrong with the rules has been reported already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Nothing,
    Gaps,
}

fn source(from: From, fractional: Fractional) -> Result<Source, Failure> {
    match from {
        From::Unleash => Ok(Source::Unleash),
        From::Flagd => Ok(Source::Flagd(fractional.into())),
        From::Togglr => Ok(Source::Togglr),
        From::Fluxgate => Ok(Source::FluxGate),
        From::ToggleMeister => Ok(Source::ToggleMeister),
        From::FlagsmithContext => Err(Failure::bad_input("an evaluation context is answered as a whole")),
    }
}

async fn stored(args: &EvalArgs, now: Timestamp) -> Result<(String, ProjectFile), Failure> {
    let wanted = Wanted {
        data: &args.data,
        place: &args.place,
        revision: args.as_of_revision,
        now,
    };
    stored::project(&wanted).await
}

fn environment(args: &EvalArgs, name: &str, project: &ProjectFile) -> Result<String, Failure> {
    if let Some(environment) = &args.environment {
        return Ok(environment.clone());
    }
    let mut keys = project.environments.keys();
    match (keys.next(), keys.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(Failure::bad_input(format!("{name}: the project has no environment"))),
        (Some(_), Some(_)) => {
            let known: Vec<&str> = project.environments.keys().map(String::as_str).collect();
            Err(Failure::bad_input(format!(
                "{name}: choose --environment among {}",
                known.join(", ")
            )))
        }
    }
}

/// All flags, or those asked for, in byte order.
fn keys(args: &EvalArgs, snapshot: &Snapshot) -> Vec<String> {
    if args.flags.is_empty() {
        return snapshot.flags().map(|flag| flag.key().to_owned()).collect();
    }
    let asked: BTreeSet<&String> = args.flags.iter().collect();
    asked.into_iter().cloned().collect()
}

/// The same in every run for the same seed, context and flag.
fn seed(seed: u64, context: usize, flag: &str) -> u64 {
    let (seed, context) = (seed.to_string(), context.to_string());
    scheme::hoist64::hash([seed.as_str(), "\0", &context, "\0", flag].into_iter())
}
