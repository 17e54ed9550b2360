//! Takes over another system's flags: one change, with what could not be carried over.

use std::collections::{BTreeMap, HashMap, HashSet};

use axum::Json;
use axum::extract::{Request, State};
use hoist_engine::ruleset::Fractional;
use hoist_model::Id;
use hoist_model::change::{Change, Import};
use hoist_model::log::Effect;
use hoist_model::plan::{Moved, Plan};
use hoist_model::portable::{Gap, ProjectFile};
use hoist_model::record::Kind;
use hoist_model::state::State as Model;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::changes::idempotency;
use crate::Api;
use crate::answer::{AnswerView, Options, Sentences, submit_planned};
use crate::body;
use crate::guard::Scope;
use crate::importer::{File, ImportProblem};
use crate::problem::Problem;
use crate::query::Query;

/// Where the file comes from and what is to be done with it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `unleash`, `flagd`, `flagsmith`, `togglr`, `fluxgate`, `toggle-meister` or `hoist`.
    pub from: String,
    /// Key of the project that is made; only where the path names none. Without it the file's own.
    pub project: Option<String>,
    /// Key of the environment that the file is about; a file of `hoist` names its own.
    #[serde(default)]
    pub environment: String,
    /// Of `flagd`: the generation of its `fractional`, 2 or 3; generations place people differently.
    #[serde(default = "second")]
    #[param(default = 2, minimum = 2, maximum = 3)]
    pub fractional: u8,
    /// Plan only.
    #[serde(default)]
    pub dry_run: bool,
    /// Why, for people.
    #[serde(default)]
    pub note: String,
    /// Token of the plan that was seen.
    pub plan: Option<String>,
    /// How many sentences of the plan are answered.
    #[serde(default)]
    pub sentences: Sentences,
}

fn second() -> u8 {
    2
}

/// What became of an import.
#[derive(Serialize, ToSchema)]
pub struct ImportAnswer {
    /// As for any change.
    #[serde(flatten)]
    pub answer: AnswerView,
    /// What could not be carried over with its full meaning.
    pub gaps: Vec<ImportGap>,
    /// Keys of flags that are new.
    pub created: Vec<String>,
    /// Keys of flags that change.
    pub changed: Vec<String>,
    /// Keys of flags that stay as they are.
    pub skipped: Vec<String>,
}

/// Something that could not be carried over with its full meaning.
#[derive(Serialize, ToSchema)]
pub struct ImportGap {
    /// Stable word.
    pub code: String,
    /// Key of the flag concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// Key of the segment concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// For people.
    pub text: String,
}

