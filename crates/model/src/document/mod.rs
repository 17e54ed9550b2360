//! Document bodies, one file per aggregate.
//!
//! How to add a field: add it here with a serde default, check it in `crate::plan`, lower it in
//! `crate::lower`, show it in the API's DTO and in the console. A change of form that old
//! bodies do not satisfy raises the kind's [`version`] and adds an arm to [`upgrade`], with a
//! golden file of the old form.

mod access;
mod flag;
mod foreign;
mod place;
mod schedule;
mod segment;

pub use access::{Credential, CredentialKind, Member, Role, Token, User};
pub use flag::{Config, ConfigRule, Flag, Kill, Origin, Overrides, Purpose};
pub use foreign::Foreign;
pub use place::{Environment, Organization, Project};
pub use schedule::Schedule;
pub use segment::Segment;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::record::{Kind, Record};

/// A document of any kind.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each is the document of its name")]
pub enum Body {
    Organization(Organization),
    Project(Project),
    Environment(Environment),
    Flag(Flag),
    Config(Config),
    Overrides(Overrides),
    Kill(Kill),
    Segment(Segment),
    Credential(Credential),
    User(User),
    Role(Role),
    Member(Member),
    Token(Token),
}

/// Why a stored body cannot be read.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{path}: {message}")]
pub struct Unreadable {
    /// Where in the body.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

/// The version that new bodies of a kind are written in.
pub const fn version(_kind: Kind) -> u32 {
    1
}

impl Body {
    /// Reads a stored body, upgrading older versions.
    ///
    /// # Errors
    /// When the body does not have its kind's form; the path says where.
    pub fn read(record: &Record) -> Result<Self, Unreadable> {
        let body = record.body.get();
        Ok(match record.kind {
            Kind::Organization => Self::Organization(parse(body)?),
            Kind::Project => Self::Project(parse(body)?),
            Kind::Environment => Self::Environment(parse(body)?),
            Kind::Flag => Self::Flag(parse(body)?),
            Kind::Config => Self::Config(parse(body)?),
            Kind::Overrides => Self::Overrides(parse(body)?),
            Kind::Kill => Self::Kill(parse(body)?),
            Kind::Segment => Self::Segment(parse(body)?),
            Kind::Credential => Self::Credential(parse(body)?),
            Kind::User => Self::User(parse(body)?),
            Kind::Role => Self::Role(parse(body)?),
            Kind::Member => Self::Member(parse(body)?),
            Kind::Token => Self::Token(parse(body)?),
        })
    }

    /// Which kind this is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Organization(_) => Kind::Organization,
            Self::Project(_) => Kind::Project,
            Self::Environment(_) => Kind::Environment,
            Self::Flag(_) => Kind::Flag,
            Self::Config(_) => Kind::Config,
            Self::Overrides(_) => Kind::Overrides,
            Self::Kill(_) => Kind::Kill,
            Self::Segment(_) => Kind::Segment,
            Self::Credential(_) => Kind::Credential,
            Self::User(_) => Kind::User,
            Self::Role(_) => Kind::Role,
            Self::Member(_) => Kind::Member,
            Self::Token(_) => Kind::Token,
        }
    }

    /// As JSON, keys in a fixed order.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Organization(body) => json(body),
            Self::Project(body) => json(body),
            Self::Environment(body) => json(body),
            Self::Flag(body) => json(body),
            Self::Config(body) => json(body),
            Self::Overrides(body) => json(body),
            Self::Kill(body) => json(body),
            Self::Segment(body) => json(body),
            Self::Credential(body) => json(body),
            Self::User(body) => json(body),
            Self::Role(body) => json(body),
            Self::Member(body) => json(body),
            Self::Token(body) => json(body),
        }
    }
}

/// Reads one body; the error names the path.
///
/// # Errors
/// When the text is not JSON or not of the form `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let reader = &mut serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(reader).map_err(|error| Unreadable {
        path: pointer(error.path()),
        message: error.inner().to_string(),
    })
}

/// The same from a value.
///
/// # Errors
/// When the value is not of the form `T`.
pub fn from_json<T: DeserializeOwned>(value: Json) -> Result<T, Unreadable> {
    serde_path_to_error::deserialize(value).map_err(|error| Unreadable {
        path: pointer(error.path()),
        message: error.inner().to_string(),
    })
}

/// A serde path as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment as Part;
    let mut text = String::new();
    for part in path {
        match part {
            Part::Seq { index } => text.push_str(&format!("/{index}")),
            Part::Map { key } => text.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Part::Enum { variant } => text.push_str(&format!("/{variant}")),
            Part::Unknown => {}
        }
    }
    text
}

/// Our own types always have a JSON form: their map keys are strings and their numbers finite.
fn json<T: serde::Serialize>(body: &T) -> Json {
    serde_json::to_value(body).unwrap_or(Json::Null)
}
