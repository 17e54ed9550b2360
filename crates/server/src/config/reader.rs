//! Takes keys out of the layers one by one and remembers what was wrong with each.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use figment::Figment;
use figment::value::{Dict, Value};

use super::Problem;
use super::layers;

/// Likeness above which a known key is suggested for an unknown one.
const LIKE: f64 = 0.75;

/// Reads keys. A failed read gives None and a problem; [`Reader::finish`] has all of them.
pub(super) struct Reader {
    figment: Figment,
    read: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Reader {
    pub(super) fn new(figment: Figment) -> Self {
        Self {
            figment,
            read: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// Text.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        match value.as_str() {
            Some(text) => Some(text.to_owned()),
            None => self.refuse(key, format!("is {}; give a text", kind(&value))),
        }
    }

    /// Text that is read further; empty text is None inside.
    pub(super) fn optional<T: FromStr>(&mut self, key: &str, example: &str) -> Option<Option<T>> {
        match self.text(key)? {
            text if text.is_empty() => Some(None),
            text => self.parse(key, &text, example).map(Some),
        }
    }

    /// Text that is read further.
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, example: &str) -> Option<T> {
        let text = self.text(key)?;
        self.parse(key, &text, example)
    }

    fn parse<T: FromStr>(&mut self, key: &str, text: &str, example: &str) -> Option<T> {
        match text.parse() {
            Ok(parsed) => Some(parsed),
            Err(_) => self.refuse(key, format!("cannot use `{text}`; give something like {example}")),
        }
    }

    /// A whole number within bounds.
    pub(super) fn whole<T: TryFrom<u128>>(&mut self, key: &str, bounds: RangeInclusive<u128>) -> Option<T> {
        let value = self.value(key)?;
        let (least, most) = (bounds.start(), bounds.end());
        let hint = format!("give a whole number from {least} to {most}");
        let whole = value
            .to_u128()
            .or_else(|| value.to_i128().and_then(|number| u128::try_from(number).ok()));
        let Some(number) = whole else {
            return self.refuse(key, format!("is {}; {hint}", kind(&value)));
        };
        match T::try_from(number).ok().filter(|_| bounds.contains(&number)) {
            Some(fitting) => Some(fitting),
            None => self.refuse(key, format!("is {number}; {hint}")),
        }
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(*chosen);
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        self.refuse(key, format!("cannot use `{text}`; give one of {}", names.join(", ")))
    }

    /// A list of texts that are read further; text with commas will do.
    pub(super) fn list<T: FromStr>(&mut self, key: &str, example: &str) -> Option<Vec<T>> {
        let texts = match self.value(key)? {
            Value::String(_, text) => text
                .split(',')
                .map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty())
                .collect(),
            Value::Array(_, values) => self.texts(key, &values)?,
            other => return self.refuse(key, format!("is {}; give a list such as [{example}]", kind(&other))),
        };
        let read: Vec<Option<T>> = texts.iter().map(|text| self.parse(key, text, example)).collect();
        read.into_iter().collect()
    }

    fn texts(&mut self, key: &str, values: &[Value]) -> Option<Vec<String>> {
        let texts: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
        texts.or_else(|| self.refuse(key, "must hold texts only"))
    }

    /// A list of tables.
    pub(super) fn tables(&mut self, key: &str) -> Option<Vec<Dict>> {
        let value = self.value(key)?;
        let tables = value
            .clone()
            .into_array()
            .and_then(|all| all.into_iter().map(Value::into_dict).collect());
        tables.or_else(|| {
            self.refuse(
                key,
                format!("is {}; give tables, each below a line [[{key}]]", kind(&value)),
            )
        })
    }

    /// Notes a problem with a key.
    pub(super) fn refuse<T>(&mut self, key: &str, message: impl Display) -> Option<T> {
        let source = self.source(key);
        self.problems.push(Problem {
            key: key.to_owned(),
            source,
            message: message.to_string(),
        });
        None
    }

    /// Notes a key below a list that nobody knows.
    pub(super) fn unknown(&mut self, list: &str, key: &str, known: &[&str]) {
        let full = format!("{list}.{key}");
        let source = self.source(list);
        let message = misspelt(key, known.iter().copied());
        self.problems.push(Problem {
            key: full,
            source,
            message,
        });
    }

    fn value(&mut self, key: &str) -> Option<Value> {
        self.read.insert(key.to_owned());
        // Only missing where a layer put something else in a section's place; that is found below.
        self.figment.find_value(key).ok()
    }

    fn source(&self, key: &str) -> String {
        self.figment
            .find_metadata(key)
            .map_or_else(|| "unknown source".to_owned(), |metadata| metadata.name.to_string())
    }

    /// All problems, those with keys that nobody read among them.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        // Merging fails only where a provider fails; ours hold their values already.
        let all: Dict = self.figment.extract().unwrap_or_default();
        for key in layers::leaves(&all) {
            if !self.read.contains(&key) {
                let message = self.why_unknown(&key);
                let _: Option<()> = self.refuse(&key, message);
            }
        }
        self.problems
    }

    fn why_unknown(&self, key: &str) -> String {
        let section = format!("{key}.");
        if self.read.iter().any(|known| known.starts_with(&section)) {
            return "is a section; give its settings below it".to_owned();
        }
        misspelt(key, self.read.iter().map(String::as_str))
    }

    /// The keys that were asked for.
    #[cfg(test)]
    pub(super) fn asked(&self) -> &BTreeSet<String> {
        &self.read
    }
}

fn misspelt<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> String {
    let likeness =
        |known: &str| strsim::jaro_winkler(key, known).max(strsim::normalized_damerau_levenshtein(key, known));
    let nearest = known
        .map(|known| (likeness(known), known))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((likeness, known)) if likeness >= LIKE => format!("is no setting; did you mean `{known}`?"),
        _ => "is no setting; `hoist config` lists them all".to_owned(),
    }
}

/// What a value is, for people.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(..) => "a text",
        Value::Char(..) => "a character",
        Value::Bool(..) => "true or false",
        Value::Num(..) => "a number",
        Value::Empty(..) => "empty",
        Value::Dict(..) => "a table",
        Value::Array(..) => "a list",
    }
}
