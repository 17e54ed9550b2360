//! `hoist audit`: who changed what, when and why.

use std::collections::HashMap;
use std::io::Write;

use hoist_api::wire::history::HistoryItem;
use hoist_app::history::{ActorFilter, HistoryFilter, Logged};
use hoist_model::Id;
use hoist_model::record::Kind;
use hoist_model::state::State;
use hoist_store::Store;
use jiff::Timestamp;

use super::{Failure, data, output};
use crate::config::DataFlags;
use crate::runtime;

/// Reads the log of changes out of the database, newest first.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist audit --since 2026-11-01T00:00:00Z --project shop
  hoist audit --actor ada@example.com --limit 1000 --json | jq .summary")]
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
    #[command(flatten)]
    data: DataFlags,
}

/// Entries read at once.
const PAGE: u32 = 500;

/// Reads. Entries go to `out`.
///
/// # Errors
/// When the database cannot be used, or a filter names what is not there.
pub fn run(args: &AuditArgs, out: &mut dyn Write) -> Result<(), Failure> {
    runtime(read(args, out))?
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
            output::write(out, &line(args, state, logged))?;
        }
        left -= u32::try_from(page.len()).unwrap_or(left).min(left);
        before = page.last().map(Logged::revision);
        if page.len() < PAGE as usize {
            return Ok(());
        }
    }
    Ok(())
}

fn line(args: &AuditArgs, state: &State, logged: &Logged) -> String {
    let item = match logged {
        Logged::Intact(brief) => HistoryItem::of(state, brief, &HashMap::new()),
        Logged::Damaged { revision, at, project } => HistoryItem::damaged(state, *revision, *at, *project),
    };
    if args.json {
        // Its map keys are strings and its numbers whole: it has a JSON form.
        let json = serde_json::to_string(&item).unwrap_or_default();
        return format!("{json}\n");
    }
    let project = item.project.as_deref().unwrap_or("-");
    let note = if item.note.is_empty() {
        String::new()
    } else {
        format!(" ({})", item.note)
    };
    let at = item.at.strftime("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "{:6}  {at}  {}  {project}  {}{note}\n",
        item.revision, item.actor.name, item.summary
    )
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
