//! What a writer said before it died, and whether what is found agrees with it.
//!
//! A writer prints one line per event: `invoke TOKEN` before it asks for a write,
//! `ok TOKEN REVISION` or `fail TOKEN` when it is told. Tokens are unique.

use std::collections::BTreeMap;

/// What is known of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Asked for and not answered: there or not there.
    Unknown,
    /// Acknowledged, or found: it stays for ever.
    There(u64),
    /// Refused, or not found: it never appears.
    Absent,
}

/// All writes of all writers so far.
#[derive(Default)]
pub struct Journal {
    outcomes: BTreeMap<String, Outcome>,
    acknowledged: usize,
}

impl Journal {
    /// Takes a line of a writer's output; other lines mean nothing.
    pub fn read_line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (token, outcome) = match *words.as_slice() {
            ["invoke", token] => (token, Outcome::Unknown),
            ["fail", token] => (token, Outcome::Absent),
            ["ok", token, revision] => match revision.parse() {
                Ok(revision) => (token, Outcome::There(revision)),
                Err(_) => return,
            },
            _ => return,
        };
        self.acknowledged += usize::from(matches!(outcome, Outcome::There(_)));
        self.outcomes.insert(token.to_owned(), outcome);
    }

    /// Writes that were asked for.
    pub fn invoked(&self) -> usize {
        self.outcomes.len()
    }

    /// Writes that were acknowledged.
    pub const fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// Compares with what is there. What was unknown is settled by it.
    pub fn check(&mut self, there: &BTreeMap<String, u64>) -> Vec<String> {
        let mut problems = Vec::new();
        for (token, outcome) in &mut self.outcomes {
            let found = there
                .get(token)
                .map_or(Outcome::Absent, |revision| Outcome::There(*revision));
            if *outcome != Outcome::Unknown && *outcome != found {
                problems.push(format!("{token}: said {outcome:?}, found {found:?}"));
            }
            *outcome = found;
        }
        let strange = there.keys().filter(|token| !self.outcomes.contains_key(*token));
        problems.extend(strange.map(|token| format!("{token}: never asked for")));
        problems
    }
}

#[test]
fn the_journal_finds_lies() {
    let mut journal = Journal::default();
    let lines = "invoke a\nok a 1\ninvoke b\nrunning 1 test\ninvoke c\nfail c\ninvoke d\nok d x";
    lines.lines().for_each(|line| journal.read_line(line));
    assert_eq!((journal.invoked(), journal.acknowledged()), (4, 1));
    let there = |list: &[(&str, u64)]| list.iter().map(|(token, n)| ((*token).to_owned(), *n)).collect();
    assert_eq!(journal.check(&there(&[("a", 1), ("d", 2)])), Vec::<String>::new());
    // b is settled as absent, d as there.
    assert_eq!(journal.check(&there(&[("a", 1), ("b", 3)])).len(), 2);
    let mut journal = Journal::default();
    lines.lines().for_each(|line| journal.read_line(line));
    assert_eq!(journal.check(&there(&[("a", 2), ("c", 3), ("e", 4)])).len(), 3);
}
