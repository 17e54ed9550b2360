//! Watches the built console, so that the binary embeds what was built last. It never builds it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A folder that is missing makes cargo look again next time; that is what we want.
    println!("cargo::rerun-if-changed=../../ui/dist");
}
