//! OFREP, all of 100 mixed flags: what a request costs the server.
//!
//! The goal was set where the ceiling took 13 µs. It is scaled with what the ceiling takes in the same run.

use super::contest::{Contest, Question};
use crate::Failure;
use crate::arguments::Options;
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::Limit;

/// µs of the ceiling, and what must be and is aimed at beside it.
const CEILING_US: f64 = 13.0;
const MUST_US: f64 = 45.0;
const AIM_US: f64 = 30.0;

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let asked = Question {
        path: "/ofrep/v1/evaluate/flags".to_owned(),
        edge_path: "/api/frontend/all".to_owned(),
    };
    let contest = Contest::hold(programs, options, &asked)?;
    let times = contest.ceiling.is_cheaper_than(&contest.hoist);
    let mut row = contest
        .row("OFREP, all of 100 mixed flags, CPU per request")
        .must(
            "times the ceiling's (45 of 13 µs)",
            times,
            Limit::AtMost(MUST_US / CEILING_US),
        )
        .aim(
            "times the ceiling's (30 of 13 µs)",
            times,
            Limit::AtMost(AIM_US / CEILING_US),
        );
    if let Ok(edge) = &contest.edge {
        let times = contest.hoist.is_cheaper_than(edge);
        row = row.must("times unleash-edge's rate", times, Limit::AtLeast(6.0));
    }
    Ok(contest.found(row))
}
