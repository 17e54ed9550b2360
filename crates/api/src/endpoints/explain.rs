//! Why a flag serves what it serves, for any context, at any time, also for a draft that nobody
//! has saved.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hoist_app::EnvironmentView;
use hoist_engine::{Context, Explanation, Limits, Moment, Patch, Snapshot};
use hoist_model::Id;
use hoist_model::document::{Config, Flag, Overrides, from_json};
use hoist_model::lower::lower_flag;
use hoist_model::merge::merge_patch;
use hoist_model::permission::Permission;
use hoist_model::plan::lacks_salt;
use hoist_model::record::Kind;
use hoist_model::state::{Setting, State as Model};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::Api;
use crate::body::Body;
use crate::guard::Scope;
use crate::problem::{Detail, Problem};
use crate::travel::{AsOf, look_back};

/// Decisions in one request at most.
const MOST: usize = 100;

/// What is to be explained: every flag for every context in every environment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainForm {
    /// Keys of flags; all unless given.
    #[serde(default)]
    pub flags: Option<Vec<String>>,
    /// Keys of environments.
    pub environments: Vec<String>,
    /// Attributes by name, one object per subject.
    #[schema(value_type = Vec<crate::wire::schema::Context>)]
    pub contexts: Vec<Context>,
    /// When, in the past or to come; now unless given. Another moment than now needs the permission `audit.view`.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// With definitions, settings and members as they were after this change; as they are unless given. Needs the
    /// permission `audit.view`, and goes with no draft.
    #[serde(default)]
    pub revision: Option<u64>,
    /// Settings that nobody has saved.
    #[serde(default)]
    pub draft: Option<DraftForm>,
}

/// Settings of one flag in one environment that nobody has saved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftForm {
    /// Key of the flag.
    pub flag: String,
    /// Key of the environment.
    pub environment: String,
    /// A merge patch over what is set, as for a change.
    #[serde(default)]
    #[schema(value_type = Option<crate::wire::schema::ConfigPatch>)]
    pub config: Option<Value>,
    /// The same for overrides.
    #[serde(default)]
    #[schema(value_type = Option<crate::wire::schema::OverridesPatch>)]
    pub overrides: Option<Value>,
}

/// Explained decisions.
#[derive(Serialize, ToSchema)]
pub struct Explained {
    /// Contexts in their order, in each environments in theirs, in each flags by key or as asked.
    pub results: Vec<ExplainedDecision>,
    /// The moment they are of.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What they rest on, where that is a past revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOf>,
}

/// One decision and why.
#[derive(Serialize, ToSchema)]
pub struct ExplainedDecision {
    /// Position of the context in the request.
    pub context: usize,
    /// Key of the environment.
    pub environment: String,
    /// Key of the flag.
    pub flag: String,
    /// Independent of the value.
    pub enabled: bool,
    /// Key of the variant; absent when the value is none of a variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Any JSON value; absent when the application's own default applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    pub value: Option<Value>,
    /// In OpenFeature's words.
    #[schema(value_type = crate::wire::schema::Reason)]
    pub reason: &'static str,
    /// Which step decided.
    #[schema(value_type = crate::wire::schema::DecidedBy)]
    pub detail: &'static str,
    /// Id of the rule that matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// OpenFeature's error code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<crate::wire::schema::EvaluationError>)]
    pub error: Option<&'static str>,
    /// The answer holds until then, if nobody changes anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Step by step.
    #[schema(value_type = crate::wire::schema::Explanation)]
    pub explanation: Explanation,
}

