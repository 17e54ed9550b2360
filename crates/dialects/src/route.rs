//! How a dialect says where it wants to be reached.

use axum::routing::MethodRouter;
use http::Method;

/// What a caller must present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// A key of software; it decides environment and visibility.
    Credential,
    /// A capability in the path, which opens one stream of notices and reads nothing.
    StreamToken,
    /// Nothing.
    Public,
}

/// A line of a dialect's route table. The handler answers every method, also those it refuses, so
/// that each answer is in the dialect's own words.
pub struct DialectRoute {
    /// The methods that do something, with what each needs.
    pub methods: Vec<(Method, Access)>,
    /// In axum's notation, from the root.
    pub path: String,
    /// Answers.
    pub handler: MethodRouter,
}
