//! `hoist audit`: who changed what, when and why, out of the database or of a running Hoist.

use std::collections::HashMap;
use std::io::Write;

use hoist_api::wire::history::HistoryItem;
use hoist_app::history::{ActorFilter, HistoryFilter, Logged};
use hoist_model::Id;
use hoist_model::record::Kind;
use hoist_model::state::State;
use hoist_store::Store;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::place::{choose, choose_organization};
use super::remote::{Ask, Remote};
use super::{FAILED, Failure, data, output};
use crate::config::DataFlags;
use crate::runtime;

/// Lists who changed what, when and why, newest first.
///
/// Reads the log of changes out of the database itself, also while a server runs, or with --url asks a server. That shows
/// an operator every change; others those of their organization, and with --project or --flag those of one project.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist audit --since 2026-11-01T00:00:00Z --project shop
  hoist audit --actor ada@example.com --limit 1000 --json | jq .summary
  hoist audit --url https://flags.example.com --project shop --flag checkout")]
pub struct AuditArgs {
    /// Not before this moment (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only what one account did, by e-mail address; `operator` for the shell, `system` for Hoist itself.
    #[arg(long, value_name = "WHO")]
    actor: Option<String>,
    /// Only changes of projects with this key.
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// Only changes of flags with this key and of their settings.
    #[arg(long, value_name = "KEY")]
    flag: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u32,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
    /// Address of a running Hoist to ask instead of the database.
    #[arg(long, value_name = "URL", conflicts_with_all = ["config", "database"])]
    url: Option<String>,
    /// Personal access token, with --url; needs the permission audit.view.
    #[arg(long, value_name = "TOKEN", env = "HOIST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// With --url, key of the organization; not needed where the token sees one only.
    #[arg(long, value_name = "KEY", requires = "url")]
    organization: Option<String>,
    #[command(flatten)]
    data: DataFlags,
}

/// Entries read at once.
const PAGE: u32 = 500;

/// Reads. Entries go to `out`.
///
/// # Errors
/// When the database or the server cannot be used, or a filter names what is not there.
pub fn run(args: &AuditArgs, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.url {
        Some(url) => {
            let remote = Remote::with_token(url, args.token.as_deref())?;
            runtime(ask(args, &remote, out))?
        }
        None => runtime(read(args, out))?,
    }
}

async fn ask(args: &AuditArgs, remote: &Remote, out: &mut dyn Write) -> Result<(), Failure> {
    let session = remote.get(&["hoist", "v1", "session"]).await?;
    let list = list(args, &session)?;
    let path: Vec<&str> = ["hoist", "v1"]
        .into_iter()
        .chain(list.iter().map(String::as_str))
        .collect();
    let since = args.since.map(|since| since.to_string());
    let (mut left, mut cursor) = (args.limit, None::<String>);
    while left > 0 {
        let limit = left.min(PAGE).to_string();
        let mut query = vec![("limit", limit.as_str())];
        for (name, value) in [
            ("actor", &args.actor),
            ("flag", &args.flag),
            ("from", &since),
            ("cursor", &cursor),
        ] {
            query.extend(value.as_deref().map(|value| (name, value)));
        }
        let page = remote
            .json(Ask {
                path: &path,
                query: &query,
                ..Ask::default()
            })
            .await?;
        for item in page["items"].as_array().into_iter().flatten() {
            output::write(out, &line(args, item)?)?;
            left = left.saturating_sub(1);
        }
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return Ok(()),
        }
    }
    Ok(())
}

/// Which list of the API, as the rest of its path: of one project, of one organization, or of everything.
fn list(args: &AuditArgs, session: &Json) -> Result<Vec<String>, Failure> {
    let organization = args.organization.as_deref();
    let list = if args.project.is_some() || args.flag.is_some() {
        let (organization, project) = choose(session, organization, args.project.as_deref())?;
        vec![
            "organizations".to_owned(),
            organization,
            "projects".to_owned(),
            project,
            "history".to_owned(),
        ]
    } else if organization.is_none() && session["user"]["operator"] == true {
        vec!["audit".to_owned()]
    } else {
        let organization = choose_organization(session, organization)?;
        vec!["organizations".to_owned(), organization, "audit".to_owned()]
    };
    Ok(list)
}

