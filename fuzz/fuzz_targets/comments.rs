//! See the target `comments` of the crate hoist-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (hoist_fuzz::named("comments").run)(data));
