//! OFREP, all of 100 mixed flags, 16 connections: what a request costs the server.
//!
//! The goal was set where the ceiling, a fixed body of the same size from axum, took 13 µs. It is scaled with what the
//! ceiling takes in the same run.

use bench_workload::{mixed, unleash};
use serde_json::json;

use super::mixed::{Mixed, question};
use super::one::edge_requests;
use crate::Failure;
use crate::arguments::Options;
use crate::load::Load;
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::server::{Ceiling, Edge};
use crate::throughput::{Cell, Throughput, measure as visit};

const FLAGS: usize = 100;
const CONNECTIONS: usize = 16;
const PATH: &str = "/ofrep/v1/evaluate/flags";

/// µs of the ceiling, and what must be and is aimed at beside it.
const CEILING_US: f64 = 13.0;
const MUST_US: f64 = 45.0;
const AIM_US: f64 = 30.0;

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let mixed_flags = Mixed::start(programs, FLAGS)?;
    let answer = mixed_flags
        .client()?
        .ask("POST", PATH, &question(0))
        .map_err(|error| error.to_string())?;
    let ceiling = Ceiling::start(&programs.build("bench-ceiling")?, mixed_flags.path(), &answer.body)?;
    let edge =
        Edge::find().and_then(|program| Edge::start(&program, mixed_flags.path(), &unleash::features(mixed(FLAGS))));
    let load = |address, requests| Load {
        address,
        connections: CONNECTIONS,
        requests,
        status: 200,
    };
    let mut cells = vec![
        Cell {
            name: "hoist",
            process: &mixed_flags.hoist.process,
            load: load(mixed_flags.hoist.address, mixed_flags.requests(PATH, |_| String::new())),
        },
        Cell {
            name: "axum, fixed body",
            process: &ceiling.process,
            load: load(ceiling.address, mixed_flags.requests("/fixed", |_| String::new())),
        },
    ];
    if let Ok(edge) = &edge {
        cells.push(Cell {
            name: "unleash-edge",
            process: &edge.process,
            load: load(edge.address, edge_requests("/api/frontend/all")),
        });
    }
    let found = visit(&cells, options)?;
    let row = judge(&found, answer.body.len(), edge.as_ref().err());
    Ok(Found {
        table: found.iter().map(Throughput::line).collect(),
        rows: vec![row],
        figures: json!({
            "answer_bytes": answer.body.len(),
            "cells": found.iter().map(Throughput::to_json).collect::<Vec<_>>(),
        }),
    })
}

fn judge(found: &[Throughput], bytes: usize, without_edge: Option<&Failure>) -> Row {
    let (hoist, ceiling) = (&found[0], &found[1]);
    let figures = format!(
        "{} µs CPU per request, {:.0}/s; the ceiling {} µs, {:.0}/s; answers of {bytes} bytes",
        short(hoist.cpu_us.median),
        hoist.rate.median,
        short(ceiling.cpu_us.median),
        ceiling.rate.median
    );
    let times = ceiling.is_cheaper_than(hoist);
    let row = Row::new("OFREP, all of 100 mixed flags, CPU per request", figures)
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
    match (found.get(2), without_edge) {
        (Some(edge), _) => row.must(
            "times unleash-edge's rate",
            hoist.is_cheaper_than(edge),
            Limit::AtLeast(6.0),
        ),
        (None, Some(reason)) => row.noted(format!("without unleash-edge: {reason}")),
        (None, None) => row,
    }
}
