//! See the target `project_file` of the crate hoist-fuzz.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (hoist_fuzz::named("project_file").run)(data));
