//! `hoist export`: a project as a file, out of the database or a running Hoist.

use std::io::Write;
use std::path::PathBuf;

use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::Format;
use hoist_model::record::Kind;
use hoist_model::state::State;
use serde_json::{Value as Json, json};

use super::place::{PlaceFlags, choose};
use super::progress::Bar;
use super::remote::Remote;
use super::{FAILED, Failure, data, output};
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
    let (organization, project) = chosen(args, &session)?;
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
    let text = remote.text(&path, &[("format", format)]).await?;
    Ok((format!("{organization}/{project}"), text))
}

async fn read(args: &ExportArgs) -> Result<(String, String), Failure> {
    let config = data::store_config(&data::existing(&args.data)?);
    let (store, loaded) = data::open_and_load(&config).await?;
    store.close().await;
    let lost: Vec<String> = loaded.lost().map(ToString::to_string).collect();
    if !lost.is_empty() {
        let rows = lost.join("\n  ");
        let message = format!("the database has damaged rows, an export would lose them:\n  {rows}");
        return Err(Failure { code: FAILED, message });
    }
    let state = &loaded.state;
    let (organization, project) = chosen(args, &places(state))?;
    let found = state
        .find(Kind::Organization, None, &organization)
        .and_then(|doc| state.find(Kind::Project, Some(doc.id), &project))
        .and_then(|doc| ProjectFile::of(state, doc.id, serve::usual().clock.now()));
    let file = found.ok_or_else(|| Failure::bad_input(format!("there is no project {organization}/{project}")))?;
    let text = file.to_text(args.format()).map_err(|error| Failure {
        code: FAILED,
        message: error.to_string(),
    })?;
    Ok((format!("{organization}/{project}"), text))
}

fn chosen(args: &ExportArgs, places: &Json) -> Result<(String, String), Failure> {
    choose(
        places,
        args.place.organization.as_deref(),
        args.place.project.as_deref(),
    )
}

/// Every organization with its projects, as a session lists them.
fn places(state: &State) -> Json {
    let organizations = state.list(Kind::Organization, None).map(|organization| {
        let projects = state.list(Kind::Project, Some(organization.id));
        let projects: Vec<Json> = projects.map(|project| json!({"key": project.key})).collect();
        json!({"key": organization.key, "projects": projects})
    });
    json!({"organizations": organizations.collect::<Vec<_>>()})
}
