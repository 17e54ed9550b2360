//! The past of a project: which changes there were, what one did, whether it can be taken back.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use axum::extract::State;
use hoist_app::history::{ActorFilter, HistoryFilter, Logged, StoreError};
use hoist_app::{Failure, Submission};
use hoist_model::Id;
use hoist_model::brief::Brief;
use hoist_model::change::Change;
use hoist_model::document::User;
use hoist_model::log::Effect;
use hoist_model::plan::{Moved, Refusal, Request};
use hoist_model::record::Kind;
use hoist_model::state::State as Model;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::answer::{EffectView, shown};
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cursor};
use crate::problem::Problem;
use crate::query::Query;
use crate::wire::diff::{Difference, of_effects};
use crate::wire::history::HistoryItem;

/// Which changes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Key or id of a flag: changes of its definition and of its settings anywhere.
    pub flag: Option<String>,
    /// Key or id of a segment: changes of it and of its members.
    pub segment: Option<String>,
    /// Key of an environment.
    pub environment: Option<String>,
    /// Id, e-mail address or name of a person; `system` or `operator`.
    pub actor: Option<String>,
    /// Id, e-mail address or name of a person whose changes are left out.
    pub other_than: Option<String>,
    /// Occurs in the summary or the note.
    pub q: Option<String>,
    /// Not before this time or day.
    pub from: Option<String>,
    /// Before this time or day.
    pub to: Option<String>,
    /// Items on the page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// Which part of a change: an import touches tens of thousands of documents.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DetailQuery {
    /// Key or id of a flag: only what happened to its definition and its settings.
    pub flag: Option<String>,
    /// Key or id of a segment: only what happened to it and its members.
    pub segment: Option<String>,
}

/// A change with what it did.
#[derive(Serialize, ToSchema)]
pub struct HistoryDetail {
    /// As in the list.
    #[serde(flatten)]
    pub item: HistoryItem,
    /// What became of each document, the first 200.
    pub effects: Vec<EffectView>,
    /// How many effects there are, listed or not.
    pub effect_count: usize,
    /// The same by path.
    pub diff: Vec<Difference>,
    /// Whether it can be taken back now; not tried where more than 1,000 documents changed.
    pub undo: UndoView,
}

/// Whether a change can be taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct UndoView {
    /// It can, by whoever asks.
    pub possible: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Changes of a project, newest first.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/history", tag = "history",
    params(("organization" = String, Path), ("project" = String, Path), HistoryQuery),
    responses((status = 200, body = Page<HistoryItem>), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    let filter = {
        let state = api.app.world.state();
        let project = scope.project()?;
        let mut filter = query.filter(&state)?;
        filter.projects = vec![project];
        for (kind, key) in [(Kind::Flag, &query.flag), (Kind::Segment, &query.segment)] {
            if let Some(key) = key {
                filter.documents.push(document(&state, kind, project, key)?);
            }
        }
        if let Some(key) = &query.environment {
            filter.environment = Some(document(&state, Kind::Environment, project, key)?);
        }
        filter
    };
    page(&api, &filter, &query, |_| true).await.map(Json)
}

