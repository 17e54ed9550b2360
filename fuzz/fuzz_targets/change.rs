//! See the target `change` of the crate hoist-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (hoist_fuzz::named("change").run)(data));
