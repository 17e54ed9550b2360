//! Migrations are named `NNNN_name.sql` and numbered from 0001 without gaps or doubles in each folder, so that their
//! order is their name.

use super::{Problem, Tree};
use crate::metadata::Metadata;
use std::collections::BTreeMap;

const FOLDER: &str = "crates/store/migrations";

pub(super) fn find(tree: &Tree, _: &Metadata) -> Vec<Problem> {
    let mut last_of_folder: BTreeMap<&str, u32> = BTreeMap::new();
    let mut problems = Vec::new();
    for path in tree
        .paths()
        .filter(|path| path.starts_with(FOLDER) && !path.ends_with(".md"))
    {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let last = last_of_folder.entry(folder).or_default();
        match number(name) {
            None => problems.push(Problem::file(path, "a migration is named NNNN_name.sql, in lower case")),
            Some(number) if number != *last + 1 => {
                problems.push(Problem::file(
                    path,
                    format!("number {number} follows {last}: migrations are consecutive"),
                ));
                *last = number;
            }
            Some(number) => *last = number,
        }
    }
    problems
}

/// The number of a well-formed name.
fn number(name: &str) -> Option<u32> {
    let (digits, rest) = name.split_at_checked(4)?;
    let words = rest.strip_prefix('_')?.strip_suffix(".sql")?;
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let well_formed = digits.chars().all(|c| c.is_ascii_digit()) && !words.is_empty() && words.chars().all(lower);
    well_formed.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(names: &[&str]) -> Vec<String> {
        let paths: Vec<String> = names.iter().map(|name| format!("{FOLDER}/{name}")).collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        find(&Tree::of(&files), &Metadata::default())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn consecutive_numbers_pass_in_each_folder() {
        assert_eq!(
            problems(&[
                "control/0001_start.sql",
                "control/0002_more.sql",
                "facts/0001_start.sql"
            ]),
            [""; 0]
        );
        assert_eq!(problems(&["0001_start.sql", "README.md"]), [""; 0]);
    }

    #[test]
    fn gaps_doubles_and_odd_names_fail() {
        assert_eq!(problems(&["0001_a.sql", "0003_b.sql", "0004_c.sql"]).len(), 1);
        assert_eq!(problems(&["0001_a.sql", "0001_b.sql"]).len(), 1);
        assert_eq!(problems(&["0002_a.sql"]).len(), 1);
        for odd in ["1_a.sql", "0001-a.sql", "0001_A.sql", "0001_.sql", "0001_a.txt", "é"] {
            assert_eq!(problems(&[odd]).len(), 1, "{odd}");
        }
    }
}
