//! Segments: the list, one with its uses, its members.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use hoist_engine::ruleset::Condition as Tree;
use hoist_model::Id;
use hoist_model::document::{Config, Overrides, Segment};
use hoist_model::record::Kind;
use hoist_model::state::{Doc, Setting, State as Model};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::guard::Scope;
use crate::page::{Page, PageQuery, cursor, cut};
use crate::problem::Problem;
use crate::query::Query;
use crate::tagged::Tagged;
use crate::wire::segment::SegmentView;
use crate::wire::summary::{Condition, Summary};

/// Which segments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SegmentsQuery {
    /// Occurs in the key, name or description, whatever the case.
    #[serde(default)]
    pub q: String,
    /// `true`: only archived ones; `false`: only live ones; all unless given.
    pub archived: Option<bool>,
    /// Items on the page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// A segment in the list.
#[derive(Clone, Serialize, ToSchema)]
pub struct SegmentItem {
    /// The segment.
    #[serde(flatten)]
    pub segment: SegmentView,
    /// Places that refer to it.
    pub used_by: usize,
}

/// A segment with where it is used.
#[derive(Serialize, ToSchema)]
pub struct SegmentDetail {
    /// The segment.
    pub segment: SegmentView,
    /// Places that refer to it.
    pub used_by: Vec<SegmentUse>,
}

/// A place that refers to a segment.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct SegmentUse {
    /// Key of the flag; absent when another segment refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// Key of the other segment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Key of the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// `rule`, `override` or `segment`.
    #[serde(rename = "where")]
    pub place: &'static str,
    /// Name of the rule, or its id when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// State of the flag there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Condition>,
}

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MembersQuery {
    /// Beginning of the subject key.
    #[serde(default)]
    pub prefix: String,
    /// Items on the page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// A member of a segment.
#[derive(Serialize, ToSchema)]
pub struct MemberItem {
    /// Subject key.
    pub subject: String,
}

/// Segments of a project by key, with how often each is used.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), SegmentsQuery),
    responses((status = 200, body = Page<SegmentItem>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn list(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<SegmentsQuery>,
) -> Result<Json<Page<SegmentItem>>, Problem> {
    let state = api.app.world.state();
    let project = scope.project()?;
    let wanted = query.q.trim().to_lowercase();
    let found: Vec<(&Doc, &Segment)> = state
        .segments(project)
        .filter(|(_, body)| {
            query
                .archived
                .is_none_or(|archived| archived == body.archived_at.is_some())
        })
        .filter(|(_, body)| has_word(body, &wanted))
        .map(|(doc, body)| (&**doc, body))
        .collect();
    let counts = counts(&state, project);
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let view = |(doc, body): &(&Doc, &Segment)| SegmentItem {
        segment: SegmentView::of(&state, doc, body),
        used_by: counts.get(body.key.as_str()).copied().unwrap_or(0),
    };
    cut(&found, &page, |(_, body)| body.key.clone(), view).map(Json)
}

/// One segment with every place that refers to it.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path)),
    responses((status = 200, body = SegmentDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn get(State(api): State<Api>, scope: Scope) -> Result<Tagged<SegmentDetail>, Problem> {
    let state = api.app.world.state();
    let project = scope.project()?;
    let key = scope.param("segment");
    let (doc, body) = find(&state, project, key)?;
    let now = api.app.clock.now();
    let mut used_by = Vec::new();
    walk(&state, project, |place| {
        if place.segment == key {
            used_by.push(place.view(now));
        }
    });
    Ok(Tagged {
        revision: doc.revision,
        body: SegmentDetail {
            segment: SegmentView::of(&state, doc, body),
            used_by,
        },
    })
}

/// Members of a segment by subject key.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/segments/{segment}/members", tag = "segments",
    params(("organization" = String, Path), ("project" = String, Path), ("segment" = String, Path), MembersQuery),
    responses((status = 200, body = Page<MemberItem>), (status = 401, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem)))]
pub async fn members(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<MembersQuery>,
) -> Result<Json<Page<MemberItem>>, Problem> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let limit = page.limit()?;
    let after = page.after()?;
    let (id, count) = {
        let state = api.app.world.state();
        let (doc, _) = find(&state, scope.project()?, scope.param("segment"))?;
        (doc.id, state.members(doc.id).map_or(0, std::collections::HashSet::len))
    };
    let found = api
        .app
        .store
        .members(
            id,
            after.as_deref(),
            &query.prefix,
            u32::try_from(limit).unwrap_or(u32::MAX),
        )
        .await
        .map_err(|_| Problem::unavailable(1))?;
    let items = found.members.into_iter().map(|member| MemberItem {
        subject: member.subject,
    });
    Ok(Json(Page {
        items: items.collect(),
        total: query.prefix.is_empty().then_some(count),
        next: found.next.as_deref().map(cursor),
    }))
}

fn find<'s>(state: &'s Model, project: Id, key: &str) -> Result<(&'s Doc, &'s Segment), Problem> {
    state
        .find(Kind::Segment, Some(project), key)
        .and_then(|doc| Some((&**doc, doc.as_a::<Segment>()?)))
        .ok_or_else(|| Problem::not_found(format!("segment {key}")))
}

fn has_word(segment: &Segment, word: &str) -> bool {
    word.is_empty()
        || [&segment.key, &segment.name, &segment.description]
            .into_iter()
            .any(|text| text.to_lowercase().contains(word))
}

fn counts(state: &Model, project: Id) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    walk(state, project, |place| {
        match counts.get_mut(place.segment) {
            Some(count) => *count += 1,
            None => drop(counts.insert(place.segment.to_owned(), 1)),
        };
    });
    counts
}

