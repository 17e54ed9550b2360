//! `make shots`: the named pictures of the console, taken from the real binary.

use crate::command::{self, command};
use crate::session::{BINARY, CHROMIUM, Session, chromium};
use crate::{Answer, suite, ui, workspace};

/// Where the pictures go, below the root.
const FOLDER: &str = "docs/images";

/// Builds console and binary, then runs the console's `shots` script.
pub(crate) fn main(arguments: &[String]) -> Answer {
    let session = Session::new(workspace::root())?;
    if let Some(reason) = ui::browser_obstacle(&session) {
        return Err(format!("no pictures can be taken: {reason}"));
    }
    let console = session.ui();
    if !ui::has_script(&console, "shots") {
        return Err("ui/package.json has no script `shots`".to_owned());
    }
    ui::build(&console, &session.metadata.target)?;
    command::run(&mut suite::build_command(&session))?;
    let mut npm = command("npm", &console);
    npm.args(["run", "--silent", "shots", "--"]).args(arguments);
    npm.env(BINARY, session.binary())
        .env("HOIST_SHOTS_DIR", session.root.join(FOLDER));
    npm.envs(chromium().map(|path| (CHROMIUM, path)));
    command::run(&mut npm)?;
    println!("pictures: {FOLDER}");
    Ok(())
}
