//! Policy: whether a planned change happens now.
//!
//! Today every allowed change applies. Reviews and schedules extend [`Policy`]; callers already
//! handle every [`Verdict`].

use hoist_model::plan::Plan;

/// What becomes of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Now.
    Apply,
    /// When somebody has approved it.
    Propose,
    /// Not at all.
    Refuse {
        /// For people: why, and who could.
        reason: String,
    },
}

/// The rules in force.
#[derive(Clone, Debug, Default)]
pub enum Policy {
    /// Everything that is allowed applies.
    #[default]
    Open,
    /// For tests: whatever touches an environment waits for approval, except kills.
    #[cfg(feature = "test-hooks")]
    ProposeAll,
}

impl Policy {
    /// Judges a plan.
    pub fn judge(&self, plan: &Plan) -> Verdict {
        match self {
            Self::Open => Verdict::Apply,
            #[cfg(feature = "test-hooks")]
            Self::ProposeAll if !plan.environments.is_empty() => Verdict::Propose,
            #[cfg(feature = "test-hooks")]
            Self::ProposeAll => Verdict::Apply,
        }
        .keep(plan)
    }
}

impl Verdict {
    /// A plan without effects has nothing to wait for.
    fn keep(self, plan: &Plan) -> Self {
        if plan.effects.is_empty() { Self::Apply } else { self }
    }
}
