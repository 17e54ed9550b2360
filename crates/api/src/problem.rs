//! Errors as RFC 9457 problem documents.
//!
//! Use the constructors here in handlers; convert [`Failure`] and [`SignInError`] with `?`.
//! Internals never reach the client: a bug answers a bare 500, the log has the rest.

use axum::response::{IntoResponse, Response};
use hoist_app::Failure;
use hoist_app::sessions::{ResetError, SignInError};
use hoist_app::setup::SetupError;
use hoist_model::Id;
use hoist_model::plan::Refusal;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// One problem document.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Problem {
    /// Always `about:blank`: the code tells what it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Status code, the same as the response's.
    #[serde(serialize_with = "as_number")]
    #[schema(value_type = u16)]
    pub status: StatusCode,
    /// Stable word for programs.
    pub code: String,
    /// What the status means.
    pub title: &'static str,
    /// What is wrong, for which input, and what to do.
    pub detail: String,
    /// Single problems with pointers into the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Detail>,
    /// Who changed the same thing first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub winner: Option<Box<Winner>>,
    /// The plan as it would be now, where that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<crate::answer::PlanView>>,
    /// Whole seconds after which trying again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// The request, as the log names it; put in on the way out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Detail {
    /// Stable word for programs.
    pub code: String,
    /// What is wrong and what to do.
    pub detail: String,
    /// JSON pointer into the request, or into the document in a conflict.
    pub pointer: String,
}

/// The change that was first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Winner {
    /// Its number.
    pub revision: u64,
    /// The document that moved.
    #[schema(value_type = String)]
    pub document: Id,
    /// What it did; absent when it cannot be looked up now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<crate::wire::actor::ActorView>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<jiff::Timestamp>,
}

fn as_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

impl Problem {
    /// Any problem.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            status,
            code: code.to_owned(),
            title: status.canonical_reason().unwrap_or("Error"),
            detail: detail.into(),
            problems: Vec::new(),
            winner: None,
            plan: None,
            retry_after_s: None,
            request_id: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: nobody is signed in.
    pub fn unauthorized() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not_signed_in",
            "sign in, or send a personal access token as Authorization: Bearer hst_…",
        )
    }

    /// 403: visible, but not allowed.
    pub fn denied(permission: Option<hoist_model::permission::Permission>) -> Self {
        let detail = match permission {
            Some(permission) => format!(
                "this needs the permission {}; an owner or admin can give it",
                permission.as_str()
            ),
            None => "this needs an operator of the instance".to_owned(),
        };
        Self::new(StatusCode::FORBIDDEN, "denied", detail)
    }

    /// 404: not there, or not visible.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            format!("there is no {what} here, or you may not see it"),
        )
    }

    /// 422: understood, but cannot be.
    pub fn invalid(code: &str, detail: impl Into<String>, pointer: impl Into<String>) -> Self {
        let detail = detail.into();
        let single = Detail {
            code: code.to_owned(),
            detail: detail.clone(),
            pointer: pointer.into(),
        };
        Self {
            problems: vec![single],
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
        }
    }

    /// 429: too many attempts.
    pub fn too_many(retry_after_s: u64) -> Self {
        let detail = format!("too many attempts; wait {retry_after_s} s");
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", detail)
        }
    }

    /// 503: the database is unavailable.
    pub fn unavailable(retry_after_s: u64) -> Self {
        let detail = "the database is unavailable; nothing was changed, try again";
        Self {
            retry_after_s: Some(retry_after_s),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
        }
    }

    /// 500: what was written down cannot be read any more.
    pub fn damaged(revision: &str) -> Self {
        let detail = format!("the record of revision {revision} is damaged; a backup may still have it");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", detail)
    }

    /// 500: a bug here.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something failed here; the server's log has the details under the request id",
        )
    }

    fn conflict(document: Id, winner: u64, paths: Vec<String>) -> Self {
        let (code, detail) = if paths.is_empty() {
            (
                "moved",
                "somebody else changed this document since you read it; read it again",
            )
        } else {
            ("conflict", "somebody else changed the same part since you read it")
        };
        let problems = paths.into_iter().map(|pointer| Detail {
            code: code.into(),
            detail: "changed on both sides".into(),
            pointer,
        });
        Self {
            problems: problems.collect(),
            winner: Some(Box::new(Winner {
                revision: winner,
                document,
                summary: None,
                actor: None,
                at: None,
            })),
            ..Self::new(StatusCode::CONFLICT, code, detail)
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound { what } => Self::not_found(what),
            Refusal::Denied { permission } => Self::denied(permission),
            Refusal::Invalid(problems) => {
                let detail = problems
                    .first()
                    .map_or_else(String::new, |problem| problem.detail.clone());
                let code = problems
                    .first()
                    .map_or("invalid", |problem| problem.code.as_str())
                    .to_owned();
                let problems = problems
                    .into_iter()
                    .map(|problem| Detail {
                        code: problem.code,
                        detail: problem.detail,
                        pointer: problem.pointer,
                    })
                    .collect();
                Self {
                    problems,
                    ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, &code, detail)
                }
            }
            Refusal::Conflict {
                document,
                winner,
                paths,
            } => Self::conflict(document, winner, paths),
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::PlanChanged(_) => Self::new(
                StatusCode::CONFLICT,
                "plan_changed",
                "the plan differs from the one you have seen",
            ),
            Failure::KeyReused => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this Idempotency-Key was used for another request in the last 24 hours; use a new key",
            ),
            Failure::Unavailable { retry_after_s } => Self::unavailable(retry_after_s),
            Failure::ReadOnly => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "read_only",
                "a newer Hoist has taken over the database; update this node",
            ),
            Failure::Damaged { revision } => Self::damaged(&revision),
            Failure::Internal => Self::internal(),
        }
    }
}

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Wrong => Self::new(StatusCode::UNAUTHORIZED, "wrong_password", "wrong e-mail or password"),
            SignInError::TooMany { retry_after_s } => Self::too_many(retry_after_s),
            SignInError::Weak { reason } => Self::invalid("weak_password", reason, "/password"),
            SignInError::Unavailable => Self::unavailable(1),
        }
    }
}

impl From<ResetError> for Problem {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Password(error) => error.into(),
            ResetError::Failed(failure) => failure.into(),
        }
    }
}

impl From<SetupError> for Problem {
    fn from(error: SetupError) -> Self {
        match error {
            SetupError::NotOpen => Self::new(
                StatusCode::FORBIDDEN,
                "setup_closed",
                "wrong token, or this instance is set up already",
            ),
            SetupError::TooMany { retry_after_s } => Self::too_many(retry_after_s),
            SetupError::Password(error) => error.into(),
            SetupError::Failed(failure) => failure.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
