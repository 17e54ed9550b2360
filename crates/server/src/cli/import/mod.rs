//! `hoist import`: another system's flags as a project file, or as a change of a running Hoist.

mod apply;
mod file;
mod given;
mod keys;
mod site;
mod text;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use hoist_compat::Source;

use self::site::SiteArgs;
use super::Failure;
use super::flagd::Fractional;

pub(super) use text::gaps;

/// Turns another system's flags into a project file, or brings them into a running Hoist, and says
/// what could not be carried over. They are read from a file, or with --source-url from that system itself.
///
/// With --url the import is planned there first: the plan is printed, and carried out after a yes
/// or with --yes. What `hoist export` wrote comes back without loss. Exit codes: 0 done, proposed, planned with --dry-run, or nothing to change;
/// 1 failed, not allowed, or not confirmed; 2 the input cannot be used.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist import unleash features.json --environment production --out shop.yaml
  hoist import hoist shop.yaml --url https://flags.example.com --new-project
  hoist import togglr --source-url https://togglr.example.com --environment prod --save prod.json --out shop.yaml")]
pub struct ImportArgs {
    /// Where the flags come from.
    #[arg(value_enum)]
    source: ImportSource,
    /// The document; `-` reads standard input. Comments in JSON are accepted.
    #[arg(required_unless_present = "source_url")]
    file: Option<PathBuf>,
    #[command(flatten)]
    site: SiteArgs,
    /// Key of the environment the document is about. A project file names its own.
    #[arg(long, value_name = "KEY", required_if_eq_any([("source", "unleash"), ("source", "flagd"), ("source", "flagsmith"), ("source", "togglr"), ("source", "fluxgate"), ("source", "toggle-meister")]))]
    environment: Option<String>,
    /// Of flagd: the generation of its `fractional`, 2 unless given. It is written down with each flag: generations place
    /// people differently.
    #[arg(long, value_enum, value_name = "GENERATION")]
    fractional: Option<Fractional>,
    /// Where to write the project, as YAML if the name ends so; without it, standard output.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    out: Option<PathBuf>,
    /// Address of a running Hoist to import into.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    #[command(flatten)]
    into: Into,
    /// Report as one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

/// What goes with --url.
#[derive(Clone, Debug, clap::Args)]
struct Into {
    /// Personal access token; needs the permission import.run in the project.
    #[arg(long, value_name = "TOKEN", env = "HOIST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Key of the organization; not needed where the token sees one project only.
    #[arg(long, value_name = "KEY", requires = "url")]
    organization: Option<String>,
    /// Key of the project; not needed where the token sees one only.
    #[arg(long, value_name = "KEY", requires = "url")]
    project: Option<String>,
    /// Make the project: with the key --project, or with the one that the file names.
    #[arg(long, requires = "url")]
    new_project: bool,
    /// Keys that clients of the other system have: a line of JSON each, with `secret` and `kind` (server or client).
    /// They keep working. The token needs the permission credential.manage.
    #[arg(long, value_name = "FILE", requires = "url")]
    keys: Option<PathBuf>,
    /// Why, for the history.
    #[arg(long, value_name = "TEXT", requires = "url")]
    note: Option<String>,
    /// Carry the plan out without asking.
    #[arg(long, requires = "url", conflicts_with = "dry_run")]
    yes: bool,
    /// Print the plan and change nothing.
    #[arg(long, requires = "url")]
    dry_run: bool,
}

/// What may be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ImportSource {
    /// A client features document, `{state}`, `{events}`, or an export of the admin API.
    Unleash,
    /// A flag definition file.
    Flagd,
    /// An environment document.
    Flagsmith,
    /// Answers of the admin API about one environment, in one file.
    Togglr,
    /// Answers of the GraphQL API about a team, in one file.
    Fluxgate,
    /// Answers of the API, or rows of the tables, in one file.
    ToggleMeister,
    /// A project file of Hoist's own, JSON or YAML; without --url it is only checked.
    Hoist,
}

impl ImportSource {
    /// How the API calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Unleash => "unleash",
            Self::Flagd => "flagd",
            Self::Flagsmith => "flagsmith",
            Self::Togglr => "togglr",
            Self::Fluxgate => "fluxgate",
            Self::ToggleMeister => "toggle-meister",
            Self::Hoist => "hoist",
        }
    }

    fn foreign(self, fractional: Fractional) -> Option<Source> {
        match self {
            Self::Unleash => Some(Source::Unleash),
            Self::Flagd => Some(Source::Flagd(fractional.into())),
            Self::Flagsmith => Some(Source::Flagsmith),
            Self::Togglr => Some(Source::Togglr),
            Self::Fluxgate => Some(Source::FluxGate),
            Self::ToggleMeister => Some(Source::ToggleMeister),
            Self::Hoist => None,
        }
    }
}

/// Imports. Offline, the project goes to `out` and the report to `err`; with --url the report goes
/// to `out`, progress and the question to `err`, and the answer is read from `input`.
///
/// # Errors
/// When the document cannot be used, the project cannot be written, or the server refuses.
pub fn run(
    args: &ImportArgs,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failure> {
    if let Some(environment) = &args.environment {
        check_environment(environment)?;
    }
    if args.fractional.is_some() && args.source != ImportSource::Flagd {
        return Err(Failure::bad_input("--fractional goes with flagd only: leave it out"));
    }
    let given = given::read(args, err)?;
    match (&args.url, args.source.foreign(args.fractional.unwrap_or_default())) {
        (Some(url), _) => apply::run(args, given, url, input, out, err),
        (None, Some(source)) => file::run(args, &given, source, out, err),
        (None, None) => file::check(args, &given, out, err),
    }
}

/// The rule for keys of environments.
fn check_environment(key: &str) -> Result<(), Failure> {
    if hoist_model::plan::is_new_key(key) {
        return Ok(());
    }
    let rule = "begin with a letter or digit and go on with letters, digits and ._:@- up to 128 characters";
    Err(Failure::bad_input(format!(
        "--environment {key}: no key of an environment; {rule}"
    )))
}
