//! One look at the published state.
//!
//! Invariant: a thread looks once at a time. Whoever waits to publish stands before later readers, so a second look
//! of a thread that has not ended its first one would wait for the publisher, and the publisher for it, for ever.
//! Development builds refuse a second look, whether or not somebody is publishing just then, so that any test finds it.

use std::ops::Deref;
use std::sync::RwLockReadGuard;

use hoist_model::state::State;

/// The state, for as long as this lives; keep it short.
pub struct Reading<'a> {
    state: RwLockReadGuard<'a, State>,
    #[cfg(debug_assertions)]
    _only: only::Only,
}

impl<'a> Reading<'a> {
    /// Looks, unless this thread is looking already.
    pub(crate) fn new(look: impl FnOnce() -> RwLockReadGuard<'a, State>, world: usize) -> Self {
        #[cfg(debug_assertions)]
        let only = only::Only::of(world);
        #[cfg(not(debug_assertions))]
        let _ = world;
        Self {
            state: look(),
            #[cfg(debug_assertions)]
            _only: only,
        }
    }
}

impl Deref for Reading<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

#[cfg(debug_assertions)]
mod only {
    use std::cell::RefCell;

    thread_local! {
        /// Where the worlds are that this thread is looking at.
        static LOOKING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    /// Proof that this thread looks at a world once.
    pub(super) struct Only(usize);

    impl Only {
        pub(super) fn of(world: usize) -> Self {
            LOOKING.with_borrow_mut(|looking| {
                assert!(
                    !looking.contains(&world),
                    "this thread is looking at the state already: end that look, or pass the state on"
                );
                looking.push(world);
            });
            Self(world)
        }
    }

    impl Drop for Only {
        fn drop(&mut self) {
            LOOKING.with_borrow_mut(|looking| looking.retain(|world| *world != self.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::world::World;
    use hoist_model::log::Head;
    use hoist_model::state::State;

    fn world() -> World {
        World::new(State::empty(Head {
            epoch: "test".into(),
            revision: 0,
        }))
    }

    #[test]
    fn one_look_after_another_and_at_two_worlds() {
        let (one, other) = (world(), world());
        drop(one.state());
        let (_one, _other) = (one.state(), other.state());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "looking at the state already")]
    fn a_second_look_is_refused() {
        let world = world();
        let _first = world.state();
        let _second = world.state();
    }
}
