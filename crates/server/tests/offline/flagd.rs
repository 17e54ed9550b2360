//! flagd's evaluator suite through `hoist eval --from flagd`.

use serde_json::{Map, Value as Json, json};

use crate::gherkin::{Scenario, cells, scenarios};
use crate::{conformance, hoist};

#[test]
fn evaluator_suite() {
    let Some(folder) = conformance("flagd") else { return };
    let flags = folder.join("testkit-flags.json");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "feature"));
    files.sort();
    let (mut right, mut skipped, mut wrong) = (0, 0, Vec::new());
    for file in files {
        for scenario in scenarios(&std::fs::read_to_string(&file).unwrap()) {
            if scenario.tags.iter().any(|tag| tag == "@fractional-v1") {
                skipped += 1;
                continue;
            }
            match check(&scenario, flags.to_str().unwrap()) {
                Ok(()) => right += 1,
                Err(problem) => wrong.push(format!("{}: {}: {problem}", file.display(), scenario.name)),
            }
        }
    }
    println!(
        "flagd evaluator suite: {right} scenarios right, {} wrong, {skipped} of the first generation skipped",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right > 0);
}

/// What the steps so far say.
#[derive(Default)]
struct World {
    generation: &'static str,
    kind: String,
    key: String,
    fallback: String,
    context: Map<String, Json>,
    answer: Json,
}

fn check(scenario: &Scenario, flags: &str) -> Result<(), String> {
    let third = scenario.tags.iter().any(|tag| tag == "@fractional-v3");
    let mut world = World {
        generation: if third { "3" } else { "2" },
        ..World::default()
    };
    scenario.steps.iter().try_for_each(|step| world.step(step, flags))
}

impl World {
    fn step(&mut self, step: &str, flags: &str) -> Result<(), String> {
        let quoted = quoted(step);
        let text = |at: usize| {
            quoted
                .get(at)
                .cloned()
                .ok_or_else(|| format!("nothing in quotes: {step}"))
        };
        if step == "an evaluator" {
            return Ok(());
        } else if let Some((kind, _)) = step
            .strip_prefix("a ")
            .and_then(|rest| rest.split_once("-flag with key"))
        {
            (self.kind, self.key, self.fallback) = (kind.to_owned(), text(0)?, text(1)?);
        } else if step.starts_with("a context containing a key") {
            self.context.insert(text(0)?, typed(&text(1)?, &text(2)?)?);
        } else if step.starts_with("a context containing a targeting key") {
            self.context.insert("targetingKey".to_owned(), text(0)?.into());
        } else if step.starts_with("a context containing a nested property") {
            self.context.insert(text(0)?, json!({ text(1)?: text(2)? }));
        } else if step.starts_with("the flag was evaluated") {
            self.evaluate(flags);
        } else if step.starts_with("the resolved details value should be") {
            let value = self.answer.get("value").cloned();
            let value = value.map_or_else(|| typed(&self.kind, &self.fallback), Ok)?;
            return same(&typed(&self.kind, &text(0)?)?, &value);
        } else if step.starts_with("the reason should be") {
            return same(&text(0)?.into(), &self.answer["reason"]);
        } else if step.starts_with("the error-code should be") {
            let code = self.answer.get("errorCode").and_then(Json::as_str).unwrap_or_default();
            return same(&text(0)?.into(), &code.into());
        } else if step.starts_with("the resolved metadata") {
            let wanted: Map<String, Json> = table(step)
                .map(|row| Ok((row[0].clone(), typed(&row[1], &row[2])?)))
                .collect::<Result<_, String>>()?;
            let found = self.answer["metadata"].as_object().ok_or("no metadata")?;
            if wanted.is_empty() {
                return same(&json!({}), &self.answer["metadata"]);
            }
            return wanted
                .iter()
                .try_for_each(|(name, value)| same(value, found.get(name).unwrap_or(&Json::Null)));
        } else {
            return Err(format!("an unknown step: {step}"));
        }
        Ok(())
    }

    fn evaluate(&mut self, flags: &str) {
        let kind = self.kind.to_lowercase();
        let head = ["eval", "--from", "flagd", flags, "--contexts", "-", "--flag", &self.key];
        let args = [&head[..], &["--type", &kind, "--fractional", self.generation]].concat();
        let context = Json::Object(self.context.clone()).to_string();
        self.answer = hoist(&args, &context).lines().remove(0);
    }
}

fn quoted(step: &str) -> Vec<String> {
    if let Some((_, json)) = step.split_once("should be \"") {
        return vec![json.strip_suffix('"').unwrap_or(json).to_owned()];
    }
    // An object as fallback has quotes of its own; it is the last thing in the step.
    if let Some((before, fallback)) = step.split_once("fallback value \"") {
        let key = before.split('"').nth(1).unwrap_or_default();
        return vec![
            key.to_owned(),
            fallback.strip_suffix('"').unwrap_or(fallback).to_owned(),
        ];
    }
    step.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Rows of the table below a step, without its header.
fn table(step: &str) -> impl Iterator<Item = Vec<String>> {
    step.lines().skip(2).map(cells)
}

fn typed(kind: &str, text: &str) -> Result<Json, String> {
    match kind {
        "String" => Ok(text.into()),
        _ => serde_json::from_str(text).map_err(|error| format!("{kind} {text}: {error}")),
    }
}

fn same(wanted: &Json, got: &Json) -> Result<(), String> {
    // A float is no integer, even if it is whole.
    if wanted == got {
        Ok(())
    } else {
        Err(format!("wanted {wanted}, got {got}"))
    }
}
