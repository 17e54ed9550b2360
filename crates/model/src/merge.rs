//! Merging JSON bodies: RFC 7396 merge patches, and a three-way merge by path.
//!
//! In the three-way merge, objects merge by member and lists whose elements carry a unique
//! `id` or `key` merge by element; anything else is one value. Two sides that changed the same
//! path differently conflict; the conflict names the path.
//!
//! Some members hold a choice: an object whose only member names the case (`{"split": …}`). A
//! patch that names another case replaces the choice whole, and two sides that chose different
//! cases conflict.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

/// Members whose value is a choice.
const CHOICES: [&str; 3] = ["serve", "condition", "not"];

/// The case that a choice names.
fn case(value: &Json) -> Option<&String> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.keys().next()
}

/// Whether both are choices of different cases.
fn other_case(name: &str, old: &Json, new: &Json) -> bool {
    CHOICES.contains(&name) && case(new).is_some_and(|new| case(old).is_some_and(|old| old != new))
}

/// Applies an RFC 7396 merge patch: absent = leave, null = remove, value = set.
pub fn merge_patch(target: &Json, patch: &Json) -> Json {
    let Json::Object(patch) = patch else {
        return patch.clone();
    };
    let mut merged = target.as_object().cloned().unwrap_or_default();
    for (name, value) in patch {
        if value.is_null() {
            merged.remove(name);
        } else {
            let old = merged.get(name).unwrap_or(&Json::Null);
            let new = if other_case(name, old, value) {
                value.clone()
            } else {
                merge_patch(old, value)
            };
            merged.insert(name.clone(), new);
        }
    }
    Json::Object(merged)
}

/// Result of a three-way merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The merge; where it conflicts, theirs.
    pub value: Json,
    /// JSON pointers that both sides changed differently.
    pub conflicts: Vec<String>,
}

/// Parts of a project that count by themselves: nobody edits them.
pub const COUNTERS: [&str; 2] = ["next_flag", "next_segment"];

/// Whether two bodies differ in counters at most.
pub fn is_same_but_counters(one: &Json, other: &Json) -> bool {
    let without = |body: &Json| {
        let mut body = body.clone();
        if let Some(object) = body.as_object_mut() {
            COUNTERS.iter().for_each(|counter| drop(object.remove(*counter)));
        }
        body
    };
    without(one) == without(other)
}

/// Lays what changed from `base` to `mine` over `theirs`.
pub fn three_way(base: &Json, theirs: &Json, mine: &Json) -> Merged {
    let mut conflicts = Vec::new();
    let value = merge(Some(base), Some(theirs), Some(mine), "", &mut conflicts).unwrap_or(Json::Null);
    Merged { value, conflicts }
}

fn merge(
    base: Option<&Json>,
    theirs: Option<&Json>,
    mine: Option<&Json>,
    path: &str,
    conflicts: &mut Vec<String>,
) -> Option<Json> {
    if mine == base || theirs == mine {
        return theirs.cloned();
    }
    if theirs == base {
        return mine.cloned();
    }
    match (base, theirs, mine) {
        (base, Some(Json::Object(theirs)), Some(Json::Object(mine))) => {
            let none = Map::new();
            let base = base.and_then(Json::as_object).unwrap_or(&none);
            Some(Json::Object(merge_objects(base, theirs, mine, path, conflicts)))
        }
        // An empty list is not written down.
        (None | Some(Json::Array(_)), Some(Json::Array(theirs)), Some(Json::Array(mine))) => {
            let base = base.and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
            match (Keyed::read(base), Keyed::read(theirs), Keyed::read(mine)) {
                (Some(base), Some(theirs), Some(mine)) => Some(merge_lists(&base, &theirs, &mine, path, conflicts)),
                _ => conflict(Some(&Json::Array(theirs.clone())), path, conflicts),
            }
        }
        (_, theirs, _) => conflict(theirs, path, conflicts),
    }
}

fn conflict(theirs: Option<&Json>, path: &str, conflicts: &mut Vec<String>) -> Option<Json> {
    conflicts.push(path.to_owned());
    theirs.cloned()
}

fn merge_objects(
    base: &Map<String, Json>,
    theirs: &Map<String, Json>,
    mine: &Map<String, Json>,
    path: &str,
    conflicts: &mut Vec<String>,
) -> Map<String, Json> {
    let mut merged = Map::new();
    let mut names: Vec<&String> = theirs.keys().chain(mine.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let inner = format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
        let (base, theirs, mine) = (base.get(name), theirs.get(name), mine.get(name));
        let both_changed = base != theirs && base != mine && theirs != mine;
        let value = match (theirs, mine) {
            (Some(theirs), Some(mine)) if both_changed && other_case(name, theirs, mine) => {
                conflict(Some(theirs), &inner, conflicts)
            }
            _ => merge(base, theirs, mine, &inner, conflicts),
        };
        if let Some(value) = value {
            merged.insert(name.clone(), value);
        }
    }
    merged
}

