//! What a change did to a document, by path. Lists whose elements carry a unique `id` or `key`
//! are compared by element, so that a rule that only moved is not shown as written anew.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use crate::answer::EffectView;

/// Differences of one change at most; the effects hold everything.
const MOST: usize = 2000;

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Difference {
    /// Kind of the document.
    #[schema(value_type = crate::wire::schema::DocumentKind)]
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// JSON pointer into the document; elements of lists go by their id or key where they have one.
    pub path: String,
    /// What happened there.
    pub op: Operation,
    /// As it was: any JSON value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub before: Option<Json>,
    /// As it is: any JSON value.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub after: Option<Json>,
}

/// What happened at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DifferenceOp)]
pub enum Operation {
    /// It was not there before.
    Add,
    /// It is gone.
    Remove,
    /// It has another value.
    Replace,
    /// Elements of a list stand in another order; the values are their ids or keys.
    Move,
}

/// The differences of a change's effects, in their order.
pub fn of_effects(effects: &[EffectView]) -> Vec<Difference> {
    let mut found = Vec::new();
    for effect in effects {
        let mut differ = Differ {
            kind: effect.kind,
            key: &effect.key,
            found: &mut found,
        };
        match effect.op {
            "add_members" => differ.push("/members", Operation::Add, None, effect.count.map(Json::from)),
            "remove_members" => differ.push("/members", Operation::Remove, effect.count.map(Json::from), None),
            _ => differ.values("", effect.before.as_ref(), effect.after.as_ref()),
        }
    }
    found
}

struct Differ<'a> {
    kind: &'static str,
    key: &'a str,
    found: &'a mut Vec<Difference>,
}

impl Differ<'_> {
    fn push(&mut self, path: &str, op: Operation, before: Option<Json>, after: Option<Json>) {
        if self.found.len() < MOST {
            self.found.push(Difference {
                kind: self.kind,
                key: self.key.to_owned(),
                path: path.to_owned(),
                op,
                before,
                after,
            });
        }
    }

    fn values(&mut self, path: &str, before: Option<&Json>, after: Option<&Json>) {
        match (before, after) {
            (before, after) if before == after => {}
            (Some(Json::Object(before)), Some(Json::Object(after))) => self.objects(path, before, after),
            (Some(Json::Array(old)), Some(Json::Array(new))) => match (keyed(old), keyed(new)) {
                (Some(old), Some(new)) => self.lists(path, &old, &new),
                _ => self.push(path, Operation::Replace, before.cloned(), after.cloned()),
            },
            (None, after) => self.push(path, Operation::Add, None, after.cloned()),
            (before, None) => self.push(path, Operation::Remove, before.cloned(), None),
            (before, after) => self.push(path, Operation::Replace, before.cloned(), after.cloned()),
        }
    }

    fn objects(&mut self, path: &str, before: &Map<String, Json>, after: &Map<String, Json>) {
        let added = after.keys().filter(|name| !before.contains_key(*name));
        for name in before.keys().chain(added) {
            self.values(&inner(path, name), before.get(name), after.get(name));
        }
    }

    fn lists(&mut self, path: &str, before: &[(&str, &Json)], after: &[(&str, &Json)]) {
        let find =
            |list: &[(&str, &Json)], id: &str| list.iter().find(|(own, _)| *own == id).map(|(_, item)| (*item).clone());
        for (id, item) in before {
            self.values(&inner(path, id), Some(item), find(after, id).as_ref());
        }
        for (id, item) in after.iter().filter(|(id, _)| find(before, id).is_none()) {
            self.values(&inner(path, id), None, Some(item));
        }
        let kept = |list: &[(&str, &Json)], other: &[(&str, &Json)]| -> Vec<String> {
            let kept = list.iter().filter(|(id, _)| other.iter().any(|(own, _)| own == id));
            kept.map(|(id, _)| (*id).to_owned()).collect()
        };
        let (old, new) = (kept(before, after), kept(after, before));
        if old != new {
            self.push(path, Operation::Move, Some(old.into()), Some(new.into()));
        }
    }
}

fn inner(path: &str, name: &str) -> String {
    format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// The elements by id or key, if each has one and none twice.
fn keyed(list: &[Json]) -> Option<Vec<(&str, &Json)>> {
    let found: Option<Vec<(&str, &Json)>> = list
        .iter()
        .map(|item| {
            let id = item.get("id").or_else(|| item.get("key"));
            id.and_then(Json::as_str).map(|id| (id, item))
        })
        .collect();
    let mut ids: Vec<&str> = found.as_ref()?.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    found.filter(|found| found.len() == ids.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn differences(before: Json, after: Json) -> Vec<(String, Operation)> {
        let effect = EffectView {
            op: "put",
            kind: "config",
            key: "f in dev".into(),
            document: hoist_model::Id::from_parts(0, [0; 10]),
            before: Some(before),
            after: Some(after),
            count: None,
        };
        let found = of_effects(&[effect]);
        found.into_iter().map(|each| (each.path, each.op)).collect()
    }

    #[test]
    fn lists_are_compared_by_id_and_a_move_is_a_move() {
        let before = json!({"rules": [{"id": "a", "name": "x"}, {"id": "b"}, {"id": "c"}], "enabled": true});
        let after = json!({"rules": [{"id": "b"}, {"id": "a", "name": "y"}, {"id": "d"}], "enabled": true, "z": 1});
        let expected = [
            ("/rules/a/name", Operation::Replace),
            ("/rules/c", Operation::Remove),
            ("/rules/d", Operation::Add),
            ("/rules", Operation::Move),
            ("/z", Operation::Add),
        ];
        let expected: Vec<(String, Operation)> = expected.map(|(path, op)| (path.to_owned(), op)).to_vec();
        assert_eq!(differences(before, after), expected);
    }

    #[test]
    fn lists_of_values_are_one_value() {
        let found = differences(json!({"tags": ["a"]}), json!({"tags": ["a", "b"]}));
        assert_eq!(found, [("/tags".to_owned(), Operation::Replace)]);
        assert_eq!(differences(json!({"a": 1}), json!({"a": 1})), []);
    }
}
