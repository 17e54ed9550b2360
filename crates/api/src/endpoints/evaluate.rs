//! Many flags for many subjects at once, for batch jobs and reports; asked with a key of software.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use hoist_app::EnvironmentView;
use hoist_app::source::digest;
use hoist_engine::{Context, FlagRef, Moment, NoVisitor, Outcome};
use hoist_model::document::CredentialKind;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::body::{parse, read};
use crate::caller::bearer;
use crate::problem::Problem;

/// Decisions in one request at most.
const MOST: usize = 100_000;
/// The same with explanations.
const MOST_EXPLAINED: usize = 100;

/// What is to be evaluated: every flag for every context.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateForm {
    /// Attributes by name, one object per subject.
    #[schema(value_type = Vec<crate::wire::schema::Context>)]
    pub contexts: Vec<Context>,
    /// Keys of flags; all that the key of software may see unless given.
    #[serde(default)]
    pub flags: Option<Vec<String>>,
    /// Whether each decision is explained; server keys only, at most 100 decisions.
    #[serde(default)]
    pub explain: bool,
}

/// Decisions of one environment at one revision.
#[derive(Serialize, ToSchema)]
pub struct Evaluated {
    /// Key of the environment.
    pub environment: String,
    /// The change up to which everything is contained.
    pub revision: u64,
    /// Contexts in their order, in each flags by key or as asked.
    pub results: Vec<EvaluatedDecision>,
}

/// One decision.
#[derive(Serialize, ToSchema)]
pub struct EvaluatedDecision {
    /// Position of the context in the request.
    pub context: usize,
    /// Key of the flag.
    pub key: String,
    /// Independent of the value.
    pub enabled: bool,
    /// Key of the variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Any JSON value; absent when the application's own default applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub value: Option<serde_json::Value>,
    /// In OpenFeature's words.
    #[schema(value_type = crate::wire::schema::Reason)]
    pub reason: String,
    /// Id of the rule that matched; server keys only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// OpenFeature's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::wire::schema::EvaluationError>)]
    pub error: Option<String>,
    /// Step by step, where asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::wire::schema::Explanation>)]
    pub explanation: Option<serde_json::Value>,
}

/// Evaluates many flags for many subjects with a server or client key (`Authorization: Bearer` or `X-API-Key`).
#[utoipa::path(post, path = "/hoist/v1/evaluate", tag = "evaluation", request_body = EvaluateForm,
    responses((status = 200, body = Evaluated), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem)))]
pub async fn evaluate(State(api): State<Api>, request: Request) -> Result<Response<HttpBody>, Problem> {
    let (kind, view) = seat(&api, request.headers())?;
    let bytes = read(request).await?;
    let form: EvaluateForm = parse(&bytes)?;
    check(&form, kind, &view)?;
    let moment = Moment {
        now: api.app.clock.now(),
        seed: u64::from_ne_bytes(api.app.maker.bytes()),
    };
    let json = tokio::task::spawn_blocking(move || Writer::new(kind, &view, &form, moment).write())
        .await
        .map_err(|_| Problem::internal())?;
    let mut response = json.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What the presented key opens.
fn seat(api: &Api, headers: &HeaderMap) -> Result<(CredentialKind, Arc<EnvironmentView>), Problem> {
    let presented = bearer(headers).or_else(|| headers.get("x-api-key")?.to_str().ok());
    let keys = api.app.world.keys();
    let found = presented
        .and_then(|key| keys.seat(&digest(key), api.app.clock.now()))
        .and_then(|seat| Some((seat.kind, api.app.world.environment(seat.environment)?)));
    found.ok_or_else(|| {
        let detail = "send a live server or client key as Authorization: Bearer … or X-API-Key";
        Problem::new(StatusCode::UNAUTHORIZED, "unknown_key", detail)
    })
}

fn check(form: &EvaluateForm, kind: CredentialKind, view: &EnvironmentView) -> Result<(), Problem> {
    if form.explain && kind == CredentialKind::Client {
        let detail = "explanations show rules, so they take a server key";
        return Err(Problem::new(StatusCode::FORBIDDEN, "server_key_needed", detail));
    }
    let flags = form.flags.as_ref().map_or_else(
        || view.snapshot.flags().filter(|flag| is_visible(kind, *flag)).count(),
        Vec::len,
    );
    let most = if form.explain { MOST_EXPLAINED } else { MOST };
    if flags.saturating_mul(form.contexts.len()) > most {
        let detail = format!(
            "{flags} flags for {} contexts are more than {most} decisions; ask in several requests",
            form.contexts.len()
        );
        return Err(Problem::invalid("too_many", detail, "/contexts"));
    }
    Ok(())
}

fn is_visible(kind: CredentialKind, flag: FlagRef<'_>) -> bool {
    kind == CredentialKind::Server || flag.client_visible()
}

/// Writes the answer as text: keys and values are JSON already.
struct Writer<'a> {
    kind: CredentialKind,
    view: &'a EnvironmentView,
    form: &'a EvaluateForm,
    moment: Moment,
    out: String,
}

