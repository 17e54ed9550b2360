//! Sign-in with a password; sessions whose tokens are kept as digests only.

use std::collections::BTreeMap;

use hoist_model::Id;
use hoist_model::authorise::Place;
use hoist_model::change::{Change, PasswordHash, TokensAtReset, UserChange};
use hoist_model::document::User;
use hoist_model::log::Actor;
use hoist_model::plan::{Moved, Request};
use hoist_model::record::Kind;
use hoist_store::{SecretKind, SecretValue, Session, SessionDigest};
use jiff::SignedDuration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::attempts::Standing;
use crate::hashing::Busy;
use crate::source::{digest, password_matches};
use crate::submit::{Failure, Submission};

/// A session ends after this, whatever happens.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);
/// A session ends when it was not used for so long.
const IDLE: SignedDuration = SignedDuration::from_hours(24 * 7);
/// `last_seen` is written at most so often.
const TOUCH: SignedDuration = SignedDuration::from_mins(5);
/// Shortest and longest password.
const PASSWORD_CHARACTERS: std::ops::RangeInclusive<usize> = 12..=256;

/// Why somebody is not signed in.
#[derive(Debug, PartialEq, Eq)]
pub enum SignInError {
    /// Wrong e-mail or password, or no such account; which one is not told.
    Wrong,
    /// Too many attempts; wait so many seconds.
    TooMany {
        /// At least 1.
        retry_after_s: u64,
    },
    /// The new password does not do.
    Weak {
        /// Why.
        reason: String,
    },
    /// The database is unavailable.
    Unavailable,
}

/// Who asks from where, for the session list and the limits.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// Network address.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A fresh session; the token is shown to the browser once, as a cookie.
pub struct SignedIn {
    /// The user document.
    pub user: Id,
    /// For the cookie.
    pub token: String,
    /// Seconds until the session ends.
    pub max_age_s: i64,
}

/// Tells of sessions that end.
pub struct Endings(broadcast::Receiver<[u8; 32]>);

impl Endings {
    /// Waits until a session ends, or may have: whoever fell behind is told so, too.
    pub async fn of(&mut self, token: &str) {
        let own = digest(token);
        loop {
            match self.0.recv().await {
                Ok(ended) if ended == own => return,
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}

/// A password that an operator sets.
#[derive(Clone)]
pub struct PasswordReset {
    /// Whose.
    pub user: Id,
    /// Who sets it.
    pub by: Actor,
    /// Chosen already; one is made otherwise.
    pub password: Option<String>,
    /// What becomes of the personal access tokens.
    pub tokens: TokensAtReset,
    /// Why, for the log.
    pub note: String,
}

/// Why a password was not set.
#[derive(Debug)]
pub enum ResetError {
    /// It does not do.
    Password(SignInError),
    /// The change was not carried out.
    Failed(Failure),
}

impl App {
    /// Signs in with e-mail and password.
    ///
    /// # Errors
    /// See [`SignInError`]; the time taken does not tell whether the account exists.
    pub async fn sign_in(&self, email: &str, password: &str, caller: &Caller) -> Result<SignedIn, SignInError> {
        let email = email.trim().to_lowercase();
        let user = {
            let state = self.world.state();
            let doc = state.find(Kind::User, None, &email);
            doc.filter(|doc| doc.as_a::<User>().is_some_and(|user| !user.disabled))
                .map(|doc| doc.id)
        };
        // Whoever is not there is looked for all the same: what is done must not tell who is.
        let id = user.unwrap_or(nobody());
        self.count_attempt(&email, id, &caller.address).await?;
        let hash = self.password_hash(id).await?;
        let matches = self.matches(password, hash).await?;
        match user.filter(|_| matches) {
            Some(user) => {
                self.attempts.learn(&email, &caller.address, self.clock.now());
                self.open_session(user, caller).await
            }
            None => Err(SignInError::Wrong),
        }
    }

    /// Starts a session without a password; for set-up and after a password change.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn open_session(&self, user: Id, caller: &Caller) -> Result<SignedIn, SignInError> {
        let now = self.clock.now();
        let token = self.maker.token();
        let session = Session {
            digest: SessionDigest(digest(&token)),
            user,
            created: now,
            expires: now.saturating_add(LIFETIME).unwrap_or(now),
            last_seen: now,
            address: caller.address.clone(),
            agent: caller.agent.chars().take(200).collect(),
        };
        self.store
            .create_session(&session)
            .await
            .map_err(|_| SignInError::Unavailable)?;
        Ok(SignedIn {
            user,
            token,
            max_age_s: LIFETIME.as_secs(),
        })
    }

    /// Whose session a cookie names, if it is live.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn session_user(&self, token: &str) -> Result<Option<Id>, SignInError> {
        let now = self.clock.now();
        let found = self
            .store
            .session(SessionDigest(digest(token)), now)
            .await
            .map_err(|_| SignInError::Unavailable)?;
        let Some(session) = found else { return Ok(None) };
        let unused = now.duration_since(session.last_seen);
        if unused > IDLE {
            let _ = self.store.delete_session(session.digest).await;
            return Ok(None);
        }
        if unused > TOUCH {
            let _ = self.store.touch_session(session.digest, now).await;
        }
        let live = self
            .world
            .state()
            .get_a::<User>(session.user)
            .is_some_and(|user| !user.disabled);
        Ok(live.then_some(session.user))
    }

    /// Ends the session that a cookie names.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn sign_out(&self, token: &str) -> Result<(), SignInError> {
        let digest = digest(token);
        self.store
            .delete_session(SessionDigest(digest))
            .await
            .map_err(|_| SignInError::Unavailable)?;
        // Nobody listening is fine.
        let _ = self.endings.send(digest);
        Ok(())
    }