/// A list whose elements are told apart by `id` or `key`.
struct Keyed<'j> {
    order: Vec<&'j str>,
    by_id: HashMap<&'j str, &'j Json>,
}

impl<'j> Keyed<'j> {
    fn read(list: &'j [Json]) -> Option<Self> {
        let order: Option<Vec<&str>> = list
            .iter()
            .map(|item| item.get("id").or_else(|| item.get("key")).and_then(Json::as_str))
            .collect();
        let order = order?;
        let by_id: HashMap<&str, &Json> = order.iter().copied().zip(list).collect();
        (by_id.len() == order.len()).then_some(Self { order, by_id })
    }

    /// The order of those elements that `other` has too.
    fn order_shared_with(&self, other: &Keyed<'_>) -> Vec<&'j str> {
        self.order
            .iter()
            .copied()
            .filter(|id| other.by_id.contains_key(id))
            .collect()
    }
}

fn merge_lists(
    base: &Keyed<'_>,
    theirs: &Keyed<'_>,
    mine: &Keyed<'_>,
    path: &str,
    conflicts: &mut Vec<String>,
) -> Json {
    let i_moved = base.order_shared_with(mine) != mine.order_shared_with(base);
    let they_moved = base.order_shared_with(theirs) != theirs.order_shared_with(base);
    if i_moved && they_moved {
        conflicts.push(path.to_owned());
    }
    let (leading, following) = if i_moved && !they_moved {
        (mine, theirs)
    } else {
        (theirs, mine)
    };
    let order = interleave(&leading.order, &following.order);
    let merged = order
        .into_iter()
        .filter_map(|id| {
            let (base, theirs, mine) = (base.by_id.get(id), theirs.by_id.get(id), mine.by_id.get(id));
            merge(
                base.copied(),
                theirs.copied(),
                mine.copied(),
                &format!("{path}/{id}"),
                conflicts,
            )
        })
        .collect();
    Json::Array(merged)
}

/// All of `leading` in its order, and what only `following` has behind its predecessor there.
fn interleave<'a>(leading: &[&'a str], following: &[&'a str]) -> Vec<&'a str> {
    let mut order = leading.to_vec();
    for (at, id) in following.iter().enumerate() {
        if !order.contains(id) {
            let before = following[..at]
                .iter()
                .rev()
                .find_map(|previous| order.iter().position(|each| each == previous));
            order.insert(before.map_or(0, |position| position + 1), id);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_merge_patch_tells_absent_null_and_value_apart() {
        let patched = merge_patch(
            &json!({"a": 1, "b": {"c": 2, "d": 3}}),
            &json!({"b": {"c": null, "e": [4]}}),
        );
        assert_eq!(patched, json!({"a": 1, "b": {"d": 3, "e": [4]}}));
    }

    #[test]
    fn different_rules_merge() {
        let base = json!({"rules": [{"id": "a", "n": 1}, {"id": "b", "n": 1}]});
        let theirs = json!({"rules": [{"id": "a", "n": 2}, {"id": "b", "n": 1}, {"id": "c"}]});
        let mine = json!({"rules": [{"id": "b", "n": 3}, {"id": "a", "n": 1}]});
        let merged = three_way(&base, &theirs, &mine);
        assert_eq!(merged.conflicts, Vec::<String>::new());
        assert_eq!(
            merged.value,
            json!({"rules": [{"id": "b", "n": 3}, {"id": "c"}, {"id": "a", "n": 2}]})
        );
    }

    #[test]
    fn the_same_part_conflicts_and_is_named() {
        let merged = three_way(
            &json!({"x": {"y": 1}}),
            &json!({"x": {"y": 2}}),
            &json!({"x": {"y": 3}}),
        );
        assert_eq!(merged.conflicts, ["/x/y"]);
        let merged = three_way(
            &json!({"r": [{"id": "a", "n": 1}]}),
            &json!({"r": []}),
            &json!({"r": [{"id": "a", "n": 2}]}),
        );
        assert_eq!(merged.conflicts, ["/r/a"]);
    }

    #[test]
    fn a_choice_of_another_case_replaces() {
        let old = json!({"default": {"serve": {"variant": "on"}, "enabled": true}});
        let patched = merge_patch(&old, &json!({"default": {"serve": {"split": {"arms": []}}}}));
        assert_eq!(
            patched,
            json!({"default": {"serve": {"split": {"arms": []}}, "enabled": true}})
        );
        let theirs = json!({"default": {"serve": {"value": 1}, "enabled": true}});
        let merged = three_way(&old, &theirs, &patched);
        assert_eq!(merged.conflicts, ["/default/serve"]);
    }

    #[test]
    fn the_same_edit_twice_is_no_conflict() {
        let merged = three_way(&json!({"a": 1}), &json!({"a": 2}), &json!({"a": 2}));
        assert_eq!(
            merged,
            Merged {
                value: json!({"a": 2}),
                conflicts: vec![]
            }
        );
    }
}
