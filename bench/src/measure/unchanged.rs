//! OFREP, all flags, asked by clients that have the answer already: 304.
//!
//! The ceiling is an axum handler that reads the same body and answers an empty 304.

use serde_json::json;

use super::mixed::{Mixed, USERS, question};
use crate::Failure;
use crate::arguments::Options;
use crate::load::Load;
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Limit, Row, short};
use crate::server::Ceiling;
use crate::throughput::{Cell, Throughput, measure as visit};

const FLAGS: usize = 100;
const CONNECTIONS: usize = 16;
const PATH: &str = "/ofrep/v1/evaluate/flags";

/// Measures it.
pub fn measure(programs: &Programs, options: &Options) -> Result<Found, Failure> {
    let mixed_flags = Mixed::start(programs, FLAGS)?;
    let ceiling = Ceiling::start(&programs.build("bench-ceiling")?, mixed_flags.path(), b"")?;
    let tags = tags(&mixed_flags)?;
    let known = |user: usize| format!("if-none-match: {}\r\n", tags[user]);
    let load = |address, path| Load {
        address,
        connections: CONNECTIONS,
        requests: mixed_flags.requests(path, known),
        status: 304,
    };
    let cells = [
        Cell {
            name: "hoist",
            process: &mixed_flags.hoist.process,
            load: load(mixed_flags.hoist.address, PATH),
        },
        Cell {
            name: "axum, empty 304",
            process: &ceiling.process,
            load: load(ceiling.address, "/unchanged"),
        },
    ];
    let found = visit(&cells, options)?;
    let (hoist, ceiling) = (&found[0], &found[1]);
    let figures = format!(
        "{} µs CPU per request, {:.0}/s; the ceiling {} µs, {:.0}/s",
        short(hoist.cpu_us.median),
        hoist.rate.median,
        short(ceiling.cpu_us.median),
        ceiling.rate.median
    );
    let share = hoist.is_cheaper_than(ceiling);
    let row = Row::new("OFREP, all flags, answered 304", figures)
        .must("times the ceiling's rate", share, Limit::AtLeast(0.7))
        .aim("times the ceiling's rate", share, Limit::AtLeast(0.85));
    Ok(Found {
        table: found.iter().map(Throughput::line).collect(),
        rows: vec![row],
        figures: json!({ "cells": found.iter().map(Throughput::to_json).collect::<Vec<_>>() }),
    })
}

/// What each user's answer is known by.
fn tags(mixed_flags: &Mixed) -> Result<Vec<String>, Failure> {
    let mut client = mixed_flags.client()?;
    let mut tag = |user| {
        let answer = client
            .ask("POST", PATH, &question(user))
            .map_err(|error| error.to_string())?;
        match answer.header("etag") {
            "" => Err(format!("an answer without an ETag: {}", answer.text())),
            tag => Ok(tag.to_owned()),
        }
    };
    (0..USERS).map(&mut tag).collect()
}
