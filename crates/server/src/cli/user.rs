//! `hoist user`: accounts, straight on the database. For the first operator, and for whoever has
//! lost a password; a running server notices within a moment.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use hoist_app::sessions::{PasswordReset, ResetError, SignInError, check_password};
use hoist_app::submit;
use hoist_app::{App, Submission};
use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::{Change, TokensAtReset, UserChange};
use hoist_model::log::Actor;
use hoist_model::plan::{Moved, Refusal, Request};
use hoist_model::record::Kind;
use serde_json::json;

use super::serve::load;
use super::{FAILED, Failure, output};
use crate::config::{DataFlags, Surroundings};
use crate::{runtime, serve};

/// Makes accounts and resets passwords, straight on the database.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  hoist user create ada@example.com --operator
  hoist user reset-password ada@example.com")]
pub struct UserArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Command {
    /// Makes an account and prints its password once.
    Create(Create),
    /// Gives an account a new password, prints it once, and ends its sessions. Its access tokens go on working.
    ResetPassword(Reset),
}

#[derive(Clone, Debug, clap::Args)]
struct Create {
    /// E-mail address to sign in with.
    email: String,
    /// Name for people.
    #[arg(long, default_value = "")]
    name: String,
    /// Make an operator of the whole instance.
    #[arg(long)]
    operator: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Read the password from the first line of standard input instead of making one.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    data: DataFlags,
}

#[derive(Clone, Debug, clap::Args)]
struct Reset {
    /// E-mail address of the account.
    email: String,
    /// Revoke its personal access tokens, too: somebody else may have used the account.
    #[arg(long)]
    revoke_tokens: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Read the password from the first line of standard input instead of making one.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    data: DataFlags,
}

/// Carries out a command. A password that was made goes to `out`, alone on a line; what was done
/// goes to `err`.
///
/// # Errors
/// When the input or the database cannot be used.
pub fn run(args: &UserArgs, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failure> {
    let (data, email, from_stdin, as_json) = match &args.command {
        Command::Create(create) => (&create.data, &create.email, create.password_stdin, create.json),
        Command::ResetPassword(reset) => (&reset.data, &reset.email, reset.password_stdin, reset.json),
    };
    let config = load(&data.clone().into(), &Surroundings::of_process())?;
    let given = from_stdin.then(first_line).transpose()?;
    let password = runtime(async {
        let app = serve::open_app(&config.database_url, serve::usual()).await?;
        match &args.command {
            Command::Create(create) => {
                let user = make(&app, create).await?;
                let password = given.clone().unwrap_or_else(|| app.maker.password());
                app.set_password(user, &password)
                    .await
                    .map_err(|error| refused(&error))?;
                Ok::<String, Failure>(password)
            }
            Command::ResetPassword(wanted) => reset(&app, wanted, given.clone()).await,
        }
    })??;
    if as_json {
        // A password that was given is known already.
        let made = given.is_none().then_some(&password);
        return output::write(out, &format!("{}\n", json!({"email": normal(email), "password": made})));
    }
    let done = match &args.command {
        Command::Create(_) => "made the account",
        Command::ResetPassword(_) => "set a new password and ended all sessions of",
    };
    output::write_report(err, &format!("{done} {}\n", normal(email)))?;
    match given {
        Some(_) => Ok(()),
        None => output::write(out, &format!("{password}\n")),
    }
}

/// Passwords that do not do are refused before anything is made.
fn first_line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::bad_input(format!("standard input: cannot be read ({error})")))?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    check_password(&password).map_err(|error| refused(&error))?;
    Ok(password)
}

fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}

fn find(app: &App, email: &str) -> Result<Id, Failure> {
    let state = app.world.state();
    let found = state.find(Kind::User, None, &normal(email)).map(|doc| doc.id);
    found.ok_or_else(|| {
        let email = normal(email);
        Failure::bad_input(format!(
            "there is no account {email}; make one with `hoist user create {email}`"
        ))
    })
}

async fn make(app: &App, create: &Create) -> Result<Id, Failure> {
    let change = UserChange::Create {
        email: create.email.clone(),
        name: create.name.clone(),
        operator: create.operator,
    };
    let request = Request {
        place: Place::Instance,
        changes: vec![Change::User(change)],
        note: "hoist user create".into(),
        base: BTreeMap::new(),
        moved: Moved::Merge,
    };
    let submission = Submission {
        actor: Actor::Operator,
        request,
        seen: None,
        idempotency: None,
    };
    app.submit(submission).await.map_err(failed)?;
    find(app, &create.email)
}

/// The log tells that somebody at the shell did it.
async fn reset(app: &App, wanted: &Reset, given: Option<String>) -> Result<String, Failure> {
    let reset = PasswordReset {
        user: find(app, &wanted.email)?,
        by: Actor::Operator,
        password: given,
        tokens: match wanted.revoke_tokens {
            true => TokensAtReset::Revoke,
            false => TokensAtReset::Keep,
        },
        note: "hoist user reset-password".into(),
    };
    app.reset_password(reset).await.map_err(|error| match error {
        ResetError::Password(error) => refused(&error),
        ResetError::Failed(failure) => failed(failure),
    })
}

pub(super) fn failed(failure: submit::Failure) -> Failure {
    if let submit::Failure::Refused(Refusal::Invalid(problems)) = &failure {
        let details: Vec<&str> = problems.iter().map(|problem| problem.detail.as_str()).collect();
        return Failure::bad_input(details.join("; "));
    }
    let message = match failure {
        submit::Failure::ReadOnly => "a newer version has taken over the database; use that version".to_owned(),
        submit::Failure::Unavailable { .. } => "the database is unavailable; nothing was changed, try again".to_owned(),
        other => format!("nothing was changed ({other:?})"),
    };
    Failure { code: FAILED, message }
}

fn refused(error: &SignInError) -> Failure {
    match error {
        SignInError::Weak { reason } => Failure::bad_input(reason.clone()),
        SignInError::Wrong | SignInError::TooMany { .. } | SignInError::Unavailable => Failure {
            code: FAILED,
            message: "the password could not be kept: the database is unavailable".into(),
        },
    }
}
