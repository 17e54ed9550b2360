//! Organizations, projects, environments.

use hoist_model::Id;
use hoist_model::document::{Environment, Organization, Project};
use hoist_model::state::Doc;
use serde::Serialize;
use utoipa::ToSchema;

/// A tenant.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// In paths; fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// The change that wrote it.
    pub revision: u64,
}

impl OrganizationView {
    /// From the document.
    pub fn of(doc: &Doc, body: &Organization) -> Self {
        Self {
            id: doc.id,
            key: body.key.clone(),
            name: body.name.clone(),
            revision: doc.revision,
        }
    }
}

/// A project.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Project)]
pub struct ProjectView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// In paths; fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Whether new flags are visible to client credentials unless said otherwise.
    pub client_visible_default: bool,
    /// The change that wrote it.
    pub revision: u64,
}

impl ProjectView {
    /// From the document.
    pub fn of(doc: &Doc, body: &Project) -> Self {
        Self {
            id: doc.id,
            key: body.key.clone(),
            name: body.name.clone(),
            description: body.description.clone(),
            client_visible_default: body.client_visible_default,
            revision: doc.revision,
        }
    }
}

/// An environment.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Environment)]
pub struct EnvironmentView {
    /// For ever.
    #[schema(value_type = String)]
    pub id: Id,
    /// In paths; fixed.
    pub key: String,
    /// For people.
    pub name: String,
    /// One to four letters.
    pub code: String,
    /// Colour, 1–6.
    pub hue: u8,
    /// Place in the promotion order, from 0.
    pub order: u32,
    /// Changes here are graded as dangerous.
    pub protected: bool,
    /// The change that wrote it.
    pub revision: u64,
}

impl EnvironmentView {
    /// From the document.
    pub fn of(doc: &Doc, body: &Environment) -> Self {
        Self {
            id: doc.id,
            key: body.key.clone(),
            name: body.name.clone(),
            code: body.code.clone(),
            hue: body.hue,
            order: body.order,
            protected: body.protected,
            revision: doc.revision,
        }
    }
}
