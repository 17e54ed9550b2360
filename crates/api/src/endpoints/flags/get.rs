//! One flag in all environments.

use axum::extract::State;
use hoist_model::document::{Config, Flag};
use hoist_model::record::Kind;
use hoist_model::state::{Doc, Setting, State as Model};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Api;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::tagged::Tagged;
use crate::wire::actor::ActorView;
use crate::wire::flag::{ConfigView, FlagView, KillView, OverridesView};
use crate::wire::place::EnvironmentView;
use crate::wire::summary::Summary;

/// A flag with what is set for it everywhere.
#[derive(Serialize, ToSchema)]
pub struct FlagDetail {
    /// The definition.
    pub flag: FlagView,
    /// In promotion order.
    pub environments: Vec<FlagEnvironment>,
    /// Flags that have this one as a prerequisite.
    pub needed_by: Vec<Dependant>,
    /// What some client cannot express.
    pub gaps: Vec<GapView>,
}

/// A flag in one environment.
#[derive(Serialize, ToSchema)]
pub struct FlagEnvironment {
    /// Where.
    pub environment: EnvironmentView,
    /// In a word and a few words.
    #[serde(flatten)]
    pub summary: Summary,
    /// Switch, rules, default.
    pub config: ConfigView,
    /// Fixed serves.
    pub overrides: OverridesView,
    /// A kill that has not ended.
    pub kill: Option<KillView>,
    /// Parts that do not compile.
    pub problems: Vec<RuleProblem>,
    /// When it was changed last; absent when nothing was ever set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub changed_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed_by: Option<ActorView>,
}

/// A part that does not compile.
#[derive(Serialize, ToSchema)]
pub struct RuleProblem {
    /// JSON pointer into the lowered rules.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// A flag that needs this one.
#[derive(Serialize, ToSchema)]
pub struct Dependant {
    /// Its key.
    pub flag: String,
    /// Key of the environment.
    pub environment: String,
}

/// Something that was not carried over with its full meaning.
#[derive(Serialize, ToSchema)]
pub struct GapView {
    /// Stable word.
    pub code: String,
    /// For people.
    pub text: String,
}

/// One flag: definition, settings in every environment, dependants, gaps.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path)),
    responses((status = 200, body = FlagDetail), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn get(State(api): State<Api>, scope: Scope) -> Result<Tagged<FlagDetail>, Problem> {
    let state = api.app.world.state();
    let project = scope.project()?;
    let key = scope.param("flag");
    let found = state
        .find(Kind::Flag, Some(project), key)
        .and_then(|doc| Some((doc, doc.as_a::<Flag>()?)));
    let (doc, flag) = found.ok_or_else(|| Problem::not_found(format!("flag {key}")))?;
    let now = api.app.clock.now();
    let environments = state
        .environments(project)
        .into_iter()
        .map(|(place, body)| in_environment(&state, doc, flag, EnvironmentView::of(place, body), now))
        .collect();
    let needed_by = needed_by(&state, project, key);
    Ok(Tagged {
        revision: doc.revision,
        body: FlagDetail {
            flag: FlagView::of(doc, flag),
            environments,
            needed_by,
            gaps: gaps(flag),
        },
    })
}

fn in_environment(
    state: &Model,
    doc: &Doc,
    flag: &Flag,
    environment: EnvironmentView,
    now: Timestamp,
) -> FlagEnvironment {
    let setting = state.setting(doc.id, environment.id);
    let revision = setting.map_or(0, Setting::revision);
    let stamp = state.stamp(revision);
    FlagEnvironment {
        summary: Summary::of(setting, &flag.variants, now),
        config: ConfigView::of(
            doc.id,
            environment.id,
            &flag.variants,
            setting.and_then(|setting| setting.config.as_deref()),
        ),
        overrides: OverridesView::of(
            doc.id,
            environment.id,
            setting.and_then(|setting| setting.overrides.as_deref()),
        ),
        kill: KillView::of(state, setting, now),
        problems: problems(flag, setting),
        changed_at: stamp.map(|stamp| stamp.at),
        changed_by: stamp.map(|stamp| ActorView::of(state, &stamp.actor)),
        environment,
    }
}

fn problems(flag: &Flag, setting: Option<&Setting>) -> Vec<RuleProblem> {
    let config = setting.and_then(Setting::config);
    let overrides = setting.and_then(Setting::overrides);
    let rules = hoist_model::lower::lower_flag(flag, config, overrides, None, 0);
    hoist_engine::validate(&rules, &hoist_engine::Limits::default())
        .into_iter()
        .map(|problem| RuleProblem {
            path: problem.path,
            message: problem.message,
        })
        .collect()
}

fn needed_by(state: &Model, project: hoist_model::Id, key: &str) -> Vec<Dependant> {
    let environments = state.environments(project);
    let mut found = Vec::new();
    for (doc, flag) in state.flags(project).filter(|(_, flag)| flag.archived_at.is_none()) {
        for (place, body) in &environments {
            let config = state.setting(doc.id, place.id).and_then(Setting::config);
            let needs = |config: &Config| config.prerequisites.iter().any(|each| each.flag == key);
            if config.is_some_and(needs) {
                found.push(Dependant {
                    flag: flag.key.clone(),
                    environment: body.key.clone(),
                });
            }
        }
    }
    found
}

/// What the import noted on the flag itself.
fn gaps(flag: &Flag) -> Vec<GapView> {
    let noted = flag.foreign.get("gaps");
    let noted = noted.as_ref().and_then(serde_json::Value::as_array);
    noted
        .into_iter()
        .flatten()
        .filter_map(|gap| {
            let text = |name: &str| gap.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
            Some(GapView {
                code: text("code")?,
                text: text("text")?,
            })
        })
        .collect()
}
