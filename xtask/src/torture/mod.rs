//! `make torture`: the long forms of the tests about faults and hostile input, as the lines of a scorecard.
//!
//! [`table`] says which claim is shown by what, [`trial`] runs one, [`score`] prints and keeps what came out. Short forms
//! of all of it are part of `make test`; this takes hours.

mod score;
mod table;
mod trial;

use crate::session::{POSTGRES_URL, Session};
use crate::{Answer, pg, workspace};
use score::{Score, Verdict};
use std::time::Instant;
use table::{LINES, Line};
use trial::Share;

const USAGE: &str = "cargo xtask torture [LINE…] [--share PERCENT] | --list";

/// Runs the lines that are named, or all.
pub(crate) fn main(arguments: &[String]) -> Answer {
    if arguments.iter().any(|argument| argument == "--list") {
        LINES
            .iter()
            .for_each(|line| println!("{:<4} {} ({})", line.id, line.about, line.target));
        return Ok(());
    }
    let (names, share) = read(arguments)?;
    let lines = chosen(&names)?;
    let mut session = Session::new(workspace::root())?;
    if std::env::var_os(POSTGRES_URL).is_none() {
        session.postgres = Some(pg::Supervised::start(&pg::Installation::find()?, pg::Durability::Fast)?);
    }
    let mut score = Score::begin(&session, share)?;
    for line in lines {
        println!("\n── {}: {} ({})", line.id, line.about, line.target);
        score.add(run(line, &mut session, share))?;
    }
    drop(session.postgres.take());
    println!("{}", score.text());
    if score.missed() {
        return Err("a line was missed".to_owned());
    }
    Ok(())
}

fn run(line: &'static Line, session: &mut Session, share: Share) -> score::Scored {
    let start = Instant::now();
    let mut scored = score::Scored::of(line);
    for trial in line.trials {
        match trial.run(session, share) {
            Ok(figures) => scored.figures.extend(figures),
            Err(reason) => {
                scored.verdict = Verdict::Missed;
                scored.figures.push(reason);
            }
        }
    }
    scored.took = start.elapsed();
    scored
}

/// Names of lines, and how much of the long form is wanted.
fn read(arguments: &[String]) -> Result<(Vec<&str>, Share), String> {
    let (mut names, mut share) = (Vec::new(), Share::whole());
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--share" => {
                let percent = words.next().and_then(|word| word.parse().ok());
                share = percent.and_then(Share::percent).ok_or(USAGE)?;
            }
            option if option.starts_with("--") => return Err(format!("usage: {USAGE}")),
            name => names.push(name),
        }
    }
    Ok((names, share))
}

fn chosen(names: &[&str]) -> Result<Vec<&'static Line>, String> {
    if let Some(unknown) = names.iter().find(|name| !LINES.iter().any(|line| line.id == **name)) {
        return Err(format!("there is no line `{unknown}`; `--list` names them"));
    }
    let wanted = |line: &&Line| names.is_empty() || names.contains(&line.id);
    Ok(LINES.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_shown_by_something_or_says_why_not() {
        for line in LINES {
            assert!(!line.trials.is_empty() || line.open.is_some(), "{}", line.id);
        }
        let ids: Vec<&str> = LINES.iter().map(|line| line.id).collect();
        let expected = "S1 S2 S4 S5 S6 S7 S8 S10 S11 S12 S13 S14 S15 S16 S17 S18 S19 S21 S24 S25 S26 S28";
        assert_eq!(ids.join(" "), expected);
    }

    #[test]
    fn arguments_are_read() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let arguments = words("S1 --share 5 S18");
        assert_eq!(read(&arguments), Ok((vec!["S1", "S18"], Share::percent(5).unwrap())));
        assert!(read(&words("--share 0")).is_err() && read(&words("--shares")).is_err());
        assert!(chosen(&["S3"]).is_err_and(|error| error.contains("`S3`")));
    }
}
