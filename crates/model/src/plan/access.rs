//! Users, members and tokens.

use super::{Grade, Planner, Refusal, Reveal, SecretKind, SecretWrite, invalid};
use crate::Id;
use crate::authorise::{Place, access, user_of};
use crate::change::{MemberChange, PasswordHash, TokenChange, TokensAtReset, UserChange};
use crate::document::{Body, Member, Role, Token, User};
use crate::record::Kind;

/// Characters of a secret that stay visible.
pub(super) const PREFIX: usize = 10;

impl Planner<'_> {
    pub(super) fn user(&mut self, change: &UserChange) -> Result<(), Refusal> {
        match change {
            UserChange::Create { email, name, operator } => {
                self.create_user(email, name, *operator)?;
            }
            UserChange::Edit { user, patch } => {
                let before = self.by_id::<User>(None, *user)?;
                let after = self.patched(*user, &before, patch)?;
                self.fixed(
                    before.email == after.email
                        && before.created_at == after.created_at
                        && before.password_reset_at == after.password_reset_at,
                    "user",
                )?;
                if before.operator && !before.disabled && (!after.operator || after.disabled) && self.operators() <= 1 {
                    return Err(invalid(
                        "last_operator",
                        "the last operator of the instance stays",
                        format!("{}/user/edit", self.pointer),
                    ));
                }
                self.draft.put(*user, None, &before.email, Body::User(after));
                self.raise(Grade::Guarded);
                self.say(*user, "Changes an account");
            }
            UserChange::ResetPassword { user, tokens, given } => self.reset_password(*user, *tokens, given.as_ref())?,
        }
        Ok(())
    }

    fn reset_password(&mut self, user: Id, tokens: TokensAtReset, given: Option<&PasswordHash>) -> Result<(), Refusal> {
        let mut body = self.by_id::<User>(None, user)?;
        let digest = match given {
            Some(given) => given.expose().to_owned(),
            None => {
                let (secret, hash) = self.source.password();
                self.reveals.push(Reveal { document: user, secret });
                hash
            }
        };
        self.secrets.push(SecretWrite {
            owner: user,
            kind: SecretKind::Password,
            digest,
        });
        // Each is a change of its own, also twice within a tick of the clock: without an effect nothing is written.
        let next = |before: jiff::Timestamp| before.saturating_add(jiff::SignedDuration::from_millis(1));
        let after_last = body.password_reset_at.and_then(|before| next(before).ok());
        body.password_reset_at = Some(after_last.map_or(self.now, |least| self.now.max(least)));
        let email = body.email.clone();
        self.draft.put(user, None, &email, Body::User(body));
        self.raise(Grade::Guarded);
        let is_own = user_of(self.actor) == Some(user);
        let what = if is_own {
            format!("{email} changes their password; the other sessions of the account end")
        } else {
            format!("Sets a new password for {email} and ends the sessions of the account")
        };
        self.say(user, what);
        match tokens {
            TokensAtReset::Keep => {}
            TokensAtReset::Revoke => self.revoke_tokens_of(user),
        }
        Ok(())
    }

    fn revoke_tokens_of(&mut self, user: Id) {
        let live = |body: &Token| body.revoked_at.is_none();
        let tokens = self.draft.list(Kind::Token, Some(user)).into_iter();
        let tokens: Vec<(Id, Token)> = tokens
            .filter_map(|doc| Some((doc.id, doc.as_a::<Token>().filter(|body| live(body))?.clone())))
            .collect();
        for (id, body) in tokens {
            self.revoke_token(id, user, body);
        }
    }

    fn revoke_token(&mut self, id: Id, user: Id, mut body: Token) {
        body.revoked_at = Some(self.now);
        let name = body.name.clone();
        self.draft.put(id, Some(user), &id.to_string(), Body::Token(body));
        self.say(id, format!("Revokes access token “{name}” for ever"));
    }

    fn operators(&self) -> usize {
        self.draft
            .list(Kind::User, None)
            .into_iter()
            .filter(|doc| doc.as_a::<User>().is_some_and(|user| user.operator && !user.disabled))
            .count()
    }

    fn create_user(&mut self, email: &str, name: &str, operator: bool) -> Result<Id, Refusal> {
        let email = email.trim().to_lowercase();
        let pointer = format!("{}/email", self.pointer);
        if !is_email(&email) {
            return Err(invalid(
                "bad_email",
                format!("“{email}” is not an e-mail address"),
                pointer,
            ));
        }
        if self.draft.find(Kind::User, None, &email).is_some() {
            return Err(invalid("key_taken", format!("{email} has an account already"), pointer));
        }
        let id = self.source.id();
        let body = User {
            email: email.clone(),
            name: name.to_owned(),
            operator,
            disabled: false,
            password_reset_at: None,
            created_at: self.now,
        };
        self.draft.put(id, None, &email, Body::User(body));
        let (password, hash) = self.source.password();
        self.secrets.push(SecretWrite {
            owner: id,
            kind: SecretKind::Password,
            digest: hash,
        });
        self.reveals.push(Reveal {
            document: id,
            secret: password,
        });
        self.raise(Grade::Guarded);
        self.say(id, format!("Creates an account for {email}"));
        Ok(id)
    }

    pub(super) fn member(&mut self, change: &MemberChange) -> Result<(), Refusal> {
        let scope = match self.request.place {
            Place::Organization(id) | Place::Project(id) => id,
            Place::Instance => {
                return Err(invalid(
                    "wrong_place",
                    "members belong to an organization or a project",
                    self.pointer.clone(),
                ));
            }
        };
        self.raise(Grade::Guarded);
        match change {
            MemberChange::Add { email, role, name } => {
                self.check_role(role)?;
                let email = email.trim().to_lowercase();
                let user = match self.draft.find(Kind::User, None, &email).map(|doc| doc.id) {
                    Some(id) => id,
                    None => self.create_user(&email, name, false)?,
                };
                let key = user.to_string();
                if self.draft.find(Kind::Member, Some(scope), &key).is_some() {
                    return Err(invalid(
                        "key_taken",
                        format!("{email} is a member already"),
                        format!("{}/member/add/email", self.pointer),
                    ));
                }
                let id = self.source.id();
                let body = Member {
                    user,
                    role: role.clone(),
                    created_at: self.now,
                };
                self.draft.put(id, Some(scope), &key, Body::Member(body));
                self.say(id, format!("Makes {email} a member with the role {role}"));
            }
            MemberChange::Edit { member, role } => {
                self.check_role(role)?;
                let mut body = self.by_id::<Member>(Some(scope), *member)?;
                self.check_base(*member)?;
                self.may_name(&body.role)?;
                self.keep_an_owner(scope, *member, role == "owner")?;
                body.role.clone_from(role);
                let key = body.user.to_string();
                self.draft.put(*member, Some(scope), &key, Body::Member(body));
                self.say(*member, format!("Gives a member the role {role}"));
            }
            MemberChange::Remove { member } => {
                let body = self.by_id::<Member>(Some(scope), *member)?;
                self.check_base(*member)?;
                self.may_name(&body.role)?;
                self.keep_an_owner(scope, *member, false)?;
                let email = self
                    .draft
                    .get_a::<User>(body.user)
                    .map_or_else(|| "a member".to_owned(), |user| user.email.clone());
                self.draft.remove(*member);
                self.say(*member, format!("Removes {email}"));
            }
        }
        Ok(())
    }

    fn check_role(&self, role: &str) -> Result<(), Refusal> {
        if self.draft.find(Kind::Role, None, role).is_none() {
            return Err(invalid(
                "unknown_role",
                format!("there is no role {role}"),
                format!("{}/member/role", self.pointer),
            ));
        }
        self.may_name(role)
    }

    /// Nobody hands out, changes or takes away what they do not hold themselves.
    fn may_name(&self, role: &str) -> Result<(), Refusal> {
        let held = access(&self.draft, self.actor, self.request.place);
        let role = self
            .draft
            .find(Kind::Role, None, role)
            .and_then(|doc| doc.as_a::<Role>());
        let beyond = role.and_then(|role| role.permissions.iter().find(|permission| !held.allows(**permission)));
        match beyond {
            Some(permission) => Err(Refusal::Denied {
                permission: Some(*permission),
            }),
            None => Ok(()),
        }
    }

    /// An organization keeps at least one owner.
    fn keep_an_owner(&self, scope: Id, member: Id, stays: bool) -> Result<(), Refusal> {
        if stays || !matches!(self.request.place, Place::Organization(_)) {
            return Ok(());
        }
        let others = self
            .draft
            .list(Kind::Member, Some(scope))
            .into_iter()
            .filter(|doc| doc.id != member && doc.as_a::<Member>().is_some_and(|body| body.role == "owner"));
        let is_owner = self
            .draft
            .get_a::<Member>(member)
            .is_some_and(|body| body.role == "owner");
        if is_owner && others.count() == 0 {
            return Err(invalid(
                "last_owner",
                "the last owner stays; name another one first",
                format!("{}/member", self.pointer),
            ));
        }
        Ok(())
    }

    pub(super) fn token(&mut self, change: &TokenChange) -> Result<(), Refusal> {
        let Some(user) = user_of(self.actor) else {
            return Err(Refusal::Denied { permission: None });
        };
        match change {
            TokenChange::Create { name, expires_at } => {
                self.check_expiry(*expires_at)?;
                let id = self.source.id();
                let (secret, digest) = self.source.secret("hst_");
                let prefix = secret.chars().take(PREFIX).collect();
                let body = Token {
                    name: name.clone(),
                    user,
                    prefix,
                    digest,
                    created_at: self.now,
                    expires_at: *expires_at,
                    revoked_at: None,
                };
                self.reveals.push(Reveal { document: id, secret });
                self.draft.put(id, Some(user), &id.to_string(), Body::Token(body));
                self.say(id, format!("Creates access token “{name}”"));
            }
            TokenChange::Revoke { token } => {
                let body = self.by_id::<Token>(Some(user), *token)?;
                if body.revoked_at.is_some() {
                    return Err(invalid("revoked", "the token is revoked already", self.pointer.clone()));
                }
                self.revoke_token(*token, user, body);
            }
        }
        Ok(())
    }

    pub(super) fn check_expiry(&self, expires_at: Option<jiff::Timestamp>) -> Result<(), Refusal> {
        match expires_at {
            Some(end) if end <= self.now => Err(invalid(
                "in_the_past",
                "an expiry lies in the future",
                format!("{}/expires_at", self.pointer),
            )),
            _ => Ok(()),
        }
    }
}

/// Something before and after one `@`, no spaces, at most 254 bytes.
fn is_email(text: &str) -> bool {
    let mut parts = text.split('@');
    let (name, host) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    !name.is_empty()
        && !host.is_empty()
        && parts.next().is_none()
        && text.len() <= 254
        && !text.chars().any(|each| each.is_whitespace() || each.is_control())
}
