//! Password hashes and token digests. They live in rows of their own, so that no document, log
//! entry, export or debug output can hold one.

use std::fmt;

use hoist_model::Id;

use crate::conn::Conn;
use crate::error::Result;
use crate::sql::Sql;
use crate::store::Store;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// A password's hash, owned by a user.
    Password,
    /// The digest of a key that software uses, owned by a credential.
    Credential,
    /// The digest of a personal access token, owned by a token document.
    Token,
}

impl SecretKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Credential => "credential",
            Self::Token => "token",
        }
    }
}

/// The bytes of a hash or digest. It cannot be printed or serialised.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SecretValue(Vec<u8>);

impl SecretValue {
    /// Wraps the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, for comparing.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretValue(***)")
    }
}

/// A secret that a change writes or removes, in the change's own transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretWrite {
    /// Sets or replaces it.
    Put {
        /// The document it belongs to.
        owner: Id,
        /// What it is for.
        kind: SecretKind,
        /// The hash or digest.
        value: SecretValue,
    },
    /// Removes all secrets of a document.
    Remove {
        /// The document they belong to.
        owner: Id,
    },
}

pub(crate) async fn apply(conn: &mut Conn, write: &SecretWrite) -> Result<()> {
    let sql = match write {
        SecretWrite::Put { owner, kind, value } => Sql::new(
            "INSERT INTO secret (owner, kind, value) VALUES ($1, $2, $3) \
             ON CONFLICT (owner, kind) DO UPDATE SET value = excluded.value",
        )
        .bind(*owner)
        .bind(kind.as_str())
        .bind(value.expose()),
        SecretWrite::Remove { owner } => Sql::new("DELETE FROM secret WHERE owner = $1").bind(*owner),
    };
    conn.execute(sql).await.map(drop)
}

impl Store {
    /// The secret of a document.
    pub async fn secret(&self, owner: Id, kind: SecretKind) -> Result<Option<SecretValue>> {
        let sql = Sql::new("SELECT value FROM secret WHERE owner = $1 AND kind = $2")
            .bind(owner)
            .bind(kind.as_str());
        let row = self.reader().await?.optional(sql).await?;
        row.map(|row| row.bytes(0).map(SecretValue::new)).transpose()
    }

    /// All secrets of a kind with their owners: to check keys while the database is away.
    pub async fn secrets(&self, kind: SecretKind) -> Result<Vec<(Id, SecretValue)>> {
        let sql = Sql::new("SELECT owner, value FROM secret WHERE kind = $1").bind(kind.as_str());
        let rows = self.reader().await?.all(sql).await?;
        rows.iter()
            .map(|row| Ok((row.id(0)?, SecretValue::new(row.bytes(1)?))))
            .collect()
    }

    /// Whose secret it is: finds the owner of a token by its digest.
    pub async fn owner_of_secret(&self, kind: SecretKind, value: &SecretValue) -> Result<Option<Id>> {
        let sql = Sql::new("SELECT owner FROM secret WHERE kind = $1 AND value = $2")
            .bind(kind.as_str())
            .bind(value.expose());
        self.reader()
            .await?
            .optional(sql)
            .await?
            .map(|row| row.id(0))
            .transpose()
    }

    /// Sets or replaces a secret outside any change: a hash with newer parameters, for instance.
    pub async fn put_secret(&self, owner: Id, kind: SecretKind, value: SecretValue) -> Result<()> {
        apply(&mut self.writer().await?, &SecretWrite::Put { owner, kind, value }).await
    }

    /// Removes all secrets of a document outside any change.
    pub async fn delete_secrets(&self, owner: Id) -> Result<()> {
        apply(&mut self.writer().await?, &SecretWrite::Remove { owner }).await
    }
}
