//! The command line.

use crate::Failure;
use crate::parts::{PARTS, Part};

/// What was asked for.
pub enum Asked {
    /// How to ask.
    Help,
    /// Which parts there are.
    List,
    /// Measurements.
    Run(Options),
}

/// Which measurements, and how long.
pub struct Options {
    /// In the order of [`PARTS`].
    pub parts: Vec<&'static Part>,
    /// How often each cell is visited, all other cells in between.
    pub rounds: usize,
    /// Seconds of a visit to a server's cell.
    pub seconds: f64,
}

impl Options {
    /// Reads the arguments.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Asked, Failure> {
        let mut options = Self {
            parts: Vec::new(),
            rounds: 5,
            seconds: 2.0,
        };
        let mut names: Vec<String> = Vec::new();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => return Ok(Asked::Help),
                "--list" => return Ok(Asked::List),
                "--rounds" => options.rounds = number(&argument, arguments.next())?,
                "--seconds" => options.seconds = number(&argument, arguments.next())?,
                name if PARTS.iter().any(|part| part.name == name) => names.push(argument),
                unknown => return Err(format!("there is no part or option `{unknown}`\n\n{}", help())),
            }
        }
        if options.rounds == 0 || options.seconds <= 0.0 {
            return Err("--rounds and --seconds must be above 0".to_owned());
        }
        let is_wanted = |part: &&Part| names.is_empty() || names.iter().any(|name| name == part.name);
        options.parts = PARTS.iter().filter(is_wanted).collect();
        Ok(Asked::Run(options))
    }
}

fn number<T: std::str::FromStr>(option: &str, value: Option<String>) -> Result<T, Failure> {
    let value = value.ok_or_else(|| format!("{option} needs a number"))?;
    value
        .parse()
        .map_err(|_| format!("{option} needs a number, not `{value}`"))
}

/// How to ask.
pub fn help() -> String {
    format!(
        "Usage: make bench ARGS=\"[PART…] [--rounds N] [--seconds S] [--list] [--help]\"\n\n\
         Without a part, all are measured. --rounds: visits to each cell (5). --seconds: length of a visit to a\n\
         server's cell (2). Verdicts never change the exit code.\n\n{}",
        list()
    )
}

/// Which parts there are.
pub fn list() -> String {
    let lines: Vec<String> = PARTS
        .iter()
        .map(|part| format!("  {:10} {}", part.name, part.about))
        .collect();
    format!("Parts:\n{}", lines.join("\n"))
}
