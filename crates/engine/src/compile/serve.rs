//! Serves: leaves, splits, ramps and JsonLogic.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Map, Number, Value as Json};

use super::block::{BlockMaker, extend, push};
use super::{Path, Report, Tables};
use crate::block::At;
use crate::context::TARGETING_KEY;
use crate::curve::Curve;
use crate::flag::{Arm, CompiledVariant, JsonLogic, Leaf, MergedMetadata, Ramp, Serve, Split, What};
use crate::json_logic;
use crate::names::{Names, Slot, View};
use crate::placement::{Inputs, Piece, Placement};
use crate::ruleset::{self, Allocation, Assign, Draw, Input, Kind, Metadata, Scheme, Variant};
use crate::scheme::{self, Purpose, Start};

/// Makes the leaves of one flag, equal ones once, in the block under way.
pub(crate) struct Leaves<'f> {
    kind: Kind,
    metadata: &'f Metadata,
    variants: &'f [CompiledVariant],
    by_key: FxHashMap<&'f str, u16>,
    /// Leaf of a variant (None: the application's default) without metadata of a serve.
    plain: FxHashMap<Option<u16>, At<Leaf>>,
    pub(super) block: &'f mut BlockMaker,
}

impl<'f> Leaves<'f> {
    pub(crate) fn new(
        kind: Kind,
        metadata: &'f Metadata,
        variants: &'f [CompiledVariant],
        block: &'f mut BlockMaker,
    ) -> Self {
        let by_key = (0..).zip(variants).map(|(at, variant)| (&*variant.key, at)).collect();
        Self {
            kind,
            metadata,
            variants,
            by_key,
            plain: FxHashMap::default(),
            block,
        }
    }

    fn variant(&mut self, key: &str, extra: &Metadata) -> Result<At<Leaf>, String> {
        let at = *self
            .by_key
            .get(key)
            .ok_or_else(|| format!("the flag has no variant \"{key}\""))?;
        Ok(self.leaf(Some(at), extra))
    }

    fn leaf(&mut self, variant: Option<u16>, extra: &Metadata) -> At<Leaf> {
        let known = self.plain.get(&variant).filter(|_| extra.is_empty());
        if let Some(known) = known {
            return *known;
        }
        let defined = variant.and_then(|at| Some((at, self.variants.get(usize::from(at))?)));
        let leaf = match defined {
            Some((at, own)) => {
                let metadata = self.merged(&own.metadata, extra);
                leaf(self.block, Some((at, &own.key)), own.value.clone(), metadata)
            }
            None => leaf(self.block, None, None, self.merged(&Map::new(), extra)),
        };
        if extra.is_empty() {
            self.plain.insert(variant, leaf);
        }
        leaf
    }

    fn inline(&mut self, value: &Json, extra: &Metadata) -> At<Leaf> {
        let value = Arc::new(typed(self.kind, value.clone()));
        leaf(self.block, None, Some(value), self.merged(&Map::new(), extra))
    }

    /// Flag under variant under serve; None if only the flag has any.
    fn merged(&self, variant: &Metadata, serve: &Metadata) -> Option<Box<MergedMetadata>> {
        if variant.is_empty() && serve.is_empty() {
            return None;
        }
        let mut merged = self.metadata.clone();
        merged.extend(variant.clone());
        merged.extend(serve.clone());
        let json = metadata_json(&merged).into();
        Some(Box::new(MergedMetadata { merged, json }))
    }
}

/// An answer with a variant (its index and key) or without.
fn leaf(
    block: &mut BlockMaker,
    variant: Option<(u16, &str)>,
    value: Option<Arc<Json>>,
    metadata: Option<Box<MergedMetadata>>,
) -> At<Leaf> {
    let value_json = value.as_ref().map(ToString::to_string).unwrap_or_default();
    let key = variant.map(|(_, key)| key).unwrap_or_default();
    let leaf = Leaf {
        variant: variant.map(|(at, _)| at),
        start: block.text_end(),
        value_end: block.say(&value_json),
        end: block.say(key),
        value,
        metadata,
    };
    push(&mut block.leaves, leaf)
}

/// Metadata as JSON text.
pub(crate) fn metadata_json(metadata: &Metadata) -> String {
    serde_json::to_string(metadata).unwrap_or_else(|_| "{}".into())
}

/// A variant with its value in the flag's kind.
pub(crate) fn variant(variant: &Variant, kind: Kind) -> CompiledVariant {
    let value = variant.value.clone().map(|value| typed(kind, value));
    CompiledVariant {
        key: variant.key.as_str().into(),
        value: value.map(Arc::new),
        metadata: variant.metadata.clone(),
    }
}

/// A float is written with a decimal point even if it is whole.
fn typed(kind: Kind, value: Json) -> Json {
    match (kind, &value) {
        (Kind::Float, Json::Number(number)) => number.as_f64().and_then(Number::from_f64).map_or(value, Json::Number),
        _ => value,
    }
}

/// Compiles a serve; a broken one is reported and answers with an error.
pub(crate) fn serve(
    serve: &ruleset::Serve,
    leaves: &mut Leaves<'_>,
    tables: &mut Tables,
    report: &mut Report,
    path: &Path<'_>,
) -> Serve {
    let what = what(serve, leaves, tables).unwrap_or_else(|problem| {
        report.add(&path.at("serve"), problem);
        What::Broken
    });
    Serve {
        enabled: serve.enabled,
        what,
    }
}

