//! Targets for made-up input: each takes bytes, and panics where something does not hold that must hold whatever
//! the bytes are.
//!
//! | who runs them | on what |
//! |---|---|
//! | `tests/it`, with every `make test` | the corpora of `fuzz/corpus` and mutations of them, in a fixed order |
//! | `fuzz/`, a workspace for `cargo fuzz` | whatever libFuzzer finds, led by coverage |
//!
//! A target asks for more than survival: readers agree with a second reading, what is accepted goes through text and
//! comes back, what is asked twice is answered twice alike.
//!
//! How to add one: a function under [`targets`], a line in [`TARGETS`], a file in `fuzz/fuzz_targets`, a folder in
//! `fuzz/corpus`.

pub mod mutate;
pub mod random;
pub mod targets;

use targets::{change, context, cron, import, ofrep, operators, ruleset, unleash};

/// Something that takes bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Of its corpus and of its program.
    pub name: &'static str,
    /// What its inputs look like, for mutations.
    pub shape: Shape,
    /// Panics where something does not hold.
    pub run: fn(&[u8]),
}

/// What inputs look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A JSON text.
    Json,
    /// Lines, each a part of its own.
    Lines,
}

#[rustfmt::skip]
const fn target(name: &'static str, shape: Shape, run: fn(&[u8])) -> Target {
    Target { name, shape, run }
}

/// All of them.
#[rustfmt::skip]
pub const TARGETS: &[Target] = &[
    target("context",      Shape::Json,  context::run),
    target("ruleset",      Shape::Json,  ruleset::run),
    target("change",       Shape::Json,  change::run),
    target("unleash",      Shape::Json,  import::unleash),
    target("flagd",        Shape::Json,  import::flagd),
    target("flagsmith",    Shape::Json,  import::flagsmith),
    target("togglr",       Shape::Json,  import::togglr),
    target("fluxgate",     Shape::Json,  import::fluxgate),
    target("toggle_meister", Shape::Json, import::toggle_meister),
    target("project_file", Shape::Lines, import::project_file),
    target("comments",     Shape::Lines, import::comments),
    target("cron",         Shape::Lines, cron::run),
    target("semver",       Shape::Lines, operators::semver),
    target("cidr",         Shape::Lines, operators::cidr),
    target("regex",        Shape::Lines, operators::regex),
    target("instant",      Shape::Lines, operators::instant),
    target("ofrep_body",   Shape::Json,  ofrep::body),
    target("ofrep_head",   Shape::Lines, ofrep::head),
    target("unleash_said", Shape::Json,  unleash::said),
    target("unleash_body", Shape::Json,  unleash::body),
];

/// The target of that name.
///
/// # Panics
/// If there is none.
pub fn named(name: &str) -> Target {
    let found = TARGETS.iter().find(|target| target.name == name);
    *found.unwrap_or_else(|| panic!("there is no target {name}"))
}
