//! Prerequisites that require each other.
//!
//! A prerequisite within a circle does not hold. Circles are found when flags are compiled, over the
//! flags that have prerequisites only; evaluation just compares two numbers.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::flag::CompiledFlag;
use crate::problem::Problem;
use crate::ruleset::{FlagRules, Step};

/// Which flags of a snapshot stand in a circle.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cycles {
    /// Asked flags by asking flag.
    pub(crate) edges: BTreeMap<Box<str>, Box<[Box<str>]>>,
    /// Number of the circle by flag.
    circles: FxHashMap<Box<str>, usize>,
}

impl Cycles {
    pub(crate) fn new<'f>(flags: impl Iterator<Item = &'f CompiledFlag>) -> Self {
        let mut cycles = Self::default();
        for flag in flags {
            cycles.set(flag);
        }
        cycles.find();
        cycles
    }

    /// Replaces what a flag asks for; [`Cycles::find`] must follow.
    pub(crate) fn set(&mut self, flag: &CompiledFlag) {
        let asked: Box<[Box<str>]> = flag.prerequisites().map(Into::into).collect();
        if asked.is_empty() {
            self.edges.remove(flag.key());
        } else {
            self.edges.insert(flag.key().into(), asked);
        }
    }

    /// Whether setting this flag would change anything.
    pub(crate) fn differs(&self, flag: &CompiledFlag) -> bool {
        let known = self.edges.get(flag.key()).map(|asked| &**asked).unwrap_or_default();
        !known.iter().map(|key| &**key).eq(flag.prerequisites())
    }

    /// Finds the circles anew.
    pub(crate) fn find(&mut self) {
        let graph: Graph<'_> = self
            .edges
            .iter()
            .map(|(flag, asked)| (&**flag, asked.iter().map(|key| &**key).collect()))
            .collect();
        let circles = circles(&graph);
        self.circles = (0..)
            .zip(&circles)
            .flat_map(|(n, keys)| keys.iter().map(move |key| ((*key).into(), n)))
            .collect();
    }

    /// Whether two flags stand in one circle.
    #[inline]
    pub(crate) fn contain(&self, flag: &str, other: &str) -> bool {
        if self.circles.is_empty() {
            return false;
        }
        let circle = self.circles.get(flag);
        circle.is_some() && circle == self.circles.get(other)
    }

    /// A problem for each of these flags that stands in a circle.
    pub(crate) fn problems<'k>(&self, keys: impl Iterator<Item = &'k str>) -> Vec<Problem> {
        let caught = keys.filter(|key| self.circles.contains_key(*key));
        caught
            .map(|key| Problem::flag(key, "/steps", "its prerequisites lead back to itself and do not hold"))
            .collect()
    }
}

type Graph<'g> = BTreeMap<&'g str, Vec<&'g str>>;

/// The groups of keys that lead to each other; a key that names itself is a group.
fn circles<'g>(graph: &Graph<'g>) -> Vec<Vec<&'g str>> {
    let order = finish_order(graph);
    let mut reversed: Graph<'g> = BTreeMap::new();
    for (from, to) in graph {
        to.iter().for_each(|to| reversed.entry(to).or_default().push(from));
    }
    let mut taken: BTreeMap<&str, ()> = BTreeMap::new();
    let mut found = Vec::new();
    for key in order.into_iter().rev() {
        let group = reach(key, &reversed, &mut taken);
        let asks_itself = || graph.get(key).is_some_and(|asked| asked.contains(&key));
        if group.len() > 1 || (group.len() == 1 && asks_itself()) {
            found.push(group);
        }
    }
    found
}

/// Keys in the order in which a depth-first walk leaves them.
fn finish_order<'g>(graph: &Graph<'g>) -> Vec<&'g str> {
    let mut seen: BTreeMap<&str, ()> = BTreeMap::new();
    let mut order = Vec::new();
    for root in graph.keys() {
        if seen.insert(root, ()).is_some() {
            continue;
        }
        let mut stack = vec![(*root, 0)];
        while let Some((key, next)) = stack.pop() {
            let asked = graph.get(key).and_then(|asked| asked.get(next));
            match asked {
                Some(asked) => {
                    stack.push((key, next + 1));
                    if seen.insert(asked, ()).is_none() {
                        stack.push((asked, 0));
                    }
                }
                None => order.push(key),
            }
        }
    }
    order
}

fn reach<'g>(from: &'g str, graph: &Graph<'g>, taken: &mut BTreeMap<&'g str, ()>) -> Vec<&'g str> {
    let mut found = Vec::new();
    let mut stack = vec![from];
    while let Some(key) = stack.pop() {
        if taken.insert(key, ()).is_none() {
            found.push(key);
            stack.extend(graph.get(key).into_iter().flatten());
        }
    }
    found
}

/// A circle of prerequisites among flags, in the order in which they ask each other, if there is one.
pub fn prerequisite_cycle<'f>(flags: impl IntoIterator<Item = &'f FlagRules>) -> Option<Vec<String>> {
    let graph: Graph<'_> = flags.into_iter().map(|flag| (flag.key.as_str(), asked(flag))).collect();
    let (start, circle) = circles(&graph)
        .into_iter()
        .filter_map(|keys| Some((*keys.iter().min()?, keys)))
        .min()?;
    let mut walk = vec![start];
    // From every member some path inside the circle leads back; the shortest one is found level by level.
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut level = vec![start];
    while !came_from.contains_key(start) && !level.is_empty() {
        let mut next = Vec::new();
        for key in level {
            for asked in graph
                .get(key)
                .into_iter()
                .flatten()
                .filter(|asked| circle.contains(asked))
            {
                if !came_from.contains_key(asked) {
                    came_from.insert(asked, key);
                    next.push(*asked);
                }
            }
        }
        level = next;
    }
    let mut at = came_from.get(start).copied()?;
    while at != start {
        walk.push(at);
        at = came_from.get(at).copied()?;
    }
    walk.get_mut(1..)?.reverse();
    Some(walk.into_iter().map(str::to_owned).collect())
}

fn asked(flag: &FlagRules) -> Vec<&str> {
    let steps = flag.steps.iter().flat_map(|step| match step {
        Step::Prerequisites { all, .. } => all.as_slice(),
        _ => &[],
    });
    steps.map(|prerequisite| prerequisite.flag.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: &[(&'static str, &[&'static str])]) -> Vec<Vec<&'static str>> {
        let graph: Graph<'_> = edges.iter().map(|(from, to)| (*from, to.to_vec())).collect();
        let mut found = circles(&graph);
        found.iter_mut().for_each(|circle| circle.sort_unstable());
        found.sort();
        found
    }

    #[test]
    fn circles_are_found_and_chains_are_not() {
        assert!(found(&[("a", &["b", "c"]), ("b", &["c"]), ("c", &["d"])]).is_empty());
        assert_eq!(found(&[("a", &["a"])]), [["a"]]);
        assert_eq!(found(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]), [["b", "c"]]);
        let two = found(&[("a", &["b"]), ("b", &["a", "c"]), ("c", &["d"]), ("d", &["c"])]);
        assert_eq!(two, [["a", "b"], ["c", "d"]]);
    }
}