/// A reference to a segment, before it is written out.
struct Reference<'s> {
    segment: &'s str,
    from: From<'s>,
}

enum From<'s> {
    Segment(&'s str),
    Flag {
        flag: &'s hoist_model::document::Flag,
        environment: &'s str,
        setting: &'s Setting,
        rule: Option<&'s str>,
    },
}

impl Reference<'_> {
    fn view(&self, now: jiff::Timestamp) -> SegmentUse {
        match &self.from {
            From::Segment(key) => SegmentUse {
                flag: None,
                segment: Some((*key).to_owned()),
                environment: None,
                place: "segment",
                rule: None,
                state: None,
            },
            From::Flag {
                flag,
                environment,
                setting,
                rule,
            } => SegmentUse {
                flag: Some(flag.key.clone()),
                segment: None,
                environment: Some((*environment).to_owned()),
                place: if rule.is_some() { "rule" } else { "override" },
                rule: rule.map(str::to_owned),
                state: Some(Summary::of(Some(setting), &flag.variants, now).state),
            },
        }
    }
}

/// Every reference to any segment of a project: live flags in byte order of key, then segments.
fn walk<'s>(state: &'s Model, project: Id, mut see: impl FnMut(&Reference<'s>)) {
    let environments = state.environments(project);
    for (doc, flag) in state.flags(project).filter(|(_, flag)| flag.archived_at.is_none()) {
        for (place, environment) in &environments {
            let Some(setting) = state.setting(doc.id, place.id) else {
                continue;
            };
            let mut refer = |segment, rule| {
                let from = From::Flag {
                    flag,
                    environment: &environment.key,
                    setting,
                    rule,
                };
                see(&Reference { segment, from });
            };
            setting
                .config()
                .into_iter()
                .for_each(|config| in_rules(config, &mut refer));
            setting
                .overrides()
                .into_iter()
                .for_each(|body| in_overrides(body, &mut refer));
        }
    }
    for (_, body) in state.segments(project) {
        for segment in body.condition.iter().flat_map(segments_in) {
            let from = From::Segment(&body.key);
            see(&Reference { segment, from });
        }
    }
}

fn in_rules<'s>(config: &'s Config, refer: &mut impl FnMut(&'s str, Option<&'s str>)) {
    for rule in &config.rules {
        let mut keys: Vec<&str> = rule.condition.iter().flat_map(segments_in).collect();
        keys.sort_unstable();
        keys.dedup();
        let name = if rule.name.is_empty() { &rule.id } else { &rule.name };
        keys.into_iter().for_each(|key| refer(key, Some(name)));
    }
}

fn in_overrides<'s>(overrides: &'s Overrides, refer: &mut impl FnMut(&'s str, Option<&'s str>)) {
    overrides.segments.iter().for_each(|group| refer(&group.segment, None));
}

fn segments_in(tree: &Tree) -> Vec<&str> {
    match tree {
        Tree::All(inner) | Tree::Any(inner) => inner.iter().flat_map(segments_in).collect(),
        Tree::Not(inner) => segments_in(inner),
        Tree::Segment(key) => vec![key],
        Tree::Test(_) | Tree::Percentage(_) | Tree::Broken { .. } => Vec::new(),
    }
}
