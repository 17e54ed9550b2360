//! A project as a file.

use axum::extract::State;
use axum::response::IntoResponse;
use hoist_model::portable::ProjectFile;
use hoist_model::portable::text::Format;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Api;
use crate::guard::Scope;
use crate::problem::Problem;
use crate::query::Query;

/// How the file is to be written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// JSON unless YAML is asked for.
    #[serde(default)]
    pub format: ExportFormat,
}

/// Forms of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Indented JSON.
    #[default]
    Json,
    /// YAML.
    Yaml,
}

/// The whole project as a file that an import takes back without loss: definitions, salts, origins, small integers,
/// kills in force and member rows; no revisions, times of change, people or secrets.
#[utoipa::path(get, path = "/hoist/v1/organizations/{organization}/projects/{project}/export", tag = "projects",
    params(("organization" = String, Path), ("project" = String, Path), ExportQuery),
    responses((status = 200, description = "The file.", content((Object = "application/json"), (Object = "application/yaml"))),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn export(
    State(api): State<Api>,
    scope: Scope,
    Query(query): Query<ExportQuery>,
) -> Result<impl IntoResponse, Problem> {
    let project = scope.project()?;
    let format = match query.format {
        ExportFormat::Json => Format::Json,
        ExportFormat::Yaml => Format::Yaml,
    };
    // A copy shares its documents: nobody waits while a large project is written.
    let (state, now) = (api.app.world.clone_state(), api.app.clock.now());
    let written = tokio::task::spawn_blocking(move || {
        let file = ProjectFile::of(&state, project, now)?;
        Some(file.to_text(format).map_err(|_| Problem::internal()))
    });
    let text = written.await.map_err(|_| Problem::internal())?;
    let text = text.ok_or_else(|| Problem::not_found("project"))??;
    Ok(([(CONTENT_TYPE, format.content_type())], text))
}