impl<'a> Writer<'a> {
    fn new(kind: CredentialKind, view: &'a EnvironmentView, form: &'a EvaluateForm, moment: Moment) -> Self {
        Self {
            kind,
            view,
            form,
            moment,
            out: String::with_capacity(4096),
        }
    }

    fn write(mut self) -> String {
        let (kind, view) = (self.kind, self.view);
        let snapshot = &view.snapshot;
        let named: Option<Vec<Result<FlagRef<'_>, &str>>> = self.form.flags.as_ref().map(|keys| {
            let found = |key: &'a String| {
                snapshot
                    .flag(key)
                    .filter(|flag| is_visible(kind, *flag))
                    .ok_or(key.as_str())
            };
            keys.iter().map(found).collect()
        });
        self.out.push_str("{\"environment\":");
        self.text(&view.key);
        let _ = write!(self.out, ",\"revision\":{},\"results\":[", snapshot.revision());
        for (at, context) in self.form.contexts.iter().enumerate() {
            let bound = snapshot.bind(context);
            match &named {
                Some(named) => {
                    for each in named {
                        match each {
                            Ok(flag) => self.decision(at, *flag, &bound),
                            Err(key) => self.missing(at, key),
                        }
                    }
                }
                None => {
                    for flag in snapshot.flags().filter(|flag| is_visible(kind, *flag)) {
                        self.decision(at, flag, &bound);
                    }
                }
            }
        }
        self.out.push_str("]}");
        self.out
    }

    fn decision(&mut self, at: usize, flag: FlagRef<'_>, bound: &hoist_engine::Bound<'_>) {
        let snapshot = &self.view.snapshot;
        if self.form.explain {
            let (outcome, explanation) = snapshot.explain(flag, bound, &self.moment);
            self.outcome(at, &outcome);
            if let Ok(text) = serde_json::to_string(&explanation) {
                self.out.push_str(",\"explanation\":");
                self.out.push_str(&text);
            }
        } else {
            let outcome = snapshot.evaluate(flag, bound, &self.moment, &mut NoVisitor);
            self.outcome(at, &outcome);
        }
        self.out.push('}');
    }

    /// Leaves the object open.
    fn outcome(&mut self, at: usize, outcome: &Outcome<'_>) {
        self.begin(at);
        self.out.push_str(outcome.key_json());
        let _ = write!(self.out, ",\"enabled\":{}", outcome.enabled);
        if let Some(variant) = outcome.variant() {
            self.out.push_str(",\"variant\":");
            self.text(variant);
        }
        if let Some(value) = outcome.value_json() {
            self.out.push_str(",\"value\":");
            self.out.push_str(value);
        }
        self.reason(outcome.reason.as_str());
        if let Some(rule) = outcome.rule().filter(|_| self.kind == CredentialKind::Server) {
            self.out.push_str(",\"rule\":");
            self.text(rule);
        }
        if let Some(error) = outcome.error {
            let _ = write!(self.out, ",\"error\":\"{}\"", error.code());
        }
    }

    /// Not there, or not for this key: both look the same.
    fn missing(&mut self, at: usize, key: &str) {
        self.begin(at);
        self.text(key);
        self.out.push_str(",\"enabled\":false");
        self.reason("ERROR");
        self.out.push_str(",\"error\":\"FLAG_NOT_FOUND\"}");
    }

    fn begin(&mut self, at: usize) {
        if !self.out.ends_with('[') {
            self.out.push(',');
        }
        let _ = write!(self.out, "{{\"context\":{at},\"key\":");
    }

    fn reason(&mut self, reason: &str) {
        self.out.push_str(",\"reason\":\"");
        self.out.push_str(reason);
        self.out.push('"');
    }

    fn text(&mut self, text: &str) {
        if let Ok(text) = serde_json::to_string(text) {
            self.out.push_str(&text);
        }
    }
}
