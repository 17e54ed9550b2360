//! A throw-away PostgreSQL for tests: `initdb` into a temporary folder, a random free port on 127.0.0.1, nothing kept.
//!
//! - [`Installation`] finds the programs and the user to run them as, since PostgreSQL refuses to run as root.
//! - [`Server`] is one running server.
//! - [`Supervised`] is a server that a small shell watches: it stops the server by its pid as soon as the pipe to us
//!   closes, so it cannot outlive us, however we end (return, panic, Ctrl-C, kill).

mod installation;
mod server;
mod supervised;

pub(crate) use installation::Installation;
pub(crate) use server::{Durability, Server};
pub(crate) use supervised::Supervised;

use crate::metadata::Metadata;
use crate::session::POSTGRES_URL;
use crate::{Answer, command, workspace};
use std::fs;
use std::path::PathBuf;

const USAGE: &str = "cargo xtask pg start [--fsync] | stop | run [--fsync] -- COMMAND…";

/// `cargo xtask pg …`.
pub(crate) fn main(arguments: &[String]) -> Answer {
    let ours: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .take_while(|argument| *argument != "--")
        .collect();
    let theirs = arguments.get(ours.len() + 1..).unwrap_or_default();
    match ours.as_slice() {
        ["start", options @ ..] => start(durability(options)?),
        ["stop"] => stop(),
        ["run", options @ ..] if !theirs.is_empty() => run(durability(options)?, theirs),
        _ => Err(format!("usage: {USAGE}")),
    }
}

fn durability(options: &[&str]) -> Result<Durability, String> {
    match options {
        [] => Ok(Durability::Fast),
        ["--fsync"] => Ok(Durability::Fsync),
        other => Err(format!("unknown options {other:?}; usage: {USAGE}")),
    }
}

/// Starts a server that stays until `pg stop`, and remembers it in the target folder.
fn start(durability: Durability) -> Answer {
    let memory = memory()?;
    if let Some(old) = Server::recall(&memory).filter(Server::is_running) {
        return Err(format!(
            "one is running at {}; `cargo xtask pg stop` stops it",
            old.url()
        ));
    }
    let server = Server::start(&Installation::find()?, durability)?;
    server.remember(&memory)?;
    println!("export {POSTGRES_URL}={}", server.url());
    Ok(())
}

fn stop() -> Answer {
    let memory = memory()?;
    let Some(server) = Server::recall(&memory) else {
        return Err("none was started with `pg start`".to_owned());
    };
    server.stop();
    fs::remove_file(&memory).map_err(|error| format!("{}: {error}", memory.display()))
}

fn run(durability: Durability, words: &[String]) -> Answer {
    let (program, arguments) = words.split_first().ok_or(USAGE)?;
    let server = Supervised::start(&Installation::find()?, durability)?;
    let folder = std::env::current_dir().map_err(|error| error.to_string())?;
    command::run(
        command::command(program, &folder)
            .args(arguments)
            .env(POSTGRES_URL, server.url()),
    )
}

/// The file that remembers the server of `pg start`.
fn memory() -> Result<PathBuf, String> {
    let target = Metadata::read(&workspace::root())?.target;
    fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    Ok(target.join("postgres.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_few() {
        assert_eq!(durability(&[]), Ok(Durability::Fast));
        assert_eq!(durability(&["--fsync"]), Ok(Durability::Fsync));
        assert!(durability(&["--sync"]).is_err());
    }

    #[test]
    fn wrong_usage_names_the_usage() {
        for words in [&["run", "--"][..], &["begin"], &[]] {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert!(main(&words).is_err_and(|error| error.contains("usage")), "{words:?}");
        }
    }
}