async fn read(args: &AuditArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let config = data::store_config(&data::existing(&args.data)?);
    let (store, loaded) = data::open_and_load(&config).await?;
    let filter = filter(args, &loaded.state)?;
    let done = pages(args, &store, &loaded.state, &filter, out).await;
    store.close().await;
    done
}

async fn pages(
    args: &AuditArgs,
    store: &Store,
    state: &State,
    filter: &HistoryFilter,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let (mut left, mut before) = (args.limit, None);
    while left > 0 {
        let page = store.history(filter, before, left.min(PAGE)).await;
        let page = page.map_err(|error| data::failed(&error))?;
        for logged in &page {
            let item = match logged {
                Logged::Intact(brief) => HistoryItem::of(state, brief, &HashMap::new()),
                Logged::Damaged { revision, at, project } => HistoryItem::damaged(state, *revision, *at, *project),
            };
            // Its map keys are strings and its numbers whole: it has a JSON form.
            let item = serde_json::to_value(&item).unwrap_or_default();
            output::write(out, &line(args, &item)?)?;
        }
        left -= u32::try_from(page.len()).unwrap_or(left).min(left);
        before = page.last().map(Logged::revision);
        if page.len() < PAGE as usize {
            return Ok(());
        }
    }
    Ok(())
}

fn line(args: &AuditArgs, item: &Json) -> Result<String, Failure> {
    if args.json {
        return Ok(format!("{item}\n"));
    }
    let text = |of: &Json| of.as_str().unwrap_or_default().to_owned();
    let at: Timestamp = text(&item["at"]).parse().map_err(|error| Failure {
        code: FAILED,
        message: format!("revision {} has no time: {error}", item["revision"]),
    })?;
    let (at, who, what) = (
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        text(&item["actor"]["name"]),
        text(&item["summary"]),
    );
    let project = item["project"].as_str().unwrap_or("-");
    let note = match text(&item["note"]) {
        note if note.is_empty() => note,
        note => format!(" ({note})"),
    };
    let revision = item["revision"].as_u64().unwrap_or_default();
    Ok(format!("{revision:6}  {at}  {who}  {project}  {what}{note}\n"))
}

fn filter(args: &AuditArgs, state: &State) -> Result<HistoryFilter, Failure> {
    let projects = named(state, Kind::Project, args.project.as_deref(), &[])?;
    let documents = named(state, Kind::Flag, args.flag.as_deref(), &projects)?;
    Ok(HistoryFilter {
        documents,
        projects,
        actor: args.actor.as_deref().map(|who| actor(state, who)).transpose()?,
        from: args.since,
        ..HistoryFilter::default()
    })
}

/// Documents with a key, in any of some scopes or, if there are none, anywhere.
fn named(state: &State, kind: Kind, key: Option<&str>, scopes: &[Id]) -> Result<Vec<Id>, Failure> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let fits = |scope: Option<Id>| scopes.is_empty() || scope.is_some_and(|scope| scopes.contains(&scope));
    let found = state.list_all(kind).filter(|doc| &*doc.key == key && fits(doc.scope));
    let found: Vec<Id> = found.map(|doc| doc.id).collect();
    if found.is_empty() {
        return Err(Failure::bad_input(format!("there is no {} {key}", kind.as_str())));
    }
    Ok(found)
}

fn actor(state: &State, who: &str) -> Result<ActorFilter, Failure> {
    match who {
        "operator" => Ok(ActorFilter::Operator),
        "system" => Ok(ActorFilter::System),
        email => state
            .find(Kind::User, None, &email.trim().to_lowercase())
            .map(|doc| ActorFilter::Person(doc.id))
            .ok_or_else(|| Failure::bad_input(format!("there is no account {email}; or say operator or system"))),
    }
}
