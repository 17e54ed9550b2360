//! The first start: whoever reads the log, or sets two variables, makes the first operator.

use std::io::Write as _;

use hoist_app::App;
use hoist_app::sessions::SignInError;
use hoist_app::setup::{FirstRun, SetupError};
use tracing::Level;

use crate::cli::Failure;
use crate::config::Surroundings;

const EMAIL: &str = "HOIST_ADMIN_EMAIL";
const PASSWORD: &str = "HOIST_ADMIN_PASSWORD";

/// Makes the first operator from the environment, or says where one is made. Does nothing once
/// there is one.
pub(super) async fn prepare(app: &App, surroundings: &Surroundings, console: &str) -> Result<(), Failure> {
    if !app.needs_setup() {
        return Ok(());
    }
    match (surroundings.variable(EMAIL), surroundings.variable(PASSWORD)) {
        (Some(email), Some(password)) => make(app, email, password).await,
        (Some(_), None) => Err(missing(PASSWORD, EMAIL)),
        (None, Some(_)) => Err(missing(EMAIL, PASSWORD)),
        (None, None) => {
            invite(&format!("{console}/setup?token={}", app.setup_token()));
            Ok(())
        }
    }
}

fn missing(missing: &str, given: &str) -> Failure {
    Failure::bad_input(format!(
        "{missing} is not set, but {given} is; set both, or none to set up in the browser"
    ))
}

async fn make(app: &App, email: &str, password: &str) -> Result<(), Failure> {
    let first = FirstRun {
        email: email.to_owned(),
        password: password.to_owned(),
        name: String::new(),
    };
    match app.make_first(&first).await {
        Ok(_) => {
            tracing::info!("made the first operator from the environment");
            Ok(())
        }
        Err(SetupError::Password(SignInError::Weak { reason })) => {
            Err(Failure::bad_input(format!("{PASSWORD}: {reason}")))
        }
        Err(error) => Err(Failure::bad_input(format!(
            "{EMAIL}, {PASSWORD}: no operator could be made ({error:?})"
        ))),
    }
}

/// The link must be seen, or nobody gets in.
fn invite(link: &str) {
    tracing::info!(link, "nobody has set this instance up; open the link to do so");
    if !tracing::enabled!(Level::INFO) {
        // Nobody is left to tell if this fails.
        let _ = writeln!(std::io::stderr(), "open {link} to set this instance up");
    }
}
