"""paimon-rust 0.4 (PyPI `pypaimon-rust`) as the peer of `cargo xtask bench`.

    paimon_rust.py write WAREHOUSE         makes b.app and b.pk, prints `append SECONDS` and `upsert SECONDS`
    paimon_rust.py tables WAREHOUSE        makes the other tables, prints `TABLE CHECKSUM` of what each must read as,
                                           or `TABLE -` and why it could not be made
    paimon_rust.py plan WAREHOUSE FILTER   plans b.planned, prints `FILES SECONDS MEGABYTES`
    paimon_rust.py read WAREHOUSE TABLE    reads a table whole into Arrow batches, prints `ROWS SECONDS`
    paimon_rust.py check WAREHOUSE TABLE   the checksum of what it reads

`bench_rows.py` has the rows.
"""
import shutil
import sys
import time

import numpy as np
import pyarrow as pa

# No __pycache__ among the sources.
sys.dont_write_bytecode = True
import bench_rows as rows_of  # noqa: E402


def schemas():
    schema = rows_of.batch(np.arange(1), 0).schema
    keyed = pa.schema([pa.field("id", pa.int64(), nullable=False)] + [schema.field(i) for i in range(1, len(schema))])
    return schema, keyed


def catalogs(warehouse):
    from pypaimon import CatalogFactory
    from pypaimon_rust.datafusion import PaimonCatalog

    return CatalogFactory.create({"warehouse": warehouse}), PaimonCatalog({"warehouse": warehouse})


def create(catalog, name, schema, options, primary_keys=None):
    from pypaimon import Schema

    catalog.create_table(name, Schema.from_pyarrow_schema(schema, primary_keys=primary_keys, options=options), True)


def commit(table, batches):
    """One commit of the batches, by paimon-rust or pypaimon."""
    builder = table.new_batch_write_builder()
    writer = builder.new_write()
    put = getattr(writer, "write_arrow_batch", writer.write_arrow)
    for part in batches:
        put(part)
    builder.new_commit().commit(writer.prepare_commit())


def write(warehouse):
    shutil.rmtree(warehouse, ignore_errors=True)
    catalog, tables = catalogs(warehouse)
    catalog.create_database("b", True)
    schema, keyed = schemas()
    create(catalog, "b.app", schema, {"bucket": "-1"})
    create(catalog, "b.pk", keyed, {"bucket": "2"}, ["id"])
    for kind, label, rounds in (
        ("app", "append", rows_of.append_rounds()), ("pk", "upsert", rows_of.upsert_rounds())
    ):
        table, seconds = tables.get_table("b." + kind), 0.0
        for n, rows in enumerate(rounds):
            rows = rows if kind == "app" else rows.cast(keyed)
            # The same rows for the Rust side, outside the clock.
            with pa.ipc.new_file("%s/%s-%d.arrow" % (warehouse, kind, n), rows.schema) as sink:
                sink.write_table(rows, max_chunksize=65536)
            batches = rows.to_batches(max_chunksize=65536)
            start = time.time()
            commit(table, batches)
            seconds += time.time() - start
        print(label, "%.3f" % seconds, flush=True)


def keyed_table(warehouse, name, options, holes, how):
    """Five overlapping rounds in two buckets, as b.pk has them."""
    catalog, tables = catalogs(warehouse)
    keyed = schemas()[1]
    create(catalog, "b." + name, keyed, {"bucket": "2", **options}, ["id"])
    rounds = [rows.cast(keyed) for rows in rows_of.upsert_rounds(holes)]
    for rows in rounds:
        commit(tables.get_table("b." + name), rows.to_batches(max_chunksize=65536))
    return rows_of.checksum(rows_of.merged(rounds, how).to_batches())


