//! `make run`: the console if it changed, then the server.

use crate::metadata::Metadata;
use crate::{Answer, command, ui, workspace};
use std::os::unix::process::CommandExt;

/// Builds what changed and becomes the server, so that Ctrl-C reaches it directly.
pub(crate) fn main(arguments: &[String]) -> Answer {
    let root = workspace::root();
    let metadata = Metadata::read(&root)?;
    match ui::obstacle(&root.join("ui")) {
        Some(reason) => println!("console: not built, {reason}; the server runs without it"),
        None => ui::build(&root.join("ui"), &metadata.target, &mut command::run)?,
    }
    println!("server: building; data will be in ./data");
    let mut serve = command::cargo(&root);
    serve
        .args(["run", "--release", "--package", "hoist-server", "--", "serve"])
        .args(arguments);
    Err(format!("`{}` did not start: {}", command::show(&serve), serve.exec()))
}
