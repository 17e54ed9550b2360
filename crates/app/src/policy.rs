//! Policy: whether a planned change happens now.
//!
//! Today every allowed change applies. Reviews and schedules extend [`Policy`]; callers already
//! handle every [`Verdict`].

#[cfg(feature = "test-hooks")]
use hoist_model::log::Effect;
use hoist_model::plan::Plan;
#[cfg(feature = "test-hooks")]
use hoist_model::record::Kind;

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
            Self::ProposeAll if plan.environments.is_empty() || is_kill(plan) => Verdict::Apply,
            #[cfg(feature = "test-hooks")]
            Self::ProposeAll => Verdict::Propose,
        }
        .keep(plan)
    }
}

/// Whether a plan does nothing but kill and restore: in an emergency nobody waits.
#[cfg(feature = "test-hooks")]
fn is_kill(plan: &Plan) -> bool {
    plan.effects.iter().all(|effect| match effect {
        Effect::Put { after: record, .. } | Effect::Remove { before: record } => record.kind == Kind::Kill,
        Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => false,
    })
}

impl Verdict {
    /// A plan without effects has nothing to wait for.
    fn keep(self, plan: &Plan) -> Self {
        if plan.effects.is_empty() { Self::Apply } else { self }
    }
}
