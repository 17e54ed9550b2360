//! The same question to Hoist, to the ceiling with a fixed body of the same size, and to unleash-edge where it is
//! installed; 16 connections each, 100 mixed flags.

use bench_workload::{mixed, unleash};
use serde_json::json;

use super::mixed::{Mixed, USERS, question};
use crate::Failure;
use crate::arguments::Options;
use crate::load::Load;
use crate::parts::Found;
use crate::programs::Programs;
use crate::row::{Row, short};
use crate::server::{Ceiling, Edge, request};
use crate::throughput::{Cell, Throughput, measure};

/// Flags of the environment.
pub const FLAGS: usize = 100;

const CONNECTIONS: usize = 16;

/// What is asked.
pub struct Question {
    /// Of Hoist and the ceiling, as a POST with the user's context.
    pub path: String,
    /// Of unleash-edge, as a GET with the user's context in its query.
    pub edge_path: String,
}

/// How each did.
pub struct Contest {
    /// Ours.
    pub hoist: Throughput,
    /// The fixed body's.
    pub ceiling: Throughput,
    /// unleash-edge's, or why there is none.
    pub edge: Result<Throughput, Failure>,
    answer_bytes: usize,
}

impl Contest {
    /// Starts the servers and visits them in turn.
    pub fn hold(programs: &Programs, options: &Options, asked: &Question) -> Result<Self, Failure> {
        let ours = Mixed::start(programs, FLAGS)?;
        let answer = ours.client()?.ask("POST", &asked.path, &question(0));
        let body = answer.map_err(|error| error.to_string())?.body;
        let ceiling = Ceiling::start(&programs.build("bench-ceiling")?, ours.path(), &body)?;
        let features = unleash::features(mixed(FLAGS));
        let edge = Edge::find().and_then(|program| Edge::start(&program, ours.path(), &features));
        let load = |address, requests| Load {
            address,
            connections: CONNECTIONS,
            requests,
            status: 200,
        };
        let mut cells = vec![
            Cell {
                name: "hoist",
                process: &ours.hoist.process,
                load: load(ours.hoist.address, ours.requests(&asked.path, |_| String::new())),
            },
            Cell {
                name: "axum, fixed body",
                process: &ceiling.process,
                load: load(ceiling.address, ours.requests("/fixed", |_| String::new())),
            },
        ];
        if let Ok(edge) = &edge {
            cells.push(Cell {
                name: "unleash-edge",
                process: &edge.process,
                load: load(edge.address, edge_requests(&asked.edge_path)),
            });
        }
        let mut found = measure(&cells, options)?.into_iter();
        let mut next = || found.next().ok_or("a cell was not measured");
        Ok(Self {
            hoist: next()?,
            ceiling: next()?,
            edge: edge.and_then(|_| Ok(next()?)),
            answer_bytes: body.len(),
        })
    }

    /// The row before it is judged.
    pub fn row(&self, name: &str) -> Row {
        let Self { hoist, ceiling, .. } = self;
        let figures = format!(
            "{} µs CPU per request, {:.0}/s; the ceiling {} µs, {:.0}/s; answers of {} bytes",
            short(hoist.cpu_us.median),
            hoist.rate.median,
            short(ceiling.cpu_us.median),
            ceiling.rate.median,
            self.answer_bytes
        );
        let row = Row::new(name, figures);
        match &self.edge {
            Ok(_) => row,
            Err(reason) => row.noted(format!("without unleash-edge: {reason}")),
        }
    }

    /// The row with everything that is behind it.
    pub fn found(&self, row: Row) -> Found {
        let all = || [&self.hoist, &self.ceiling].into_iter().chain(self.edge.as_ref().ok());
        Found {
            table: all().map(Throughput::line).collect(),
            rows: vec![row],
            figures: json!({
                "answer_bytes": self.answer_bytes,
                "cells": all().map(Throughput::to_json).collect::<Vec<_>>(),
            }),
        }
    }
}

/// What an Unleash client sends for each user.
fn edge_requests(path: &str) -> Vec<Vec<u8>> {
    let header = format!("{}\r\n", Edge::HEADER);
    let each = |user| request("GET", &format!("{path}?{}", unleash::query(user)), &header, "");
    (0..USERS).map(each).collect()
}
