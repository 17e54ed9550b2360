//! Evaluation: variables, lazy operators and loops over lists.

use std::borrow::Cow;

use super::coerce::{measure, truth};
use super::fractional::{First, Fixed, first, implicit};
use super::node::{Args, Choice, Node, Op};
use super::{Lookup, MAX_DEPTH, WORK, strict};
use crate::Value;
use crate::context::TARGETING_KEY;
use crate::ruleset::Fractional;

/// Why an evaluation stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It takes more than [`WORK`].
    Work,
    /// It builds a value deeper than [`MAX_DEPTH`].
    Depth,
}

pub(super) type Result<T> = std::result::Result<T, Stop>;

pub(super) fn evaluate(node: &Node, data: &dyn Lookup) -> std::result::Result<Value, String> {
    let mut run = Run { work: WORK };
    run.node(node, Data::Context(data))
        .map(Cow::into_owned)
        .map_err(|stop| match stop {
            Stop::Work => format!("the rule takes more than {WORK} steps"),
            Stop::Depth => format!("the rule builds a value nested deeper than {MAX_DEPTH} levels"),
        })
}

/// What variables refer to.
#[derive(Clone, Copy)]
enum Data<'d> {
    Context(&'d dyn Lookup),
    Element(&'d Value),
}

/// One evaluation and the work it may still do.
pub(super) struct Run {
    work: usize,
}

impl Run {
    /// Pays for work before it is done.
    pub(super) fn charge(&mut self, work: usize) -> Result<()> {
        self.work = self.work.checked_sub(work).ok_or(Stop::Work)?;
        Ok(())
    }

    fn node<'e>(&mut self, node: &'e Node, data: Data<'_>) -> Result<Cow<'e, Value>> {
        self.charge(1)?;
        Ok(match node {
            Node::Literal(value) => Cow::Borrowed(value),
            Node::List(items) => Cow::Owned(Value::List(self.all(items, data)?)),
            Node::Var(path) => Cow::Owned(self.find(data, path)?.unwrap_or_default()),
            Node::InSet(needle, texts) => {
                let needle = self.node(needle, data)?;
                Cow::Owned(Value::Bool(
                    matches!(&*needle, Value::Str(text) if texts.contains(text)),
                ))
            }
            Node::Fractional(choice) => self.choice(choice, data)?,
            Node::Call(op, args) => self.call(*op, args, data)?,
        })
    }

    fn owned(&mut self, node: &Node, data: Data<'_>) -> Result<Value> {
        match self.node(node, data)? {
            Cow::Owned(value) => Ok(value),
            Cow::Borrowed(value) => {
                self.charge(measure(value).0)?;
                Ok(value.clone())
            }
        }
    }

    fn all(&mut self, nodes: &[Node], data: Data<'_>) -> Result<Vec<Value>> {
        nodes.iter().map(|node| self.owned(node, data)).collect()
    }

    fn find(&mut self, data: Data<'_>, path: &str) -> Result<Option<Value>> {
        match data {
            Data::Context(context) => {
                let value = context.var(path);
                self.charge(value.as_ref().map_or(0, |value| measure(value).0))?;
                Ok(value)
            }
            Data::Element(element) => {
                let value = if path.is_empty() {
                    Some(element)
                } else {
                    element.at_path(path)
                };
                self.charge(value.map_or(0, |value| measure(value).0))?;
                Ok(value.cloned())
            }
        }
    }

    fn call<'e>(&mut self, op: Op, args: &'e Args, data: Data<'_>) -> Result<Cow<'e, Value>> {
        match op {
            Op::If => return self.choose(args.nodes(), data),
            Op::And => return self.until(args.nodes(), data, |value| !truth(value)),
            Op::Or => return self.until(args.nodes(), data, truth),
            _ => {}
        }
        Ok(Cow::Owned(match op {
            Op::Map => self.map(args.nodes(), data)?,
            Op::Filter => self.filter(args.nodes(), data)?,
            Op::Reduce => self.reduce(args.nodes(), data)?,
            Op::All | Op::None | Op::Some => Value::Bool(self.quantify(op, args.nodes(), data)?),
            Op::Not | Op::Truth => {
                let value = args.nodes().first().map(|node| self.node(node, data)).transpose()?;
                Value::Bool(value.is_some_and(|value| truth(&value)) == (op == Op::Truth))
            }
            Op::Var => self.variable(args.nodes(), data)?,
            Op::Missing | Op::MissingSome => self.missing(op, args, data)?,
            Op::Fractional(generation) => self.fractional(generation, args, data)?,
            _ => {
                let args = self.arguments(args, data)?;
                strict::apply(self, op, args)?
            }
        }))
    }

    /// Evaluated arguments; one that is a list by computation is spread.
    fn arguments(&mut self, args: &Args, data: Data<'_>) -> Result<Vec<Value>> {
        match args {
            Args::Listed(nodes) => self.all(nodes, data),
            Args::Single(node) => Ok(match self.owned(node, data)? {
                Value::List(items) => items,
                value => vec![value],
            }),
        }
    }

    fn choose<'e>(&mut self, nodes: &'e [Node], data: Data<'_>) -> Result<Cow<'e, Value>> {
        let mut pairs = nodes.chunks_exact(2);
        for pair in pairs.by_ref() {
            if let [condition, then] = pair
                && truth(&*self.node(condition, data)?)
            {
                return self.node(then, data);
            }
        }
        if let [otherwise] = pairs.remainder() {
            return self.node(otherwise, data);
        }
        Ok(Cow::Owned(Value::Null))
    }

    /// The first value that `stops`, else the last.
    fn until<'e>(&mut self, nodes: &'e [Node], data: Data<'_>, stops: fn(&Value) -> bool) -> Result<Cow<'e, Value>> {
        let mut last = Cow::Owned(Value::Null);
        for node in nodes {
            last = self.node(node, data)?;
            if stops(&last) {
                break;
            }
        }
        Ok(last)
    }

    fn variable(&mut self, nodes: &[Node], data: Data<'_>) -> Result<Value> {
        let path = match nodes.first() {
            Some(node) => self.owned(node, data)?.text().unwrap_or_default(),
            None => String::new(),
        };
        match (self.find(data, &path)?, nodes.get(1)) {
            (Some(value), _) => Ok(value),
            (None, Some(default)) => self.owned(default, data),
            (None, None) => Ok(Value::Null),
        }
    }

    fn missing(&mut self, op: Op, args: &Args, data: Data<'_>) -> Result<Value> {
        let mut args = self.arguments(args, data)?;
        let mut needed = None;
        if op == Op::MissingSome {
            needed = Some(
                args.first()
                    .and_then(super::coerce::comparable)
                    .map_or(0.0, |number| number.float()),
            );
            args = args.into_iter().skip(1).take(1).collect();
        }
        let paths = match args.as_slice() {
            [Value::List(paths)] => paths.clone(),
            _ => args,
        };
        let mut missing = Vec::new();
        for path in &paths {
            let value = self.find(data, &path.text().unwrap_or_default())?.unwrap_or_default();
            if value == Value::Null || value == Value::Str(String::new()) {
                missing.push(path.clone());
            }
        }
        let enough = needed.is_some_and(|needed| (paths.len() - missing.len()) as f64 >= needed);
        Ok(Value::List(if enough { Vec::new() } else { missing }))
    }

    /// A choice among arms that are known.
    fn choice<'e>(&mut self, choice: &'e Choice, data: Data<'_>) -> Result<Cow<'e, Value>> {
        let by = choice.by.as_ref().map(|by| self.node(by, data)).transpose()?;
        let hash = match by.as_deref() {
            Some(by) => {
                self.charge(measure(by).0)?;
                match first(choice.generation, by) {
                    First::Hashed(hash) => Some(hash),
                    // What is computed to a list is an arm before those that are written.
                    First::Arm if matches!(by, Value::List(_)) => {
                        let mut args = vec![by.clone()];
                        args.extend(choice.written.iter().cloned());
                        return self.choose_arm(choice.generation, &args, data).map(Cow::Owned);
                    }
                    // Any other is an arm that is none.
                    First::Arm | First::Neither => None,
                }
            }
            None => self.implicit(choice.generation, data)?,
        };
        let Some((hash, arms)) = hash.zip(choice.arms.as_ref()) else {
            return Ok(Cow::Owned(Value::Null));
        };
        self.charge(arms.len())?;
        Ok(arms.at(hash).map_or(Cow::Owned(Value::Null), Cow::Borrowed))
    }

    /// A choice by computed arguments.
    fn fractional(&mut self, generation: Fractional, args: &Args, data: Data<'_>) -> Result<Value> {
        let args = self.arguments(args, data)?;
        self.choose_arm(generation, &args, data)
    }

    /// An arm of a choice whose arguments are values.
    fn choose_arm(&mut self, generation: Fractional, args: &[Value], data: Data<'_>) -> Result<Value> {
        self.charge(args.iter().map(|arg| measure(arg).0).sum())?;
        let Some((by, rest)) = args.split_first() else {
            return Ok(Value::Null);
        };
        let (hash, arms) = match first(generation, by) {
            First::Hashed(hash) => (Some(hash), rest),
            First::Arm => (self.implicit(generation, data)?, args),
            First::Neither => (None, rest),
        };
        let arms = Fixed::new(arms);
        let chosen = hash.zip(arms.as_ref()).and_then(|(hash, arms)| arms.at(hash));
        Ok(chosen.cloned().unwrap_or_default())
    }

    /// The hash of the flag and the targeting key, if there is one.
    fn implicit(&mut self, generation: Fractional, data: Data<'_>) -> Result<Option<u32>> {
        let Some(Value::Str(key)) = self.find(data, TARGETING_KEY)? else {
            return Ok(None);
        };
        let flag = match self.find(data, "$flagd.flagKey")? {
            Some(Value::Str(flag)) => flag,
            _ => String::new(),
        };
        Ok((!key.is_empty()).then(|| implicit(generation, &flag, &key)))
    }

    /// The list a loop runs over; anything else counts as empty.
    fn list(&mut self, nodes: &[Node], data: Data<'_>) -> Result<Vec<Value>> {
        match nodes.first().map(|node| self.owned(node, data)).transpose()? {
            Some(Value::List(items)) => Ok(items),
            _ => Ok(Vec::new()),
        }
    }

    fn map(&mut self, nodes: &[Node], data: Data<'_>) -> Result<Value> {
        let Some(body) = nodes.get(1) else {
            return Ok(Value::List(Vec::new()));
        };
        let items = self.list(nodes, data)?;
        let mapped: Result<Vec<Value>> = items.iter().map(|item| self.owned(body, Data::Element(item))).collect();
        mapped.map(Value::List)
    }

    fn filter(&mut self, nodes: &[Node], data: Data<'_>) -> Result<Value> {
        let Some(body) = nodes.get(1) else {
            return Ok(Value::List(Vec::new()));
        };
        let mut kept = Vec::new();
        for item in self.list(nodes, data)? {
            if truth(&*self.node(body, Data::Element(&item))?) {
                kept.push(item);
            }
        }
        Ok(Value::List(kept))
    }

    fn quantify(&mut self, op: Op, nodes: &[Node], data: Data<'_>) -> Result<bool> {
        let items = self.list(nodes, data)?;
        let Some(body) = nodes.get(1) else {
            return Ok(op == Op::None);
        };
        for item in &items {
            let holds = truth(&*self.node(body, Data::Element(item))?);
            if holds != (op == Op::All) {
                return Ok(op == Op::Some);
            }
        }
        Ok(match op {
            Op::All => !items.is_empty(),
            Op::None => true,
            _ => false,
        })
    }

    fn reduce(&mut self, nodes: &[Node], data: Data<'_>) -> Result<Value> {
        let items = self.list(nodes, data)?;
        let mut sum = nodes
            .get(2)
            .map(|node| self.owned(node, data))
            .transpose()?
            .unwrap_or_default();
        let Some(body) = nodes.get(1) else { return Ok(sum) };
        for item in items {
            let (weight, depth) = measure(&sum);
            self.charge(weight)?;
            if depth > MAX_DEPTH {
                return Err(Stop::Depth);
            }
            let scope = Value::Object(vec![("accumulator".into(), sum), ("current".into(), item)]);
            sum = self.owned(body, Data::Element(&scope))?;
        }
        Ok(sum)
    }
}

impl Args {
    /// The arguments as written; a single value is a list of one.
    fn nodes(&self) -> &[Node] {
        match self {
            Self::Listed(nodes) => nodes,
            Self::Single(node) => std::slice::from_ref(node),
        }
    }
}
