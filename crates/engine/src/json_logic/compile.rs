//! From JSON to the compiled tree.

use rustc_hash::FxHashSet;
use serde_json::{Map, Value as Json};

use super::fractional::Fixed;
use super::node::{Args, Choice, Node, Op};
use super::{MAX_DEPTH, MAX_NODES};
use crate::Value;
use crate::ruleset::Fractional;

pub(super) fn compile(rule: &Json, fractional: Fractional) -> Result<Node, String> {
    Compiler { nodes: 0, fractional }.node(rule, 0)
}

struct Compiler {
    nodes: usize,
    /// The generation of every `fractional` in it.
    fractional: Fractional,
}

impl Compiler {
    fn node(&mut self, rule: &Json, depth: usize) -> Result<Node, String> {
        self.count(depth)?;
        match rule {
            Json::Array(items) => self.list(items, depth),
            Json::Object(members) => match single(members) {
                Some((name, args)) => self.call(name, args, depth),
                None => self.data(rule, depth),
            },
            scalar => Ok(Node::Literal(Value::from(scalar))),
        }
    }

    fn count(&mut self, depth: usize) -> Result<(), String> {
        self.nodes += 1;
        if depth > MAX_DEPTH {
            return Err(format!("the rule is nested deeper than {MAX_DEPTH} levels"));
        }
        if self.nodes > MAX_NODES {
            return Err(format!("the rule has more than {MAX_NODES} values"));
        }
        Ok(())
    }

    fn list(&mut self, items: &[Json], depth: usize) -> Result<Node, String> {
        let nodes = self.nodes(items, depth)?;
        let fixed: Option<Vec<Value>> = nodes.iter().map(literal).collect();
        Ok(fixed.map_or_else(|| Node::List(nodes), |values| Node::Literal(Value::List(values))))
    }

    fn nodes(&mut self, items: &[Json], depth: usize) -> Result<Vec<Node>, String> {
        items.iter().map(|item| self.node(item, depth + 1)).collect()
    }

    /// An object that is not a call; its depth and size are checked, its members kept as they are.
    fn data(&mut self, value: &Json, depth: usize) -> Result<Node, String> {
        self.measure(value, depth)?;
        Ok(Node::Literal(Value::from(value)))
    }

    fn measure(&mut self, value: &Json, depth: usize) -> Result<(), String> {
        self.count(depth)?;
        match value {
            Json::Array(items) => items.iter().try_for_each(|item| self.measure(item, depth + 1)),
            Json::Object(members) => members.values().try_for_each(|member| self.measure(member, depth + 1)),
            _ => Ok(()),
        }
    }

    fn call(&mut self, name: &str, args: &Json, depth: usize) -> Result<Node, String> {
        let op = operator(name, self.fractional)?;
        let args = match args {
            Json::Array(items) => Args::Listed(self.nodes(items, depth)?),
            single => Args::Single(Box::new(self.node(single, depth + 1)?)),
        };
        Ok(simplified(op, args))
    }
}

fn operator(name: &str, fractional: Fractional) -> Result<Op, String> {
    Op::named(name, fractional).ok_or_else(|| match name {
        "$ref" => "a `$ref` that names no evaluator".to_owned(),
        _ => format!("the operator `{name}` does not exist"),
    })
}

fn single(members: &Map<String, Json>) -> Option<(&String, &Json)> {
    members.iter().next().filter(|_| members.len() == 1)
}

fn literal(node: &Node) -> Option<Value> {
    match node {
        Node::Literal(value) => Some(value.clone()),
        _ => None,
    }
}

/// The fast forms: variables with a fixed path, membership in a fixed list of texts, fixed arms of a choice.
fn simplified(op: Op, args: Args) -> Node {
    match (op, &args) {
        (Op::Var, Args::Single(path)) => fixed_path(path),
        (Op::Var, Args::Listed(list)) => match list.as_slice() {
            [path] => fixed_path(path),
            _ => None,
        },
        (Op::In, Args::Listed(list)) => match list.as_slice() {
            [needle, Node::Literal(Value::List(values))] => {
                texts(values).map(|texts| Node::InSet(Box::new(needle.clone()), texts))
            }
            _ => None,
        },
        (Op::Fractional(generation), Args::Listed(list)) => choice(generation, list),
        _ => None,
    }
    .unwrap_or(Node::Call(op, args))
}

/// A choice among written arms. Only a first argument that is computed can be anything but an arm or what is hashed.
fn choice(generation: Fractional, list: &[Node]) -> Option<Node> {
    let (by, arms) = match list.split_first() {
        Some((Node::Literal(Value::List(_)), _)) => (None, list),
        Some((first, rest)) => (Some(first.clone()), rest),
        None => (None, list),
    };
    let written: Vec<Value> = arms.iter().map(literal).collect::<Option<_>>()?;
    Some(Node::Fractional(Box::new(Choice {
        generation,
        by,
        arms: Fixed::new(&written),
        written,
    })))
}

fn fixed_path(node: &Node) -> Option<Node> {
    match node {
        Node::Literal(Value::Null) => Some(Node::Var(String::new())),
        Node::Literal(value) => value.text().map(Node::Var),
        _ => None,
    }
}

fn texts(values: &[Value]) -> Option<FxHashSet<String>> {
    values
        .iter()
        .map(|value| match value {
            Value::Str(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}
