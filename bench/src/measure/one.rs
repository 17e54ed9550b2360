//! OFREP, one flag of shape c among 100 mixed ones.

use bench_workload::mixed_key;

use super::contest::{Contest, FLAGS, Question};
use crate::Failure;
use crate::arguments::Options;
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::Limit;

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    // The last of ten is of shape c.
    let flag = mixed_key(FLAGS - 1);
    let asked = Question {
        path: format!("/ofrep/v1/evaluate/flags/{flag}"),
        edge_path: format!("/api/frontend/features/{flag}"),
    };
    let contest = Contest::hold(programs, options, &asked)?;
    let share = contest.hoist.is_cheaper_than(&contest.ceiling);
    let mut row = contest
        .row("OFREP, one flag, 16 connections, one core")
        .must("times the ceiling's rate", share, Limit::AtLeast(0.55))
        .aim("times the ceiling's rate", share, Limit::AtLeast(0.7));
    if let Ok(edge) = &contest.edge {
        let times = contest.hoist.is_cheaper_than(edge);
        row = row.must("times unleash-edge's rate", times, Limit::AtLeast(3.5));
    }
    Ok(contest.found(row))
}
