//! See the target `unleash_said` of the crate hoist-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (hoist_fuzz::named("unleash_said").run)(data));
