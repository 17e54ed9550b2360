//! The end of the process, as everybody who waits for it sees it.

use tokio::sync::watch;

/// Says when the process is to end. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shutdown(watch::Receiver<bool>);

/// Begins the end; dropping it does, too.
#[derive(Debug)]
pub struct Trigger(watch::Sender<bool>);

/// A pair.
pub fn shutdown() -> (Trigger, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (Trigger(sender), Shutdown(receiver))
}

impl Trigger {
    /// Tells everybody.
    pub fn pull(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// False only when the end has not begun; quicker than waiting.
    pub fn may_have_begun(&self) -> bool {
        self.0.has_changed().unwrap_or(true)
    }

    /// Waits until the process is to end.
    pub async fn begun(mut self) {
        // An error means that the trigger is gone, which is the end as well.
        let _ = self.0.wait_for(|begun| *begun).await;
    }
}
