//! The workload in the languages of servers: as a project of Hoist, and as features of Unleash.

pub mod hoist;
pub mod unleash;

use bench_kit::Shape;

/// So many flags, 60 % of shape a, 30 % b, 10 % c.
pub fn mixed(count: usize) -> impl Iterator<Item = (String, Shape)> {
    let shape = |number| match number % 10 {
        0..6 => Shape::A,
        6..9 => Shape::B,
        _ => Shape::C,
    };
    (0..count).map(move |number| (mixed_key(number), shape(number)))
}

/// Key of a flag of [`mixed`].
pub fn mixed_key(number: usize) -> String {
    format!("flag-{number:05}")
}
