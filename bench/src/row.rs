//! A row of the table of goals: figures, what they must reach, what they aim at.

use std::fmt;

use serde_json::{Value as Json, json};

/// A row.
pub struct Row {
    /// What was measured.
    pub name: String,
    /// In words and numbers.
    pub figures: String,
    /// All must hold.
    pub must: Vec<Check>,
    /// All hold when the aim is reached.
    pub aim: Vec<Check>,
    /// Why it could not be measured, or what limits it.
    pub note: Option<String>,
}

/// A value against a limit.
pub struct Check {
    /// What the value is.
    pub what: String,
    /// What was measured.
    pub value: f64,
    /// What it is compared with.
    pub limit: Limit,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Limit {
    /// The value or less.
    AtMost(f64),
    /// The value or more.
    AtLeast(f64),
}

/// How a row ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The aim is reached.
    Aim,
    /// What must be is reached.
    Must,
    /// What must be is missed.
    Missed,
    /// There is nothing to judge by.
    LeftOut,
}

impl Row {
    /// A row that nothing is asked of yet.
    pub fn new(name: impl Into<String>, figures: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            figures: figures.into(),
            must: Vec::new(),
            aim: Vec::new(),
            note: None,
        }
    }

    /// A row that was not measured.
    pub fn left_out(name: &str, reason: &str) -> Self {
        Self::new(name, "").noted(format!("left out: {reason}"))
    }

    /// Adds what must hold.
    #[must_use]
    pub fn must(mut self, what: &str, value: f64, limit: Limit) -> Self {
        self.must.push(Check::new(what, value, limit));
        self
    }

    /// Adds what is aimed at.
    #[must_use]
    pub fn aim(mut self, what: &str, value: f64, limit: Limit) -> Self {
        self.aim.push(Check::new(what, value, limit));
        self
    }

    /// Adds a remark.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// How it ended.
    pub fn verdict(&self) -> Verdict {
        if self.must.is_empty() {
            return Verdict::LeftOut;
        }
        match (self.must.iter().all(Check::holds), self.aim.iter().all(Check::holds)) {
            (false, _) => Verdict::Missed,
            (true, true) if !self.aim.is_empty() => Verdict::Aim,
            (true, _) => Verdict::Must,
        }
    }

    /// For the file.
    pub fn to_json(&self) -> Json {
        let checks = |checks: &[Check]| checks.iter().map(Check::to_json).collect::<Vec<Json>>();
        json!({
            "row": self.name, "figures": self.figures, "must": checks(&self.must), "aim": checks(&self.aim),
            "verdict": self.verdict().to_string(), "note": self.note,
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{:8} {}", self.verdict().to_string(), self.name)?;
        if !self.figures.is_empty() {
            write!(to, "\n         {}", self.figures)?;
        }
        for (word, check) in self
            .must
            .iter()
            .map(|check| ("must", check))
            .chain(self.aim.iter().map(|check| ("aim", check)))
        {
            write!(to, "\n         {word:4} {check}")?;
        }
        match &self.note {
            Some(note) => write!(to, "\n         ({note})"),
            None => Ok(()),
        }
    }
}

impl Check {
    fn new(what: &str, value: f64, limit: Limit) -> Self {
        Self {
            what: what.to_owned(),
            value,
            limit,
        }
    }

    fn holds(&self) -> bool {
        match self.limit {
            Limit::AtMost(limit) => self.value <= limit,
            Limit::AtLeast(limit) => self.value >= limit,
        }
    }

    fn to_json(&self) -> Json {
        let (word, limit) = self.limit.parts();
        json!({ "what": self.what, "value": self.value, word: limit, "holds": self.holds() })
    }
}

impl fmt::Display for Check {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, limit) = self.limit.parts();
        let sign = if word == "at_most" { "≤" } else { "≥" };
        let holds = if self.holds() { "yes" } else { "NO" };
        write!(
            to,
            "{}: {} {sign} {}  {holds}",
            self.what,
            short(self.value),
            short(limit)
        )
    }
}

impl Limit {
    fn parts(self) -> (&'static str, f64) {
        match self {
            Self::AtMost(limit) => ("at_most", limit),
            Self::AtLeast(limit) => ("at_least", limit),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Aim => "aim",
            Self::Must => "must",
            Self::Missed => "MISSED",
            Self::LeftOut => "–",
        })
    }
}

/// Three significant digits.
pub fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_follows_the_checks() {
        let row = || Row::new("r", "");
        assert_eq!(row().verdict(), Verdict::LeftOut);
        let fine = row().must("x", 0.4, Limit::AtMost(0.4));
        assert_eq!(fine.verdict(), Verdict::Must);
        let fine = fine.aim("x", 3.0, Limit::AtLeast(2.0));
        assert_eq!(fine.verdict(), Verdict::Aim);
        assert_eq!(fine.aim("y", 1.0, Limit::AtLeast(2.0)).verdict(), Verdict::Must);
        assert_eq!(row().must("x", 0.41, Limit::AtMost(0.4)).verdict(), Verdict::Missed);
    }

    #[test]
    fn numbers_are_short() {
        let shown = [1234.5, 45.67, 0.4, 2.0, 0.0123].map(short);
        assert_eq!(shown, ["1234", "45.7", "0.4", "2", "0.012"]);
    }
}
