//! A PostgreSQL database of its own for a test.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::skip::skip;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A database on the server that the tests were given.
pub struct Database {
    admin: String,
    name: String,
    pub url: String,
}

impl Database {
    /// Nothing, and a line about it, if no server is given.
    pub async fn create(test: &str, prefix: &str) -> Option<Self> {
        let Ok(admin) = std::env::var("HOIST_TEST_POSTGRES_URL") else {
            skip(test, "HOIST_TEST_POSTGRES_URL is not set");
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{prefix}_{}_{number}", std::process::id());
        run(&admin, &format!("CREATE DATABASE {name}")).await;
        let url = other_database(&admin, &name);
        Some(Self { admin, name, url })
    }

    pub async fn remove(self) {
        run(&self.admin, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

/// Runs statements on a connection of their own.
pub async fn run(url: &str, sql: &str) {
    let mut conn = PgConnection::connect(url).await.expect("a connection");
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await;
    done.expect("it runs");
    conn.close().await.expect("it closes");
}

/// The URL with another database name.
fn other_database(url: &str, name: &str) -> String {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(base, query)| (base, Some(query)));
    let (scheme, rest) = base.split_once("://").expect("a URL");
    let host = rest.split('/').next().unwrap_or_default();
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{scheme}://{host}/{name}{query}")
}
