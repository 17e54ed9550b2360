//! `make shots`: the named pictures of the console.

use crate::command::{self, command};
use crate::session::Session;
use crate::{Answer, ui, workspace};

/// Where the pictures go, below the root.
const FOLDER: &str = "docs/images";

/// Builds the console, then runs its `shots` script.
pub(crate) fn main(arguments: &[String]) -> Answer {
    let session = Session::new(workspace::root())?;
    if let Some(reason) = ui::browser_obstacle(&session) {
        return Err(format!("no pictures can be taken: {reason}"));
    }
    let console = session.ui();
    if !ui::has_script(&console, "shots") {
        return Err("ui/package.json has no script `shots`".to_owned());
    }
    ui::build(&console, &session.metadata.target, &mut command::run)?;
    let mut npm = command("npm", &console);
    npm.args(["run", "--silent", "shots", "--"]).args(arguments);
    session
        .equip(&mut npm)
        .env("HOIST_SHOTS_DIR", session.root.join(FOLDER));
    command::run(&mut npm)?;
    println!("pictures: {FOLDER}");
    Ok(())
}
