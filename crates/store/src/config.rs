//! Where the database is and how long to wait for it.

use std::fmt;
use std::time::Duration;

use hoist_model::Id;
use jiff::Timestamp;

use crate::fault::Faults;

/// How to open a store.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite:///absolute/path`, `sqlite://relative/path` or `postgres://user:password@host/name`.
    pub url: String,
    /// The time now: it dates migrations.
    pub now: Timestamp,
    /// Names the instance, if the database is new.
    pub instance: Id,
    /// The first epoch, if the database is new.
    pub epoch: String,
    /// Connections that read. PostgreSQL's writers come from the same pool.
    pub readers: u32,
    /// How long a writer waits for a connection, a lock or an answer of the server.
    pub patience: Duration,
    /// What tests have go wrong.
    #[cfg(feature = "test-hooks")]
    pub faults: Faults,
}

impl StoreConfig {
    /// The usual settings. The first epoch is the random end of the instance's id.
    pub fn new(url: impl Into<String>, now: Timestamp, instance: Id) -> Self {
        let epoch = instance.to_string().split_off(28);
        let (readers, patience) = (4, Duration::from_secs(2));
        Self {
            url: url.into(),
            now,
            instance,
            epoch,
            readers,
            patience,
            #[cfg(feature = "test-hooks")]
            faults: Faults::default(),
        }
    }

    #[cfg(feature = "test-hooks")]
    pub(crate) fn faults(&self) -> Faults {
        self.faults.clone()
    }

    #[cfg(not(feature = "test-hooks"))]
    #[expect(clippy::unused_self, reason = "looked at with the feature test-hooks")]
    pub(crate) fn faults(&self) -> Faults {
        Faults::default()
    }

    /// The file of an SQLite database.
    pub fn file(&self) -> Option<&std::path::Path> {
        match self.url.split_once("://") {
            Some(("sqlite", path)) => Some(std::path::Path::new(path)),
            _ => None,
        }
    }

    /// The URL without its password, for logs.
    pub fn redacted_url(&self) -> String {
        redact(&self.url)
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreConfig")
            .field("url", &self.redacted_url())
            .field("now", &self.now)
            .field("instance", &self.instance)
            .field("epoch", &self.epoch)
            .field("readers", &self.readers)
            .field("patience", &self.patience)
            .finish()
    }
}

/// Hides the password between the name and the host, and the whole query (it may hold one too).
fn redact(url: &str) -> String {
    let url = match url.split_once('?') {
        Some((before, _)) => format!("{before}?***"),
        None => url.to_owned(),
    };
    let Some((scheme, rest)) = url.split_once("://") else {
        return "***".to_owned();
    };
    let Some((login, host)) = rest.rsplit_once('@') else {
        return url;
    };
    match login.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn no_password_is_shown() {
        assert_eq!(redact("postgres://a:b@h/c"), "postgres://a:***@h/c");
        assert_eq!(redact("postgres://a:b@c@h/c"), "postgres://a:***@h/c");
        assert_eq!(redact("postgres://h/c?password=x"), "postgres://h/c?***");
        assert_eq!(redact("sqlite:///tmp/a.db"), "sqlite:///tmp/a.db");
        assert_eq!(redact("secret"), "***");
    }
}
