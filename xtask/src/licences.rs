//! What may enter the dependency tree, checked offline: licences and banned crates, as `deny.toml` has them.
//!
//! `cargo deny` looks deeper (texts of licences, sources, advisories) but is not everywhere; this runs with every
//! `make test`, over what `cargo metadata` says.

use crate::Answer;
use crate::command;
use serde_json::Value;
use std::path::Path;

/// The file with both lists.
const POLICY: &str = "deny.toml";

/// What `deny.toml` says, as far as it is checked here.
#[derive(Debug, Default, PartialEq, Eq)]
struct Policy {
    allowed: Vec<String>,
    banned: Vec<String>,
}

/// Checks every dependency, of any platform and feature.
pub(crate) fn check(root: &Path) -> Answer {
    let policy = std::fs::read_to_string(root.join(POLICY)).map_err(|error| format!("{POLICY}: {error}"))?;
    let policy = Policy::read(&policy);
    if policy.allowed.is_empty() {
        return Err(format!("{POLICY}: the list of allowed licences was not found"));
    }
    let arguments = ["metadata", "--format-version", "1", "--all-features", "--locked"];
    let text = command::output(command::cargo(root).args(arguments))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().map_or(&[][..], Vec::as_slice);
    let problems: Vec<String> = packages.iter().filter_map(|package| policy.problem(package)).collect();
    if problems.is_empty() {
        println!(
            "{} packages; each licence is one of {}",
            packages.len(),
            policy.allowed.len()
        );
        return Ok(());
    }
    let count = problems.len();
    Err(format!(
        "{count} packages may not be used; see {POLICY}\n{}",
        problems.join("\n")
    ))
}

impl Policy {
    /// Reads the two lists, an entry per line, as they are written there.
    fn read(text: &str) -> Self {
        let mut policy = Self::default();
        let mut list = "";
        for line in text.lines().map(str::trim) {
            match line {
                "allow = [" | "deny = [" => list = line,
                "]" => list = "",
                _ => {}
            }
            let quoted = || line.split('"').nth(1).map(str::to_owned);
            match list {
                "allow = [" if line.starts_with('"') => policy.allowed.extend(quoted()),
                "deny = [" if line.starts_with('{') => policy.banned.extend(quoted()),
                _ => {}
            }
        }
        policy
    }

    fn problem(&self, package: &Value) -> Option<String> {
        let name = package["name"].as_str().unwrap_or_default();
        if self.banned.iter().any(|banned| banned == name) {
            return Some(format!("{name} is banned"));
        }
        match package["license"].as_str() {
            None => Some(format!("{name} names no licence")),
            Some(licence) if self.allows(licence) => None,
            Some(licence) => Some(format!("{name} is under {licence}")),
        }
    }

    /// Whether an SPDX expression can be met with allowed licences alone.
    fn allows(&self, expression: &str) -> bool {
        let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut reader = Reader {
            policy: self,
            words: &words,
        };
        reader.either() == Some(true) && reader.words.is_empty()
    }
}

/// Reads an expression from left to right; AND binds tighter than OR. None: it cannot be read.
struct Reader<'a> {
    policy: &'a Policy,
    words: &'a [&'a str],
}

impl Reader<'_> {
    fn either(&mut self) -> Option<bool> {
        let mut met = self.both()?;
        while self.takes("OR") {
            met |= self.both()?;
        }
        Some(met)
    }

    fn both(&mut self) -> Option<bool> {
        let mut met = self.single()?;
        while self.takes("AND") {
            met &= self.single()?;
        }
        Some(met)
    }

    fn single(&mut self) -> Option<bool> {
        if self.takes("(") {
            let met = self.either()?;
            return self.takes(")").then_some(met);
        }
        let (name, rest) = self.words.split_first()?;
        self.words = rest;
        let name = match rest {
            ["WITH", exception, rest @ ..] => {
                self.words = rest;
                format!("{name} WITH {exception}")
            }
            _ => (*name).to_owned(),
        };
        Some(self.policy.allowed.contains(&name))
    }

    fn takes(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TEXT: &str = "[licenses]\nallow = [\n  \"MIT\",\n  \"Apache-2.0\",\n  \"Apache-2.0 WITH LLVM-exception\",\n]\n\
                        [bans]\ndeny = [\n  { crate = \"openssl\", reason = \"one TLS\" },\n]\n";

    #[test]
    fn both_lists_are_read() {
        let policy = Policy::read(TEXT);
        assert_eq!(policy.allowed, ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]);
        assert_eq!(policy.banned, ["openssl"]);
    }

    #[test]
    fn expressions_are_met_by_allowed_licences_alone() {
        let policy = Policy::read(TEXT);
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "MIT OR GPL-3.0-only",
            "GPL-3.0-only OR MIT AND Apache-2.0",
            "(MIT OR GPL-3.0-only) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
        ] {
            assert!(policy.allows(fine), "{fine}");
        }
        for not in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "(MIT OR Apache-2.0) AND GPL-3.0-only",
            "MIT WITH LLVM-exception",
            "MIT OR",
            "(MIT",
            "MIT Apache-2.0",
            "",
        ] {
            assert!(!policy.allows(not), "{not}");
        }
    }

    #[test]
    fn a_package_without_a_licence_and_a_banned_one_are_named() {
        let policy = Policy::read(TEXT);
        let told = |name: &str, licence: Value| policy.problem(&json!({"name": name, "license": licence}));
        assert_eq!(told("a", json!("MIT")), None);
        assert_eq!(told("a", Value::Null), Some("a names no licence".into()));
        assert_eq!(told("a", json!("GPL-3.0-only")), Some("a is under GPL-3.0-only".into()));
        assert_eq!(told("openssl", json!("Apache-2.0")), Some("openssl is banned".into()));
    }
}
