//! The engine as its users see it: rules as JSON in, outcomes out.

mod explanations;
mod memory;
mod operators;
mod placement;
mod robustness;
mod snapshots;
mod steps;
mod support;
mod times;
mod unleash;
mod validation;