fn what(serve: &ruleset::Serve, leaves: &mut Leaves<'_>, tables: &mut Tables) -> Result<What, String> {
    let extra = &serve.metadata;
    Ok(match &serve.what {
        ruleset::What::CodeDefault => What::Leaf(leaves.leaf(None, extra)),
        ruleset::What::Variant(key) => What::Leaf(leaves.variant(key, extra)?),
        ruleset::What::Value(value) => What::Leaf(leaves.inline(value, extra)),
        ruleset::What::Split(own) => {
            let split = split(own, extra, leaves, tables)?;
            What::Split(push(&mut leaves.block.splits, split))
        }
        ruleset::What::Ramp(own) => {
            let ramp = ramp(own, extra, leaves, tables)?;
            What::Ramp(push(&mut leaves.block.ramps, ramp))
        }
        ruleset::What::JsonLogic {
            expression,
            otherwise,
            fractional,
        } => {
            let compiled = json_logic::compile(expression, *fractional)?;
            let (leaves_of, otherwise) = named(otherwise.as_deref(), extra, leaves)?;
            let logic = JsonLogic {
                expression: compiled,
                reads_clock: expression.to_string().contains("$flagd"),
                leaves: leaves_of,
                otherwise,
            };
            What::JsonLogic(push(&mut leaves.block.expressions, logic))
        }
    })
}

fn split(
    split: &ruleset::Split,
    extra: &Metadata,
    leaves: &mut Leaves<'_>,
    tables: &mut Tables,
) -> Result<Split, String> {
    let mut arms = Vec::with_capacity(split.arms.len());
    let mut end = 0;
    for arm in &split.arms {
        end += u64::from(arm.weight);
        arms.push(Arm {
            end,
            leaf: leaves.variant(&arm.variant, extra)?,
        });
    }
    if end == 0 {
        return Err("the weights of a split must not all be 0".into());
    }
    let draw = match split.allocation.assign {
        Assign::Request => Draw::Interval,
        Assign::Stable | Assign::Session => split.allocation.draw,
    };
    Ok(Split {
        placement: placement(&split.allocation, Purpose::Split, tables),
        draw,
        total: end,
        arms: extend(&mut leaves.block.arms, arms),
    })
}

fn ramp(ramp: &ruleset::Ramp, extra: &Metadata, leaves: &mut Leaves<'_>, tables: &mut Tables) -> Result<Ramp, String> {
    Ok(Ramp {
        placement: placement(&ramp.allocation, Purpose::Share, tables),
        curve: Curve::new(&ramp.curve)?,
        inside: leaves.variant(&ramp.variant, extra)?,
        rest: leaves.variant(&ramp.rest, extra)?,
    })
}

/// Of an expression: the leaf of each variant, and the one for null.
type Named = (Box<[At<Leaf>]>, At<Leaf>);

/// The leaves that an expression may name.
fn named(otherwise: Option<&str>, extra: &Metadata, leaves: &mut Leaves<'_>) -> Result<Named, String> {
    let otherwise = match otherwise {
        Some(key) => leaves.variant(key, extra)?,
        None => leaves.leaf(None, extra),
    };
    let variants = u16::try_from(leaves.variants.len()).unwrap_or(u16::MAX);
    let of_variants = (0..variants).map(|at| leaves.leaf(Some(at), extra)).collect();
    Ok((of_variants, otherwise))
}

/// Compiles an allocation; salt, literals and separators are joined beforehand.
pub(crate) fn placement(allocation: &Allocation, purpose: Purpose, tables: &mut Tables) -> Placement {
    let pieces = match allocation.assign {
        Assign::Request => None,
        Assign::Session => Some(pieces(allocation, &[Input::FirstOf(vec!["sessionId".into()])], tables)),
        Assign::Stable => Some(pieces(allocation, &allocation.inputs, tables)),
    };
    let inputs = match pieces.as_deref() {
        None => Inputs::Request,
        Some([Piece::Text(first), Piece::FirstOf(slots)]) if slots.len() == 1 => Inputs::Keyed {
            start: Start::new(allocation.scheme, purpose, first),
            slot: slots.first().copied().unwrap_or_default(),
        },
        Some(_) => Inputs::Pieces(pieces.unwrap_or_default().into()),
    };
    Placement {
        inputs,
        scheme: allocation.scheme,
        purpose,
        missing: allocation.missing,
        salt: allocation.salt.as_str().into(),
    }
}

fn pieces(allocation: &Allocation, inputs: &[Input], tables: &mut Tables) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = allocation.salt.clone();
    let view = match allocation.scheme {
        Scheme::Flagsmith => View::FlagsmithText,
        Scheme::Togglr => View::GoText,
        Scheme::FluxGate => View::JsonText,
        Scheme::Hoist64 | Scheme::Unleash => View::Text,
    };
    for input in inputs {
        text.push_str(scheme::separator(allocation.scheme));
        match input {
            Input::Literal(literal) => text.push_str(literal),
            Input::Environment => text.push_str(&tables.environment),
            Input::FirstOf(names) => {
                pieces.push(Piece::Text(std::mem::take(&mut text).into()));
                pieces.push(Piece::FirstOf(
                    names.iter().map(|name| slot(name, view, tables)).collect(),
                ));
            }
            Input::FlagsmithIdentity(environment) => {
                let identity = Names::flagsmith_identity(&mut tables.names, environment);
                pieces.push(Piece::Text(std::mem::take(&mut text).into()));
                pieces.push(Piece::FirstOf([identity].into()));
            }
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.into()));
    }
    pieces
}

fn slot(name: &str, view: View, tables: &mut Tables) -> Slot {
    let name = if name.is_empty() { TARGETING_KEY } else { name };
    Names::slot(&mut tables.names, name, view)
}
