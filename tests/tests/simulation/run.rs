//! One seed: a table, its actors, some days and nights.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use futures::executor::block_on;

use crate::{
    actors::{self, Mistake, Quota},
    audit::{audit, roll_back},
    bank::Bank,
    dice::Dice,
    guard::Guard,
    kinds::{self, KINDS, Kind},
    process::{self, Actor, Process},
    world::{FaultPlan, World},
};

/// What came of one seed, or of many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) kind: &'static str,
    pub(crate) digest: u64,
    seeds: u64,
    commits: usize,
    acknowledged: usize,
    snapshots: i64,
    calls: u64,
    faults: u64,
    deletes: u64,
}

impl Outcome {
    pub(crate) fn add(&mut self, other: &Outcome) {
        self.seeds += other.seeds;
        self.commits += other.commits;
        self.acknowledged += other.acknowledged;
        self.snapshots += other.snapshots;
        self.calls += other.calls;
        self.faults += other.faults;
        self.deletes += other.deletes;
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>5} seeds {:>7} commits begun {:>7} acknowledged {:>7} snapshots {:>9} calls {:>7} faults {:>8} deletes",
            self.seeds, self.commits, self.acknowledged, self.snapshots, self.calls, self.faults, self.deletes
        )
    }
}

/// Runs a seed. Errors: what went wrong, with the last lines of the log.
pub(crate) fn run(seed: u64, is_loud: bool) -> Result<Outcome, String> {
    run_with(seed, is_loud, None)
}

/// As [`run`], with somebody who makes a mistake.
pub(crate) fn run_with(seed: u64, is_loud: bool, mistake: Option<Mistake>) -> Result<Outcome, String> {
    let mut dice = Dice::new(seed);
    let kind = KINDS[(seed as usize) % KINDS.len()];
    let plan = fault_plan(&mut dice);
    let retention = kinds::retention(&mut dice);
    let skew = 120_000;
    let world = World::new(dice.next(), plan, Guard::new(retention, skew), is_loud);
    let failed = |what: String| {
        let log = world.lock().log();
        format!("{log}seed {seed} ({}): {what}\nCENOTE_SEED={seed} repeats it", kind.name)
    };
    let table = kind.table(&mut dice, &retention);
    world.note("setup", &format!("{} {:?} {plan:?}", kind.name, table.options));
    let setup = Process::start(&world, "setup", 0, 1);
    let created = block_on(async {
        setup.catalog().create_database("db", false).await?;
        setup.catalog().create_table("db", "t", table, false).await
    });
    created.map_err(|error| failed(error.to_string()))?;
    let bank = Bank::new(kind);
    let names_commits = retention.most > 1_000 && dice.chance(5_000);
    let lived = catch_unwind(AssertUnwindSafe(|| live(&world, &bank, &mut dice, Cast { names_commits, mistake })));
    let lived = lived.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(format!("a panic: {}", text.or(panic.downcast_ref::<&str>().map(|t| (*t).to_owned())).unwrap_or_default()))
    });
    lived.map_err(failed)?;
    let state = world.lock();
    let latest = state.files.keys().filter(|path| path.contains("/snapshot/snapshot-")).count() as i64;
    let (commits, acknowledged) = bank.counts();
    Ok(Outcome {
        kind: kind.name,
        digest: state.digest,
        seeds: 1,
        commits,
        acknowledged,
        snapshots: latest,
        calls: state.calls,
        faults: state.faults,
        deletes: state.guard.deletes,
    })
}

fn fault_plan(dice: &mut Dice) -> FaultPlan {
    let disk = dice.chance(3_000);
    match dice.below(4) {
        0 => FaultPlan { disk, ..FaultPlan::default() },
        1 => FaultPlan { calls: 100, crashes: 10, old_listing_millis: 0, disk },
        2 => FaultPlan { calls: 300, crashes: 0, old_listing_millis: 0, disk },
        _ => FaultPlan { calls: 30, crashes: 40, old_listing_millis: 2_000, disk },
    }
}

/// Who is wanted besides the usual.
#[derive(Clone, Copy, Debug)]
struct Cast {
    /// Whether commits have names, so that they can be repeated: snapshots must be remembered long enough.
    names_commits: bool,
    mistake: Option<Mistake>,
}

/// Some days, with nights between them.
fn live(world: &World, bank: &Bank, dice: &mut Dice, wanted: Cast) -> Result<(), String> {
    let days = dice.between(1, 3);
    let mut night_owls: Vec<Actor> = Vec::new();
    for day in 1..=days {
        world.note("world", &format!("day {day}"));
        let mut actors = cast(bank, dice, wanted);
        actors.append(&mut night_owls);
        world.lock().calm = false;
        process::run_day(world, &mut actors);
        night_owls = actors;
        {
            let mut state = world.lock();
            state.settle();
            state.advance(2 * 3_600_000);
        }
        audit(world, bank, false)?;
        if dice.chance(1_500) && night_owls.is_empty() {
            roll_back(world, bank)?;
        }
    }
    process::run_out(world, &mut night_owls);
    world.lock().settle();
    audit(world, bank, true)
}

/// Who works on a day.
fn cast(bank: &Bank, dice: &mut Dice, wanted: Cast) -> Vec<Actor> {
    let Kind { writers, partitions, money, .. } = bank.kind;
    let mut actors = Vec::new();
    for number in 0..writers {
        let is_named = wanted.names_commits && money != kinds::Money::Balances;
        let main = actors::writer(bank.clone(), number, Quota::new(dice.between(1, 4) as usize), is_named);
        actors.push(actor(&format!("writer{number}"), dice, main));
    }
    if money == kinds::Money::Balances && partitions > 1 && writers > 1 {
        let main = actors::scratch_writer(bank.clone(), Quota::new(dice.between(0, 3) as usize));
        actors.push(actor("scratch", dice, main));
    }
    for number in 0..dice.between(1, 2) {
        let main = actors::compactor(Quota::new(dice.between(1, 3) as usize));
        actors.push(actor(&format!("compactor{number}"), dice, main));
    }
    let cleaner = actors::cleaner(Quota::new(dice.between(0, 2) as usize));
    actors.push(actor("cleaner", dice, cleaner).nocturnal());
    let expirer = actors::expirer(Quota::new(dice.between(0, 3) as usize));
    actors.push(actor("expirer", dice, expirer).nocturnal());
    if dice.chance(4_000) {
        let brancher = actors::brancher(Quota::new(2));
        actors.push(actor("brancher", dice, brancher));
    }
    if let Some(mistake) = wanted.mistake {
        let planted = actors::planted(mistake, Quota::new(3));
        actors.push(actor("planted", dice, planted).nocturnal());
    }
    let tagger = actors::tagger(Quota::new(dice.between(0, 3) as usize));
    actors.push(actor("tagger", dice, tagger));
    let reader = actors::reader(bank.clone(), Quota::new(dice.between(1, 4) as usize));
    actors.push(actor("reader", dice, reader));
    let slow = actors::reader(bank.clone(), Quota::new(dice.between(0, 2) as usize));
    actors.push(actor("slow-reader", dice, slow).nocturnal());
    actors
}

fn actor(name: &str, dice: &mut Dice, main: process::Main) -> Actor {
    let skew = if dice.chance(5_000) { 0 } else { dice.between(-60_000, 60_000) };
    let parallelism = if dice.chance(7_000) { 1 } else { 2 };
    Actor::new(name, skew, parallelism, main)
}
