//! Compiled pasts, those used last first. What was does not change, so nothing in here grows old.

use std::sync::{Arc, Mutex, PoisonError};

use hoist_model::Id;

use crate::world::EnvironmentView;

/// What a past is a past of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) project: Id,
    pub(crate) environment: String,
    pub(crate) revision: u64,
    /// Keys of flags; all unless given.
    pub(crate) flags: Option<Vec<String>>,
}

/// Bounded by number and by the documents compiled in.
#[derive(Default)]
pub(crate) struct Cache {
    /// The one used last at the end; few, so they are looked through.
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    name: Name,
    weight: usize,
    view: Arc<EnvironmentView>,
}

/// Pasts at most.
const MOST: usize = 64;
/// Flags, segments and, by the hundred, members in all of them at most.
const MOST_WEIGHT: usize = 50_000;

impl Cache {
    pub(crate) fn get(&self, name: &Name) -> Option<Arc<EnvironmentView>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|each| each.name == *name)?;
        let found = kept.remove(at);
        let view = Arc::clone(&found.view);
        kept.push(found);
        Some(view)
    }

    pub(crate) fn keep(&self, name: Name, weight: usize, view: Arc<EnvironmentView>) {
        if weight > MOST_WEIGHT {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|each| each.name != name);
        kept.push(Kept { name, weight, view });
        while kept.len() > MOST || kept.iter().map(|each| each.weight).sum::<usize>() > MOST_WEIGHT {
            kept.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use hoist_engine::Compiler;

    use super::*;

    fn name(revision: u64) -> Name {
        Name {
            project: Id::from_parts(1, [0; 10]),
            environment: "dev".into(),
            revision,
            flags: None,
        }
    }

    fn view() -> Arc<EnvironmentView> {
        Arc::new(EnvironmentView {
            id: Id::from_parts(2, [0; 10]),
            project: Id::from_parts(1, [0; 10]),
            key: "dev".into(),
            snapshot: Arc::new(Compiler::new("dev", "Dev", "epoch", 1).finish().0),
        })
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = Cache::default();
        let each = MOST_WEIGHT / 2;
        cache.keep(name(1), each, view());
        cache.keep(name(2), each, view());
        assert!(cache.get(&name(1)).is_some());
        cache.keep(name(3), each, view());
        let found: Vec<bool> = (1..=3).map(|revision| cache.get(&name(revision)).is_some()).collect();
        assert_eq!(found, [true, false, true]);
        cache.keep(name(4), MOST_WEIGHT + 1, view());
        assert!(cache.get(&name(4)).is_none());
        for revision in 10..10 + MOST as u64 + 1 {
            cache.keep(name(revision), 1, view());
        }
        assert!(cache.get(&name(10)).is_none() && cache.get(&name(11)).is_some());
    }
}