/// Imports a file of another system (JSON, comments accepted) or a project file of our own.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/import", tag = "changes",
    params(("organization" = String, Path), ("project" = String, Path), ImportQuery, ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Object, description = "The file as it is; one of our own may be YAML.", content_type = "application/json"),
    responses((status = 200, body = ImportAnswer), (status = 202, body = ImportAnswer), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn import(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<(StatusCode, Json<ImportAnswer>), Problem> {
    if query.project.is_some() {
        let detail = "the path names the project already; leave the parameter out";
        return Err(Problem::invalid("project_twice", detail, "?project"));
    }
    take_over(&api, &scope, query, request).await
}

/// Makes a project of a file: one change, with the project, its environments and all that it holds.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/import", tag = "changes",
    params(("organization" = String, Path), ImportQuery, ("Idempotency-Key" = Option<String>, Header)),
    request_body(content = Object, description = "The file as it is; one of our own may be YAML.", content_type = "application/json"),
    responses((status = 200, body = ImportAnswer), (status = 202, body = ImportAnswer), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem), (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn import_new(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<ImportQuery>,
    request: Request,
) -> Result<(StatusCode, Json<ImportAnswer>), Problem> {
    take_over(&api, &scope, query, request).await
}

async fn take_over(
    api: &Api,
    scope: &Scope,
    query: ImportQuery,
    request: Request,
) -> Result<(StatusCode, Json<ImportAnswer>), Problem> {
    let headers = request.headers().clone();
    let bytes = body::read(request).await?;
    let options = Options {
        dry_run: query.dry_run,
        seen: query.plan.clone(),
        note: query.note.clone(),
        base: BTreeMap::new(),
        moved: Moved::Merge,
        sentences: query.sentences,
        idempotency: idempotency(&headers, &bytes)?,
    };
    let (mut file, gaps) = read(api, &query, bytes.to_vec()).await?;
    if let Some(project) = query.project {
        file.project = project;
    }
    let flags: Vec<String> = file.flags.keys().cloned().collect();
    let change = Change::Import(Import {
        source: query.from,
        file: Box::new(file),
    });
    let (answer, plan) = submit_planned(api, scope, scope.place, vec![change], options).await?;
    let mut fates = plan
        .map(|plan| fates(&api.app.world.state(), &plan))
        .unwrap_or_default();
    let mut sorted = [Vec::new(), Vec::new(), Vec::new()];
    for key in flags {
        let fate = fates.remove(&key).unwrap_or(Fate::Skipped);
        if let Some(list) = sorted.get_mut(fate as usize) {
            list.push(key);
        }
    }
    let [created, changed, skipped] = sorted;
    let status = answer.status(StatusCode::OK)?;
    let answer = ImportAnswer {
        answer,
        gaps: gaps.into_iter().map(ImportGap::of).collect(),
        created,
        changed,
        skipped,
    };
    Ok((status, Json(answer)))
}

/// Reads the file off the async threads: it may be large.
async fn read(api: &Api, query: &ImportQuery, bytes: Vec<u8>) -> Result<(ProjectFile, Vec<Gap>), Problem> {
    let text = String::from_utf8(bytes).map_err(|_| Problem::bad_request("not_text", "the file is not UTF-8 text"))?;
    if query.from != "hoist" && !is_environment_key(&query.environment) {
        let detail = "name the environment that the file is about: letters, digits and ._:@- up to 128 characters";
        return Err(Problem::invalid("bad_environment", detail, "?environment"));
    }
    let fractional = Fractional::numbered(query.fractional)
        .ok_or_else(|| Problem::invalid("bad_generation", "fractional is 2 or 3", "?fractional"))?;
    let (api, source, environment) = (api.clone(), query.from.clone(), query.environment.clone());
    let read = tokio::task::spawn_blocking(move || {
        let (mut file, gaps) = api.config.importer.read(File {
            source: &source,
            text: &text,
            environment: &environment,
            fractional,
        })?;
        note_gaps(&mut file, &gaps);
        Ok((file, gaps))
    })
    .await
    .map_err(|_| Problem::internal())?;
    read.map_err(|problem| match problem {
        ImportProblem::UnknownSource { known } => {
            let detail = format!("from is one of: {}", known.join(", "));
            Problem::invalid("unknown_source", detail, "?from")
        }
        ImportProblem::Unreadable(detail) => Problem::invalid("unreadable", detail, ""),
    })
}

fn is_environment_key(key: &str) -> bool {
    let rest = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@-".contains(&byte);
    key.len() <= 128 && key.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) && key.bytes().all(rest)
}

/// The flag's page shows its gaps long after the import.
fn note_gaps(file: &mut ProjectFile, gaps: &[Gap]) {
    let mut by_flag: HashMap<&str, Vec<serde_json::Value>> = HashMap::new();
    for gap in gaps {
        if let Some(flag) = &gap.flag {
            let noted = json!({"code": gap.code, "text": gap.text});
            by_flag.entry(flag).or_default().push(noted);
        }
    }
    for (key, noted) in by_flag {
        if let Some(flag) = file.flags.get_mut(key) {
            flag.foreign.insert("gaps".into(), noted.into());
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Created,
    Changed,
    Skipped,
}

/// What becomes of each flag that the plan touches.
fn fates(state: &Model, plan: &Plan) -> HashMap<String, Fate> {
    let mut fates = HashMap::new();
    let mut settings: HashSet<Id> = HashSet::new();
    for effect in &plan.effects {
        let (record, fate) = match effect {
            Effect::Put { before: None, after } => (after, Fate::Created),
            Effect::Put { after: record, .. } | Effect::Remove { before: record } => (record, Fate::Changed),
            Effect::AddMembers { .. } | Effect::RemoveMembers { .. } => continue,
        };
        match record.kind {
            Kind::Flag => drop(fates.insert(record.key.clone(), fate)),
            Kind::Config | Kind::Overrides | Kind::Kill => {
                settings.extend(record.key.split('/').next().and_then(|id| id.parse::<Id>().ok()));
            }
            _ => {}
        }
    }
    // A flag that the plan creates is not in the state of a dry run, and is in the list already.
    for key in settings
        .into_iter()
        .filter_map(|id| state.get(id))
        .map(|doc| doc.key.to_string())
    {
        fates.entry(key).or_insert(Fate::Changed);
    }
    fates
}

impl ImportGap {
    fn of(gap: Gap) -> Self {
        Self {
            code: gap.code,
            flag: gap.flag,
            segment: gap.segment,
            text: gap.text,
        }
    }
}
