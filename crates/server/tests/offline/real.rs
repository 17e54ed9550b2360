//! Real files import, and evaluate alike from the source and from the project.

use serde_json::Value as Json;

use crate::{Scratch, conformance, hoist};

/// Source, file, flags, codes of its gaps.
const FILES: [(&str, &str, usize, &[&str]); 3] = [
    ("unleash", "unleash-hosted-features.json", 24, &[]),
    (
        "unleash",
        "unleash-example-features.json",
        76,
        &[
            "hostname",
            "unknown_strategy",
            "unknown_strategy",
            "unknown_strategy",
            "unknown_strategy",
        ],
    ),
    ("flagd", "otel-demo.flagd.json", 16, &[]),
];

#[test]
fn real_files() {
    let Some(folder) = conformance("real") else { return };
    for (source, file, flags, codes) in FILES {
        let path = folder.join(file);
        let path = path.to_str().unwrap();
        let project = Scratch::new(file, "");
        let run = hoist(
            &[
                "import",
                source,
                path,
                "--environment",
                "development",
                "--out",
                project.path(),
                "--json",
            ],
            "",
        );
        assert_eq!(run.code, 0, "{}", run.err);
        let report: Json = serde_json::from_str(&run.err).unwrap();
        assert_eq!(report["flags"], flags, "{file}");
        let found: Vec<&str> = report["gaps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|gap| gap["code"].as_str().unwrap())
            .collect();
        assert_eq!(found, codes, "{file}");
        assert_eq!(
            answers(&["eval", project.path()]),
            answers(&["eval", "--from", source, path]),
            "{file}"
        );
    }
}

/// Context, key, and whether enabled or the value, of every answer.
fn answers(command: &[&str]) -> Vec<(Json, Json, Json)> {
    let contexts = "{\"userId\": \"1\", \"clientId\": \"hosted\"}\n{\"userId\": \"128535\", \"sessionId\": \"s\"}";
    let args: Vec<&str> = command
        .iter()
        .copied()
        .chain(["--contexts", "-", "--seed", "3"])
        .collect();
    let shown = |line: Json| {
        let key = line.get("key").or(line.get("name")).cloned().unwrap_or_default();
        let unleash = line.get("variant").is_some_and(Json::is_object);
        let is_imported = line.get("rule").is_some() && line["value"] == line["enabled"];
        let answer = if unleash || is_imported {
            &line["enabled"]
        } else {
            &line["value"]
        };
        (line["context"].clone(), key, answer.clone())
    };
    hoist(&args, contexts).lines().into_iter().map(shown).collect()
}

#[test]
fn an_admin_export_is_what_a_client_would_get() {
    let Some(folder) = conformance("real") else { return };
    let path = folder.join("unleash-state-export-v4.json");
    let contexts =
        "{\"userId\": \"123\"}\n{\"userId\": \"123456\", \"environment\": \"dev\"}\n{\"hostname\": \"vg.no\"}\n";
    let args = ["eval", "--from", "unleash", path.to_str().unwrap(), "--contexts", "-"];
    let lines = hoist(&args, contexts).lines();
    let on = lines.iter().filter(|line| line["enabled"] == true);
    let on: Vec<(u64, &str)> = on
        .map(|line| (line["context"].as_u64().unwrap(), line["name"].as_str().unwrap()))
        .collect();
    let expected = [
        (0, "another-toggle"),
        (0, "this-is-fun"),
        (0, "version.three.seventeen"),
        (1, "this-is-fun"),
        (1, "version.three.seventeen"),
        (1, "with-constraints"),
        (2, "this-is-fun"),
        (2, "toggle-created-in-4-1"),
        (2, "version.three.seventeen"),
    ];
    assert_eq!(on, expected);
    let run = hoist(
        &["import", "unleash", path.to_str().unwrap(), "--environment", "dev"],
        "",
    );
    assert_eq!(run.code, 0, "{}", run.err);
}
