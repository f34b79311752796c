"""paimon-rust 0.4 (PyPI `pypaimon-rust`) as the peer of `cargo xtask bench`.

    paimon_rust.py write WAREHOUSE       makes b.app and b.pk, prints `append SECONDS` and `upsert SECONDS`
    paimon_rust.py plan WAREHOUSE FILTER   plans b.planned, prints `FILES SECONDS MEGABYTES`
    paimon_rust.py read WAREHOUSE TABLE  reads a table whole into Arrow batches, prints `ROWS SECONDS`

The rows are those of the Rust side: a linear congruential generator, so that both write the same values.
"""
import shutil
import sys
import time

import numpy as np
import pyarrow as pa

APPEND_ROUNDS, APPEND_ROWS = 3, 1_000_000
UPSERT_ROUNDS, UPSERT_ROWS, UPSERT_KEYS = 5, 600_000, 1_500_000
CITIES = np.array(["ams", "ber", "cdg", "dub", "lis", "mad", "osl", "prg"])


def batch(ids, seed):
    random = np.random.default_rng(seed)
    rows = len(ids)
    return pa.table(
        {
            "id": pa.array(ids, pa.int64()),
            "ts": pa.array(1_700_000_000_000 + random.integers(0, 10**9, rows), pa.timestamp("ms")),
            "city": pa.array(CITIES[random.integers(0, 8, rows)]),
            "qty": pa.array(random.integers(0, 1000, rows).astype("int32")),
            "price": pa.array(random.random(rows) * 100),
            "note": pa.array(["note-%d" % x for x in random.integers(0, 10**6, rows)]),
        }
    )


def rounds(kind):
    if kind == "app":
        for n in range(APPEND_ROUNDS):
            ids = np.random.default_rng(n).permutation(np.arange(n * APPEND_ROWS, (n + 1) * APPEND_ROWS))
            yield batch(ids, n)
    else:
        for n in range(UPSERT_ROUNDS):
            ids = np.random.default_rng(100 + n).permutation(UPSERT_KEYS)[:UPSERT_ROWS]
            yield batch(ids, 100 + n)


def write(warehouse):
    from pypaimon import CatalogFactory, Schema
    from pypaimon_rust.datafusion import PaimonCatalog

    shutil.rmtree(warehouse, ignore_errors=True)
    catalog = CatalogFactory.create({"warehouse": warehouse})
    catalog.create_database("b", True)
    schema = batch(np.arange(1), 0).schema
    keyed = pa.schema([pa.field("id", pa.int64(), nullable=False)] + [schema.field(i) for i in range(1, len(schema))])
    catalog.create_table("b.app", Schema.from_pyarrow_schema(schema, options={"bucket": "-1"}), True)
    catalog.create_table("b.pk", Schema.from_pyarrow_schema(keyed, primary_keys=["id"], options={"bucket": "2"}), True)
    tables = PaimonCatalog({"warehouse": warehouse})
    for kind, label in (("app", "append"), ("pk", "upsert")):
        table, seconds = tables.get_table("b." + kind), 0.0
        for n, rows in enumerate(rounds(kind)):
            rows = rows if kind == "app" else rows.cast(keyed)
            # The same rows for the Rust side, outside the clock.
            with pa.ipc.new_file("%s/%s-%d.arrow" % (warehouse, kind, n), rows.schema) as sink:
                sink.write_table(rows, max_chunksize=65536)
            start = time.time()
            builder = table.new_batch_write_builder()
            writer = builder.new_write()
            for part in rows.to_batches(max_chunksize=65536):
                writer.write_arrow(part)
            builder.new_commit().commit(writer.prepare_commit())
            seconds += time.time() - start
        print(label, "%.3f" % seconds, flush=True)


def read(warehouse, name):
    from pypaimon_rust.datafusion import PaimonCatalog

    start = time.time()
    builder = PaimonCatalog({"warehouse": warehouse}).get_table("b." + name).new_read_builder()
    rows = sum(part.num_rows for part in builder.new_read().read_arrow(builder.new_scan().plan().splits()))
    print(rows, "%.3f" % (time.time() - start))


# The filters of the Rust side as the wheel takes them.
FILTERS = {
    "": None,
    "dt = '2026-01-01'": {"method": "equal", "index": 0, "field": "dt", "literals": ["2026-01-01"]},
    "id BETWEEN 500000000 AND 500100000": {
        "method": "between", "index": 1, "field": "id", "literals": [500000000, 500100000]
    },
}


def peak_memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def plan(warehouse, text):
    from pypaimon_rust.datafusion import PaimonCatalog

    before = peak_memory()
    start = time.time()
    builder = PaimonCatalog({"warehouse": warehouse}).get_table("b.planned").new_read_builder()
    if FILTERS[text]:
        builder.with_filter(FILTERS[text])
    splits = builder.new_scan().plan().splits()
    seconds = time.time() - start
    after = peak_memory()
    rows = sum(split.row_count() for split in splits)
    print(rows // 10_000, "%.4f" % seconds, "%.1f" % ((after - before) / 1024))


if __name__ == "__main__":
    {"write": write, "read": read, "plan": plan}[sys.argv[1]](*sys.argv[2:])
