//! Which dialects are mounted where.
//!
//! How to add a dialect: a case of [`Dialect`], its name in [`DIALECTS`], its routes in
//! `serve::mounts`.

use figment::value::Dict;

use super::reader::Reader;

const KEY: &str = "mounts";
/// The mount that adds nothing to the paths of its dialect.
const ROOT: &str = "/";
const KEYS: [&str; 2] = ["dialect", "path"];
const DIALECTS: [(&str, Dialect); 4] = [
    ("ofrep", Dialect::Ofrep),
    ("flagd", Dialect::Flagd),
    ("flagsmith", Dialect::Flagsmith),
    ("unleash", Dialect::Unleash),
];

/// A language in which applications ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OpenFeature Remote Evaluation Protocol.
    Ofrep,
    /// flagd's flag definitions, for clients that evaluate by themselves.
    Flagd,
    /// Flagsmith's SDK API.
    Flagsmith,
    /// Unleash's client and frontend API.
    Unleash,
}

impl Dialect {
    /// As it stands in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ofrep => "ofrep",
            Self::Flagd => "flagd",
            Self::Flagsmith => "flagsmith",
            Self::Unleash => "unleash",
        }
    }
}

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountConfig {
    /// The language.
    pub dialect: Dialect,
    /// Where it begins: with a slash in front, none at the end; empty at the root.
    pub path: String,
}

impl MountConfig {
    /// As it stands in the configuration.
    pub fn shown_path(&self) -> &str {
        if self.path.is_empty() { ROOT } else { &self.path }
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<Vec<MountConfig>> {
    let tables = reader.tables(KEY)?;
    let read: Vec<Option<MountConfig>> = tables
        .iter()
        .enumerate()
        .map(|(index, table)| mount(reader, index, table))
        .collect();
    read.into_iter().collect()
}

fn mount(reader: &mut Reader, index: usize, table: &Dict) -> Option<MountConfig> {
    for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        reader.unknown(KEY, key, &KEYS);
    }
    let dialect = dialect(reader, index, table);
    let path = path(reader, index, table);
    Some(MountConfig {
        dialect: dialect?,
        path: path?,
    })
}

fn dialect(reader: &mut Reader, index: usize, table: &Dict) -> Option<Dialect> {
    let name = table.get("dialect").and_then(|value| value.as_str());
    let found = DIALECTS
        .iter()
        .find(|(known, _)| Some(*known) == name)
        .map(|(_, dialect)| *dialect);
    found.or_else(|| {
        let names: Vec<&str> = DIALECTS.iter().map(|(name, _)| *name).collect();
        reader.refuse(
            KEY,
            format!("mount {}: `dialect` must be one of {}", index + 1, names.join(", ")),
        )
    })
}

fn path(reader: &mut Reader, index: usize, table: &Dict) -> Option<String> {
    let path = table.get("path").and_then(|value| value.as_str()).unwrap_or_default();
    if path == ROOT {
        return Some(String::new());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    if path.len() > 1
        && path.starts_with('/')
        && !path.ends_with('/')
        && !path.contains("//")
        && path.chars().all(plain)
    {
        return Some(path.to_owned());
    }
    let message = "`path` must be / or like /ofrep/v1: a slash in front, none at the end, letters, digits and -._~";
    reader.refuse(KEY, format!("mount {}: {message}", index + 1))
}
