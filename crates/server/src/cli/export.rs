//! `hoist export`: a project as a file, out of the database or a running Hoist.

use std::io::Write;
use std::path::PathBuf;

use hoist_model::portable::text::Format;
use serde_json::json;

use super::place::{PlaceFlags, choose};
use super::progress::Bar;
use super::remote::{Ask, Remote};
use super::stored::{self, Wanted};
use super::{FAILED, Failure, output};
use crate::config::DataFlags;
use crate::{runtime, serve};

/// Writes a project as a file that `hoist import hoist` takes back without loss.
///
/// The file holds definitions, salts, origins, small integers, kills in force and members of segments, keys sorted; it
/// holds no revisions, times of change, people, keys or other secrets. The same project is always the same text, so a
/// file may live in version control.
///
/// Reads the database itself, also while a server runs, or with --url a server.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist export --project shop --out shop.yaml
  hoist export --url https://flags.example.com --project shop > shop.json")]
pub struct ExportArgs {
    #[command(flatten)]
    place: PlaceFlags,
    /// How it is written; without it, YAML if the name of the file ends so, else JSON.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FormatFlag>,
    /// Where to write it; without it, standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Address of a running Hoist to ask instead of the database.
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "database"])]
    url: Option<String>,
    /// As it was after this change, and before the next; out of the database only.
    #[arg(long, value_name = "NUMBER", conflicts_with = "url")]
    as_of_revision: Option<u64>,
    /// Personal access token, with --url; needs the permission project.view.
    #[arg(long, value_name = "TOKEN", env = "HOIST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    #[command(flatten)]
    data: DataFlags,
    /// With --out, report as one JSON object.
    #[arg(long, requires = "out")]
    json: bool,
}

/// Forms of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatFlag {
    /// Indented JSON.
    Json,
    /// YAML.
    Yaml,
}

impl ExportArgs {
    fn format(&self) -> Format {
        match (self.format, &self.out) {
            (Some(FormatFlag::Json), _) | (None, None) => Format::Json,
            (Some(FormatFlag::Yaml), _) => Format::Yaml,
            (None, Some(path)) => Format::of_name(&path.to_string_lossy()),
        }
    }
}

/// Exports. The file goes to --out or `out`, what was done to `err`.
///
/// # Errors
/// When the project is not found, rows of the database are damaged, or the file cannot be written.
pub fn run(args: &ExportArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let bar = Bar::waiting("exporting");
    let (name, text) = match &args.url {
        Some(url) => {
            let remote = Remote::with_token(url, args.token.as_deref())?;
            runtime(ask(args, &remote))??
        }
        None => runtime(read(args))??,
    };
    bar.finish();
    let Some(path) = &args.out else {
        return output::write(out, &text);
    };
    output::write_file(path, text.as_bytes())?;
    let file = path.display();
    if args.json {
        let report = json!({"project": name, "file": file.to_string(), "bytes": text.len()});
        return output::write(out, &format!("{report}\n"));
    }
    output::write_report(
        err,
        &format!("exported {name} to {file} ({} KiB)\n", text.len().div_ceil(1024)),
    )
}

async fn ask(args: &ExportArgs, remote: &Remote) -> Result<(String, String), Failure> {
    let session = remote.get(&["hoist", "v1", "session"]).await?;
    let place = &args.place;
    let (organization, project) = choose(&session, place.organization.as_deref(), place.project.as_deref())?;
    let path = [
        "hoist",
        "v1",
        "organizations",
        &organization,
        "projects",
        &project,
        "export",
    ];
    let format = match args.format() {
        Format::Json => "json",
        Format::Yaml => "yaml",
    };
    let ask = Ask {
        path: &path,
        query: &[("format", format)],
        ..Ask::default()
    };
    let text = remote.text(ask).await?;
    Ok((format!("{organization}/{project}"), text))
}

async fn read(args: &ExportArgs) -> Result<(String, String), Failure> {
    let wanted = Wanted {
        data: &args.data,
        place: &args.place,
        revision: args.as_of_revision,
        now: serve::usual().clock.now(),
    };
    let (name, file) = stored::project(&wanted).await?;
    let text = file.to_text(args.format()).map_err(|error| Failure {
        code: FAILED,
        message: error.to_string(),
    })?;
    Ok((name, text))
}
