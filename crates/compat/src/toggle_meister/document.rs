//! Reading what the API or the database says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::ImportError;
use crate::items::each;
use crate::report::Gaps;

/// What to do about a document of another form.
const NEXT: &str = "give an object with `features` and `toggles`, as Toggle-Meister's `/api/features` and `/api/toggles` \
                    or its tables have them";

/// One environment.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) features: Vec<String>,
    /// By feature.
    toggles: BTreeMap<String, Toggle>,
    /// By feature: who is in.
    enrolled: BTreeMap<String, BTreeSet<String>>,
    /// Who has everything that is not off.
    pub(super) whitelisted: BTreeSet<String>,
    pub(super) read_at: Option<Timestamp>,
    /// Its name there.
    pub(super) environment: String,
}

#[derive(Deserialize)]
struct Source {
    features: Vec<Feature>,
    toggles: Vec<Json>,
    #[serde(default)]
    rollout_users: Vec<Json>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(default)]
    read_at: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Feature {
    Name(String),
    Row { name: String },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Item {
    Wrapped { toggle: Toggle },
    Row(Toggle),
}

/// A feature in an environment; none is off.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Toggle {
    feature: String,
    env: String,
    pub(super) state: String,
    /// Of the database.
    #[serde(default)]
    pub(super) schedule: Option<Schedule>,
    /// Of the API.
    #[serde(default)]
    pub(super) over_x_days: f64,
    #[serde(default)]
    pub(super) current_percent: u16,
}

/// How far a rollout, or its pause, has come.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Schedule {
    pub(super) hours_count: i64,
    pub(super) total_hours: i64,
    /// Of a pause: the rollout that waits.
    pub(super) rolling_state: Option<Box<Schedule>>,
}

#[derive(Deserialize)]
struct User {
    userid: String,
    env: String,
    #[serde(default)]
    features: BTreeMap<String, bool>,
}

/// The name under which users were given everything.
const WHITELISTED: &str = "-whitelisted-";

pub(super) fn read(document: &Json, environment: &str, gaps: &mut Gaps) -> Result<Document, ImportError> {
    let source = Source::deserialize(document)
        .map_err(|error| ImportError::new(format!("this is nothing of Toggle-Meister ({error})"), NEXT))?;
    let toggles: Vec<Item> = each(&source.toggles, "toggles", gaps);
    let toggles: Vec<Toggle> = toggles.into_iter().map(Item::toggle).collect();
    let users: Vec<User> = each(&source.rollout_users, "rollout_users", gaps);
    let environment = source.environment.unwrap_or_else(|| environment.to_lowercase());
    let known: BTreeSet<&str> = toggles.iter().map(|own| own.env.as_str()).collect();
    if !known.is_empty() && !known.contains(environment.as_str()) {
        let names: Vec<&str> = known.into_iter().take(20).collect();
        let next = format!(
            "give the document a member `environment` with one of {}",
            names.join(", ")
        );
        return Err(ImportError::new(format!("there is no toggle in `{environment}`"), next));
    }
    let mut enrolled: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut whitelisted = BTreeSet::new();
    for user in users.into_iter().filter(|user| user.env == environment) {
        for (feature, _) in user.features.into_iter().filter(|(_, is_in)| *is_in) {
            if feature == WHITELISTED {
                whitelisted.insert(user.userid.clone());
            } else {
                enrolled.entry(feature).or_default().insert(user.userid.clone());
            }
        }
    }
    let own = toggles.into_iter().filter(|toggle| toggle.env == environment);
    Ok(Document {
        features: source.features.into_iter().map(Feature::name).collect(),
        toggles: own.map(|toggle| (toggle.feature.clone(), toggle)).collect(),
        enrolled,
        whitelisted,
        read_at: source.read_at,
        environment,
    })
}

impl Feature {
    fn name(self) -> String {
        match self {
            Self::Name(name) | Self::Row { name } => name,
        }
    }
}

impl Item {
    fn toggle(self) -> Toggle {
        match self {
            Self::Wrapped { toggle } | Self::Row(toggle) => toggle,
        }
    }
}

impl Document {
    /// Of a feature; None is off.
    pub(super) fn toggle(&self, feature: &str) -> Option<&Toggle> {
        self.toggles.get(feature)
    }

    /// Who is in a rollout.
    pub(super) fn enrolled(&self, feature: &str) -> Option<&BTreeSet<String>> {
        self.enrolled.get(feature)
    }
}