    /// Whether a session still lives; asking is no use of it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn session_lives(&self, token: &str) -> Result<bool, SignInError> {
        let now = self.clock.now();
        let found = self.store.session(SessionDigest(digest(token)), now).await;
        let found = found.map_err(|_| SignInError::Unavailable)?;
        let state = self.world.state();
        let enabled = |user| state.get_a::<User>(user).is_some_and(|user| !user.disabled);
        Ok(found.is_some_and(|session| now.duration_since(session.last_seen) <= IDLE && enabled(session.user)))
    }

    /// Sessions that end by signing out at this node, as they end.
    pub fn endings(&self) -> Endings {
        Endings(self.endings.subscribe())
    }

    /// Changes somebody's own password and ends every other session, as one change: the audit tells it. Tokens stay.
    ///
    /// # Errors
    /// See [`ResetError`].
    pub async fn change_password(
        &self,
        (user, by): (Id, Actor),
        current: &str,
        new: &str,
        caller: &Caller,
    ) -> Result<SignedIn, ResetError> {
        self.count_attempt(&user.to_string(), user, &caller.address)
            .await
            .map_err(ResetError::Password)?;
        let hash = self.password_hash(user).await.map_err(ResetError::Password)?;
        let matches = self.matches(current, hash).await.map_err(ResetError::Password)?;
        if !matches {
            return Err(ResetError::Password(SignInError::Wrong));
        }
        let reset = PasswordReset {
            user,
            by,
            password: Some(new.to_owned()),
            tokens: TokensAtReset::Keep,
            note: String::new(),
        };
        self.reset_password(reset).await?;
        self.open_session(user, caller).await.map_err(ResetError::Password)
    }

    /// Sets a user's password and ends all their sessions; for set-up.
    ///
    /// # Errors
    /// See [`SignInError`].
    pub async fn set_password(&self, user: Id, new: &str) -> Result<(), SignInError> {
        check_password(new)?;
        let maker = self.maker.clone();
        let new = new.to_owned();
        let hash = self.hashing.run(move || maker.hash_password(&new)).await?;
        let value = SecretValue::new(hash.into_bytes());
        self.store
            .put_secret(user, SecretKind::Password, value)
            .await
            .map_err(|_| SignInError::Unavailable)?;
        self.store
            .delete_sessions_of(user, None)
            .await
            .map_err(|_| SignInError::Unavailable)?;
        Ok(())
    }

    /// Sets somebody's password on behalf of an operator and ends all their sessions, as one change:
    /// the log says who did it. Without a password one is made. The password is handed back.
    ///
    /// # Errors
    /// See [`ResetError`].
    pub async fn reset_password(&self, reset: PasswordReset) -> Result<String, ResetError> {
        let password = reset.password.unwrap_or_else(|| self.maker.password());
        check_password(&password).map_err(ResetError::Password)?;
        let (maker, new) = (self.maker.clone(), password.clone());
        let hash = self.hashing.run(move || maker.hash_password(&new)).await;
        let hash = hash.map_err(|busy| ResetError::Password(busy.into()))?;
        let change = UserChange::ResetPassword {
            user: reset.user,
            tokens: reset.tokens,
            given: Some(PasswordHash::new(hash)),
        };
        let request = Request {
            place: Place::Instance,
            changes: vec![Change::User(change)],
            note: reset.note,
            base: BTreeMap::new(),
            moved: Moved::Merge,
        };
        let submission = Submission {
            actor: reset.by,
            request,
            seen: None,
            idempotency: None,
        };
        self.submit(submission).await.map_err(ResetError::Failed)?;
        Ok(password)
    }

    async fn count_attempt(&self, account: &str, user: Id, address: &str) -> Result<(), SignInError> {
        let now = self.clock.now();
        let too_many = |retry_after_s| SignInError::TooMany { retry_after_s };
        self.attempts.from_address(address, now).map_err(too_many)?;
        let mut standing = self.attempts.standing(account, address);
        // Perhaps another node, or this one before its start, has seen them sign in from there.
        if standing == Standing::Strange && self.has_session_from((account, user), address).await? {
            standing = Standing::Known;
        }
        let counted = self.attempts.on_account(account, address, standing, now);
        counted.map_err(too_many)
    }

    /// Asks the database once in a while for each account, however many strangers try it.
    async fn has_session_from(&self, (account, user): (&str, Id), address: &str) -> Result<bool, SignInError> {
        let now = self.clock.now();
        if let Some(has) = self.attempts.has_session(account, address, now) {
            return Ok(has);
        }
        let sessions = self.store.sessions_of(user, now).await;
        let sessions = sessions.map_err(|_| SignInError::Unavailable)?;
        let addresses = sessions.iter().map(|session| session.address.as_str());
        self.attempts.tell(account, addresses, now);
        Ok(self.attempts.has_session(account, address, now).unwrap_or(false))
    }

    /// Whether a password is the right one. Without a hash the same work is done on one that nothing matches.
    async fn matches(&self, password: &str, hash: Option<String>) -> Result<bool, SignInError> {
        let (password, hash) = (password.to_owned(), hash.unwrap_or_else(|| self.decoy.clone()));
        let matches = self.hashing.run(move || password_matches(&password, &hash)).await?;
        Ok(matches)
    }

    async fn password_hash(&self, user: Id) -> Result<Option<String>, SignInError> {
        let found = self
            .store
            .secret(user, SecretKind::Password)
            .await
            .map_err(|_| SignInError::Unavailable)?;
        Ok(found.and_then(|value| String::from_utf8(value.expose().to_vec()).ok()))
    }
}

/// Whether a password may be used.
///
/// # Errors
/// Says what is wrong with it.
pub fn check_password(password: &str) -> Result<(), SignInError> {
    let length = password.chars().count();
    if !PASSWORD_CHARACTERS.contains(&length) {
        let reason = format!(
            "a password has {} to {} characters",
            PASSWORD_CHARACTERS.start(),
            PASSWORD_CHARACTERS.end()
        );
        return Err(SignInError::Weak { reason });
    }
    Ok(())
}

/// An id that no account has.
fn nobody() -> Id {
    Id::from_parts(0, [0; 10])
}

impl From<Busy> for SignInError {
    fn from(_: Busy) -> Self {
        Self::TooMany { retry_after_s: 1 }
    }
}
