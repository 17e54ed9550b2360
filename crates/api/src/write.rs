//! Writes to one resource: each is one change through the same door as a batch.
//!
//! `?dry_run=true` plans only, `?plan=TOKEN` carries out only what was seen, `?note=` says why.
//! `If-Match: "REVISION"` names the revision that the document must still have: 412 with whoever moved it on.
//! Edits are merged where a batch names its `base` ([`crate::endpoints::changes`]).

use axum::Json;
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use hoist_model::Id;
use hoist_model::change::Change;
use hoist_model::plan::Moved;
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::Api;
use crate::answer::{AnswerView, Options, Sentences, submit};
use crate::endpoints::changes::idempotency;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::query::Query;
use crate::tagged::etag;

/// How a write is to be carried out.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WriteQuery {
    /// Plan only; nothing is changed.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for people.
    pub note: Option<String>,
    /// Token of the plan that was seen: a plan that says something else is not carried out.
    pub plan: Option<String>,
    /// How many sentences of the plan are answered.
    #[serde(default)]
    pub sentences: Sentences,
}

/// Headers of every write, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read from the headers by hand")]
pub struct WriteHeaders {
    /// A word of the client's own: the same request sent again with it happens once.
    #[param(
        rename = "Idempotency-Key",
        required = false,
        min_length = 1,
        max_length = 128,
        pattern = "^[!-~]+$"
    )]
    idempotency_key: Option<String>,
    /// Revision of the document that the change was made from, in quotes; `"0"` for one that was not there.
    #[param(rename = "If-Match", required = false, pattern = r#"^"[0-9]{1,18}"$"#)]
    if_match: Option<String>,
}

/// Everything about a write but its body.
pub struct Write {
    /// Who asks, where.
    pub scope: Scope,
    query: WriteQuery,
    made_from: Option<u64>,
    parts: Parts,
}

impl FromRequestParts<Api> for Write {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let scope = Scope::from_request_parts(parts, api).await?;
        let Query(query) = Query::<WriteQuery>::from_request_parts(parts, api).await?;
        let made_from = match parts.headers.get(header::IF_MATCH) {
            Some(value) => revision_of(value)?,
            None => None,
        };
        let (mut copy, ()) = http::Request::new(()).into_parts();
        copy.method = parts.method.clone();
        copy.uri = parts.uri.clone();
        copy.headers = parts.headers.clone();
        Ok(Self {
            scope,
            query,
            made_from,
            parts: copy,
        })
    }
}

/// `"12"`; `*` asks only that something is there, which every edit does.
fn revision_of(value: &HeaderValue) -> Result<Option<u64>, Problem> {
    let bad = || {
        Problem::bad_request(
            "bad_if_match",
            "If-Match holds the document’s revision in quotes, such as \"12\"",
        )
    };
    let text = value.to_str().map_err(|_| bad())?.trim();
    if text == "*" {
        return Ok(None);
    }
    let text = text.strip_prefix("W/").unwrap_or(text);
    let digits = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let revision: u64 = digits.ok_or_else(bad)?.parse().map_err(|_| bad())?;
    // What the database counts with.
    i64::try_from(revision).map_err(|_| bad())?;
    Ok(Some(revision))
}

impl Write {
    /// A parameter of the path, as the changes want it.
    pub fn param(&self, name: &str) -> String {
        self.scope.param(name).to_owned()
    }

    /// An id in the path; what is no id is not there.
    ///
    /// # Errors
    /// 404.
    pub fn id(&self, name: &str) -> Result<Id, Problem> {
        let text = self.scope.param(name);
        text.parse().map_err(|_| Problem::not_found(format!("{name} {text}")))
    }

    /// Makes something new: 201.
    ///
    /// # Errors
    /// Any problem.
    pub async fn create(self, api: &Api, body: &[u8], change: Change) -> Result<Written, Problem> {
        let answer = self.carry_out(api, body, None, change).await?;
        Ok(Written {
            answer,
            done: StatusCode::CREATED,
        })
    }

    /// Changes something; `document` is what `If-Match` is about, if it is there.
    ///
    /// # Errors
    /// Any problem.
    pub async fn edit(self, api: &Api, body: &[u8], document: Option<Id>, change: Change) -> Result<Written, Problem> {
        let answer = self.carry_out(api, body, document, change).await?;
        Ok(Written {
            answer,
            done: StatusCode::OK,
        })
    }

    async fn carry_out(
        self,
        api: &Api,
        body: &[u8],
        document: Option<Id>,
        change: Change,
    ) -> Result<AnswerView, Problem> {
        let Self {
            scope,
            query,
            made_from,
            parts,
        } = self;
        let mut options = Options {
            dry_run: query.dry_run,
            seen: query.plan,
            note: query.note.unwrap_or_default(),
            sentences: query.sentences,
            ..Options::default()
        };
        if options.note.contains('\0') {
            return Err(Problem::bad_request("bad_query", "a note has no character U+0000"));
        }
        // The same key on another path is another request.
        let mut request = format!("{} {}\n", parts.method, parts.uri).into_bytes();
        request.extend_from_slice(body);
        options.idempotency = idempotency(&parts.headers, &request)?;
        let is_there = document.is_some_and(|id| api.app.world.state().get(id).is_some());
        match (made_from, document) {
            // 0: nothing is there yet, and the client knows; somebody may come first all the same.
            (Some(revision), Some(id)) if is_there || revision == 0 => {
                options.base.insert(id, revision);
                options.moved = Moved::Refuse;
            }
            (Some(0) | None, None) | (None, Some(_)) => {}
            (Some(_), _) => {
                return Err(Problem::new(
                    StatusCode::PRECONDITION_FAILED,
                    "moved",
                    "the document that If-Match names is not there; read it again",
                ));
            }
        }
        let place = scope.place;
        let names = names_of(&change);
        let answer = submit(api, &scope, place, vec![change], options).await;
        answer.map_err(|problem| of_resource(problem, &names, made_from.is_some()))
    }
}

