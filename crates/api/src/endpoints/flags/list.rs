//! The list of flags: searched, sorted and paged by the server from memory.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use hoist_engine::ruleset::Kind;
use hoist_model::Id;
use hoist_model::authorise::user_of;
use hoist_model::document::{Purpose, User};
use hoist_model::state::Stamp;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::query::{Candidate, Query, Surroundings};
use crate::Api;
use crate::guard::Scope;
use crate::page::{PageQuery, cursor};
use crate::problem::Problem;
use crate::query::Query as UrlQuery;
use crate::wire::actor::ActorView;
use crate::wire::summary::Summary;

/// Which flags, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The query language of the flags list, such as `status:on env:prod checkout`.
    #[serde(default)]
    pub q: String,
    /// `key`, `-key`, `changed`, `-changed`, `created` or `-created`.
    #[serde(default)]
    pub sort: Sort,
    /// Items on the page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// An order of flags; a minus turns it around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Sort {
    #[default]
    #[serde(rename = "key")]
    Key,
    #[serde(rename = "-key")]
    KeyDescending,
    #[serde(rename = "changed")]
    Changed,
    #[serde(rename = "-changed")]
    ChangedDescending,
    #[serde(rename = "created")]
    Created,
    #[serde(rename = "-created")]
    CreatedDescending,
}

/// One page of flags.
#[derive(Serialize, ToSchema)]
pub struct FlagPage {
    /// In the order asked for.
    pub items: Vec<FlagItem>,
    /// Flags on all pages.
    pub total: usize,
    /// Cursor of the next page; null on the last.
    pub next: Option<String>,
    /// Keys of the query that are not known and were searched for as words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// Tags of the flags on all pages, the most used first.
    pub tags: Vec<TagCount>,
}

/// How often a tag is used.
#[derive(Serialize, ToSchema)]
pub struct TagCount {
    /// The tag.
    pub value: String,
    /// Flags that carry it.
    pub count: usize,
}

/// A flag in the list.
#[derive(Serialize, ToSchema)]
#[expect(missing_docs, reason = "the fields are those of the flag")]
pub struct FlagItem {
    #[schema(value_type = String)]
    pub id: Id,
    pub key: String,
    pub name: String,
    pub description: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub purpose: Option<Purpose>,
    pub client_visible: bool,
    pub archived: bool,
    /// Of the definition or of any setting, whichever is younger.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ActorView>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    pub revision: u64,
    /// By key of the environment.
    pub environments: BTreeMap<String, Summary>,
}

/// Flags of a project: searched, sorted, one page of them, with their state in every environment.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ListQuery),
    responses((status = 200, body = FlagPage), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    UrlQuery(asked): UrlQuery<ListQuery>,
) -> Result<Json<FlagPage>, Problem> {
    let state = api.app.world.state();
    let now = api.app.clock.now();
    let query = Query::parse(&asked.q, now);
    let environments = state.environments(scope.project()?);
    let me = user_of(&scope.actor)
        .and_then(|id| state.get_a::<User>(id))
        .map_or("", |user| user.email.as_str());
    let around = Surroundings {
        state: &state,
        environments: environments
            .iter()
            .map(|(place, body)| (place.id, body.key.as_str()))
            .collect(),
        me,
        now,
    };
    let mut found: Vec<Candidate<'_>> = state
        .flags(scope.project()?)
        .filter(|(_, flag)| flag.archived_at.is_some() == query.wants_archived())
        .map(|(doc, flag)| Candidate {
            doc,
            flag,
            around: &around,
        })
        .filter(|candidate| query.matches(*candidate))
        .collect();
    sort(&mut found, asked.sort);
    let page = PageQuery {
        limit: asked.limit,
        cursor: asked.cursor,
    };
    let (limit, after) = (page.limit()?, page.after()?);
    let start = after
        .and_then(|id| found.iter().position(|each| each.doc.id.to_string() == id))
        .map_or(0, |at| at + 1);
    let rest = found.get(start..).unwrap_or_default();
    let shown = rest.get(..limit.min(rest.len())).unwrap_or_default();
    let next = (rest.len() > limit)
        .then(|| shown.last().map(|last| cursor(&last.doc.id.to_string())))
        .flatten();
    let items = shown.iter().map(|each| item(*each)).collect();
    Ok(Json(FlagPage {
        items,
        total: found.len(),
        next,
        unknown: query.unknown,
        tags: tag_counts(&found),
    }))
}

fn sort(found: &mut [Candidate<'_>], sort: Sort) {
    let at = |each: &Candidate<'_>| each.changed().map(|stamp: &Stamp| stamp.at);
    match sort {
        // The state lists by key already.
        Sort::Key => {}
        Sort::KeyDescending => found.reverse(),
        Sort::Changed => found.sort_by_cached_key(at),
        Sort::ChangedDescending => found.sort_by_cached_key(|each| std::cmp::Reverse(at(each))),
        Sort::Created => found.sort_by_key(|each| each.flag.created_at),
        Sort::CreatedDescending => found.sort_by_key(|each| std::cmp::Reverse(each.flag.created_at)),
    }
}

fn item(candidate: Candidate<'_>) -> FlagItem {
    let (flag, around) = (candidate.flag, candidate.around);
    let stamp = candidate.changed();
    let environments = candidate
        .settings()
        .map(|(key, setting)| (key.to_owned(), Summary::of(setting, &flag.variants, around.now)))
        .collect();
    FlagItem {
        id: candidate.doc.id,
        key: flag.key.clone(),
        name: flag.name.clone(),
        description: flag.description.clone(),
        kind: flag.kind,
        tags: flag.tags.clone(),
        owner: flag.owner.clone(),
        purpose: flag.purpose,
        client_visible: flag.client_visible,
        archived: flag.archived_at.is_some(),
        changed_at: stamp.map(|stamp| stamp.at),
        changed_by: stamp.map(|stamp| ActorView::of(around.state, &stamp.actor)),
        created_at: flag.created_at,
        revision: candidate.doc.revision,
        environments,
    }
}

fn tag_counts(found: &[Candidate<'_>]) -> Vec<TagCount> {
    const MOST: usize = 50;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for tag in found.iter().flat_map(|each| &each.flag.tags) {
        *counts.entry(tag).or_default() += 1;
    }
    let mut tags: Vec<TagCount> = counts
        .into_iter()
        .map(|(value, count)| TagCount {
            value: value.to_owned(),
            count,
        })
        .collect();
    tags.sort_by_key(|tag| std::cmp::Reverse(tag.count));
    tags.truncate(MOST);
    tags
}
