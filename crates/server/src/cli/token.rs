//! `hoist token`: personal access tokens, of an account in the database or of the token one asks with.

use std::collections::BTreeMap;
use std::io::Write;

use hoist_app::{App, Outcome, Submission};
use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::{Change, TokenChange};
use hoist_model::document::Token;
use hoist_model::log::Actor;
use hoist_model::plan::{Moved, Request};
use hoist_model::record::Kind;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::remote::{Ask, Remote};
use super::user::failed;
use super::{FAILED, Failure, data, output};
use crate::config::DataFlags;
use crate::{runtime, serve};

/// Makes, lists and revokes personal access tokens.
///
/// Straight on the database for the account --user; or with --url as the account of the token one asks with.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist token create pipeline --user ci@example.com
  hoist token list --url https://flags.example.com")]
pub struct TokenArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Makes a token and prints it once.
    Create(Create),
    /// Lists tokens, revoked ones too; none is shown.
    List(List),
    /// Revokes a token.
    Revoke(Revoke),
}

#[derive(Clone, Debug, clap::Args)]
struct Create {
    /// What it is for.
    name: String,
    /// When it stops working (RFC 3339); without it, never.
    #[arg(long, value_name = "TIME")]
    expires: Option<Timestamp>,
    #[command(flatten)]
    whose: Whose,
}

#[derive(Clone, Debug, clap::Args)]
struct List {
    #[command(flatten)]
    whose: Whose,
}

#[derive(Clone, Debug, clap::Args)]
struct Revoke {
    /// Its id, as `hoist token list` shows it.
    id: Id,
    #[command(flatten)]
    whose: Whose,
}

/// Whose tokens, and where.
#[derive(Clone, Debug, clap::Args)]
struct Whose {
    /// E-mail address of the account, without --url.
    #[arg(long, value_name = "EMAIL", required_unless_present = "url")]
    user: Option<String>,
    /// Address of a running Hoist to ask instead of the database.
    #[arg(long, value_name = "URL", conflicts_with_all = ["user", "config", "database"])]
    url: Option<String>,
    /// Personal access token, with --url.
    #[arg(long, value_name = "TOKEN", env = "HOIST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataFlags,
}

/// Carries a command out. A new token goes to `out`, alone on a line; what was done goes to `err`.
///
/// # Errors
/// When the account, the token or the database cannot be used, or the server refuses.
pub fn run(args: &TokenArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let whose = match &args.command {
        Command::Create(create) => &create.whose,
        Command::List(list) => &list.whose,
        Command::Revoke(revoke) => &revoke.whose,
    };
    let done = match &whose.url {
        Some(url) => {
            let remote = Remote::with_token(url, whose.token.as_deref())?;
            runtime(ask(&args.command, &remote))??
        }
        None => runtime(work(&args.command, whose))??,
    };
    if whose.json {
        return output::write(out, &format!("{done}\n"));
    }
    match &args.command {
        Command::Create(create) => {
            output::write_report(
                err,
                &format!("made the token {} ({})\n", create.name, text(&done, "id")),
            )?;
            output::write(out, &format!("{}\n", text(&done, "secret")))
        }
        Command::List(_) => output::write(out, &listed(&done)),
        Command::Revoke(revoke) => output::write_report(err, &format!("revoked the token {}\n", revoke.id)),
    }
}

fn text<'j>(of: &'j Json, name: &str) -> &'j str {
    of[name].as_str().unwrap_or_default()
}

fn listed(done: &Json) -> String {
    let items = done["items"].as_array().into_iter().flatten();
    let line = |item: &Json| {
        let state = match (text(item, "revoked_at"), text(item, "expires_at")) {
            ("", "") => "works".to_owned(),
            ("", end) => format!("works until {end}"),
            (at, _) => format!("revoked {at}"),
        };
        format!(
            "{}  {}…  {}  {state}\n",
            text(item, "id"),
            text(item, "prefix"),
            text(item, "name")
        )
    };
    items.map(line).collect()
}

fn change(command: &Command) -> Option<TokenChange> {
    match command {
        Command::Create(create) => Some(TokenChange::Create {
            name: create.name.clone(),
            expires_at: create.expires,
        }),
        Command::Revoke(revoke) => Some(TokenChange::Revoke { token: revoke.id }),
        Command::List(_) => None,
    }
}

async fn ask(command: &Command, remote: &Remote) -> Result<Json, Failure> {
    let Some(change) = change(command) else {
        return remote.all(&["hoist", "v1", "tokens"]).await;
    };
    let body = json!({"changes": [Change::Token(change)], "note": "hoist token"});
    let ask = Ask {
        path: &["hoist", "v1", "changes"],
        body: Some(body.to_string().into_bytes()),
        ..Ask::default()
    };
    let answer = remote.json(ask).await?;
    Ok(answer_of(
        command,
        &answer["secrets"][0]["document"],
        &answer["secrets"][0]["secret"],
    ))
}

fn answer_of(command: &Command, id: &Json, secret: &Json) -> Json {
    match command {
        Command::Create(create) => json!({"id": id, "name": create.name, "secret": secret}),
        Command::Revoke(revoke) => json!({"id": revoke.id, "revoked": true}),
        Command::List(_) => Json::Null,
    }
}

async fn work(command: &Command, whose: &Whose) -> Result<Json, Failure> {
    let url = data::existing(&whose.data)?;
    let app = serve::open_app(&url, serve::usual()).await?;
    let email = whose.user.as_deref().unwrap_or_default().trim().to_lowercase();
    let user = app.world.state().find(Kind::User, None, &email).map(|doc| doc.id);
    let user = user.ok_or_else(|| Failure::bad_input(format!("there is no account {email}")))?;
    let Some(change) = change(command) else {
        return Ok(tokens(&app, user));
    };
    let request = Request {
        place: Place::Instance,
        changes: vec![Change::Token(change)],
        note: "hoist token, at the shell".into(),
        base: BTreeMap::new(),
        moved: Moved::Merge,
    };
    let submission = Submission {
        actor: Actor::User { id: user },
        request,
        seen: None,
        idempotency: None,
    };
    let answer = app.submit(submission).await.map_err(failed)?;
    match answer.outcome {
        Outcome::Applied => {}
        _ => {
            let message = "the change waits for approval, nothing has changed yet".into();
            return Err(Failure { code: FAILED, message });
        }
    }
    let revealed = answer.reveals.first();
    let id = revealed.map(|reveal| json!(reveal.document)).unwrap_or_default();
    Ok(answer_of(
        command,
        &id,
        &json!(revealed.map(|reveal| reveal.secret.as_str())),
    ))
}

fn tokens(app: &App, user: Id) -> Json {
    let state = app.world.state();
    let items = state.list(Kind::Token, Some(user)).filter_map(|doc| {
        let token = doc.as_a::<Token>()?;
        Some(
            json!({"id": doc.id, "name": token.name, "prefix": token.prefix, "created_at": token.created_at,
            "expires_at": token.expires_at, "revoked_at": token.revoked_at}),
        )
    });
    json!({"items": items.collect::<Vec<_>>()})
}
