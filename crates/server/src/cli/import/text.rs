//! Reports for people.

use hoist_model::portable::Gap;
use serde_json::Value as Json;

/// Sentences of a plan that are shown; the console and --json have them all.
const SENTENCES: usize = 40;

/// A line for each gap.
pub(in crate::cli) fn gaps(gaps: &[Gap]) -> String {
    gaps.iter()
        .map(|each| gap(&each.code, each.flag.as_deref(), each.segment.as_deref(), &each.text))
        .collect()
}

fn gap(code: &str, flag: Option<&str>, segment: Option<&str>, text: &str) -> String {
    let about = match (flag, segment) {
        (Some(flag), _) => format!("flag {flag}: "),
        (None, Some(segment)) => format!("segment {segment}: "),
        (None, None) => String::new(),
    };
    format!("gap {code}: {about}{text}\n")
}

/// `1 flag`, `2 flags`.
pub(super) fn counted(number: usize, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

/// The answer to a dry run: what would happen, what is worth knowing, what does not come along.
pub(super) fn plan(answer: &Json) -> String {
    let plan = &answer["plan"];
    let mut text = String::from("plan:\n");
    let sentences = list(&plan["sentences"]);
    for sentence in sentences.iter().take(SENTENCES) {
        text.push_str(&format!("  {}\n", word(&sentence["text"])));
    }
    let count = plan["sentence_count"]
        .as_u64()
        .and_then(|count| usize::try_from(count).ok());
    let count = count.unwrap_or(sentences.len());
    if count > SENTENCES {
        text.push_str(&format!("  and {} more\n", count - SENTENCES));
    }
    for warning in list(&plan["warnings"]) {
        text.push_str(&format!("warning: {}\n", word(&warning["text"])));
    }
    for each in list(&answer["gaps"]) {
        let (flag, segment) = (each["flag"].as_str(), each["segment"].as_str());
        text.push_str(&gap(word(&each["code"]), flag, segment, word(&each["text"])));
    }
    text.push_str(&summary(answer));
    text
}

/// One line that counts.
fn summary(answer: &Json) -> String {
    let [created, changed, skipped] = ["created", "changed", "skipped"].map(|name| list(&answer[name]).len());
    let impact = &answer["plan"]["impact"];
    let reached: Vec<String> = list(&impact["environments"]).iter().map(reached).collect();
    let environments = match reached.as_slice() {
        [] => String::new(),
        some => format!("; reaches {}", some.join(", ")),
    };
    let segments = match impact["segments"].as_u64() {
        None | Some(0) => String::new(),
        Some(number) => format!(
            "; {}",
            counted(usize::try_from(number).unwrap_or(usize::MAX), "segment")
        ),
    };
    format!(
        "{}: {created} new, {changed} changed, {skipped} as they are{segments}{environments}; {}\n",
        counted(created + changed + skipped, "flag"),
        counted(list(&answer["gaps"]).len(), "gap"),
    )
}

fn reached(environment: &Json) -> String {
    let key = word(&environment["key"]);
    match environment["protected"].as_bool() {
        Some(true) => format!("{key} (protected)"),
        _ => key.to_owned(),
    }
}

/// What became of it.
pub(super) fn outcome(answer: &Json) -> String {
    let revision = &answer["revision"];
    match answer["outcome"].as_str() {
        Some("applied") if answer["change"].is_null() => {
            format!("nothing to change: revision {revision} holds it all\n")
        }
        Some("applied") => format!("applied as revision {revision}\n"),
        Some("proposed") => "proposed: it waits for approval, nothing has changed yet\n".to_owned(),
        Some("scheduled") => "scheduled: it waits for its time, nothing has changed yet\n".to_owned(),
        other => format!("the server calls the outcome {}\n", other.unwrap_or("nothing")),
    }
}

fn list(json: &Json) -> &[Json] {
    json.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn word(json: &Json) -> &str {
    json.as_str().unwrap_or_default()
}
