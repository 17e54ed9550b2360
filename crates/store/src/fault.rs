//! Faults that tests plant into calls to the database. Without the feature `test-hooks` there are none, at no cost.
//!
//! A call is one statement. Planted is the n-th call from now, whoever makes it; it strikes once.

#[cfg(feature = "test-hooks")]
pub use planted::{Fault, Faults};

#[cfg(not(feature = "test-hooks"))]
pub(crate) use absent::Faults;

/// What is to be done about a call that begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strike {
    /// Nothing.
    None,
    /// It is not carried out; the connection lives.
    #[cfg(feature = "test-hooks")]
    Refuse,
    /// It is not carried out, and the connection is lost.
    #[cfg(feature = "test-hooks")]
    Break,
    /// It is carried out, but its answer and the connection are lost.
    #[cfg(feature = "test-hooks")]
    Lose,
}

#[cfg(not(feature = "test-hooks"))]
mod absent {
    use super::Strike;

    /// None.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Faults(());

    impl Faults {
        #[expect(clippy::unused_self, reason = "looked at with the feature test-hooks")]
        pub(crate) const fn strike(&self) -> Strike {
            Strike::None
        }
    }
}

#[cfg(feature = "test-hooks")]
mod planted {
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    use super::Strike;

    /// What goes wrong.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Fault {
        /// The database refuses the call; the connection lives.
        Refused,
        /// The connection breaks before the call.
        Broken,
        /// The call is carried out, but the connection breaks before its answer.
        AnswerLost,
    }

    /// The fault that is planted in a store; all clones are the same.
    #[derive(Clone, Debug, Default)]
    pub struct Faults(Arc<Mutex<Option<(u64, Fault)>>>);

    impl Faults {
        /// The `n`-th call from now fails, counted from 1.
        pub fn plant(&self, n: u64, fault: Fault) {
            *self.lock() = Some((n, fault));
        }

        /// Takes the fault out; whether it has not struck yet.
        pub fn clear(&self) -> bool {
            self.lock().take().is_some()
        }

        /// Does something of which the `n`-th call fails; what came out, and whether the fault has not struck.
        pub async fn during<T>(&self, n: u64, fault: Fault, work: impl Future<Output = T>) -> (T, bool) {
            self.plant(n, fault);
            let done = work.await;
            (done, self.clear())
        }

        /// Does something without the fault, which stays planted.
        pub async fn aside<T>(&self, work: impl Future<Output = T>) -> T {
            let planted = self.lock().take();
            let done = work.await;
            *self.lock() = planted;
            done
        }

        pub(crate) fn strike(&self) -> Strike {
            let mut planted = self.lock();
            match planted.as_mut() {
                Some((1, fault)) => {
                    let strike = match fault {
                        Fault::Refused => Strike::Refuse,
                        Fault::Broken => Strike::Break,
                        Fault::AnswerLost => Strike::Lose,
                    };
                    *planted = None;
                    strike
                }
                Some((left, _)) => {
                    *left -= 1;
                    Strike::None
                }
                None => Strike::None,
            }
        }

        fn lock(&self) -> MutexGuard<'_, Option<(u64, Fault)>> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}
