//! `bench-publish CHANGES`: prints what publishing each of so many changes took, `wall TAB cpu` in µs.
//!
//! One flag among 5,000 mixed ones changes its rules. The clock runs from the committed entry in the writer's hand until
//! a task that waits for events has been woken with it, by when readers have the new snapshot. The change is planned
//! and the flag asked before and after by the product's own functions; nothing is stored.

mod house;

use std::time::{Duration, Instant};

use bench_workload::hoist::context;
use bench_workload::mixed_key;
use hoist_app::World;
use hoist_engine::{Context, Moment, NoVisitor};
use hoist_model::Id;
use rustix::time::{ClockId, clock_gettime};

use house::House;

/// Flags of the environment.
const FLAGS: usize = 5000;

fn main() {
    let count = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(1000);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(run(count));
}

async fn run(count: usize) {
    let mut house = House::with_flags(FLAGS);
    let world = World::new(house.state().clone());
    let mut events = world.events().subscribe();
    let (told, mut woken) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok(event) = events.recv().await {
            let _ = told.send((event.revision, Instant::now()));
        }
    });
    tokio::task::yield_now().await;
    let environment = house.environment();
    for number in 0..count {
        // Flags of shape a only: what they answer shows whether the change has arrived.
        let key = mixed_key(number * 7919 % FLAGS / 10 * 10);
        let before = answer(&world, environment, &key);
        let entry = house.switch(&key);
        let (began, cpu) = (Instant::now(), thread_cpu());
        world.publish(&entry);
        let (revision, heard) = woken.recv().await.expect("the listener lives");
        let cpu = thread_cpu() - cpu;
        println!("{:.1}\t{:.1}", micros(heard.duration_since(began)), micros(cpu));
        assert_eq!(revision, entry.revision);
        assert_ne!(answer(&world, environment, &key), before, "{key} answers as before");
    }
}

/// Whether a flag is enabled.
fn answer(world: &World, environment: Id, key: &str) -> bool {
    let view = world.environment(environment).expect("an environment");
    let context: Context = serde_json::from_value(context(0)).expect("a context");
    let moment = Moment {
        now: jiff::Timestamp::UNIX_EPOCH,
        seed: 0,
    };
    let flag = view.snapshot.flag(key).expect("a flag");
    view.snapshot
        .evaluate(flag, &view.snapshot.bind(&context), &moment, &mut NoVisitor)
        .enabled
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn thread_cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