/// Evaluates flags and says why, now or at another moment, as published, with a draft or as of a past revision.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/explain", tag = "evaluation",
    params(("organization" = String, Path), ("project" = String, Path)), request_body = ExplainForm,
    responses((status = 200, body = Explained), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn explain(
    State(api): State<Api>,
    scope: Scope,
    body: Body<ExplainForm>,
) -> Result<Json<Explained>, Problem> {
    let form = body.value;
    let now = api.app.clock.now();
    check_travel(&api, &scope, &form, now)?;
    let (places, as_of) = match form.revision {
        None => (places(&api, scope.project()?, &form)?, None),
        Some(revision) => {
            let seen = look_back(
                &api,
                scope.project()?,
                &form.environments,
                form.flags.as_deref(),
                revision,
            );
            let seen = seen.await?;
            (seen.environments.into_iter().map(as_it_is).collect(), Some(seen.as_of))
        }
    };
    let flags = form.flags.as_ref().map_or_else(
        || {
            places
                .iter()
                .map(|(_, snapshot)| snapshot.flags().len())
                .max()
                .unwrap_or(0)
        },
        Vec::len,
    );
    if flags.saturating_mul(places.len()).saturating_mul(form.contexts.len()) > MOST {
        let detail =
            format!("at most {MOST} decisions are explained at once; name fewer flags, environments or contexts");
        return Err(Problem::invalid("too_many", detail, "/flags"));
    }
    let moment = Moment {
        now: form.at.unwrap_or(now),
        seed: u64::from_ne_bytes(api.app.maker.bytes()),
    };
    let at = moment.now;
    let results = tokio::task::spawn_blocking(move || run(&form, &places, &moment))
        .await
        .map_err(|_| Problem::internal())??;
    Ok(Json(Explained { results, at, as_of }))
}

fn as_it_is(view: Arc<EnvironmentView>) -> (Arc<EnvironmentView>, Arc<Snapshot>) {
    let snapshot = Arc::clone(&view.snapshot);
    (view, snapshot)
}

/// Whoever looks elsewhere than at what is served now sees what the audit log shows.
fn check_travel(api: &Api, scope: &Scope, form: &ExplainForm, now: Timestamp) -> Result<(), Problem> {
    if form.revision.is_some() && form.draft.is_some() {
        let detail = "a draft is laid over what is set now; leave out the revision or the draft";
        return Err(Problem::invalid("draft_of_the_past", detail, "/draft"));
    }
    if form.revision.is_some() || form.at.is_some_and(|at| at != now) {
        scope.need(Permission::AuditView)?;
    }
    form.at.map_or(Ok(()), |at| api.config.horizon.check(at, now))
}

type Places = Vec<(Arc<EnvironmentView>, Arc<Snapshot>)>;

/// The asked environments, each with the snapshot that answers.
fn places(api: &Api, project: Id, form: &ExplainForm) -> Result<Places, Problem> {
    let state = api.app.world.state();
    check_draft(form)?;
    let mut places = Vec::with_capacity(form.environments.len());
    for (at, key) in form.environments.iter().enumerate() {
        let pointer = format!("/environments/{at}");
        let view = environment(api, &state, project, key, &pointer)?;
        let snapshot = match &form.draft {
            Some(draft) if draft.environment == *key => Arc::new(drafted(&state, project, &view, draft)?),
            _ => Arc::clone(&view.snapshot),
        };
        places.push((view, snapshot));
    }
    Ok(places)
}

/// A draft that no answer shows would be taken for a draft that changes nothing.
fn check_draft(form: &ExplainForm) -> Result<(), Problem> {
    let Some(draft) = &form.draft else { return Ok(()) };
    let unasked = |what: &str, key: &str, pointer: &str| {
        let detail = format!("the draft is about the {what} {key}, which is not asked for");
        Err(Problem::invalid("unused_draft", detail, pointer))
    };
    if !form.environments.contains(&draft.environment) {
        return unasked("environment", &draft.environment, "/draft/environment");
    }
    if form.flags.as_ref().is_some_and(|flags| !flags.contains(&draft.flag)) {
        return unasked("flag", &draft.flag, "/draft/flag");
    }
    Ok(())
}

fn environment(
    api: &Api,
    state: &Model,
    project: Id,
    key: &str,
    pointer: &str,
) -> Result<Arc<EnvironmentView>, Problem> {
    let found = state.find(Kind::Environment, Some(project), key);
    found
        .and_then(|doc| api.app.world.environment(doc.id))
        .ok_or_else(|| Problem::invalid("unknown_environment", format!("there is no environment {key}"), pointer))
}

/// The published snapshot with the draft in it; nothing of it is published.
fn drafted(state: &Model, project: Id, view: &EnvironmentView, draft: &DraftForm) -> Result<Snapshot, Problem> {
    let (id, flag) = state
        .find(Kind::Flag, Some(project), &draft.flag)
        .and_then(|doc| Some((doc.id, doc.as_a::<Flag>()?)))
        .ok_or_else(|| {
            Problem::invalid(
                "unknown_flag",
                format!("there is no flag {}", draft.flag),
                "/draft/flag",
            )
        })?;
    let setting = state.setting(id, view.id);
    let config = setting
        .and_then(Setting::config)
        .cloned()
        .unwrap_or_else(|| Config::initial(id, view.id, &flag.variants));
    let overrides = setting.and_then(Setting::overrides).cloned().unwrap_or(Overrides {
        flag: id,
        environment: view.id,
        subjects: Vec::new(),
        segments: Vec::new(),
    });
    let config = laid_over(&config, draft.config.as_ref(), "/draft/config")?;
    let overrides = laid_over(&overrides, draft.overrides.as_ref(), "/draft/overrides")?;
    let kill = setting.and_then(Setting::kill);
    let version = setting.map_or(0, Setting::revision);
    let rules = lower_flag(flag, Some(&config), Some(&overrides), kill, version);
    // A foreign flag may hold what an edit would refuse; it then counts as its profile says.
    if flag.profile.is_native() {
        refuse(hoist_engine::validate(&rules, &Limits::default()))?;
    }
    let patch = Patch {
        revision: view.snapshot.revision(),
        flags: vec![rules],
        ..Patch::default()
    };
    Ok(view.snapshot.patched(patch).0)
}

fn refuse(problems: Vec<hoist_engine::Problem>) -> Result<(), Problem> {
    let Some(first) = problems.first() else { return Ok(()) };
    let detail = first.message.clone();
    let problems = problems
        .into_iter()
        .map(|problem| Detail {
            code: "bad_rule".into(),
            detail: problem.message,
            pointer: format!("/draft/config{}", problem.path),
        })
        .collect();
    Err(Problem {
        problems,
        ..Problem::invalid("bad_rule", detail, "")
    })
}

fn laid_over<T: Serialize + DeserializeOwned>(current: &T, patch: Option<&Value>, pointer: &str) -> Result<T, Problem> {
    let now = serde_json::to_value(current).map_err(|_| Problem::internal())?;
    let mut patch = patch.cloned().unwrap_or_else(|| json!({}));
    let Some(object) = patch.as_object_mut() else {
        return Err(Problem::invalid("not_an_object", "a draft is a JSON object", pointer));
    };
    // What the console shows beside the settings is not part of them.
    for shown in ["id", "revision", "flag", "environment"] {
        object.remove(shown);
    }
    complete(&mut patch, "draft");
    from_json(merge_patch(&now, &patch))
        .map_err(|error| Problem::invalid("bad_body", error.message, format!("{pointer}{}", error.path)))
}

/// New rules get an id and new allocations a salt that stays the same while the draft is edited, so that a
/// subject does not jump with every letter typed.
fn complete(value: &mut Value, place: &str) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                let name = item.get("id").or_else(|| item.get("key")).and_then(Value::as_str);
                let inner = match name {
                    Some(name) if !name.is_empty() => format!("{place}/{name}"),
                    _ => format!("{place}/{at}"),
                };
                if place == "draft/rules"
                    && item.get("id").and_then(Value::as_str).is_none_or(str::is_empty)
                    && let Some(rule) = item.as_object_mut()
                {
                    rule.insert("id".into(), json!(format!("r-draft-{at}")));
                }
                complete(item, &inner);
            }
        }
        Value::Object(object) => {
            for (name, inner) in object.iter_mut() {
                // What people wrote themselves is data, not structure.
                if matches!(name.as_str(), "foreign" | "metadata" | "value" | "json_logic") {
                    continue;
                }
                let place = format!("{place}/{name}");
                if matches!(name.as_str(), "split" | "ramp" | "gate" | "percentage")
                    && let Value::Object(placed) = inner
                {
                    salt(placed, &place);
                }
                complete(inner, &place);
            }
        }
        _ => {}
    }
}

