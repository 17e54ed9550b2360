//! Layers, problems, and that the default file and the code know the same keys.

use std::collections::BTreeSet;

use super::layers::{defaults, leaves, stack};
use super::reader::Reader;
use super::{Config, DataFlags, LogFormat, Overrides, Surroundings};

fn surroundings(variables: &[(&str, &str)]) -> Surroundings {
    let folder = std::env::temp_dir().join("no such folder");
    Surroundings {
        variables: variables
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        folder,
    }
}

fn problems(overrides: &Overrides, surroundings: &Surroundings) -> Vec<String> {
    let error = Config::load(overrides, surroundings).expect_err("something is wrong");
    error.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn every_key_of_the_default_file_is_read() {
    let none = surroundings(&[]);
    let (figment, problems) = stack(&Overrides::default(), &none);
    assert_eq!(problems, []);
    let mut reader = Reader::new(figment);
    Config::read(&mut reader).expect("the default file is right");
    let known: BTreeSet<String> = leaves(&defaults().values).into_iter().collect();
    assert!(!known.is_empty());
    assert_eq!(reader.asked(), &known);
}

#[test]
fn later_layers_win() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("hoist.toml"),
        "[log]\nlevel = \"warn\"\nformat = \"json\"\n[listen]\naddress = \"127.0.0.1:1\"\n",
    )
    .expect("written");
    let variables = [
        ("HOIST_LOG__FORMAT".into(), "pretty".into()),
        ("HOIST_LISTEN__ADDRESS".into(), "127.0.0.1:2".into()),
    ];
    let surroundings = Surroundings {
        variables: variables.into(),
        folder: folder.path().to_owned(),
    };
    let overrides = Overrides {
        listen: Some("127.0.0.1:3".into()),
        ..Overrides::default()
    };
    let config = Config::load(&overrides, &surroundings).expect("right");
    assert_eq!(config.database_url, "sqlite://data/control.db", "default");
    assert_eq!(config.log.level, "warn", "file");
    assert_eq!(config.log.format, LogFormat::Pretty, "variable over file");
    assert_eq!(config.listen.address.port(), 3, "flag over variable");
}

#[test]
fn all_problems_are_reported_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    std::fs::write(
        &file,
        "[log]\nlevl = \"info\"\nformat = 3\n[limits]\nbody_bytes = \"many\"\nstreams = -1\n",
    )
    .expect("written");
    let surroundings = surroundings(&[
        ("HOIST_LISTEN__ADDRESS", "here"),
        ("HOIST_LOG_LEVEL", "debug"),
        ("HOIST_BIN", "ignored"),
    ]);
    let overrides = Overrides::from(DataFlags {
        config: Some(file.clone()),
        database: Some("mysql://a:secret@b".into()),
    });
    let found = problems(&overrides, &surroundings);
    let file = file.display();
    let expected = [
        "variable HOIST_LOG_LEVEL: is no setting; did you mean HOIST_LOG__LEVEL?".to_owned(),
        "listen.address (variable HOIST_LISTEN__ADDRESS): cannot use `here`; give something like 127.0.0.1:8080"
            .to_owned(),
        "database.url (flag --database): begins with none of sqlite:, postgres:// and postgresql://".to_owned(),
        format!("log.format (file {file}): is a number; give a text"),
        format!("limits.body_bytes (file {file}): is a text; give a whole number from 1024 to 1073741824"),
        format!("limits.streams (file {file}): is a number; give a whole number from 0 to 1000000"),
        format!("log.levl (file {file}): is no setting; did you mean `log.level`?"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_section_is_no_setting() {
    let found = problems(
        &Overrides::default(),
        &surroundings(&[("HOIST_LOG__LEVEL__DEEP", "x"), ("HOIST_NOTHING__LIKE_IT", "x")]),
    );
    assert_eq!(
        found[0],
        "log.level (variable HOIST_LOG__LEVEL__DEEP): is a table; give a text"
    );
    assert!(
        found
            .iter()
            .any(|problem| problem.contains("`hoist config` lists them all")),
        "{found:?}"
    );
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let overrides = Overrides::from(DataFlags {
        config: Some("missing.toml".into()),
        database: None,
    });
    assert!(problems(&overrides, &surroundings(&[]))[0].starts_with("file missing.toml: cannot be read"));
}

#[test]
fn mounts_are_checked_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "[[mounts]]\ndialect = \"ofrap\"\npath = \"x\"\npaht = 1\n").expect("written");
    let overrides = Overrides::from(DataFlags {
        config: Some(file),
        database: None,
    });
    let found = problems(&overrides, &surroundings(&[]));
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("did you mean `path`?"), "{found:?}");
}

#[test]
fn networks_contain_their_addresses() {
    let contains = |network: &str, address: &str| {
        network
            .parse::<super::Network>()
            .expect("a network")
            .contains(address.parse().expect("an address"))
    };
    assert!(contains("10.0.0.0/8", "10.2.3.4"));
    assert!(!contains("10.0.0.0/8", "11.2.3.4"));
    assert!(contains("0.0.0.0/0", "11.2.3.4"));
    assert!(contains("::/0", "fe80::1"));
    assert!(contains("10.0.0.1", "::ffff:10.0.0.1"));
    assert!(!contains("::1", "::2"));
    assert!("10.0.0.0/33".parse::<super::Network>().is_err());
}

#[test]
fn the_page_of_the_reference_is_the_default_file() {
    let page = include_str!("../../../../docs/configuration.md");
    let block = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(
        block,
        Some(super::DEFAULT_FILE),
        "copy hoist.default.toml into docs/configuration.md"
    );
}