def format_table(warehouse, name, file_format):
    """The append table in another format; pypaimon writes what paimon-rust does not."""
    catalog, tables = catalogs(warehouse)
    create(catalog, "b." + name, schemas()[0], {"bucket": "-1", "file.format": file_format})
    table, rounds = tables.get_table("b." + name), list(rows_of.append_rounds())
    for rows in rounds:
        try:
            commit(table, rows.to_batches(max_chunksize=65536))
        except Exception:  # noqa: BLE001
            table = catalog.get_table("b." + name)
            commit(table, rows.to_batches())
    return rows_of.checksum(part for rows in rounds for part in rows.to_batches())


def deleted_table(warehouse, name, options):
    """The append table less one row in twenty, whose deletion vectors pypaimon writes."""
    from pypaimon.write.table_delete import TableDeleteByRowId

    catalog, tables = catalogs(warehouse)
    create(catalog, "b." + name, schemas()[0], {"bucket": "-1", "deletion-vectors.enabled": "true", **options})
    left = []
    for n, rows in enumerate(rows_of.append_rounds()):
        commit(tables.get_table("b." + name), rows.to_batches(max_chunksize=65536))
        keep = np.ones(len(rows), bool)
        keep[rows_of.deleted_positions(n)] = False
        left += rows.filter(pa.array(keep)).to_batches()
    table = catalog.get_table("b." + name)
    plan = table.new_read_builder().new_scan().plan()
    files = sorted((file for split in plan.splits() for file in split.files), key=lambda file: file.min_sequence_number)
    if len(files) != rows_of.APPEND_ROUNDS:
        raise ValueError("%d files instead of one a round" % len(files))
    positions = {file.file_name: set(rows_of.deleted_positions(n).tolist()) for n, file in enumerate(files)}
    # By position of file: `delete` would take row ids, which only tables with row tracking have.
    message = TableDeleteByRowId(table)._build_commit_message((), 0, positions, plan.snapshot_id)
    table.new_batch_write_builder().new_commit().commit([message])
    return rows_of.checksum(left)


def tables(warehouse):
    tracked = {"row-tracking.enabled": "true", "data-evolution.enabled": "true"}
    makers = {
        "pu": lambda name: keyed_table(
            warehouse, name, {"merge-engine": "partial-update"}, True, lambda _, column: column.drop_nulls().last()
        ),
        "agg": lambda name: keyed_table(
            warehouse, name, {"merge-engine": "aggregation", **rows_of.AGGREGATES}, False, rows_of.aggregate
        ),
        "first": lambda name: keyed_table(
            # The Rust side compacts it and makes it first-row.
            warehouse, name, {"merge-engine": "deduplicate"}, False, lambda _, column: column.last()
        ),
        "dv": lambda name: deleted_table(warehouse, name, {}),
        "dvrow": lambda name: deleted_table(warehouse, name, tracked),
        "orc": lambda name: format_table(warehouse, name, "orc"),
        "avro": lambda name: format_table(warehouse, name, "avro"),
    }
    print("app", rows_of.checksum(part for rows in rows_of.append_rounds() for part in rows.to_batches()), flush=True)
    dedup = rows_of.merged(list(rows_of.upsert_rounds()), lambda _, column: column.last())
    print("pk", rows_of.checksum(dedup.to_batches()), flush=True)
    for name, make in makers.items():
        try:
            print(name, make(name), flush=True)
        except Exception as error:  # noqa: BLE001
            print(name, "-", " ".join(str(error).split()), flush=True)


def batches(warehouse, name):
    from pypaimon_rust.datafusion import PaimonCatalog

    builder = PaimonCatalog({"warehouse": warehouse}).get_table("b." + name).new_read_builder()
    return builder.new_read().read_arrow(builder.new_scan().plan().splits())


def read(warehouse, name):
    start = time.time()
    rows = sum(part.num_rows for part in batches(warehouse, name))
    print(rows, "%.3f" % (time.time() - start))


def check(warehouse, name):
    print(rows_of.checksum(batches(warehouse, name)))


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
    verbs = {"write": write, "tables": tables, "read": read, "check": check, "plan": plan}
    verbs[sys.argv[1]](*sys.argv[2:])
