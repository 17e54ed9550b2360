//! flagd's JsonLogic: compiled once, evaluated against a context.
//!
//! A rule is JSON. An object with one key is a call, everything else is data; the argument of a
//! call is a list, or one value that stands for a list of one. A single argument that is itself
//! computed to a list counts as the arguments, except for `!` and `!!`.
//!
//! | operators | meaning |
//! |---|---|
//! | `var` | `[path, default]`; inside `map` and its kin the element is the data |
//! | `missing`, `missing_some` | which of the paths have no value (null and "" count as none) |
//! | `if` `and` `or` `!` `!!` | lazy; 0, "", null, false and the empty list are false |
//! | `==` `!=` | a number equals the text of it, `true` equals 1; lists and objects member by member |
//! | `===` `!==` | without conversion; 1 and 1.0 are one number |
//! | `<` `<=` `>` `>=` | two texts by code point, else as numbers; `<` and `<=` take a middle |
//! | `+` `-` `*` `/` `%` `min` `max` | numbers and texts of numbers; anything else, an overflow to infinity or a division by zero gives null |
//! | `cat` `substr` `in` `merge` | text and lists; positions count characters |
//! | `map` `filter` `reduce` `all` `none` `some` | over a list; what is not a list counts as empty |
//! | `sem_ver` `starts_with` `ends_with` | flagd's own; null when an argument is not what they need |
//! | `fractional` | flagd's own: a weighted choice by hash; its two generations are told apart in `fractional` |
//!
//! Total: depth and size are limited when compiling ([`MAX_DEPTH`], [`MAX_NODES`]), work when
//! evaluating ([`WORK`]), so no rule recurses or grows without end and none panics.
//!
//! How to extend: a new operator is a case of `node::Op` with its name in `Op::named`, and its
//! meaning in `eval` (lazy arguments) or `strict` (evaluated arguments). A new generation of `fractional` is a case of
//! [`Fractional`] and what it hashes in `fractional`.

mod cbor;
mod coerce;
mod compile;
mod eval;
mod fractional;
mod node;
mod strict;
#[cfg(test)]
mod tests;
mod version;

use serde_json::Value as Json;

use crate::Value;
use crate::ruleset::Fractional;

/// How deep calls and lists may be nested, in rules and in the values they build.
pub const MAX_DEPTH: usize = 64;

/// How many values and calls a rule may have.
pub const MAX_NODES: usize = 50_000;

/// How many calls, list elements and bytes of built text one evaluation may take.
pub const WORK: usize = 1_000_000;

/// Where an expression finds its variables.
pub trait Lookup {
    /// The value at `path` (dots descend; the empty path is the whole context), if there is one.
    fn var(&self, path: &str) -> Option<Value>;
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Expression(node::Node);

/// Compiles an expression whose `$ref`s are resolved and whose `fractional` is of that generation.
///
/// # Errors
/// Says what cannot be read, for people.
pub fn compile(expression: &Json, fractional: Fractional) -> Result<Expression, String> {
    compile::compile(expression, fractional).map(Expression)
}

impl Expression {
    /// The value of the expression.
    ///
    /// # Errors
    /// Says what went wrong, for people: only that it takes more than [`WORK`].
    pub fn evaluate(&self, data: &dyn Lookup) -> Result<Value, String> {
        eval::evaluate(&self.0, data)
    }
}
