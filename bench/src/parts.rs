//! The table of parts. How to add one: a module with a function as below, and a line in [`PARTS`].

use serde_json::{Value as Json, json};

use crate::arguments::Options;
use crate::programs::Programs;
use crate::row::Row;
use crate::{Failure, engines, measure};

/// Something that can be measured alone.
pub struct Part {
    /// As it is asked for.
    pub name: &'static str,
    /// For people.
    pub about: &'static str,
    /// Measures it.
    pub measure: fn(&Programs, &Options) -> Result<Found, Failure>,
}

/// What a part found.
pub struct Found {
    /// For people, before the rows; often empty.
    pub table: String,
    /// What is judged.
    pub rows: Vec<Row>,
    /// Every figure, for the file.
    pub figures: Json,
}

impl Found {
    /// Nothing, with a reason.
    pub fn left_out(name: &str, reason: &str) -> Self {
        Self {
            table: String::new(),
            rows: vec![Row::left_out(name, reason)],
            figures: json!({ "left_out": reason }),
        }
    }
}

/// Every part, in the order in which they run.
pub const PARTS: &[Part] = &[
    Part {
        name: "engines",
        about: "one flag and all flags, against other engines and the floor (CPU only)",
        measure: engines::measure,
    },
    Part {
        name: "one",
        about: "OFREP, one flag, against a fixed body and unleash-edge",
        measure: measure::one::measure,
    },
    Part {
        name: "bulk",
        about: "OFREP, 100 mixed flags, against a fixed body and unleash-edge",
        measure: measure::bulk::measure,
    },
    Part {
        name: "unchanged",
        about: "OFREP answered 304, against an empty 304",
        measure: measure::unchanged::measure,
    },
    Part {
        name: "publish",
        about: "one flag changed among 5,000: recompile, swap, wake",
        measure: measure::publish::measure,
    },
    Part {
        name: "streams",
        about: "commit to byte at 1,000 streams, and the memory of an idle one",
        measure: measure::streams::measure,
    },
    Part {
        name: "writes",
        about: "admin writes on SQLite, against bare commits",
        measure: measure::writes::measure,
    },
    Part {
        name: "many",
        about: "10,000 flags in one and in five environments: start, memory, list",
        measure: measure::many::measure,
    },
];
