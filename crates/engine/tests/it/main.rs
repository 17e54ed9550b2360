//! The engine as its users see it: rules as JSON in, outcomes out.

#![expect(
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    reason = "helpers of tests fail loudly and are called with literals"
)]

mod explanations;
mod flagsmith;
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
mod windows;