/// One change of a project: what it did to each document, and whether it can be taken back.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/history/{revision}", tag = "history",
    params(("organization" = String, Path), ("project" = String, Path), ("revision" = u64, Path), DetailQuery),
    responses((status = 200, body = HistoryDetail), (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub async fn get(
    State(api): State<Api>,
    scope: Scope,
    Query(part): Query<DetailQuery>,
) -> Result<Json<HistoryDetail>, Problem> {
    let project = scope.project()?;
    let number = scope.param("revision");
    let missing = || Problem::not_found(format!("revision {number}"));
    let revision: u64 = number.parse().map_err(|_| missing())?;
    let found = api
        .app
        .store
        .entry(revision)
        .await
        .map_err(|error| unreadable(revision, &error))?;
    let entry = found
        .filter(|entry| entry.project == Some(project))
        .ok_or_else(missing)?;
    let filter = HistoryFilter {
        projects: vec![project],
        ..HistoryFilter::default()
    };
    let undone = undone(&api, &filter, revision).await?;
    let undo = match undone.get(&revision) {
        Some(by) => UndoView {
            possible: false,
            reason: Some(format!("revision {by} has taken it back already")),
        },
        None if entry.effects.len() > TRIED => UndoView {
            possible: true,
            reason: None,
        },
        None => can_undo(&api, &scope, revision).await?,
    };
    let state = api.app.world.state();
    let mut of: Vec<Id> = Vec::new();
    for (kind, key) in [(Kind::Flag, &part.flag), (Kind::Segment, &part.segment)] {
        if let Some(key) = key {
            of.push(document(&state, kind, project, key)?);
        }
    }
    let wanted: Vec<&Effect> = shown(&entry.effects)
        .filter(|effect| of.is_empty() || of.iter().any(|id| concerns(effect, *id)))
        .collect();
    let listed = wanted.get(..LISTED.min(wanted.len())).unwrap_or_default();
    let effects: Vec<EffectView> = listed.iter().map(|effect| EffectView::of(&state, effect)).collect();
    Ok(Json(HistoryDetail {
        item: HistoryItem::of(&state, &Brief::of(&entry), &undone),
        diff: of_effects(&effects),
        effects,
        effect_count: wanted.len(),
        undo,
    }))
}

/// Effects listed in an answer.
const LISTED: usize = 200;
/// Larger changes are not taken back on trial for everybody who looks at them; the plan of the undo tells.
const TRIED: usize = 1000;

/// Whether an effect is about a document, or about a setting of it.
fn concerns(effect: &Effect, id: Id) -> bool {
    let record = match effect {
        Effect::Put { after: record, .. } | Effect::Remove { before: record } => record,
        Effect::AddMembers { segment, .. } | Effect::RemoveMembers { segment, .. } => return *segment == id,
    };
    let owner = record.key.split_once('/').and_then(|(flag, _)| flag.parse().ok());
    record.id == id || (is_setting(record.kind) && owner == Some(id))
}

const fn is_setting(kind: Kind) -> bool {
    matches!(kind, Kind::Config | Kind::Overrides | Kind::Kill)
}

fn unreadable(revision: u64, error: &StoreError) -> Problem {
    let StoreError::Damaged(damaged) = error else {
        return Problem::unavailable(1);
    };
    tracing::error!(%damaged, "a row of the log is damaged");
    Problem::damaged(&revision.to_string())
}

/// An answer about a database that does not answer would be a guess.
async fn can_undo(api: &Api, scope: &Scope, revision: u64) -> Result<UndoView, Problem> {
    let request = Request {
        place: scope.place,
        changes: vec![Change::Undo { revision }],
        note: String::new(),
        base: BTreeMap::new(),
        moved: Moved::Merge,
    };
    let submission = Submission {
        actor: scope.actor.clone(),
        request,
        seen: None,
        idempotency: None,
    };
    let reason = match api.app.dry_run(submission).await {
        Ok((plan, _)) if plan.effects.is_empty() => "nothing of it is left to take back".to_owned(),
        Ok(_) => {
            return Ok(UndoView {
                possible: true,
                reason: None,
            });
        }
        Err(failure @ (Failure::Unavailable { .. } | Failure::Internal)) => return Err(failure.into()),
        Err(Failure::Refused(Refusal::Conflict { winner, .. })) => {
            format!("revision {winner} has changed the same part since")
        }
        Err(failure) => Problem::from(failure).detail,
    };
    Ok(UndoView {
        possible: false,
        reason: Some(reason),
    })
}

/// A document by key or, so that deleted ones can be asked for too, by id.
fn document(state: &Model, kind: Kind, project: Id, key: &str) -> Result<Id, Problem> {
    state
        .find(kind, Some(project), key)
        .map(|doc| doc.id)
        .or_else(|| key.parse().ok())
        .ok_or_else(|| Problem::not_found(format!("{} {key}", kind.as_str())))
}

impl HistoryQuery {
    /// What does not depend on the place.
    ///
    /// # Errors
    /// 422 for a time or actor that cannot be read.
    pub fn filter(&self, state: &Model) -> Result<HistoryFilter, Problem> {
        Ok(HistoryFilter {
            actor: self.actor.as_deref().map(|name| actor(state, name)).transpose()?,
            other_than: self
                .other_than
                .as_deref()
                .map(|name| person(state, name, "?other_than"))
                .transpose()?,
            from: self.from.as_deref().map(|text| moment(text, "?from")).transpose()?,
            to: self.to.as_deref().map(|text| moment(text, "?to")).transpose()?,
            text: self.q.clone().filter(|text| !text.trim().is_empty()),
            ..HistoryFilter::default()
        })
    }
}

fn moment(text: &str, pointer: &str) -> Result<Timestamp, Problem> {
    let day = |text: &str| {
        let day: jiff::civil::Date = text.parse().ok()?;
        let zoned = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    text.parse().ok().or_else(|| day(text)).ok_or_else(|| {
        let detail = "give a time such as 2026-11-21T08:00:00Z or a day such as 2026-11-21";
        Problem::invalid("bad_time", detail, pointer)
    })
}

fn actor(state: &Model, name: &str) -> Result<ActorFilter, Problem> {
    match name {
        "system" => return Ok(ActorFilter::System),
        "operator" => return Ok(ActorFilter::Operator),
        _ => {}
    }
    person(state, name, "?actor").map(ActorFilter::Person)
}

fn person(state: &Model, name: &str, pointer: &'static str) -> Result<Id, Problem> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let wanted = name.trim().to_lowercase();
    let people = || {
        state
            .list(Kind::User, None)
            .filter_map(|doc| Some((doc.id, doc.as_a::<User>()?)))
    };
    let exactly = |user: &User| user.email == wanted || user.name.to_lowercase() == wanted;
    let roughly = |user: &User| user.email.contains(&wanted) || user.name.to_lowercase().contains(&wanted);
    let found = people()
        .find(|(_, user)| exactly(user))
        .or_else(|| people().find(|(_, user)| roughly(user)));
    found.map(|(id, _)| id).ok_or_else(|| {
        let detail = format!("nobody is called {name}; give a name, an e-mail address, `system` or `operator`");
        Problem::invalid("unknown_actor", detail, pointer)
    })
}

/// Entries that are asked of the store at once when some of them are left out.
const CHUNK: u32 = 200;
/// How often the store is asked for one page.
const CHUNKS: usize = 25;

/// One page of the log; what `seen` says no to is left out.
///
/// # Errors
/// 422 for a bad limit or cursor, 503.
pub async fn page(
    api: &Api,
    filter: &HistoryFilter,
    query: &HistoryQuery,
    seen: impl Fn(&Logged) -> bool,
) -> Result<Page<HistoryItem>, Problem> {
    let asked = PageQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    let limit = asked.limit()?;
    let mut before = asked.after()?.map(|text| number(&text)).transpose()?;
    let mut entries: Vec<Logged> = Vec::new();
    let mut more = false;
    for _ in 0..CHUNKS {
        let wanted = u32::try_from(limit + 1 - entries.len()).unwrap_or(CHUNK).min(CHUNK);
        let found = api
            .app
            .store
            .history(filter, before, wanted)
            .await
            .map_err(|_| Problem::unavailable(1))?;
        more = found.len() == wanted as usize;
        before = found.last().map(Logged::revision).or(before);
        entries.extend(found.into_iter().filter(&seen));
        if !more || entries.len() > limit {
            break;
        }
    }
    let next = if entries.len() > limit {
        entries.truncate(limit);
        entries.last().map(Logged::revision)
    } else {
        before.filter(|_| more)
    };
    let undone = match entries.last() {
        Some(oldest) => undone(api, filter, oldest.revision()).await?,
        None => HashMap::new(),
    };
    let state = api.app.world.state();
    Ok(Page {
        items: entries
            .iter()
            .map(|logged| match logged {
                Logged::Intact(brief) => HistoryItem::of(&state, brief, &undone),
                Logged::Damaged { revision, at, project } => HistoryItem::damaged(&state, *revision, *at, *project),
            })
            .collect(),
        total: None,
        next: next.map(|revision| cursor(&revision.to_string())),
    })
}

fn number(text: &str) -> Result<u64, Problem> {
    text.parse()
        .map_err(|_| Problem::invalid("bad_cursor", "take the cursor from the previous page’s next", "?cursor"))
}

/// Which revisions, from this one on, were taken back by which.
async fn undone(api: &Api, filter: &HistoryFilter, from: u64) -> Result<HashMap<u64, u64>, Problem> {
    const MOST: u32 = 200;
    // Every undo says so at the beginning of its summary.
    let filter = HistoryFilter {
        projects: filter.projects.clone(),
        or_no_project: filter.or_no_project,
        text: Some("undoes revision ".to_owned()),
        ..HistoryFilter::default()
    };
    let found = api
        .app
        .store
        .history(&filter, None, MOST)
        .await
        .map_err(|_| Problem::unavailable(1))?;
    let mut undone = HashMap::new();
    for brief in found
        .iter()
        .filter_map(Logged::brief)
        .filter(|brief| brief.revision > from)
    {
        if let Some(revision) = brief.undoes {
            // Newest first: of an undo of an undo, the last one counts.
            undone.entry(revision).or_insert(brief.revision);
        }
    }
    Ok(undone)
}
