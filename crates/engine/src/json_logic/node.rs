//! The compiled tree.

use rustc_hash::FxHashSet;

use super::fractional::Fixed;
use crate::Value;
use crate::ruleset::Fractional;

/// A compiled value or call.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Data.
    Literal(Value),
    /// A list with at least one computed element.
    List(Vec<Node>),
    /// A variable whose path is known.
    Var(String),
    /// The first argument is text among fixed texts.
    InSet(Box<Node>, FxHashSet<String>),
    /// A choice by hash whose arms are written out.
    Fractional(Box<Choice>),
    /// A call.
    Call(Op, Args),
}

/// A `fractional` whose arms are known; what is hashed is not.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) generation: Fractional,
    /// What is hashed; none: the flag and the targeting key.
    pub(super) by: Option<Node>,
    /// None: the arms are not what the operator needs, and nothing is chosen.
    pub(super) arms: Option<Fixed>,
    /// As they stand, for a first argument that turns out to be an arm too.
    pub(super) written: Vec<Value>,
}

/// Arguments of a call.
#[derive(Clone, Debug)]
pub(super) enum Args {
    /// Written as a list.
    Listed(Vec<Node>),
    /// Written as one value: if that gives a list, its elements are the arguments.
    Single(Box<Node>),
}

/// Operators by their JsonLogic names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Var,
    Missing,
    MissingSome,
    If,
    And,
    Or,
    Not,
    Truth,
    Equal,
    Unequal,
    Same,
    Different,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    Modulo,
    Divide,
    Multiply,
    Add,
    Subtract,
    Max,
    Min,
    Merge,
    Cat,
    Substr,
    In,
    Map,
    Filter,
    Reduce,
    All,
    None,
    Some,
    SemVer,
    StartsWith,
    EndsWith,
    Fractional(Fractional),
}

impl Op {
    /// The operator of that name.
    pub(super) fn named(name: &str, fractional: Fractional) -> Option<Self> {
        Some(match name {
            "var" => Self::Var,
            "missing" => Self::Missing,
            "missing_some" => Self::MissingSome,
            "if" => Self::If,
            "and" => Self::And,
            "or" => Self::Or,
            "!" => Self::Not,
            "!!" => Self::Truth,
            "==" => Self::Equal,
            "!=" => Self::Unequal,
            "===" => Self::Same,
            "!==" => Self::Different,
            ">" => Self::Greater,
            ">=" => Self::GreaterEqual,
            "<" => Self::Less,
            "<=" => Self::LessEqual,
            "%" => Self::Modulo,
            "/" => Self::Divide,
            "*" => Self::Multiply,
            "+" => Self::Add,
            "-" => Self::Subtract,
            "max" => Self::Max,
            "min" => Self::Min,
            "merge" => Self::Merge,
            "cat" => Self::Cat,
            "substr" => Self::Substr,
            "in" => Self::In,
            "map" => Self::Map,
            "filter" => Self::Filter,
            "reduce" => Self::Reduce,
            "all" => Self::All,
            "none" => Self::None,
            "some" => Self::Some,
            "sem_ver" => Self::SemVer,
            "starts_with" => Self::StartsWith,
            "ends_with" => Self::EndsWith,
            "fractional" => Self::Fractional(fractional),
            _ => return None,
        })
    }
}
