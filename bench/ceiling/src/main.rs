//! The physical limit on each of our hot paths: the smallest axum server, and the smallest transaction.
//!
//! `bench-ceiling serve ADDRESS BODY_FILE` or `bench-ceiling commits FOLDER SECONDS`

mod commits;
mod serve;

use std::error::Error;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<&str>>().as_slice() {
        ["serve", address, body] => serve::serve(address.parse()?, std::fs::read(body)?),
        ["commits", folder, seconds] => commits::commits(folder.as_ref(), Duration::from_secs_f64(seconds.parse()?)),
        _ => Err("usage: bench-ceiling serve ADDRESS BODY_FILE | commits FOLDER SECONDS".into()),
    }
}
