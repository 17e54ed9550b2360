//! See the target `ofrep_head` of the crate hoist-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (hoist_fuzz::named("ofrep_head").run)(data));
