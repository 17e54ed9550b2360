//! The layers, lowest first, and the names by which problems call them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::{Overrides, Problem};

/// Default and reference.
pub const DEFAULT_FILE: &str = include_str!("../../hoist.default.toml");

/// Variables begin with this and separate section and key by [`SEPARATOR`].
const PREFIX: &str = "HOIST_";
const SEPARATOR: &str = "__";
/// Names a configuration file.
const FILE_VARIABLE: &str = "HOIST_CONFIG";
/// Taken where it is there and nothing else is said.
const FILE: &str = "hoist.toml";

/// What the configuration depends on besides flags; a parameter, so that tests have their own.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Variables of the environment.
    pub variables: BTreeMap<String, String>,
    /// The folder we are in.
    pub folder: PathBuf,
}

impl Surroundings {
    /// Those of this process. Variables that are no text are no settings.
    pub fn of_process() -> Self {
        let variables =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self {
            variables: variables.collect(),
            folder: PathBuf::new(),
        }
    }

    /// A variable that is set to something.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }
}

/// All layers, and what is wrong before any key is looked at.
pub(super) fn stack(overrides: &Overrides, surroundings: &Surroundings) -> (Figment, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut figment = Figment::from(defaults());
    if let Some(path) = file(overrides, surroundings) {
        match read_file(&path, &surroundings.folder) {
            Ok(layer) => figment = figment.merge(layer),
            Err(problem) => problems.push(problem),
        }
    }
    let known = leaves(&defaults().values);
    problems.extend(near_misses(surroundings, &known));
    for (name, value) in settings(surroundings) {
        figment = figment.merge(variable(name, value));
    }
    for layer in flags(overrides) {
        figment = figment.merge(layer);
    }
    (figment, problems)
}

/// One layer: values and what to call their source.
#[derive(Clone)]
pub(super) struct Layer {
    name: String,
    pub(super) values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// The embedded file. A mistake in it is found by every test of this module.
pub(super) fn defaults() -> Layer {
    Layer {
        name: "default".into(),
        values: Toml::from_str(DEFAULT_FILE).unwrap_or_default(),
    }
}

fn file(overrides: &Overrides, surroundings: &Surroundings) -> Option<PathBuf> {
    let named = overrides
        .data
        .config
        .clone()
        .or_else(|| surroundings.variable(FILE_VARIABLE).map(PathBuf::from));
    named.or_else(|| surroundings.folder.join(FILE).is_file().then(|| PathBuf::from(FILE)))
}

fn read_file(path: &Path, folder: &Path) -> Result<Layer, Problem> {
    let name = format!("file {}", path.display());
    let problem = |message: String| Problem {
        key: String::new(),
        source: name.clone(),
        message,
    };
    let text =
        std::fs::read_to_string(folder.join(path)).map_err(|error| problem(format!("cannot be read ({error})")))?;
    let values = Toml::from_str(&text)
        .map_err(|error: toml_error::Error| problem(format!("is no TOML: {}", error.to_string().trim())))?;
    Ok(Layer { name, values })
}

/// The error of figment's own TOML reader.
mod toml_error {
    pub(super) type Error = <figment::providers::Toml as figment::providers::Format>::Error;
}

/// Variables that are settings, with their keys.
fn settings(surroundings: &Surroundings) -> impl Iterator<Item = (&String, &String)> {
    surroundings
        .variables
        .iter()
        .filter(|(name, _)| setting_key(name).is_some())
}

fn setting_key(variable: &str) -> Option<String> {
    let rest = variable.strip_prefix(PREFIX)?;
    rest.contains(SEPARATOR)
        .then(|| rest.to_lowercase().replace(SEPARATOR, "."))
}

fn variable(name: &str, text: &str) -> Layer {
    let key = setting_key(name).unwrap_or_default();
    let value = text.parse::<Value>().unwrap_or_else(|never| match never {});
    let values = figment::util::nest(&key, value).into_dict().unwrap_or_default();
    Layer {
        name: format!("variable {name}"),
        values,
    }
}

/// `HOIST_LOG_LEVEL` would be passed over in silence; nobody writes that on purpose.
fn near_misses(surroundings: &Surroundings, known: &[String]) -> Vec<Problem> {
    let right = |key: &String| format!("{PREFIX}{}", key.to_uppercase().replace('.', SEPARATOR));
    let wrong = |key: &String| format!("{PREFIX}{}", key.to_uppercase().replace('.', "_"));
    let missed = known
        .iter()
        .filter(|key| surroundings.variables.contains_key(&wrong(key)));
    let problem = |key: &String| Problem {
        key: String::new(),
        source: format!("variable {}", wrong(key)),
        message: format!("is no setting; did you mean {}?", right(key)),
    };
    missed.map(problem).collect()
}

fn flags(overrides: &Overrides) -> Vec<Layer> {
    let all = [
        ("--listen", "listen.address", &overrides.listen),
        ("--admin-listen", "listen.admin", &overrides.admin_listen),
        ("--database", "database.url", &overrides.data.database),
        ("--log-level", "log.level", &overrides.log_level),
        ("--log-format", "log.format", &overrides.log_format),
    ];
    let layer = |(flag, key, value): (&str, &str, &Option<String>)| {
        let values = figment::util::nest(key, Value::from(value.clone()?)).into_dict()?;
        Some(Layer {
            name: format!("flag {flag}"),
            values,
        })
    };
    all.into_iter().filter_map(layer).collect()
}

/// Dotted keys of everything that is no section. A list is one leaf.
pub(super) fn leaves(values: &Dict) -> Vec<String> {
    let mut found = Vec::new();
    collect(values, "", &mut found);
    found
}

fn collect(values: &Dict, prefix: &str, found: &mut Vec<String>) {
    for (name, value) in values {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Dict(_, inner) => collect(inner, &key, found),
            _ => found.push(key),
        }
    }
}
