//! Keeps what Hoist must not lose: documents, the log, member lists, secrets and sessions.
//!
//! One concrete [`Store`] runs on SQLite or PostgreSQL with the same SQL text. It knows records
//! and effects, never what they mean; it has no clock and makes no ids: both come from the caller.
//!
//! - [`Store::open`] connects and migrates, [`Store::load`] reads and verifies everything that
//!   lives in memory.
//! - [`Store::begin`] locks the head and gives a [`Batch`]; [`Batch::append`] writes one change
//!   with its log line in a savepoint, [`Batch::commit`] makes the batch last. Nothing else
//!   writes documents, members or the log.
//! - [`Store::tail`] follows the log, [`Store::hints`] says when that may be worth while,
//!   [`Store::history`] answers audit questions.
//! - Secrets and sessions have rows of their own; no document or log entry holds one.
//!
//! # What is absent
//! No trait over databases, no query macros, no database at build time, no HTTP, no JSON columns,
//! no triggers, no row that is written outside a transaction or read without its checksum
//! (documents, members, log).
//!
//! # How to add a table, a column, a query
//! 1. Write `migrations/NNNN_name.sql` and list it in `migrate.rs`. Column types are `{text}`,
//!    `BIGINT` (also for times, in microseconds), `BOOLEAN`, `DOUBLE PRECISION` and `{bytes}`;
//!    `{clustered}` after a table keeps small rows in the order of the primary key. The program
//!    before yours must still work on the new schema: add first, use later, remove in a later
//!    release. If it would spoil the data, the file also says `UPDATE head SET min_writer = …`
//!    and [`WRITER`] grows. A file that was released is never edited.
//! 2. Make a file for the topic with an `impl Store` block. Statements are literals with `$1`,
//!    `$2`, … and `bind`, or grow with `push` and `value`; both databases get
//!    the same text. Read through `self.reader()`, write single statements through
//!    `self.writer()`; what belongs to a change is written by [`Batch`].
//! 3. Test it in `tests/it/` inside `on_both!`, which runs it on SQLite and on PostgreSQL.

mod backup;
mod batch;
mod briefs;
mod config;
mod conn;
mod copy;
mod documents;
mod error;
mod fault;
mod hints;
mod history;
mod idempotency;
mod log;
mod members;
mod migrate;
mod past;
mod pool;
mod recover;
mod secrets;
mod sessions;
mod sql;
mod stamps;
mod store;
mod text;
mod uses;

pub use backup::{Backup, Present, Verified};
pub use batch::{Batch, Commit};
pub use config::StoreConfig;
pub use error::{Conflict, Damaged, Fate, Result, StoreError};
#[cfg(feature = "test-hooks")]
pub use fault::{Fault, Faults};
pub use hints::Hints;
pub use history::{ActorFilter, HistoryFilter, Logged};
pub use idempotency::{REMEMBER_FOR, Remember, Remembered};
pub use members::{MemberPage, SegmentMember, join_seq};
pub use secrets::{SecretKind, SecretValue, SecretWrite};
pub use sessions::{Session, SessionDigest};
pub use store::{Loaded, Store, WRITER};
