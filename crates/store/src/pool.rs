//! Pools of connections to either database.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::config::StoreConfig;
use crate::conn::Conn;
use crate::error::{Result, StoreError};
use crate::fault::Faults;
use crate::sql::Sql;

/// SQLite before this version may corrupt a database in WAL mode.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// Reads of the log may take longer than a writer's patience, but not for ever.
const READ_PATIENCE: Duration = Duration::from_secs(10);

/// Where connections come from.
#[derive(Debug)]
pub(crate) enum Pool {
    /// One connection writes, the others read.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        faults: Faults,
    },
    /// All connections are alike.
    Postgres {
        pool: PgPool,
        patience: Duration,
        faults: Faults,
    },
}

impl Pool {
    pub(crate) async fn open(config: &StoreConfig) -> Result<Self> {
        match config.url.split_once("://") {
            Some(("sqlite", path)) if !path.is_empty() && !path.contains('?') => {
                open_sqlite(Path::new(path), config).await
            }
            Some(("postgres" | "postgresql", _)) => open_postgres(config),
            _ => Err(StoreError::Invalid(format!(
                "database URL {}: expected sqlite:///path or postgres://user@host/name",
                config.redacted_url()
            ))),
        }
    }

    /// A file that nobody writes to any more: it is read without a lock and without files beside it.
    pub(crate) fn read_only(path: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .immutable(true)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options);
        Self::Sqlite {
            writer: pool.clone(),
            readers: pool,
            faults: Faults::default(),
        }
    }

    /// A connection that may write.
    pub(crate) async fn writer(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { writer, faults, .. } => Conn::sqlite(writer.acquire().await?, faults.clone()),
            Self::Postgres { pool, patience, faults } => {
                Conn::postgres(pool.acquire().await?, *patience, faults.clone())
            }
        })
    }

    /// A connection that reads.
    pub(crate) async fn reader(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { readers, faults, .. } => Conn::sqlite(readers.acquire().await?, faults.clone()),
            Self::Postgres { pool, faults, .. } => Conn::postgres(pool.acquire().await?, READ_PATIENCE, faults.clone()),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
}

async fn open_sqlite(path: &Path, config: &StoreConfig) -> Result<Pool> {
    prepare_file(path)?;
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(config.patience)
        .disable_statement_logging();
    let to_write = options
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("journal_size_limit", "67108864");
    let lasting = SqlitePoolOptions::new()
        .acquire_timeout(config.patience)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    let writer = lasting.clone().max_connections(1).connect_with(to_write).await?;
    let readers = lasting
        .max_connections(config.readers.max(1))
        .connect_lazy_with(options.read_only(true).row_buffer_size(1024));
    let pool = Pool::Sqlite {
        writer,
        readers,
        faults: config.faults(),
    };
    let mut conn = pool.writer().await?;
    check_version(&mut conn).await?;
    check_schema(&mut conn).await?;
    drop(conn);
    Ok(pool)
}

/// Makes the folder and, for nobody else to read, the file.
fn prepare_file(path: &Path) -> Result<()> {
    let failed = |error: std::io::Error| StoreError::unavailable(format!("{}: {error}", path.display()));
    match fs::metadata(path) {
        Ok(found) if found.len() > 0 || wal_of(path).exists() => return Ok(()),
        Ok(_) => {
            return Err(StoreError::damaged(
                "database",
                path.display().to_string(),
                "the file is empty: restore a backup, or delete the file to start afresh",
            ));
        }
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        Err(_) => {}
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    private_file(path).map_err(failed)
}

/// A new, empty file that its owner alone may read.
pub(crate) fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

async fn check_version(conn: &mut Conn) -> Result<()> {
    let row = conn.one(Sql::new("SELECT sqlite_version()")).await?;
    let found = row.text(0)?;
    let parts: Vec<u32> = found.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(StoreError::Internal(format!("SQLite {found} is too old to be safe")));
    }
    Ok(())
}

/// The driver's thread does not survive types and names of columns that are no UTF-8, and nobody would say why.
async fn check_schema(conn: &mut Conn) -> Result<()> {
    let sql = Sql::new("SELECT CAST(COALESCE(name, '') || ' ' || COALESCE(sql, '') AS BLOB) FROM sqlite_schema");
    for row in conn.all(sql).await? {
        if std::str::from_utf8(row.bytes(0)?).is_err() {
            return Err(StoreError::damaged(
                "database file",
                "schema",
                "it is no text: restore a backup",
            ));
        }
    }
    Ok(())
}

fn open_postgres(config: &StoreConfig) -> Result<Pool> {
    let millis = config.patience.as_millis().to_string();
    let reading = READ_PATIENCE.as_millis().to_string();
    let options = PgConnectOptions::from_str(&config.url)?
        .application_name("hoist")
        .options([
            ("default_transaction_isolation", "read committed"),
            ("lock_timeout", millis.as_str()),
            ("idle_in_transaction_session_timeout", millis.as_str()),
            ("statement_timeout", reading.as_str()),
        ])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(config.readers.max(1) + 4)
        .acquire_timeout(config.patience)
        .connect_lazy_with(options);
    Ok(Pool::Postgres {
        pool,
        patience: config.patience,
        faults: config.faults(),
    })
}