/// A problem of a batch with one change, told as a problem of the resource.
fn of_resource(mut problem: Problem, names: &[String], conditional: bool) -> Problem {
    if conditional && problem.winner.is_some() {
        problem.status = StatusCode::PRECONDITION_FAILED;
        problem.title = "Precondition Failed";
    }
    for detail in &mut problem.problems {
        detail.pointer = shortened(&detail.pointer, names);
    }
    problem
}

/// What a change puts around the body of a resource: its aggregate, its act, and `patch` where that is a patch.
fn names_of(change: &Change) -> Vec<String> {
    let json = serde_json::to_value(change).unwrap_or_default();
    let only = |value: &serde_json::Value| {
        let (name, inner) = value.as_object().filter(|object| object.len() == 1)?.iter().next()?;
        Some((name.clone(), inner.clone()))
    };
    let Some((aggregate, inner)) = only(&json) else {
        return Vec::new();
    };
    let mut names = vec![aggregate];
    if let Some((act, inner)) = only(&inner) {
        names.push(act);
        names.extend(inner.get("patch").map(|_| "patch".to_owned()));
    }
    names
}

/// `/changes/0/flag/edit/patch/name` → `/name`.
fn shortened(pointer: &str, names: &[String]) -> String {
    let Some(rest) = pointer.strip_prefix("/changes/0") else {
        return pointer.to_owned();
    };
    let mut parts = rest.split('/').skip(1).peekable();
    for name in names {
        parts.next_if(|part| part == name);
    }
    parts.map(|part| format!("/{part}")).collect()
}

/// The answer to a write with its status.
pub struct Written {
    answer: AnswerView,
    done: StatusCode,
}

impl Written {
    /// Of a batch: 200 when done.
    pub fn of(answer: AnswerView) -> Self {
        Self {
            answer,
            done: StatusCode::OK,
        }
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let status = match self.answer.status(self.done) {
            Ok(status) => status,
            Err(problem) => return problem.into_response(),
        };
        let etag = self.answer.change.and(self.answer.revision).and_then(etag);
        let mut response = (status, Json(self.answer)).into_response();
        let headers = response.headers_mut();
        if let Some(etag) = etag {
            headers.insert(header::ETAG, etag);
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// What a write may answer beside its success and what the route table tells of any route.
#[derive(utoipa::IntoResponses)]
pub enum Refused {
    /// Somebody else was first, or the plan differs from the one that was seen.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] Problem),
    /// The document has moved on from the revision in `If-Match`.
    #[response(status = 412, content_type = "application/problem+json")]
    Moved(#[to_schema] Problem),
}

/// What a write that makes something new answers.
#[derive(utoipa::IntoResponses)]
pub enum Creating {
    /// Planned only.
    #[response(status = 200)]
    Planned(#[to_schema] AnswerView),
    /// Done.
    #[response(status = 201)]
    Created(#[to_schema] AnswerView),
    /// Waits for approval or for its time.
    #[response(status = 202)]
    Waits(#[to_schema] AnswerView),
}

/// What a write that changes something answers.
#[derive(utoipa::IntoResponses)]
pub enum Changing {
    /// Done, or planned only.
    #[response(status = 200)]
    Done(#[to_schema] AnswerView),
    /// Waits for approval or for its time.
    #[response(status = 202)]
    Waits(#[to_schema] AnswerView),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pointers_lead_into_the_body() {
        let of = |pointer: &str, change: serde_json::Value| {
            let change: Change = serde_json::from_value(change).expect("a change");
            shortened(pointer, &names_of(&change))
        };
        let edit = json!({"flag": {"edit": {"flag": "a", "patch": {}}}});
        assert_eq!(of("/changes/0/flag/edit/patch/name", edit.clone()), "/name");
        assert_eq!(of("/changes/0/email", edit.clone()), "/email");
        assert_eq!(of("/changes/0", edit.clone()), "");
        assert_eq!(of("/rules/0", edit), "/rules/0");
        let edit = json!({"config": {"edit": {"flag": "a", "environment": "dev", "patch": {}}}});
        assert_eq!(of("/changes/0/config/rules/0/id", edit), "/rules/0/id");
        let kill = json!({"config": {"kill": {"flag": "a", "environments": ["dev"], "reason": ""}}});
        assert_eq!(of("/changes/0/config/kill/until", kill), "/until");
        // An act or an aggregate is taken off once: the body may use the same word.
        let create = json!({"flag": {"create": {"key": "a", "kind": "boolean"}}});
        assert_eq!(of("/changes/0/flag/create/create", create), "/create");
    }

    #[test]
    fn revisions_stand_in_quotes() {
        let of = |text: &'static str| revision_of(&HeaderValue::from_static(text));
        assert_eq!(of("\"12\"").expect("a revision"), Some(12));
        assert_eq!(of("W/\"12\"").expect("a revision"), Some(12));
        assert_eq!(of("*").expect("anything"), None);
        assert!(of("12").is_err());
        assert!(of("\"99999999999999999999\"").is_err());
    }
}
