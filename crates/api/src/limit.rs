//! How large the body of a request may be, and how that is told.

use http::StatusCode;

use crate::ApiConfig;
use crate::problem::Problem;

/// The limit of one route, put into its requests by the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Bytes.
    pub bytes: usize,
    /// Where it is set.
    setting: &'static str,
}

impl Limit {
    /// Of a path in the route table.
    pub fn of(path: &str, config: &ApiConfig) -> Self {
        if takes_much(path) {
            return Self {
                bytes: config.import_limit,
                setting: "limits.import_bytes",
            };
        }
        Self {
            bytes: config.body_limit,
            setting: "limits.body_bytes",
        }
    }

    /// 413.
    pub fn problem(self) -> Problem {
        let detail = format!(
            "the body is larger than {} bytes ({}); send less at once",
            self.bytes, self.setting
        );
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
    }
}

/// Paths whose bodies may be as large as an import.
fn takes_much(path: &str) -> bool {
    ["/changes", "/import", "/evaluate", "/segments/{segment}/members"]
        .iter()
        .any(|end| path.ends_with(end))
}
