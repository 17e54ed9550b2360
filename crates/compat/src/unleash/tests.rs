//! Placeholder until the rows below are written.
