//! Paging by cursor: `?limit=50&cursor=…` → `{items, total, next}`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Items on a page unless asked otherwise, and at most.
const DEFAULT_LIMIT: usize = 50;
const MOST: usize = 500;

/// Which page.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items on the page, 1 to 500; 50 unless given.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<usize>,
    /// From the previous page's `next`.
    pub cursor: Option<String>,
}

/// One page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the order asked for.
    pub items: Vec<T>,
    /// Items on all pages; absent where counting would cost too much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<usize>,
    /// Cursor of the next page; null on the last.
    pub next: Option<String>,
}

impl PageQuery {
    /// The number of items.
    ///
    /// # Errors
    /// 422 outside of 1 to 500.
    pub fn limit(&self) -> Result<usize, Problem> {
        match self.limit.unwrap_or(DEFAULT_LIMIT) {
            limit @ 1..=MOST => Ok(limit),
            _ => Err(Problem::invalid("bad_limit", format!("limit is 1 to {MOST}"), "?limit")),
        }
    }

    /// What the cursor says: the sort key of the last item of the page before.
    ///
    /// # Errors
    /// 422 for a cursor that we did not make.
    pub fn after(&self) -> Result<Option<String>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let bad = || Problem::invalid("bad_cursor", "take the cursor from the previous page’s next", "?cursor");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
        String::from_utf8(bytes).map(Some).map_err(|_| bad())
    }
}

/// A cursor that stands behind an item with this sort key.
pub fn cursor(sort_key: &str) -> String {
    URL_SAFE_NO_PAD.encode(sort_key)
}

/// Cuts one page out of items that are sorted by their keys.
///
/// # Errors
/// 422 for a bad limit or cursor.
pub fn cut<T, U>(
    items: &[T],
    query: &PageQuery,
    key: impl Fn(&T) -> String,
    view: impl Fn(&T) -> U,
) -> Result<Page<U>, Problem> {
    let limit = query.limit()?;
    let total = items.len();
    let start = match query.after()? {
        // The item itself may be gone meanwhile, so the page starts behind where it would stand.
        Some(after) => items
            .iter()
            .position(|item| key(item) == after)
            .map_or_else(|| items.partition_point(|item| key(item) <= after), |at| at + 1),
        None => 0,
    };
    let rest = items.get(start..).unwrap_or_default();
    let shown = rest.get(..limit.min(rest.len())).unwrap_or_default();
    let next = (rest.len() > limit)
        .then(|| shown.last().map(|item| cursor(&key(item))))
        .flatten();
    Ok(Page {
        items: shown.iter().map(view).collect(),
        total: Some(total),
        next,
    })
}
