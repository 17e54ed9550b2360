//! The database of a command that works beside the server.

use hoist_app::loading::{self, Loaded};
use hoist_app::source::Maker;
use hoist_store::{Store, StoreConfig, StoreError};

use super::serve::load;
use super::{FAILED, Failure};
use crate::config::{DataFlags, Surroundings};
use crate::serve;

/// The URL of the database that the configuration names; a file must be there already.
pub(super) fn existing(data: &DataFlags) -> Result<String, Failure> {
    let url = load(&data.clone().into(), &Surroundings::of_process())?.database_url;
    match store_config(&url).file() {
        Some(file) if !file.exists() => Err(Failure::bad_input(format!(
            "database.url: there is no database {}; name it with --database",
            file.display()
        ))),
        _ => Ok(url),
    }
}

/// How to open the store at a URL.
pub(super) fn store_config(url: &str) -> StoreConfig {
    let outside = serve::usual();
    let now = outside.clock.now();
    StoreConfig::new(url, now, Maker::new(outside.clock, outside.randomness).id())
}

/// Opens the store; a new schema is made where there is none.
pub(super) async fn open(config: &StoreConfig) -> Result<Store, Failure> {
    Store::open(config).await.map_err(|error| failed(&error))
}

/// Opens and reads everything.
pub(super) async fn open_and_load(config: &StoreConfig) -> Result<(Store, Loaded), Failure> {
    let store = open(config).await?;
    let loaded = loading::load(&store).await.map_err(|error| failed(&error))?;
    Ok((store, loaded))
}

/// What the store says, for people.
pub(super) fn failed(error: &StoreError) -> Failure {
    Failure {
        code: FAILED,
        message: format!("database.url: {error}"),
    }
}
