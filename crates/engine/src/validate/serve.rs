//! Serves: known variants, weights, curves, expressions.

use rustc_hash::FxHashSet;

use super::Check;
use crate::compile::Path;
use crate::curve::Curve;
use crate::json_logic;
use crate::ruleset::{Draw, Ramp, Serve, Split, What};

impl Check<'_> {
    pub(super) fn serve(&mut self, serve: &Serve, path: &Path<'_>) {
        self.metadata(&serve.metadata, &path.at("metadata"));
        let path = path.at("serve");
        match &serve.what {
            What::CodeDefault => {}
            What::Variant(key) => self.known(key, &path.at("variant")),
            What::Value(value) => self.value(value, self.kind, &path.at("value")),
            What::Split(split) => self.split(split, &path.at("split")),
            What::Ramp(ramp) => self.ramp(ramp, &path.at("ramp")),
            What::JsonLogic {
                expression,
                otherwise,
                fractional,
            } => {
                let path = path.at("json_logic");
                if let Some(key) = otherwise {
                    self.known(key, &path.at("otherwise"));
                }
                if let Err(problem) = json_logic::compile(expression, *fractional) {
                    self.add(&path.at("expression"), problem);
                }
            }
        }
    }

    fn known(&mut self, key: &str, path: &Path<'_>) {
        if !self.known.contains(key) {
            self.add(path, format!("the flag has no variant \"{key}\""));
        }
    }

    fn split(&mut self, split: &Split, path: &Path<'_>) {
        self.allocation(&split.allocation, &path.at("allocation"));
        let path = path.at("arms");
        let total: u64 = split.arms.iter().map(|arm| u64::from(arm.weight)).sum();
        if split.arms.is_empty() {
            self.add(&path, "a split needs at least one arm");
        } else if total == 0 {
            self.add(&path, "the weights of a split must not all be 0");
        }
        let mut seen = FxHashSet::default();
        for (at, arm) in split.arms.iter().enumerate() {
            self.known(&arm.variant, &path.item(at).at("variant"));
            let repeats = !seen.insert(arm.variant.as_str());
            if repeats && split.allocation.draw == Draw::Rendezvous {
                self.add(
                    &path.item(at).at("variant"),
                    "in a rendezvous every arm has a variant of its own",
                );
            }
        }
    }

    fn ramp(&mut self, ramp: &Ramp, path: &Path<'_>) {
        self.allocation(&ramp.allocation, &path.at("allocation"));
        self.known(&ramp.variant, &path.at("variant"));
        self.known(&ramp.rest, &path.at("rest"));
        if let Err(problem) = Curve::new(&ramp.curve) {
            self.add(&path.at("curve"), problem);
        }
    }
}
