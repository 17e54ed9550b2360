//! A flag in an environment: rules and default, overrides, switch, kill.

use axum::extract::State;
use hoist_model::change::{Change, ConfigChange};
use hoist_model::document::Flag;
use hoist_model::record::Kind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Api;
use crate::body::{Body, Patch};
use crate::endpoints::find;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::tagged::Tagged;
use crate::wire::flag::{ConfigView, KillView, OverridesView};
use crate::wire::schema::{ConfigPatch, OverridesPatch};
use crate::write::{Changing, Refused, Write, WriteHeaders, WriteQuery, Written};

/// A flag in an environment as it is set.
#[derive(Serialize, ToSchema)]
pub struct FlagSetting {
    /// Switch, rules, default.
    pub config: ConfigView,
    /// Fixed serves.
    pub overrides: OverridesView,
    /// A kill, until it is lifted; absent when there is none.
    pub kill: Option<KillView>,
}

/// On or off.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchForm {
    /// What the switch is set to.
    pub on: bool,
}

/// Why and how long.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KillForm {
    /// Ends by itself; absent = until it is lifted.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// For people.
    #[serde(default)]
    pub reason: String,
}

/// What is set for a flag in an environment; its `ETag` is the revision of the configuration, `"0"` before anything
/// was set.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("environment" = String, Path)),
    responses((status = 200, body = FlagSetting), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn get(State(api): State<Api>, scope: Scope) -> Result<Tagged<FlagSetting>, Problem> {
    let state = api.app.world.state();
    let project = Some(scope.project()?);
    let (key, place) = (scope.param("flag"), scope.param("environment"));
    let found = state
        .find(Kind::Flag, project, key)
        .and_then(|doc| Some((doc.id, doc.as_a::<Flag>()?)));
    let (flag, body) = found.ok_or_else(|| Problem::not_found(format!("flag {key}")))?;
    let environment = state
        .find(Kind::Environment, project, place)
        .ok_or_else(|| Problem::not_found(format!("environment {place}")))?
        .id;
    let setting = state.setting(flag, environment);
    let config = setting.and_then(|setting| setting.config.as_deref());
    let view = FlagSetting {
        config: ConfigView::of(flag, environment, &body.variants, config),
        overrides: OverridesView::of(
            flag,
            environment,
            setting.and_then(|setting| setting.overrides.as_deref()),
        ),
        kill: KillView::of(&state, setting, api.app.clock.now()),
    };
    Ok(Tagged {
        revision: view.config.revision,
        body: view,
    })
}

/// Changes rules, prerequisites, default and off of a flag in an environment. Rules merge by id.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), request_body = ConfigPatch, responses(Changing, Refused))]
pub async fn edit(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::setting(&api, &write, Kind::Config);
    let change = Change::Config(ConfigChange::Edit {
        flag: write.param("flag"),
        environment: write.param("environment"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Switches a flag on or off in an environment.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/switch", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), request_body = SwitchForm, responses(Changing, Refused))]
pub async fn switch(State(api): State<Api>, write: Write, body: Body<SwitchForm>) -> Result<Written, Problem> {
    let form = body.value;
    let document = find::setting(&api, &write, Kind::Config);
    let change = Change::Config(ConfigChange::Switch {
        flag: write.param("flag"),
        environment: write.param("environment"),
        on: form.on,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Changes the fixed serves of subjects and segments.
#[utoipa::path(patch, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/overrides", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), request_body = OverridesPatch, responses(Changing, Refused))]
pub async fn overrides(State(api): State<Api>, write: Write, body: Body<Patch>) -> Result<Written, Problem> {
    let patch = body.value;
    let document = find::setting(&api, &write, Kind::Overrides);
    let change = Change::Config(ConfigChange::Override {
        flag: write.param("flag"),
        environment: write.param("environment"),
        patch,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Kills a flag in an environment: it serves its off variant whatever its rules say.
#[utoipa::path(post, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/kill", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), request_body = KillForm, responses(Changing, Refused))]
pub async fn kill(State(api): State<Api>, write: Write, body: Body<KillForm>) -> Result<Written, Problem> {
    let form = body.value;
    let document = find::setting(&api, &write, Kind::Kill);
    let change = Change::Config(ConfigChange::Kill {
        flag: write.param("flag"),
        environments: vec![write.param("environment")],
        until: form.until,
        reason: form.reason,
    });
    write.edit(&api, &body.bytes, document, change).await
}

/// Lifts a kill: the flag serves by its rules again.
#[utoipa::path(delete, path = "/hoist/v1/organizations/{organization}/projects/{project}/flags/{flag}/environments/{environment}/kill", tag = "flags",
    params(("organization" = String, Path), ("project" = String, Path), ("flag" = String, Path), ("environment" = String, Path), WriteQuery, WriteHeaders), responses(Changing, Refused))]
pub async fn lift(State(api): State<Api>, write: Write) -> Result<Written, Problem> {
    let document = find::setting(&api, &write, Kind::Kill);
    let change = Change::Config(ConfigChange::Lift {
        flag: write.param("flag"),
        environments: vec![write.param("environment")],
    });
    write.edit(&api, &[], document, change).await
}
