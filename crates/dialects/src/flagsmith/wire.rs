//! Reading questions: keys, identities and their traits.

use hoist_engine::context::TARGETING_KEY;
use hoist_engine::profile::python;
use hoist_engine::{Context, IDENTITY_KEY, Value};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::names::EnvironmentName;
use super::refusal::Refusal;
use crate::query;

/// The header that carries the key.
pub(super) const KEY: &str = "X-Environment-Key";

/// What secret keys begin with there. Clients that evaluate by themselves insist on it.
pub(super) const SECRET: &str = "ser.";

/// Largest body that is about one identity.
const IDENTITY_BYTES: usize = 64 * 1024;

const IDENTIFIER_LETTERS: usize = 2_000;
const TRAIT_KEY_LETTERS: usize = 200;
const TRAIT_VALUE_LETTERS: usize = 2_000;

/// The key that was presented.
pub(super) fn key(headers: &HeaderMap) -> Option<&str> {
    let key = headers.get(KEY)?.to_str().ok()?.trim();
    (!key.is_empty()).then_some(key)
}

/// Somebody, as a question tells of them.
#[derive(Debug, PartialEq)]
pub(super) struct Identity {
    /// None: nobody is named.
    pub(super) identifier: Option<String>,
    /// In the order in which they came; without those that are taken away.
    pub(super) traits: Vec<Trait>,
}

/// Something that is known of somebody.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trait {
    pub(super) key: String,
    pub(super) value: Json,
    pub(super) transient: bool,
}

#[derive(Deserialize)]
struct IdentityBody {
    #[serde(default)]
    identifier: Json,
    #[serde(default)]
    traits: Option<Vec<TraitBody>>,
}

#[derive(Deserialize)]
struct TraitBody {
    trait_key: String,
    #[serde(default)]
    trait_value: Json,
    #[serde(default)]
    transient: Option<Json>,
}

/// Of a query.
pub(super) fn asked_for(query: Option<&str>) -> Result<Identity, Refusal> {
    let identifier = query::value(query, "identifier").filter(|text| !text.is_empty());
    let identifier = identifier.ok_or(Refusal::Identifier)?;
    Ok(Identity {
        identifier: Some(short_enough(identifier)?),
        traits: Vec::new(),
    })
}

/// Of a body.
pub(super) fn identity(body: &[u8]) -> Result<Identity, Refusal> {
    if body.len() > IDENTITY_BYTES {
        let why = format!("Of one identity at most {IDENTITY_BYTES} bytes are read.");
        return Err(Refusal::Field { name: "traits", why });
    }
    expect_object(body)?;
    let read: IdentityBody = read(body)?;
    let identifier = match read.identifier {
        Json::Null => None,
        Json::String(text) => Some(text).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        _ => return Err(field("identifier", "Not a valid string.")),
    };
    let mut traits: Vec<Trait> = Vec::new();
    for own in read.traits.unwrap_or_default() {
        let own = checked(own)?;
        traits.retain(|known| known.key != own.key);
        traits.push(own);
    }
    traits.retain(|own| !own.value.is_null());
    Ok(Identity {
        identifier: identifier.map(short_enough).transpose()?,
        traits,
    })
}

/// A list would be read as the fields in their order.
pub(super) fn expect_object(body: &[u8]) -> Result<(), Refusal> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        return Err(field("non_field_errors", "Invalid data. Expected an object."));
    }
    Ok(())
}

/// Reads JSON; what is wrong is told as of a field where it is one.
pub(super) fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => field("non_field_errors", &format!("Invalid data. {error}.")),
        _ => Refusal::Unreadable(error.to_string()),
    })
}

pub(super) fn field(name: &'static str, why: &str) -> Refusal {
    Refusal::Field {
        name,
        why: why.to_owned(),
    }
}

fn short_enough(identifier: String) -> Result<String, Refusal> {
    if identifier.chars().count() > IDENTIFIER_LETTERS {
        let why = format!("Ensure this field has no more than {IDENTIFIER_LETTERS} characters.");
        return Err(field("identifier", &why));
    }
    Ok(identifier)
}

fn checked(own: TraitBody) -> Result<Trait, Refusal> {
    let refuse = |why: &str| Err(field("traits", &format!("{:?}: {why}", shown(&own.trait_key))));
    if own.trait_key.chars().count() > TRAIT_KEY_LETTERS {
        return refuse(&format!("The key has more than {TRAIT_KEY_LETTERS} characters."));
    }
    match &own.trait_value {
        Json::String(text) if text.chars().count() > TRAIT_VALUE_LETTERS => {
            return refuse(&format!("The value has more than {TRAIT_VALUE_LETTERS} characters."));
        }
        Json::Array(_) | Json::Object(_) => return refuse("The value is no text, number or boolean."),
        _ => {}
    }
    Ok(Trait {
        key: own.trait_key,
        value: own.trait_value,
        transient: own.transient == Some(Json::Bool(true)),
    })
}

/// Enough of a name to know it again.
fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}

impl Identity {
    /// Who it is; somebody without a name is told by their traits, as in Flagsmith, or by `otherwise`.
    pub(super) fn name(&self, otherwise: impl FnOnce() -> String) -> String {
        if let Some(identifier) = &self.identifier {
            return identifier.clone();
        }
        if self.traits.is_empty() {
            return otherwise();
        }
        let mut sorted: Vec<&Trait> = self.traits.iter().collect();
        sorted.sort_by(|a, b| a.key.cmp(&b.key));
        let mut hash = Sha256::new();
        for own in sorted {
            hash.update(&own.key);
            hash.update(python_text(&own.value));
        }
        hex(&hash.finalize())
    }

    /// As the engine knows somebody: traits are attributes, and what paths lead to has the path for its name.
    pub(super) fn context(&self, name: &str, environment: &EnvironmentName) -> Context {
        let mut context = of_nobody(environment);
        if environment.is_sole {
            context.set(IDENTITY_KEY, format!("{}_{name}", environment.key));
        }
        for own in self.traits.iter().filter(|own| own.key != IDENTITY_KEY) {
            // A whole number that has no room is none of ours, and counts by its digits.
            match own.value.as_u64().filter(|_| !own.value.is_i64()) {
                Some(large) => context.set(own.key.as_str(), large.to_string()),
                None => context.set(own.key.as_str(), Value::from(&own.value)),
            }
        }
        context.set(TARGETING_KEY, name);
        context
    }
}

/// What conditions may ask for where nobody is named.
pub(super) fn of_nobody(environment: &EnvironmentName) -> Context {
    Context::new()
        .with("$.environment.key", environment.key.as_str())
        .with("$.environment.name", environment.name.as_str())
}

/// A scalar as Python writes it.
fn python_text(value: &Json) -> String {
    match value {
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::String(text) => text.clone(),
        Json::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(float) => python::float_text(float),
            None => number.to_string(),
        },
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
    }
}

/// In hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
