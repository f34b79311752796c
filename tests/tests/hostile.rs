//! Damaged files for every decoder: an error or a value, never a panic, and never much memory. A sample of what
//! `cargo xtask fuzz` explores at length.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{alloc::System, fs, panic};

use cap::Cap;
use cenote_tests::decoders::{self, DECODERS, Decoder};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// Most memory while any damaged file (of at most 24 KB) is decoded.
const MOST_BYTES: usize = 256 << 20;

/// Seeded xorshift: the damage is the same in every run.
struct Damage(u64);

impl Damage {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }

    fn inflict(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.next(3) {
            let at = self.next(bytes.len());
            match self.next(6) {
                0 => bytes.truncate(at),
                1 => bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= 1 << (at % 8)),
                2 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = 0xFF),
                3 => bytes.iter_mut().skip(at).take(8).for_each(|byte| *byte = 0xFF),
                4 => bytes.iter_mut().skip(at).take(4).for_each(|byte| *byte = 0x7F),
                _ => {
                    let end = bytes.len().min(at + 1 + self.next(16));
                    let copy = bytes[at..end].to_vec();
                    let to = self.next(bytes.len());
                    bytes.splice(to..to, copy);
                }
            }
        }
    }
}

/// Decodes `rounds` damaged copies of each seed; gives how many.
fn damage(decoder: &Decoder, rounds: usize) -> usize {
    let mut damage = Damage(0x9E37_79B9_7F4A_7C15);
    let seeds = decoder.seeds(12);
    for seed in &seeds {
        let intact = fs::read(seed).unwrap();
        (decoder.run)(&intact);
        for round in 0..rounds {
            let mut bytes = intact.clone();
            damage.inflict(&mut bytes);
            let survived = panic::catch_unwind(|| (decoder.run)(&bytes)).is_ok();
            assert!(survived, "{}: round {round} of {}", decoder.name, seed.display());
        }
    }
    seeds.len() * rounds
}

#[test]
fn damaged_files_are_refused_in_bounded_memory() {
    let long = std::env::var_os("CENOTE_LONG").is_some();
    for decoder in DECODERS {
        let before = ALLOCATOR.allocated();
        ALLOCATOR.set_limit(before + MOST_BYTES).unwrap();
        let cases = damage(decoder, if long { 20_000 } else { 150 });
        ALLOCATOR.set_limit(usize::MAX).unwrap();
        println!("{}: {cases} damaged files", decoder.name);
        // Some formats have examples only in the golden corpus, which need not be there.
        assert!(cases > 0 || decoders::golden().is_none(), "no examples of {}", decoder.name);
    }
}
