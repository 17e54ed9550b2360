//! Flagsmith's engine test data through `hoist eval --from flagsmith-context`.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::{conformance, hoist};

#[test]
fn engine_test_data() {
    let Some(folder) = conformance("flagsmith") else { return };
    let cases = cases(&folder);
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| difference(case, &wanted(case), "10"))
        .collect();
    println!("engine test data: {} cases, {} wrong", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(!cases.is_empty());
}

/// The same answers, but for the reason of a flag that no segment could decide.
#[test]
fn the_reasons_of_the_next_generation() {
    let Some(folder) = conformance("flagsmith") else { return };
    let (mut wrong, mut flags) = (Vec::new(), 0);
    for case in cases(&folder) {
        let source = read(&case);
        let mut wanted = wanted(&case);
        for flag in wanted["flags"].as_object_mut().unwrap().values_mut() {
            let name = flag["name"].clone();
            let segments = source["context"]["segments"].as_object();
            let overrides = segments.into_iter().flat_map(|all| all.values());
            let is_overridden = overrides
                .flat_map(|segment| segment["overrides"].as_array().cloned().unwrap_or_default())
                .any(|own| own["name"] == name);
            if flag["reason"] == "DEFAULT" && !is_overridden {
                flag["reason"] = "STATIC".into();
                flags += 1;
            }
        }
        wrong.extend(difference(&case, &wanted, "11"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(flags > 0);
}

fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json" || extension == "jsonc")
    });
    cases.sort();
    cases
}

fn read(case: &Path) -> Json {
    hoist_compat::json::read(&std::fs::read_to_string(case).unwrap()).unwrap()
}

fn wanted(case: &Path) -> Json {
    read(case)["result"].take()
}

fn difference(case: &Path, wanted: &Json, style: &str) -> Option<String> {
    let args = [
        "eval",
        "--from",
        "flagsmith-context",
        case.to_str().unwrap(),
        "--reason-style",
        style,
    ];
    let got = hoist(&args, "").lines().pop().unwrap();
    let name = case.file_name().unwrap().to_string_lossy();
    (got != *wanted).then(|| format!("{name}\n  wanted {wanted}\n  got    {got}"))
}
