//! Processes: each has a view of the store, a clock that may be wrong, and tasks that are polled by chance.

use std::{
    fmt,
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use cenote_core::{
    Result,
    catalog::FileSystemCatalog,
    io::{CreateIfAbsent, Runtime, Storage, StorageTraits},
    table::Table,
};
use futures::future::{BoxFuture, LocalBoxFuture};
use object_store::path::Path;

use crate::{dice::Dice, store::SimStore, world::World};

/// A task of a process. Each simulation stays on one thread.
type Task = LocalBoxFuture<'static, ()>;
type SpawnedTask = BoxFuture<'static, ()>;

/// Polls of one phase before it counts as stuck.
const MOST_STEPS: usize = 400_000;

/// Where a process sleeps, the clock goes on by this part of the time that is left.
const HURRY: i64 = 4;

/// Lets the others go on.
pub(crate) async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(move |context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// One process: what it knows dies with it.
#[derive(Clone)]
pub(crate) struct Process {
    pub(crate) world: World,
    pub(crate) name: String,
    pub(crate) runtime: Arc<SimRuntime>,
    pub(crate) storage: Storage,
}

impl Process {
    pub(crate) fn start(world: &World, name: &str, skew_millis: i64, parallelism: usize) -> Self {
        let dice = Dice::new(world.lock().dice.next());
        let (dice, tasks) = (Mutex::new(dice), Mutex::default());
        let runtime = Arc::new(SimRuntime { world: world.clone(), dice, tasks, skew_millis, parallelism });
        let store = Arc::new(SimStore::new(world.clone(), name));
        // A calm world is set up or audited: what makes folders must not reach for the disk of this machine.
        let is_disk = world.lock().plan.disk && !world.lock().calm;
        let traits = StorageTraits {
            can_list: true,
            visible_while_written: is_disk,
            create_if_absent: CreateIfAbsent::Yes,
            label: "sim:".to_owned(),
        };
        let storage = Storage::with_traits(store, Path::ROOT, runtime.clone(), traits);
        Process { world: world.clone(), name: name.to_owned(), runtime, storage }
    }

    pub(crate) fn catalog(&self) -> FileSystemCatalog {
        FileSystemCatalog::new(self.storage.clone(), self.runtime.clone())
    }

    pub(crate) async fn table(&self) -> Result<Table> {
        self.catalog().get_table("db", "t").await
    }

    /// A number from 0 to `bound` − 1.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.runtime.lock(&self.runtime.dice).below(bound)
    }

    pub(crate) fn chance(&self, in_ten_thousand: u32) -> bool {
        self.runtime.lock(&self.runtime.dice).chance(in_ten_thousand)
    }

    pub(crate) fn note(&self, what: &str) {
        self.world.note(&self.name, what);
    }

    pub(crate) async fn rest(&self, most_millis: u64) {
        let millis = self.below(most_millis as usize) as u64;
        self.runtime.sleep(Duration::from_millis(millis)).await;
    }
}

/// Time, chance and tasks of one process.
pub(crate) struct SimRuntime {
    world: World,
    dice: Mutex<Dice>,
    /// Tasks that the process has started, besides its main one.
    tasks: Mutex<Vec<SpawnedTask>>,
    skew_millis: i64,
    parallelism: usize,
}

impl SimRuntime {
    fn lock<'a, T>(&self, what: &'a Mutex<T>) -> std::sync::MutexGuard<'a, T> {
        what.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SimRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimRuntime").field("skew_millis", &self.skew_millis).finish_non_exhaustive()
    }
}

impl Runtime for SimRuntime {
    fn now_millis(&self) -> i64 {
        self.world.lock().now + self.skew_millis
    }

    fn random_u64(&self) -> u64 {
        self.lock(&self.dice).next()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let world = self.world.clone();
        let until = world.lock().now + duration.as_millis() as i64;
        Box::pin(poll_fn(move |context| {
            let mut state = world.lock();
            if state.calm || state.now >= until {
                return Poll::Ready(());
            }
            state.asleep_until = Some(until);
            context.waker().wake_by_ref();
            Poll::Pending
        }))
    }

