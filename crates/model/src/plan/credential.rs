//! Keys of software: new ones, and those that clients have already from another system.

use jiff::Timestamp;

use super::access::PREFIX;
use super::{Grade, Planner, Refusal, Reveal, invalid};
use crate::Id;
use crate::change::{AdoptedKey, CredentialChange};
use crate::document::{Body, Credential, CredentialKind, Environment};
use crate::record::Kind;

/// Lengths of public keys that are adopted, characters.
const ADOPTED: std::ops::RangeInclusive<usize> = 8..=256;

/// What our own keys and tokens begin with. A token that is taken for a client's key would be shown to everybody.
pub const OURS: [&str; 3] = ["hsk_", "hck_", "hst_"];

/// Characters of a SHA-256 in hexadecimal.
const DIGEST: usize = 64;

impl Planner<'_> {
    pub(super) fn credential(&mut self, change: &CredentialChange) -> Result<(), Refusal> {
        let project = self.project_id()?;
        match change {
            CredentialChange::Create {
                name,
                kind,
                environment,
                expires_at,
            } => {
                let (secret, digest) = self.source.secret(match kind {
                    CredentialKind::Server => "hsk_",
                    CredentialKind::Client => "hck_",
                });
                let key = Key {
                    kind: *kind,
                    prefix: secret.chars().take(PREFIX).collect(),
                    digest,
                    public_key: (*kind == CredentialKind::Client).then(|| secret.clone()),
                };
                let id = self.put_credential("Creates", name, environment, *expires_at, key)?;
                self.reveals.push(Reveal { document: id, secret });
            }
            CredentialChange::Adopt {
                name,
                environment,
                key,
                expires_at,
            } => {
                let key = self.adopted(key)?;
                let (place, _) = self.named::<Environment>(Some(project), environment)?;
                self.check_unused(project, place, &key)?;
                self.put_credential("Adopts", name, environment, *expires_at, key)?;
            }
            CredentialChange::Edit { credential, patch } => {
                let before = self.by_id::<Credential>(Some(project), *credential)?;
                let after = self.patched(*credential, &before, patch)?;
                let fixed = Credential {
                    name: after.name.clone(),
                    ..before
                } == after;
                self.fixed(fixed, "credential")?;
                self.draft.put(
                    *credential,
                    Some(project),
                    &credential.to_string(),
                    Body::Credential(after),
                );
                self.say(*credential, "Renames a credential");
            }
            CredentialChange::Revoke { credential } => {
                let mut body = self.by_id::<Credential>(Some(project), *credential)?;
                self.check_base(*credential)?;
                if body.revoked_at.replace(self.now).is_some() {
                    return Err(invalid(
                        "revoked",
                        "the credential is revoked already",
                        self.pointer.clone(),
                    ));
                }
                let name = body.name.clone();
                self.draft.put(
                    *credential,
                    Some(project),
                    &credential.to_string(),
                    Body::Credential(body),
                );
                self.say(*credential, format!("Revokes credential “{name}” for ever"));
                self.needs_typing(&name);
            }
        }
        Ok(())
    }

    fn put_credential(
        &mut self,
        does: &str,
        name: &str,
        environment: &str,
        expires_at: Option<Timestamp>,
        key: Key,
    ) -> Result<Id, Refusal> {
        let project = self.project_id()?;
        let (environment, place) = self.named::<Environment>(Some(project), environment)?;
        self.check_expiry(expires_at)?;
        let id = self.source.id();
        let word = match key.kind {
            CredentialKind::Server => "server",
            CredentialKind::Client => "client",
        };
        let body = Credential {
            name: name.to_owned(),
            kind: key.kind,
            environment,
            prefix: key.prefix,
            digest: key.digest,
            public_key: key.public_key,
            created_at: self.now,
            expires_at,
            revoked_at: None,
        };
        self.draft
            .put(id, Some(project), &id.to_string(), Body::Credential(body));
        self.raise(if place.protected { Grade::Guarded } else { Grade::Normal });
        self.say(id, format!("{does} {word} credential “{name}” for {}", place.key));
        Ok(id)
    }

    fn adopted(&self, key: &AdoptedKey) -> Result<Key, Refusal> {
        let wrong = |what: &str| invalid("bad_key", what, format!("{}/key", self.pointer));
        match key {
            AdoptedKey::Client(text) => {
                if !ADOPTED.contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(wrong("a key has 8 to 256 letters, digits and signs, and no spaces"));
                }
                if OURS.iter().any(|own| text.starts_with(own)) {
                    return Err(wrong("this is a key or a token of Hoist’s own; make a new one"));
                }
                Ok(Key {
                    kind: CredentialKind::Client,
                    prefix: text.chars().take(PREFIX).collect(),
                    digest: self.source.digest(text),
                    public_key: Some(text.clone()),
                })
            }
            AdoptedKey::Server { digest, prefix } => {
                let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                let is_prefix = prefix.len() <= PREFIX && prefix.bytes().all(|byte| byte.is_ascii_graphic());
                if digest.len() != DIGEST || !digest.bytes().all(is_hexadecimal) || !is_prefix {
                    return Err(wrong(
                        "a secret key is told by its SHA-256 in small hexadecimal and ten characters",
                    ));
                }
                Ok(Key {
                    kind: CredentialKind::Server,
                    prefix: prefix.clone(),
                    digest: digest.clone(),
                    public_key: None,
                })
            }
        }
    }

    /// A key opens one place. One that was revoked stays so.
    fn check_unused(&self, project: Id, environment: Id, key: &Key) -> Result<(), Refusal> {
        let has = |doc: &&std::sync::Arc<crate::state::Doc>| {
            doc.as_a::<Credential>().is_some_and(|own| own.digest == key.digest)
        };
        let planned = self.draft.list(Kind::Credential, Some(project));
        let here = planned.into_iter().find(has);
        let mut everywhere = self.draft.state().list_all(Kind::Credential);
        let Some(doc) = here.or_else(|| everywhere.find(has)) else {
            return Ok(());
        };
        let own = doc.as_a::<Credential>().filter(|_| doc.scope == Some(project));
        let (code, text) = match own {
            None => ("key_in_use", "this key is used elsewhere; take another one".to_owned()),
            Some(own) if own.revoked_at.is_some() => {
                let text = format!(
                    "this key was revoked here, as “{}”, and opens nothing; take another one",
                    own.name
                );
                ("key_revoked", text)
            }
            Some(own) if own.environment != environment || own.kind != key.kind || own.expires_at.is_some() => {
                let text = format!(
                    "this key is known here as “{}”, of another kind, place or end",
                    own.name
                );
                ("key_elsewhere", text)
            }
            Some(own) => (
                "key_known",
                format!("this key is known here already, as “{}”", own.name),
            ),
        };
        Err(invalid(code, text, format!("{}/key", self.pointer)))
    }
}

/// A key on its way into a credential.
struct Key {
    kind: CredentialKind,
    prefix: String,
    digest: String,
    public_key: Option<String>,
}
