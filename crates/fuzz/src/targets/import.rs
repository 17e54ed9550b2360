//! Files of other systems and of our own.

use std::sync::OnceLock;

use hoist_compat::{Source, json, project_file as read_ours};
use hoist_engine::ruleset::Fractional;
use hoist_model::change::{Change, Import};
use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::Format;
use serde_json::Value as Json;

use super::change::{House, commits};
use super::ruleset;

/// Unleash's features and deltas.
///
/// # Panics
/// Where an import does not hold what every import must.
pub fn unleash(data: &[u8]) {
    foreign(Source::Unleash, data);
}

/// flagd's definitions.
///
/// # Panics
/// Where an import does not hold what every import must.
pub fn flagd(data: &[u8]) {
    foreign(Source::Flagd(Fractional::V2), data);
    foreign(Source::Flagd(Fractional::V3), data);
}

/// Flagsmith's environment documents.
///
/// # Panics
/// Where an import does not hold what every import must.
pub fn flagsmith(data: &[u8]) {
    foreign(Source::Flagsmith, data);
}

/// Togglr's answers.
///
/// # Panics
/// Where an import does not hold what every import must.
pub fn togglr(data: &[u8]) {
    foreign(Source::Togglr, data);
}

/// FluxGate's answers.
///
/// # Panics
/// Where an import does not hold what every import must.
pub fn fluxgate(data: &[u8]) {
    foreign(Source::FluxGate, data);
}

/// Toggle-Meister's answers and rows.
///
/// # Panics
/// Where an import does not hold what every import must.
pub fn toggle_meister(data: &[u8]) {
    foreign(Source::ToggleMeister, data);
}

fn foreign(source: Source, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(document) = json::read(text) else { return };
    let Ok(import) = source.import(&document, "dev") else {
        return;
    };
    assert_eq!(
        source.import(&document, "dev").as_ref(),
        Ok(&import),
        "a second reading differs"
    );
    // What its origin served is served on, so an import may hold what an edit may not: gaps tell it.
    hold(&import.project, "dev");
}

/// Our own form, JSON or YAML.
///
/// # Panics
/// Where what is read does not come back from text, or cannot be planned.
pub fn project_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(file) = read_ours(text) else { return };
    let environments: Vec<&String> = file.environments.keys().take(3).collect();
    environments.iter().for_each(|environment| hold(&file, environment));
    if environments.is_empty() {
        hold(&file, "dev");
    }
}

/// A file means the same in both its forms, compiles, and is planned or refused; carried out, it is a state like any.
fn hold(file: &ProjectFile, environment: &str) {
    for format in [Format::Json, Format::Yaml] {
        let text = file.to_text(format).expect("a file has a text");
        let back = ProjectFile::from_text(&text).unwrap_or_else(|error| panic!("{error}, of\n{text}"));
        assert_eq!(&back, file, "{format:?} loses something:\n{text}");
    }
    if let Ok(rules) = file.ruleset(environment) {
        ruleset::check(&rules);
    }
    let change = Change::Import(Import {
        source: "fuzz".into(),
        file: Box::new(file.clone()),
    });
    commits(&mut house().clone(), &[change]);
}

/// An instance whose project is empty.
fn house() -> &'static House {
    static HOUSE: OnceLock<House> = OnceLock::new();
    HOUSE.get_or_init(House::new)
}

/// Comments are blanked and nothing else: what is JSON without them is read as it stands, and places stay places.
///
/// # Panics
/// Where that does not hold.
pub fn comments(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let blanked = json::without_comments(text);
    assert_eq!(blanked.chars().count(), text.chars().count());
    assert_eq!(blanked.lines().count(), text.lines().count());
    if let Ok(value) = serde_json::from_str::<Json>(text) {
        assert_eq!(blanked, text, "JSON has no comments");
        assert_eq!(json::read(text).ok(), Some(value.clone()));
        let many = json::read_many(text).expect("one value is several");
        let expected = match value {
            Json::Array(items) => items,
            other => vec![other],
        };
        assert_eq!(many.into_iter().map(|(_, value)| value).collect::<Vec<_>>(), expected);
    } else if let Ok(values) = json::read_many(text) {
        let lines = text.lines().count().max(1);
        assert!(values.iter().all(|(line, _)| (1..=lines).contains(line)));
    }
}
