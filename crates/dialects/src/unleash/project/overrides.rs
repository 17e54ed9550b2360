//! Variants of a feature itself, as an import left them: the same split in several rules, and before each of them a
//! rule for every override.

use hoist_engine::ruleset::{Condition, Operator, Profile, Test};
use serde_json::Value as Json;

use super::super::wire::{Override, Variant};
use super::placement::Placement;
use super::shape::Given;
use super::steps::{Clause, Who};

/// The feature's own variants, and the clauses that they speak for.
#[derive(Debug, Default)]
pub(super) struct OfFeature {
    pub(super) variants: Vec<Variant>,
    /// By clause, the last one being what nobody decided before: whether it serves the feature's variants.
    pub(super) serves: Vec<bool>,
    /// By clause: whether it is nothing but an override.
    pub(super) is_override: Vec<bool>,
}

/// What an import leaves with a rule that serves the feature's own variants.
const FEATURE: &str = "feature";

/// An override of a rule: name of the variant, and for whom.
type Named = (String, Override);

impl OfFeature {
    /// What is served by each clause comes with it; the last is for whom no clause fits.
    pub(super) fn find(profile: Profile, key: &str, clauses: &[Clause<'_>], given: &[Given]) -> Self {
        let mut found = Self {
            variants: Vec::new(),
            serves: vec![false; given.len()],
            is_override: vec![false; given.len()],
        };
        if profile != Profile::Unleash {
            return found;
        }
        let named: Vec<Option<Named>> = clauses
            .iter()
            .zip(given)
            .map(|(clause, given)| named(clause, given))
            .collect();
        let is_alone = named.iter().all(Option::is_some);
        let mut shared: Option<(&Placement, &[Variant])> = None;
        let (mut lists, mut pending): (Vec<Vec<Named>>, Vec<Named>) = (Vec::new(), Vec::new());
        for (at, own) in given.iter().enumerate() {
            if let Some(Some(named)) = named.get(at) {
                pending.push(named.clone());
                continue;
            }
            let before = std::mem::take(&mut pending);
            let is_candidate = match clauses.get(at) {
                Some(clause) => clause
                    .origin
                    .is_some_and(|origin| origin.get("variants").and_then(Json::as_str) == Some(FEATURE)),
                None => is_alone,
            };
            let Given::Split(placement, variants) = own else {
                continue;
            };
            let is_own = placement.group.as_deref().is_none_or(|group| group == key);
            if !is_candidate || !is_own {
                continue;
            }
            let (first, of_first) = *shared.get_or_insert((placement, variants));
            if first.stickiness == placement.stickiness && of_first == variants {
                lists.push(before);
                if let Some(serves) = found.serves.get_mut(at) {
                    *serves = true;
                }
            }
        }
        let Some((_, variants)) = shared else {
            return found;
        };
        // Clients give a strategy without variants those of the feature.
        let is_bare = |(own, serves): (&Given, &bool)| *own == Given::Plain && !serves;
        if given.iter().zip(&found.serves).any(is_bare) {
            found.serves.fill(false);
            return found;
        }
        found.variants = variants.to_vec();
        found.take(&named, &lists);
        found
    }

    /// Overrides belong to the feature where every one of its rules has the same.
    fn take(&mut self, named: &[Option<Named>], lists: &[Vec<Named>]) {
        let Some(first) = lists.first().filter(|first| lists.iter().all(|list| list == *first)) else {
            return;
        };
        let total: usize = lists.iter().map(Vec::len).sum();
        if total != named.iter().flatten().count() {
            return;
        }
        let knows = |(name, _): &Named| self.variants.iter().any(|variant| variant.name == *name);
        if !first.iter().all(knows) {
            return;
        }
        for variant in &mut self.variants {
            let own = first.iter().filter(|(name, _)| *name == variant.name);
            variant.overrides = own.map(|(_, own)| own.clone()).collect();
        }
        for (is_override, named) in self.is_override.iter_mut().zip(named) {
            *is_override = named.is_some();
        }
    }
}

fn named(clause: &Clause<'_>, given: &Given) -> Option<Named> {
    let name = clause.origin?.get("override")?.as_str()?;
    let Given::Fixed(variant) = given else { return None };
    let last = match clause.who {
        Who::Condition(Condition::All(all)) => all.last()?,
        Who::Condition(only) => only,
        Who::Everybody | Who::Subjects(_) | Who::Segment(_) => return None,
    };
    let Condition::Test(Test {
        attribute,
        op: Operator::In,
        values,
        negate: false,
        ignore_case: false,
        ..
    }) = last
    else {
        return None;
    };
    let values = values.iter().map(|value| value.as_str().map(str::to_owned));
    let own = Override {
        context_name: attribute.clone(),
        values: values.collect::<Option<Vec<String>>>()?,
    };
    (variant.name == name).then(|| (name.to_owned(), own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_ours_have_none() {
        let found = OfFeature::find(Profile::Native, "f", &[], &[Given::Plain]);
        assert_eq!((found.variants, found.serves), (Vec::new(), vec![false]));
    }
}
