//! What no database of ours keeps, and no reader of ours reads back: asked of everything that a plan would write, however
//! it came in.

use super::{Plan, Refusal, Request, invalid};
use crate::log::Effect;

/// Levels of lists and objects in a document. An export adds some, and readers of JSON stop at 127.
const DEEPEST: usize = 100;

/// Refuses what cannot be kept.
pub(super) fn check(plan: &Plan, request: &Request) -> Result<(), Refusal> {
    if request.note.contains('\0') {
        return Err(nul("the note"));
    }
    for effect in &plan.effects {
        match effect {
            Effect::Put { after, .. } => check_body(&after.key, after.body.get())?,
            Effect::AddMembers { members, .. } | Effect::RemoveMembers { members, .. } => {
                if members.iter().any(|member| member.contains('\0')) {
                    return Err(nul("a member"));
                }
            }
            Effect::Remove { .. } => {}
        }
    }
    Ok(())
}

fn nul(what: &str) -> Refusal {
    let detail = format!("{what} holds the character U+0000, which cannot be kept");
    invalid("nul_character", detail, "")
}

fn check_body(key: &str, body: &str) -> Result<(), Refusal> {
    let found = look(body);
    if found.deepest > DEEPEST {
        let detail = format!(
            "{key} would be nested {} levels deep, the limit is {DEEPEST}",
            found.deepest
        );
        return Err(invalid("too_deep", detail, ""));
    }
    if found.has_nul || key.contains('\0') {
        return Err(nul(&format!("{key:?}")));
    }
    Ok(())
}

/// What stands in a JSON text of our own writing.
#[derive(Default)]
struct Found {
    deepest: usize,
    has_nul: bool,
}

fn look(json: &str) -> Found {
    let mut found = Found::default();
    let (mut depth, mut in_text) = (0_usize, false);
    let mut bytes = json.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (in_text, byte) {
            (true, b'\\') => {
                found.has_nul |= json.get(at + 1..).is_some_and(|rest| rest.starts_with("u0000"));
                bytes.next();
            }
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                depth += 1;
                found.deepest = found.deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_looked_through() {
        let seen = |value: serde_json::Value| {
            let found = look(&value.to_string());
            (found.deepest, found.has_nul)
        };
        assert_eq!(seen(json!(1)), (0, false));
        assert_eq!(seen(json!({"a": [[], {"b": "]}[{"}]})), (3, false));
        assert_eq!(seen(json!(["\0"])), (1, true));
        assert_eq!(seen(json!({"a\0": 1})), (1, true));
        assert_eq!(seen(json!(["\\u0000", "u0000", "\u{1}", "\"\\"])), (1, false));
    }
}
