//! `cargo xtask mutants`: plants known bugs, one at a time, in a copy of the sources, and expects the tests to fail.
//!
//! A mutant that survives means that a test is missing. To add one, add an entry to [`table`]; `tidy` checks that its
//! text still stands in the sources exactly once.

mod table;
mod trial;

pub(crate) use table::TABLE;

use crate::metadata::Metadata;
use crate::{Answer, workspace};
use trial::{Bench, Verdict};

/// A bug to plant.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mutant {
    /// What to call it.
    pub(crate) name: &'static str,
    /// The file, from the root.
    pub(crate) file: &'static str,
    /// A text that stands there exactly once.
    pub(crate) text: &'static str,
    /// What to put in its place.
    pub(crate) replacement: &'static str,
    /// Arguments of `cargo test` that run the tests which must notice.
    pub(crate) tests: &'static [&'static str],
}

impl Mutant {
    /// Why it cannot be planted in a file of that text.
    pub(crate) fn misfit(&self, source: Option<&str>) -> Option<String> {
        let Some(source) = source else {
            return Some(format!("mutant `{}`: the file does not exist", self.name));
        };
        match source.matches(self.text).count() {
            1 => None,
            count => Some(format!(
                "mutant `{}`: its text stands there {count} times, not once",
                self.name
            )),
        }
    }

    /// The source with the bug in it.
    fn plant(&self, source: &str) -> Result<String, String> {
        match self.misfit(Some(source)) {
            Some(message) => Err(format!("{}: {message}", self.file)),
            None => Ok(source.replacen(self.text, self.replacement, 1)),
        }
    }
}

/// Tries all mutants, or those named.
pub(crate) fn main(arguments: &[String]) -> Answer {
    if arguments.iter().any(|argument| argument == "--list") {
        TABLE
            .iter()
            .for_each(|mutant| println!("{:<28} {}", mutant.name, mutant.file));
        return Ok(());
    }
    let mutants = chosen(TABLE, arguments)?;
    let root = workspace::root();
    let bench = Bench::prepare(&root, &Metadata::read(&root)?.target)?;
    bench.check_sound(&mutants)?;
    let mut survivors = Vec::new();
    for mutant in &mutants {
        let verdict = bench.try_out(mutant)?;
        println!("{:<28} {verdict}", mutant.name);
        if verdict == Verdict::Survived {
            survivors.push(mutant.name);
        }
    }
    println!(
        "{} of {} mutants were noticed",
        mutants.len() - survivors.len(),
        mutants.len()
    );
    if survivors.is_empty() {
        Ok(())
    } else {
        Err(format!("no test notices: {}", survivors.join(", ")))
    }
}

fn chosen(table: &'static [Mutant], names: &[String]) -> Result<Vec<Mutant>, String> {
    if let Some(unknown) = names
        .iter()
        .find(|name| !table.iter().any(|mutant| mutant.name == name.as_str()))
    {
        return Err(format!("there is no mutant `{unknown}`; `--list` names them"));
    }
    let wanted = |mutant: &&Mutant| names.is_empty() || names.iter().any(|name| name == mutant.name);
    Ok(table.iter().filter(wanted).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUTANT: Mutant = Mutant {
        name: "plus",
        file: "a.rs",
        text: "a + b",
        replacement: "a - b",
        tests: &[],
    };

    #[test]
    fn plants_where_the_text_stands_once() {
        assert_eq!(MUTANT.plant("fn f() { a + b }"), Ok("fn f() { a - b }".to_owned()));
        assert!(
            MUTANT
                .plant("a + b, a + b")
                .is_err_and(|error| error.contains("2 times"))
        );
        assert!(
            MUTANT
                .misfit(None)
                .is_some_and(|message| message.contains("does not exist"))
        );
    }

    #[test]
    fn names_are_unique_and_every_mutant_changes_something() {
        for (position, mutant) in TABLE.iter().enumerate() {
            assert!(
                !TABLE[..position].iter().any(|other| other.name == mutant.name),
                "{} twice",
                mutant.name
            );
            assert_ne!(mutant.text, mutant.replacement, "{}", mutant.name);
        }
        assert!(chosen(TABLE, &["nope".to_owned()]).is_err());
    }
}