fn salt(placed: &mut Map<String, Value>, place: &str) {
    let allocation = placed.entry("allocation").or_insert_with(|| json!({}));
    if let Value::Object(allocation) = allocation
        && lacks_salt(allocation)
    {
        allocation.insert("salt".into(), json!(place));
    }
}

fn run(form: &ExplainForm, places: &Places, moment: &Moment) -> Result<Vec<ExplainedDecision>, Problem> {
    let mut results = Vec::new();
    for (at, context) in form.contexts.iter().enumerate() {
        for (view, snapshot) in places {
            let bound = snapshot.bind(context);
            let mut push = |flag| {
                let (outcome, explanation) = snapshot.explain(flag, &bound, moment);
                results.push(ExplainedDecision {
                    context: at,
                    environment: view.key.clone(),
                    flag: flag.key().to_owned(),
                    enabled: outcome.enabled,
                    variant: outcome.variant().map(str::to_owned),
                    value: outcome.value().cloned(),
                    reason: outcome.reason.as_str(),
                    detail: outcome.detail(),
                    rule: outcome.rule().map(str::to_owned),
                    error: outcome.error.map(hoist_engine::EvalError::code),
                    until: explanation.until,
                    explanation,
                });
            };
            match &form.flags {
                None => snapshot.flags().for_each(push),
                Some(keys) => {
                    for (position, key) in keys.iter().enumerate() {
                        let flag = snapshot.flag(key).ok_or_else(|| {
                            let detail = format!("there is no flag {key}, or it is archived");
                            Problem::invalid("unknown_flag", detail, format!("/flags/{position}"))
                        })?;
                        push(flag);
                    }
                }
            }
        }
    }
    Ok(results)
}
