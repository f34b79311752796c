//! Prints each decoder with the files to start fuzzing it from, one pair a line.

fn main() {
    for decoder in cenote_tests::decoders::DECODERS {
        for seed in decoder.seeds(150) {
            println!("{} {}", decoder.name, seed.display());
        }
    }
}