    fn spawn(&self, task: SpawnedTask) -> Option<SpawnedTask> {
        if self.parallelism <= 1 {
            return Some(task);
        }
        self.lock(&self.tasks).push(task);
        None
    }

    fn parallelism(&self) -> usize {
        self.parallelism
    }
}

/// What a process does, from its start; called again after a crash.
pub(crate) type Main = Box<dyn Fn(Process) -> Task>;

/// A part that processes play one after the other: when one dies, the next begins anew.
pub(crate) struct Actor {
    pub(crate) name: String,
    /// Whether night may fall while it works.
    pub(crate) is_nocturnal: bool,
    pub(crate) main: Main,
    skew_millis: i64,
    parallelism: usize,
    lives: usize,
    running: Option<(Process, Vec<Task>)>,
    is_done: bool,
}

impl Actor {
    pub(crate) fn new(name: &str, skew_millis: i64, parallelism: usize, main: Main) -> Self {
        Actor {
            name: name.to_owned(),
            is_nocturnal: false,
            main,
            skew_millis,
            parallelism,
            lives: 0,
            running: None,
            is_done: false,
        }
    }

    pub(crate) fn nocturnal(mut self) -> Self {
        self.is_nocturnal = true;
        self
    }

    /// Takes one step, of any of its tasks.
    fn step(&mut self, world: &World) {
        if self.running.is_none() {
            self.lives += 1;
            let name = format!("{}.{}", self.name, self.lives);
            let process = Process::start(world, &name, self.skew_millis, self.parallelism);
            let main = (self.main)(process.clone());
            self.running = Some((process, vec![main]));
        }
        let Some((process, tasks)) = &mut self.running else { return };
        let place = world.lock().dice.below(tasks.len());
        let mut context = Context::from_waker(Waker::noop());
        if tasks[place].as_mut().poll(&mut context).is_ready() {
            if place == 0 {
                self.is_done = true;
                self.running = None;
                return;
            }
            drop(tasks.remove(place));
        }
        let started: Vec<SpawnedTask> = process.runtime.lock(&process.runtime.tasks).drain(..).collect();
        tasks.extend(started.into_iter().map(|task| -> Task { task }));
    }

    fn crash(&mut self, world: &World) {
        if let Some((process, tasks)) = self.running.take() {
            world.note(&process.name, "crashes");
            drop(tasks);
        }
    }
}

/// Runs the actors until those that sleep at night are done. Gives the steps taken.
pub(crate) fn run_day(world: &World, actors: &mut Vec<Actor>) -> usize {
    let mut steps = 0;
    loop {
        actors.retain(|actor| !actor.is_done);
        if actors.iter().all(|actor| actor.is_nocturnal) {
            return steps;
        }
        steps += 1;
        assert!(steps < MOST_STEPS, "stuck: {:?} go on forever", actors.iter().map(|a| &a.name).collect::<Vec<_>>());
        let (place, millis, crashes) = {
            let mut state = world.lock();
            state.asleep_until = None;
            let crashes = state.plan.crashes;
            (state.dice.below(actors.len()), state.dice.between(0, 12), state.dice.chance(crashes))
        };
        let actor = &mut actors[place];
        actor.step(world);
        let mut state = world.lock();
        // Where one sleeps, the clock hurries a little.
        let hurry = state.asleep_until.map_or(0, |until| (until - state.now).max(0) / HURRY);
        state.advance(millis + hurry);
        drop(state);
        if crashes {
            actors[place].crash(world);
        }
    }
}

/// Runs the actors to their ends.
pub(crate) fn run_out(world: &World, actors: &mut Vec<Actor>) -> usize {
    actors.iter_mut().for_each(|actor| actor.is_nocturnal = false);
    run_day(world, actors)
}
