//! Where a test's instance is kept: a SQLite file of its own, or a PostgreSQL database of its own.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

/// Chooses the database of every instance: `sqlite` (unless set) or `postgres`.
pub const CHOICE: &str = "HOIST_TEST_DATABASE";
/// The PostgreSQL server whose role may create databases.
const SERVER: &str = "HOIST_TEST_POSTGRES_URL";

/// A database that goes away with the test.
pub enum Database {
    /// In a folder.
    Sqlite(TempDir),
    /// On a server.
    Postgres(OnServer),
}

/// A database on a server.
pub struct OnServer {
    server: String,
    name: String,
}

impl Database {
    /// An empty one, as [`CHOICE`] says.
    ///
    /// # Panics
    /// Without the server that was chosen: a run that asks for PostgreSQL must not pass on SQLite.
    pub async fn create() -> Self {
        match std::env::var(CHOICE).as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite(tempfile::tempdir().expect("a temporary directory")),
            Ok("postgres") => Self::Postgres(OnServer::create().await),
            Ok(other) => panic!("{CHOICE} is sqlite or postgres, not {other}"),
        }
    }

    /// What the store is opened with.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.path().join("hoist.db").display()),
            Self::Postgres(OnServer { server, name }) => with_database(server, name),
        }
    }
}

impl OnServer {
    async fn create() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let server = std::env::var(SERVER).unwrap_or_else(|_| panic!("{CHOICE}=postgres needs {SERVER}"));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hoist_api_{}_{number}", std::process::id());
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Self { server, name }
    }
}

impl Drop for OnServer {
    /// On a thread of its own, since the test's runtime may be ending.
    fn drop(&mut self) {
        let (server, sql) = (self.server.clone(), format!("DROP DATABASE {} WITH (FORCE)", self.name));
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&server, &sql));
        });
        // A database that stays behind fails no test.
        let _ = dropping.join();
    }
}

async fn run(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.expect("a connection");
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await;
    done.expect("it runs");
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = base.split_once("://").expect("a URL");
    let host = rest.split('/').next().unwrap_or_default();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{host}/{name}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_differs() {
        assert_eq!(
            with_database("postgres://u:p@h:1/x?a=b", "y"),
            "postgres://u:p@h:1/y?a=b"
        );
        assert_eq!(with_database("postgres://h", "y"), "postgres://h/y");
    }
}
