//! Who did something, by name.

use hoist_model::Id;
use hoist_model::document::{Token, User};
use hoist_model::log::Actor;
use hoist_model::state::State;
use serde::Serialize;
use utoipa::ToSchema;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Actor)]
pub struct ActorView {
    /// `user`, `token`, `operator`, `system`, or `unknown` where a record is damaged.
    pub kind: &'static str,
    /// The user document, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    /// For people.
    pub name: String,
}

impl ActorView {
    /// Where the record is damaged.
    pub fn unknown() -> Self {
        Self {
            kind: "unknown",
            id: None,
            name: "unknown".to_owned(),
        }
    }

    /// With the names that the state knows now.
    pub fn of(state: &State, actor: &Actor) -> Self {
        let person = |id: Id| {
            state.get_a::<User>(id).map_or_else(
                || "somebody".to_owned(),
                |user| {
                    if user.name.is_empty() {
                        user.email.clone()
                    } else {
                        user.name.clone()
                    }
                },
            )
        };
        match actor {
            Actor::User { id } => Self {
                kind: "user",
                id: Some(*id),
                name: person(*id),
            },
            Actor::Token { user, id } => {
                let token = state.get_a::<Token>(*id).map_or("a token", |token| token.name.as_str());
                Self {
                    kind: "token",
                    id: Some(*user),
                    name: format!("{} ({token})", person(*user)),
                }
            }
            Actor::Operator => Self {
                kind: "operator",
                id: None,
                name: "operator".to_owned(),
            },
            Actor::System => Self {
                kind: "system",
                id: None,
                name: "Hoist".to_owned(),
            },
        }
    }
}
