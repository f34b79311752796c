//! Shredded variants of another writer.

use crate::format::fixtures::Fixture;

#[test]
fn shredded_variants_are_read() {
    let fixture = Fixture::load("java2_shredded.parquet", "java2_shredded", "java2_shredded");
    fixture.check(fixture.request());
    fixture.check(fixture.request().with_batch_rows(5));
}

#[test]
fn broken_shredded_variants_are_survived() {
    let fixture = Fixture::load("java2_shredded.parquet", "java2_shredded", "java2_shredded");
    fixture.survive_mutations(200);
    fixture.survive_flips();
}
