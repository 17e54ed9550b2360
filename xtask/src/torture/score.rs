//! What came out, as text and as JSON. The file is written after each line, so that a run that is broken off leaves what
//! it has found.

use super::table::Line;
use super::trial::Share;
use crate::command;
use crate::session::Session;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// The variable that names the file of results.
const OUT: &str = "HOIST_TORTURE_OUT";

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its trials passed.
    Held,
    Missed,
    /// Nothing shows it here.
    NotMeasured,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Missed => "MISSED",
            Self::NotMeasured => "not measured",
        }
    }
}

/// A line with what came out.
pub(super) struct Scored {
    pub(super) line: &'static Line,
    pub(super) verdict: Verdict,
    pub(super) figures: Vec<String>,
    pub(super) took: Duration,
}

impl Scored {
    /// Before its trials.
    pub(super) fn of(line: &'static Line) -> Self {
        let verdict = if line.trials.is_empty() {
            Verdict::NotMeasured
        } else {
            Verdict::Held
        };
        Self {
            line,
            verdict,
            figures: Vec::new(),
            took: Duration::ZERO,
        }
    }

    fn text(&self) -> String {
        let Line {
            id,
            about,
            target,
            open,
            ..
        } = self.line;
        let mut text = format!("{:<12} {id:<4} {about}: {target}", self.verdict.word());
        for figures in &self.figures {
            text.push_str(&format!("\n                  {figures}"));
        }
        if let Some(reason) = open {
            text.push_str(&format!("\n                  open: {reason}"));
        }
        text
    }

    fn json(&self) -> Value {
        json!({
            "id": self.line.id,
            "about": self.line.about,
            "target": self.line.target,
            "verdict": self.verdict.word(),
            "figures": self.figures,
            "open": self.line.open,
            "seconds": self.took.as_secs(),
        })
    }
}

/// All lines so far.
pub(super) struct Score {
    file: PathBuf,
    commit: String,
    share: Share,
    lines: Vec<Scored>,
}

impl Score {
    pub(super) fn begin(session: &Session, share: Share) -> Result<Self, String> {
        let file = std::env::var_os(OUT).map_or_else(|| session.metadata.target.join("torture.json"), PathBuf::from);
        let mut git = command::command("git", &session.root);
        let commit = command::output(git.args(["rev-parse", "HEAD"])).unwrap_or_default();
        let score = Self {
            file,
            commit: commit.trim().to_owned(),
            share,
            lines: Vec::new(),
        };
        score.keep()?;
        Ok(score)
    }

    pub(super) fn add(&mut self, scored: Scored) -> Result<(), String> {
        println!("{}", scored.text());
        self.lines.push(scored);
        self.keep()
    }

    pub(super) fn missed(&self) -> bool {
        self.lines.iter().any(|line| line.verdict == Verdict::Missed)
    }

    /// The scorecard.
    pub(super) fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Scored::text).collect();
        format!(
            "\n── scorecard of {}, {} % of the long form\n{}\n\nevery figure: {}",
            self.commit,
            self.share.as_percent(),
            lines.join("\n"),
            self.file.display()
        )
    }

    fn keep(&self) -> Result<(), String> {
        let lines: Vec<Value> = self.lines.iter().map(Scored::json).collect();
        let all = json!({
            "format": "hoist-torture/1",
            "commit": self.commit,
            "share_percent": self.share.as_percent(),
            "lines": lines,
        });
        let text = format!("{all:#}\n");
        fs::write(&self.file, text).map_err(|error| format!("{}: {error}", self.file.display()))
    }
}
