//! Permissions: one typed list. Roles are sets of it, routes and changes name one each.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($($variant:ident = $name:literal: $meaning:literal,)*) => {
        /// Something one may do. The name is stored in roles, so it never changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Permission {
            $(#[doc = $meaning] #[serde(rename = $name)] $variant,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stored name.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it allows, for people.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

permissions! {
    OrganizationView = "organization.view": "See that the organization exists, and its projects",
    OrganizationManage = "organization.manage": "Rename the organization",
    ProjectCreate = "project.create": "Create projects",
    ProjectView = "project.view": "See a project with its flags, segments, environments and history",
    ProjectManage = "project.manage": "Change a project's settings",
    ProjectDelete = "project.delete": "Delete a project with all it holds",
    EnvironmentManage = "environment.manage": "Create, change, order and delete environments",
    FlagCreate = "flag.create": "Create flags",
    FlagEdit = "flag.edit": "Change a flag's definition and variants",
    FlagArchive = "flag.archive": "Archive and restore flags",
    FlagDelete = "flag.delete": "Delete archived flags",
    FlagSwitch = "flag.switch": "Switch flags on and off",
    FlagConfigure = "flag.configure": "Change rules, prerequisites and defaults",
    FlagOverride = "flag.override": "Set overrides for subjects and segments",
    FlagKill = "flag.kill": "Kill flags and lift kills",
    SegmentCreate = "segment.create": "Create segments",
    SegmentEdit = "segment.edit": "Change segments and their members",
    SegmentDelete = "segment.delete": "Archive and delete segments",
    CredentialView = "credential.view": "See which credentials exist",
    CredentialManage = "credential.manage": "Create and revoke credentials",
    MemberView = "member.view": "See members and roles",
    MemberManage = "member.manage": "Add, change and remove members",
    AuditView = "audit.view": "Read the audit log and past revisions",
    ExplainRun = "explain.run": "Evaluate flags with an explanation",
    ImportRun = "import.run": "Import flags from other systems",
}

/// A seeded role: key, name, description, permissions.
pub struct SeededRole {
    /// Fixed.
    pub key: &'static str,
    /// For people.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// Permissions it lacks.
    lacks: &'static [Permission],
    /// Whether it may only look.
    looks: &'static [Permission],
}

impl SeededRole {
    /// What it allows.
    pub fn permissions(&self) -> Vec<Permission> {
        if self.looks.is_empty() {
            Permission::ALL
                .iter()
                .copied()
                .filter(|permission| !self.lacks.contains(permission))
                .collect()
        } else {
            self.looks.to_vec()
        }
    }
}

/// The roles every instance starts with.
pub const SEEDED: [SeededRole; 4] = [
    SeededRole {
        key: "owner",
        name: "Owner",
        description: "Everything, including deleting projects and naming other owners",
        lacks: &[],
        looks: &[],
    },
    SeededRole {
        key: "admin",
        name: "Admin",
        description: "Everything but deleting projects",
        lacks: &[Permission::ProjectDelete],
        looks: &[],
    },
    SeededRole {
        key: "editor",
        name: "Editor",
        description: "Works on flags and segments",
        lacks: &[
            Permission::OrganizationManage,
            Permission::ProjectCreate,
            Permission::ProjectManage,
            Permission::ProjectDelete,
            Permission::EnvironmentManage,
            Permission::CredentialManage,
            Permission::MemberManage,
        ],
        looks: &[],
    },
    SeededRole {
        key: "viewer",
        name: "Viewer",
        description: "Looks and tests, changes nothing",
        lacks: &[],
        looks: &[
            Permission::OrganizationView,
            Permission::ProjectView,
            Permission::MemberView,
            Permission::AuditView,
            Permission::ExplainRun,
        ],
    },
];
