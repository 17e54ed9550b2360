//! The file as text: JSON or YAML, the same project either way.
//!
//! Both are written from one JSON value, so that a number or a text means the same in both; the
//! format marker stands in the first line.

use serde_json::{Map, Value as Json};

use super::{FORMAT, ProjectFile};
use crate::document::{Unreadable, from_json};

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Indented JSON.
    Json,
    /// YAML 1.2.
    Yaml,
}

impl Format {
    /// By what a file name ends with; JSON unless it is that of YAML.
    pub fn of_name(name: &str) -> Self {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("yaml" | "yml") => Self::Yaml,
            _ => Self::Json,
        }
    }

    /// As HTTP names it.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Yaml => "application/yaml",
        }
    }
}

/// Why a text is no project file: what is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoProjectFile(String);

impl ProjectFile {
    /// As text that ends with a line break; the same file always as the same text.
    ///
    /// # Errors
    /// When it has no such form; ours always has.
    pub fn to_text(&self, format: Format) -> Result<String, NoProjectFile> {
        let refused = |error: &dyn std::fmt::Display| NoProjectFile(format!("the project has no text form: {error}"));
        match format {
            Format::Json => {
                let mut text = serde_json::to_string_pretty(self).map_err(|error| refused(&error))?;
                text.push('\n');
                Ok(text)
            }
            Format::Yaml => {
                let mut value = serde_json::to_value(self).map_err(|error| refused(&error))?;
                value.as_object_mut().and_then(|all| all.remove("format"));
                let rest = serde_saphyr::to_string(&value).map_err(|error| refused(&error))?;
                Ok(format!("format: {FORMAT}\n{rest}"))
            }
        }
    }

    /// Reads either form; what begins with a brace is JSON.
    ///
    /// # Errors
    /// When the text is of neither form, or not of the form of a project file.
    pub fn from_text(text: &str) -> Result<Self, NoProjectFile> {
        let text = text.trim_start_matches('\u{feff}');
        let value: Json = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| NoProjectFile(format!("this is no JSON: {error}")))?
        } else {
            let value: Map<String, Json> =
                serde_saphyr::from_str(text).map_err(|error| NoProjectFile(format!("this is no YAML: {error}")))?;
            Json::Object(value)
        };
        Self::from_value(value)
    }

    /// Reads a JSON value.
    ///
    /// # Errors
    /// When it is not of the form of a project file.
    pub fn from_value(value: Json) -> Result<Self, NoProjectFile> {
        match value.get("format").and_then(Json::as_str) {
            Some(FORMAT) => {}
            Some(other) => {
                let detail =
                    format!("this is no project file that this version knows: its format is {other:?}, not {FORMAT:?}");
                return Err(NoProjectFile(detail));
            }
            None => {
                return Err(NoProjectFile(format!(
                    "this is no project file: `format` is not `{FORMAT}`"
                )));
            }
        }
        from_json(value).map_err(|Unreadable { path, message }| {
            let place = if path.is_empty() { "/" } else { &path };
            NoProjectFile(format!("at {place}: {message}; correct it there"))
        })
    }
}
