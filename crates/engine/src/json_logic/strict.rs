//! Operators whose arguments are all evaluated first.

use std::cmp::Ordering;

use super::coerce::{Number, append, equal, measure, numeric, order, same};
use super::eval::{Result, Run};
use super::node::Op;
use super::version::sem_ver;
use crate::Value;

pub(super) fn apply(run: &mut Run, op: Op, args: Vec<Value>) -> Result<Value> {
    run.charge(args.len())?;
    Ok(match op {
        Op::Equal => pair(&args, equal),
        Op::Unequal => pair(&args, |a, b| !equal(a, b)),
        Op::Same => pair(&args, same),
        Op::Different => pair(&args, |a, b| !same(a, b)),
        Op::Greater => ordered(&args, Ordering::is_gt),
        Op::GreaterEqual => ordered(&args, Ordering::is_ge),
        Op::Less => ordered(&args, Ordering::is_lt),
        Op::LessEqual => ordered(&args, Ordering::is_le),
        Op::Add | Op::Multiply | Op::Subtract | Op::Divide | Op::Modulo | Op::Max | Op::Min => arithmetic(op, &args),
        Op::Merge => merge(args),
        Op::Cat => {
            run.charge(args.iter().map(|arg| measure(arg).0).sum())?;
            cat(&args)
        }
        Op::Substr => substr(&args).unwrap_or_default(),
        Op::In => {
            run.charge(args.get(1).map_or(0, |list| measure(list).0))?;
            Value::Bool(contained(&args))
        }
        Op::SemVer => sem_ver(&args).map_or(Value::Null, Value::Bool),
        Op::StartsWith => affix(&args, |text, part| text.starts_with(part)),
        Op::EndsWith => affix(&args, |text, part| text.ends_with(part)),
        _ => Value::Null,
    })
}

/// The first two arguments; what is not given is null.
fn pair(args: &[Value], test: impl Fn(&Value, &Value) -> bool) -> Value {
    Value::Bool(test(
        args.first().unwrap_or(&Value::Null),
        args.get(1).unwrap_or(&Value::Null),
    ))
}

/// Each argument stands in this order to the next.
fn ordered(args: &[Value], holds: fn(Ordering) -> bool) -> Value {
    let each = args
        .windows(2)
        .all(|two| matches!(two, [a, b] if order(a, b).is_some_and(holds)));
    Value::Bool(args.len() >= 2 && each)
}

fn arithmetic(op: Op, args: &[Value]) -> Value {
    let numbers: Option<Vec<Number>> = args.iter().map(numeric).collect();
    numbers
        .and_then(|numbers| fold(op, &numbers))
        .map_or(Value::Null, Number::value)
}

fn fold(op: Op, numbers: &[Number]) -> Option<Number> {
    let (first, rest) = numbers.split_first()?;
    match (op, rest) {
        (Op::Subtract, []) => Some(calculate(Op::Subtract, Number::Int(0), *first)),
        (Op::Divide | Op::Modulo, []) => None,
        (Op::Divide | Op::Modulo | Op::Subtract, [second, ..]) => Some(calculate(op, *first, *second)),
        _ => Some(rest.iter().fold(*first, |sum, next| calculate(op, sum, *next))),
    }
}

/// Whole numbers stay whole where the result is.
fn calculate(op: Op, a: Number, b: Number) -> Number {
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        let whole = match op {
            Op::Add => a.checked_add(b),
            Op::Subtract => a.checked_sub(b),
            Op::Multiply => a.checked_mul(b),
            Op::Divide if b != 0 && a.checked_rem(b) == Some(0) => a.checked_div(b),
            Op::Modulo => a.checked_rem(b),
            _ => None,
        };
        if let Some(whole) = whole {
            return Number::Int(whole);
        }
    }
    let less = a.order(b) == Some(Ordering::Less);
    match op {
        Op::Max => return if less { b } else { a },
        Op::Min => return if less { a } else { b },
        _ => {}
    }
    let (a, b) = (a.float(), b.float());
    Number::Float(match op {
        Op::Add => a + b,
        Op::Subtract => a - b,
        Op::Multiply => a * b,
        Op::Modulo => a % b,
        _ => a / b,
    })
}

fn merge(args: Vec<Value>) -> Value {
    let mut all = Vec::new();
    for arg in args {
        match arg {
            Value::List(items) => all.extend(items),
            value => all.push(value),
        }
    }
    Value::List(all)
}

fn cat(args: &[Value]) -> Value {
    let mut text = String::new();
    args.iter().for_each(|arg| append(arg, &mut text));
    Value::Str(text)
}

/// `[text, start, length]`: a negative start counts from the end, a negative length leaves out
/// that many at the end.
fn substr(args: &[Value]) -> Option<Value> {
    let text = args.first()?.text()?;
    let count = i64::try_from(text.chars().count()).ok()?;
    let start = whole(args.get(1)?)?;
    let start = if start < 0 {
        count.saturating_add(start).max(0)
    } else {
        start.min(count)
    };
    let rest = count - start;
    let length = match args.get(2) {
        None | Some(Value::Null) => rest,
        Some(length) => whole(length)?,
    };
    let length = if length < 0 {
        rest.saturating_add(length).max(0)
    } else {
        length
    };
    let (start, length) = (usize::try_from(start).ok()?, usize::try_from(length).ok()?);
    Some(Value::Str(text.chars().skip(start).take(length).collect()))
}

fn whole(value: &Value) -> Option<i64> {
    match numeric(value)? {
        Number::Int(value) => Some(value),
        Number::Float(value) if value.is_finite() => Some(value.trunc() as i64),
        Number::Float(_) => None,
    }
}

fn contained(args: &[Value]) -> bool {
    match args {
        [needle, Value::List(items), ..] => items.iter().any(|item| same(needle, item)),
        [needle, Value::Str(text), ..] => needle.text().is_some_and(|needle| text.contains(&needle)),
        _ => false,
    }
}

fn affix(args: &[Value], test: fn(&str, &str) -> bool) -> Value {
    match args {
        [Value::Str(text), Value::Str(part)] => Value::Bool(test(text, part)),
        _ => Value::Null,
    }
}
