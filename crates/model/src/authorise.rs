//! Who may what: permissions come from roles in the organization and in the project.
//!
//! What one may not see answers like what does not exist.

use std::collections::{BTreeSet, HashSet};

use crate::Id;
use crate::document::{Member, Project, Role, User};
use crate::draft::Draft;
use crate::log::Actor;
use crate::permission::Permission;
use crate::record::Kind;
use crate::state::{Aggregate, State};

/// Where a request acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Organizations, users.
    Instance,
    /// Projects and members of this organization.
    Organization(Id),
    /// Everything in this project.
    Project(Id),
}

/// What an actor may do at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// May manage the instance.
    pub operator: bool,
    /// Allowed there.
    pub permissions: BTreeSet<Permission>,
}

impl Access {
    /// Whether a permission is held.
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// Of whoever manages the instance.
    fn everything() -> Self {
        Self {
            operator: true,
            permissions: Permission::ALL.iter().copied().collect(),
        }
    }
}

/// The documents that authorisation reads, from the state or from a draft over it.
pub trait Documents {
    /// A document of one kind by id.
    fn one<T: Aggregate>(&self, id: Id) -> Option<&T>;
    /// The scope of a document.
    fn scope_of(&self, id: Id) -> Option<Id>;
    /// Documents of one kind in a scope.
    fn all<T: Aggregate>(&self, scope: Option<Id>) -> Vec<&T>;
}

impl Documents for State {
    fn one<T: Aggregate>(&self, id: Id) -> Option<&T> {
        self.get_a(id)
    }
    fn scope_of(&self, id: Id) -> Option<Id> {
        self.get(id).and_then(|doc| doc.scope)
    }
    fn all<T: Aggregate>(&self, scope: Option<Id>) -> Vec<&T> {
        self.list(T::KIND, scope).filter_map(|doc| doc.as_a()).collect()
    }
}

impl Documents for Draft<'_> {
    fn one<T: Aggregate>(&self, id: Id) -> Option<&T> {
        self.get_a(id)
    }
    fn scope_of(&self, id: Id) -> Option<Id> {
        self.get(id).and_then(|doc| doc.scope)
    }
    fn all<T: Aggregate>(&self, scope: Option<Id>) -> Vec<&T> {
        self.list(T::KIND, scope)
            .into_iter()
            .filter_map(|doc| doc.as_a())
            .collect()
    }
}

/// The person behind an actor.
pub fn user_of(actor: &Actor) -> Option<Id> {
    match actor {
        Actor::User { id } => Some(*id),
        Actor::Token { user, .. } => Some(*user),
        Actor::Operator | Actor::System => None,
    }
}

/// What the actor may do at the place.
pub fn access(documents: &impl Documents, actor: &Actor, place: Place) -> Access {
    let Some(user) = user_of(actor) else {
        return Access::everything();
    };
    let Some(body) = documents.one::<User>(user).filter(|body| !body.disabled) else {
        return Access::default();
    };
    if body.operator {
        return Access::everything();
    }
    let mut access = Access::default();
    match place {
        Place::Instance => {}
        Place::Organization(organization) => grant(documents, user, organization, &mut access),
        Place::Project(project) => {
            grant(documents, user, project, &mut access);
            if documents.one::<Project>(project).is_some()
                && let Some(organization) = documents.scope_of(project)
            {
                grant(documents, user, organization, &mut access);
            }
        }
    }
    access
}

/// Everybody who holds a permission at a place, operators included: what [`access`] says of one account after the other.
pub fn holders(state: &State, place: Place, permission: Permission) -> HashSet<Id> {
    let scopes = match place {
        Place::Instance => [None, None],
        Place::Organization(organization) => [Some(organization), None],
        Place::Project(project) => {
            let is_there = state.get_a::<Project>(project).is_some();
            [Some(project), state.scope_of(project).filter(|_| is_there)]
        }
    };
    let roles = Documents::all::<Role>(state, None);
    let grants = |member: &&Member| {
        let role = roles.iter().find(|role| role.key == member.role);
        role.is_some_and(|role| role.permissions.contains(&permission))
    };
    let is_enabled = |user: &Id| state.get_a::<User>(*user).is_some_and(|body| !body.disabled);
    let members = scopes
        .into_iter()
        .flatten()
        .flat_map(|scope| Documents::all::<Member>(state, Some(scope)))
        .filter(grants)
        .map(|member| member.user);
    let users = state.list(Kind::User, None);
    let operators = users.filter(|doc| doc.as_a::<User>().is_some_and(|user| user.operator));
    members.chain(operators.map(|doc| doc.id)).filter(is_enabled).collect()
}

fn grant(documents: &impl Documents, user: Id, scope: Id, access: &mut Access) {
    let roles = documents.all::<Role>(None);
    for member in documents
        .all::<Member>(Some(scope))
        .into_iter()
        .filter(|member| member.user == user)
    {
        if let Some(role) = roles.iter().find(|role| role.key == member.role) {
            access.permissions.extend(role.permissions.iter().copied());
        }
    }
}

/// The permission that changing a document of this kind asks for, whatever the intent; used by
/// undo. `None`: an operator, or nobody at all.
pub const fn permission_to_change(kind: Kind) -> Option<Permission> {
    match kind {
        Kind::Project => Some(Permission::ProjectManage),
        Kind::Environment => Some(Permission::EnvironmentManage),
        Kind::Flag => Some(Permission::FlagEdit),
        Kind::Config => Some(Permission::FlagConfigure),
        Kind::Overrides => Some(Permission::FlagOverride),
        Kind::Kill => Some(Permission::FlagKill),
        Kind::Segment => Some(Permission::SegmentEdit),
        Kind::Credential => Some(Permission::CredentialManage),
        Kind::Member => Some(Permission::MemberManage),
        Kind::Organization => Some(Permission::OrganizationManage),
        Kind::User | Kind::Role | Kind::Token => None,
    }
}
