//! OFREP, one flag of shape c among 100 mixed ones, 16 connections.
//!
//! The ceiling is an axum server that answers the same requests with a fixed body of the same size.

use bench_workload::{mixed, mixed_key, unleash};
use serde_json::json;

use super::mixed::{Mixed, USERS, question};
use crate::Failure;
use crate::arguments::Options;
use crate::load::Load;
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::server::{Ceiling, Edge, request};
use crate::throughput::{Cell, Throughput, measure as visit};

const FLAGS: usize = 100;
const CONNECTIONS: usize = 16;

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let mixed_flags = Mixed::start(programs, FLAGS)?;
    let flag = mixed_key(FLAGS - 1);
    let path = format!("/ofrep/v1/evaluate/flags/{flag}");
    let answer = mixed_flags
        .client()?
        .ask("POST", &path, &question(0))
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
            load: load(
                mixed_flags.hoist.address,
                mixed_flags.requests(&path, |_| String::new()),
            ),
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
            load: load(edge.address, edge_requests(&format!("/api/frontend/features/{flag}"))),
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
    let share = hoist.is_cheaper_than(ceiling);
    let row = Row::new("OFREP, one flag, 16 connections, one core", figures)
        .must("times the ceiling's rate", share, Limit::AtLeast(0.55))
        .aim("times the ceiling's rate", share, Limit::AtLeast(0.7));
    match (found.get(2), without_edge) {
        (Some(edge), _) => row.must(
            "times unleash-edge's rate",
            hoist.is_cheaper_than(edge),
            Limit::AtLeast(3.5),
        ),
        (None, Some(reason)) => row.noted(format!("without unleash-edge: {reason}")),
        (None, None) => row,
    }
}

/// What an Unleash client sends for each user.
pub fn edge_requests(path: &str) -> Vec<Vec<u8>> {
    let header = format!("{}\r\n", Edge::HEADER);
    let each = |user| request("GET", &format!("{path}?{}", unleash::query(user)), &header, "");
    (0..USERS).map(each).collect()
}
