//! A statement with its values, and the row that comes back: the same for both databases.

use std::borrow::Cow;
use std::fmt::Write as _;

use hoist_model::Id;
use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Postgres, Row as _, Sqlite};

use crate::error::{Result, StoreError};

/// A value for a placeholder.
#[derive(Clone)]
pub(crate) enum Arg<'a> {
    Text(Option<Cow<'a, str>>),
    Int(i64),
    Bytes(&'a [u8]),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Some(Cow::Borrowed(text)))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(Cow::Owned(text)))
    }
}

impl From<Id> for Arg<'_> {
    fn from(id: Id) -> Self {
        Self::from(id.to_string())
    }
}

impl From<Option<Id>> for Arg<'_> {
    fn from(id: Option<Id>) -> Self {
        Self::Text(id.map(|id| Cow::Owned(id.to_string())))
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        Self::Int(number.cast_signed())
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<Timestamp> for Arg<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Int(time.as_microsecond())
    }
}

impl<'a> From<&'a [u8]> for Arg<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

/// A statement under construction. Text comes from this crate only; values are always bound.
pub(crate) struct Sql<'a> {
    text: Cow<'static, str>,
    args: Vec<Arg<'a>>,
    rare: bool,
}

impl<'a> Sql<'a> {
    /// A statement with `$1`, `$2`, … for the values that [`Sql::bind`] adds.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            args: Vec::new(),
            rare: false,
        }
    }

    /// The value of the next placeholder that is already in the text.
    pub(crate) fn bind(mut self, value: impl Into<Arg<'a>>) -> Self {
        self.args.push(value.into());
        self
    }

    /// More text.
    pub(crate) fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// A placeholder with its value.
    pub(crate) fn value(&mut self, value: impl Into<Arg<'a>>) -> &mut Self {
        self.args.push(value.into());
        // Writing to a string cannot fail.
        let _ = write!(self.text.to_mut(), "${}", self.args.len());
        self
    }

    /// Placeholders with their values, separated by commas.
    pub(crate) fn values<V: Into<Arg<'a>>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        for (n, value) in values.into_iter().enumerate() {
            if n > 0 {
                self.push(", ");
            }
            self.value(value);
        }
        self
    }

    /// The text will hardly come again: its plan is not kept.
    pub(crate) const fn rare(mut self) -> Self {
        self.rare = true;
        self
    }

    /// PostgreSQL cannot store U+0000 in text, so neither database is given it.
    fn check(&self) -> Result<()> {
        let bad = |arg: &Arg<'_>| matches!(arg, Arg::Text(Some(text)) if text.contains('\0'));
        if self.args.iter().any(bad) {
            return Err(crate::text::refused());
        }
        Ok(())
    }

    pub(crate) fn sqlite(self) -> Result<Query<'static, Sqlite, SqliteArguments>> {
        self.check()?;
        let mut to = SqliteArguments::default();
        for arg in self.args {
            match arg {
                Arg::Text(text) => to.add(text),
                Arg::Int(number) => to.add(number),
                Arg::Bytes(bytes) => to.add(bytes),
            }
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        }
        Ok(sqlx::query_with(AssertSqlSafe(self.text), to).persistent(!self.rare))
    }

    pub(crate) fn postgres(self) -> Result<Query<'static, Postgres, PgArguments>> {
        self.check()?;
        let mut to = PgArguments::default();
        for arg in self.args {
            match arg {
                Arg::Text(text) => to.add(text),
                Arg::Int(number) => to.add(number),
                Arg::Bytes(bytes) => to.add(bytes),
            }
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        }
        Ok(sqlx::query_with(AssertSqlSafe(self.text), to).persistent(!self.rare))
    }
}

/// One row of either database. Columns are numbered from 0.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn text(&self, column: usize) -> Result<&str> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn text_or_null(&self, column: usize) -> Result<Option<&str>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn unsigned(&self, column: usize) -> Result<u64> {
        Ok(self.int(column)?.cast_unsigned())
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<&[u8]> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn id(&self, column: usize) -> Result<Id> {
        let text = self.text(column)?;
        text.parse()
            .map_err(|_| StoreError::damaged("row", text, "is not an id"))
    }

    pub(crate) fn time(&self, column: usize) -> Result<Timestamp> {
        let micros = self.int(column)?;
        Timestamp::from_microsecond(micros).map_err(|_| StoreError::damaged("row", micros.to_string(), "is not a time"))
    }
}
