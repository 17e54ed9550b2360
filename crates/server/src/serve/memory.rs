//! What the process holds of the machine's memory.
//!
//! A server starts by reading everything and then mostly waits, so what it holds would stay at the height of its
//! start. Two habits of the allocator and the system are changed for that.

use std::hint::black_box;
use std::time::Duration;

/// How often memory is handed back. The allocator keeps what was freed within the last second.
const HAND_BACK: Duration = Duration::from_millis(1500);

/// Larger than any block that the allocator keeps for itself when it is freed.
const A_LARGE_BLOCK: usize = 8 << 20;

/// Asks for pages of the usual size. With huge ones, a few small objects hold two megabytes; measured on 10,000 flags
/// that is a fifth of all memory, and evaluation is not faster.
pub(super) fn use_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::debug!(%error, "huge pages stay on");
    }
}

/// Hands memory back that was freed a while ago. The allocator does so by itself, but only when it frees a large block;
/// a server without traffic never does. Runs until the task is dropped.
pub(super) async fn keep_handing_back() {
    loop {
        tokio::time::sleep(HAND_BACK).await;
        // Not touched, so it costs no memory.
        drop(black_box(Vec::<u8>::with_capacity(A_LARGE_BLOCK)));
    }
}
