//! How far one may look back and ahead, and what a look back answers.

use std::sync::Arc;

use hoist_app::EnvironmentView;
use hoist_app::past::{PastError, PastQuery};
use hoist_model::Id;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::problem::Problem;

/// How far one may look, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Back, for revisions and moments.
    pub back_days: u32,
    /// Ahead, for moments.
    pub ahead_days: u32,
}

impl Default for Horizon {
    fn default() -> Self {
        Self {
            back_days: 366,
            ahead_days: FARTHEST_AHEAD,
        }
    }
}

/// Five years: farther nobody should trust windows, whose time zones are decided by governments.
pub const FARTHEST_AHEAD: u32 = 1826;

fn days(days: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

impl Horizon {
    /// Revisions and moments from before are too old.
    pub fn oldest(self, now: Timestamp) -> Timestamp {
        now.checked_sub(days(self.back_days)).unwrap_or(Timestamp::MIN)
    }

    /// Refuses a moment beyond.
    ///
    /// # Errors
    /// 422 that names the limit.
    pub fn check(self, at: Timestamp, now: Timestamp) -> Result<(), Problem> {
        let newest = now.checked_add(days(self.ahead_days)).unwrap_or(Timestamp::MAX);
        let detail = if at < self.oldest(now) {
            format!(
                "{at} is more than {} days ago, the farthest one may look back",
                self.back_days
            )
        } else if at > newest {
            format!(
                "{at} is more than {} days ahead, the farthest one may look",
                self.ahead_days
            )
        } else {
            return Ok(());
        };
        Err(Problem::invalid("beyond_horizon", detail, "/at"))
    }
}

/// What an answer about the past rests on.
#[derive(Serialize, ToSchema)]
pub struct AsOf {
    /// After this change, and before the next.
    pub revision: u64,
    /// When the change was made.
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
    /// What is as it was then.
    pub then: [Basis; 3],
    /// What is as it is today.
    pub today: [Basis; 1],
}

/// Something that answers rest on.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Flags, variants and conditions of segments.
    Definitions,
    /// Switches, rules, windows, overrides and kills.
    Settings,
    /// Members of segments.
    Members,
    /// How this version of Hoist evaluates, with its time zones.
    Engine,
}

/// Environments as they were at a revision.
pub struct Seen {
    /// In the order they were asked for.
    pub environments: Vec<Arc<EnvironmentView>>,
    /// What the answer says of it.
    pub as_of: AsOf,
}

/// Looks back.
///
/// # Errors
/// 422 for a revision or environment that is not there or too far back, 503 when too many look back, 500.
pub async fn look_back(
    api: &Api,
    project: Id,
    environments: &[String],
    flags: Option<&[String]>,
    revision: u64,
) -> Result<Seen, Problem> {
    let query = PastQuery {
        project,
        environments: environments.to_vec(),
        flags: flags.map(<[String]>::to_vec),
        revision,
        oldest: api.config.horizon.oldest(api.app.clock.now()),
    };
    let past = api.app.past(query).await;
    let past = past.map_err(|error| refused(api, error, environments, revision))?;
    Ok(Seen {
        environments: past.environments,
        as_of: AsOf {
            revision,
            written_at: past.written_at,
            then: [Basis::Definitions, Basis::Settings, Basis::Members],
            today: [Basis::Engine],
        },
    })
}

fn refused(api: &Api, error: PastError, environments: &[String], revision: u64) -> Problem {
    let back_days = api.config.horizon.back_days;
    match error {
        PastError::Busy => Problem {
            retry_after_s: Some(2),
            ..Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "too many requests look back at once; try again",
            )
        },
        PastError::Unknown { newest } => {
            let detail = format!("there is no revision {revision}; the newest is {newest}, the oldest 1");
            Problem::invalid("unknown_revision", detail, "/revision")
        }
        PastError::TooOld { at, .. } => {
            let detail = format!(
                "revision {revision} was written at {at}, more than {back_days} days ago, the farthest one may look back"
            );
            Problem::invalid("beyond_horizon", detail, "/revision")
        }
        PastError::UnknownEnvironment(at) => {
            let key = environments.get(at).map_or("", String::as_str);
            let detail = format!("there was no environment {key} at revision {revision}");
            Problem::invalid("unknown_environment", detail, format!("/environments/{at}"))
        }
        PastError::Gap => Problem::damaged(&revision.to_string()),
        PastError::Store(error) => hoist_app::submit::failure(&error).into(),
        PastError::Internal => Problem::internal(),
    }
}
