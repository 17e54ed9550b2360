//! First run: no default password. Whoever reads the log (or sets the environment) makes the
//! first operator.

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::{Change, EnvironmentChange, MemberChange, OrganizationChange, ProjectChange, UserChange};
use hoist_model::document::{Body, Role, User};
use hoist_model::log::{Actor, Effect, LogEntry};
use hoist_model::permission::SEEDED;
use hoist_model::plan::{Moved, Request};
use hoist_model::record::Kind;
use hoist_model::state::Doc;
use hoist_store::Commit;

use crate::app::App;
use crate::sessions::{SignInError, check_password};
use crate::submit::{Failure, Submission};

/// What the first run asks for.
pub struct FirstRun {
    /// The operator's e-mail address.
    pub email: String,
    /// The operator's password.
    pub password: String,
    /// For people.
    pub name: String,
}

/// Why the first run fails.
#[derive(Debug)]
pub enum SetupError {
    /// There is an operator already, or the token is wrong.
    NotOpen,
    /// Too many attempts.
    TooMany {
        /// At least 1.
        retry_after_s: u64,
    },
    /// The password does not do.
    Password(SignInError),
    /// The changes were not carried out.
    Failed(Failure),
}

impl App {
    /// Whether nobody has set up this instance yet.
    pub fn needs_setup(&self) -> bool {
        !self
            .world
            .state()
            .list(Kind::User, None)
            .any(|doc| doc.as_a::<User>().is_some_and(|user| user.operator))
    }

    /// The token that opens the set-up page; made on first use, kept until the process ends.
    pub fn setup_token(&self) -> String {
        let mut token = self
            .setup_token
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        token.get_or_insert_with(|| self.maker.token()).clone()
    }

    /// Sets up with the token from the log.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub async fn set_up(&self, token: &str, first: &FirstRun, address: &str) -> Result<Id, SetupError> {
        use subtle::ConstantTimeEq as _;
        self.attempts
            .from_address(address, self.clock.now())
            .map_err(|retry_after_s| SetupError::TooMany { retry_after_s })?;
        let right = bool::from(token.as_bytes().ct_eq(self.setup_token().as_bytes()));
        if !right || !self.needs_setup() {
            return Err(SetupError::NotOpen);
        }
        self.make_first(first).await
    }

    /// Makes the operator and, in an empty instance, a first organization and project.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub async fn make_first(&self, first: &FirstRun) -> Result<Id, SetupError> {
        check_password(&first.password).map_err(SetupError::Password)?;
        let user = UserChange::Create {
            email: first.email.clone(),
            name: first.name.clone(),
            operator: true,
        };
        self.first_changes(Place::Instance, vec![Change::User(user)]).await?;
        let email = first.email.trim().to_lowercase();
        let id = self
            .world
            .state()
            .find(Kind::User, None, &email)
            .map(|doc| doc.id)
            .ok_or(SetupError::Failed(Failure::Internal))?;
        self.set_password(id, &first.password)
            .await
            .map_err(SetupError::Password)?;
        if self.world.state().count(Kind::Organization, None) == 0 {
            self.make_first_project(&email).await?;
        }
        Ok(id)
    }

    async fn make_first_project(&self, owner: &str) -> Result<(), SetupError> {
        let create = OrganizationChange::Create {
            key: "default".into(),
            name: "Default".into(),
        };
        self.first_changes(Place::Instance, vec![Change::Organization(create)])
            .await?;
        let organization = self.find(Kind::Organization, None, "default")?;
        let member = MemberChange::Add {
            email: owner.into(),
            role: "owner".into(),
            name: String::new(),
        };
        let project = ProjectChange::Create {
            key: "first".into(),
            name: "First project".into(),
            description: String::new(),
            client_visible_default: false,
        };
        self.first_changes(
            Place::Organization(organization),
            vec![Change::Member(member), Change::Project(project)],
        )
        .await?;
        let project = self.find(Kind::Project, Some(organization), "first")?;
        let environment = |key: &str, name: &str, protected| {
            Change::Environment(EnvironmentChange::Create {
                key: key.into(),
                name: name.into(),
                code: String::new(),
                hue: None,
                protected,
            })
        };
        let environments = vec![
            environment("dev", "Development", false),
            environment("staging", "Staging", false),
            environment("prod", "Production", true),
        ];
        self.first_changes(Place::Project(project), environments).await
    }

    async fn first_changes(&self, place: Place, changes: Vec<Change>) -> Result<(), SetupError> {
        let request = Request {
            place,
            changes,
            note: "first run".into(),
            base: std::collections::BTreeMap::new(),
            moved: Moved::Merge,
        };
        let submission = Submission {
            actor: Actor::System,
            request,
            seen: None,
            idempotency: None,
        };
        self.submit(submission).await.map(drop).map_err(SetupError::Failed)
    }

    fn find(&self, kind: Kind, scope: Option<Id>, key: &str) -> Result<Id, SetupError> {
        self.world
            .state()
            .find(kind, scope, key)
            .map(|doc| doc.id)
            .ok_or(SetupError::Failed(Failure::Internal))
    }

    /// Puts the four roles into a new instance. Roles are documents like any other, but no
    /// change makes them yet, so this writes the entry itself.
    pub(crate) async fn seed_roles(&self) {
        if self.world.state().count(Kind::Role, None) > 0 {
            return;
        }
        if let Err(error) = self.write_roles().await {
            tracing::error!(%error, "the roles cannot be seeded");
        }
    }

    async fn write_roles(&self) -> hoist_store::Result<()> {
        let mut batch = self.store.begin().await?;
        let revision = batch.head().revision + 1;
        if revision > 1 {
            // Another node was first; its entries come by the tail.
            return Ok(());
        }
        let effects = SEEDED.iter().map(|seeded| {
            let role = Role {
                key: seeded.key.into(),
                name: seeded.name.into(),
                description: seeded.description.into(),
                permissions: seeded.permissions(),
            };
            let doc = Doc {
                id: self.maker.id(),
                scope: None,
                key: seeded.key.into(),
                revision,
                body: Body::Role(role),
            };
            Effect::Put {
                before: None,
                after: doc.to_record(),
            }
        });
        let entry = LogEntry {
            revision,
            change: self.maker.id(),
            at: self.clock.now(),
            actor: Actor::System,
            project: None,
            environments: Vec::new(),
            summary: "Creates the roles owner, admin, editor and viewer".into(),
            note: "first run".into(),
            correlation: None,
            undoes: None,
            intent: serde_json::json!([]),
            effects: effects.collect(),
        };
        batch
            .append(&Commit {
                entry: entry.clone(),
                secrets: Vec::new(),
                remember: None,
            })
            .await?;
        batch.commit().await?;
        self.world.publish(&entry);
        Ok(())
    }
}
