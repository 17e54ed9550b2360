//! Unleash's client specification through `hoist eval --from unleash`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use crate::{conformance, hoist};

#[test]
fn client_specification() {
    let Some(folder) = conformance("unleash") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    let (mut right, mut wrong) = (0, Vec::new());
    for file in &files {
        let specification: Json = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        if specification.get("state").is_none() {
            continue;
        }
        for (kind, member) in [("tests", "enabled"), ("variantTests", "variant")] {
            let cases = specification
                .get(kind)
                .and_then(Json::as_array)
                .cloned()
                .unwrap_or_default();
            for (case, answer) in cases.iter().zip(answers(file, &cases)) {
                if answer[member] == case["expectedResult"] {
                    right += 1;
                } else {
                    let file = file.file_name().unwrap().to_string_lossy();
                    let (wanted, got) = (&case["expectedResult"], &answer[member]);
                    wrong.push(format!("{file}: {}: wanted {wanted}, got {got}", case["description"]));
                }
            }
        }
    }
    println!(
        "client specification: {right} right, {} wrong in {} files",
        wrong.len(),
        files.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right > 0);
}

/// The answer for each case, in one run.
fn answers(file: &Path, cases: &[Json]) -> Vec<Json> {
    let contexts: String = cases.iter().map(|case| format!("{}\n", case["context"])).collect();
    let names: Vec<&str> = cases.iter().map(|case| case["toggleName"].as_str().unwrap()).collect();
    let mut args = vec!["eval", "--from", "unleash", file.to_str().unwrap(), "--contexts", "-"];
    names.iter().for_each(|name| args.extend(["--flag", name]));
    let lines = hoist(&args, &contexts).lines();
    let by_place: BTreeMap<(u64, String), Json> = lines
        .into_iter()
        .map(|line| {
            (
                (
                    line["context"].as_u64().unwrap(),
                    line["name"].as_str().unwrap().to_owned(),
                ),
                line,
            )
        })
        .collect();
    let find = |(index, name): (u64, &&str)| by_place[&(index, (*name).to_owned())].clone();
    (0..).zip(&names).map(find).collect()
}
