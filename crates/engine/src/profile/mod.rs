//! Foreign meanings of conditions that are more than another reading of values.
//!
//! A profile chooses how an attribute is looked at and what an operator makes of it. Where that is a matter of
//! views and coercion (Unleash) it is decided in `compile::check`; what is a language of its own has a module
//! here: a test compiled from the ruleset's, and one function that says whether it holds.
//!
//! How to extend: a module, a case in [`crate::ruleset::Profile`], a line in `compile::check` and in
//! [`crate::program::Check`].

pub(crate) mod flagsmith;
pub mod go;
pub mod python;
pub(crate) mod textual;
