#!/usr/bin/env python3
"""Other implementations read the tables that cenote wrote, and must see what cenote sees.

    read_back.py CENOTE [WAREHOUSE DATABASE]

Without a warehouse the demo writes one first. Every table of the database is read by cenote (`read -o arrow`), by pypaimon and by paimon-rust; row counts and rows must
be equal. Prints one line a table and reader, exits with 1 on any difference.
"""
import io
import os
import subprocess
import sys
import tempfile

import pyarrow as pa


def by_cenote(cenote, warehouse, table):
    done = subprocess.run([cenote, "read", table, "--warehouse", warehouse, "-o", "arrow"], stdout=subprocess.PIPE, check=True)
    return pa.ipc.open_stream(io.BytesIO(done.stdout)).read_all()


def by_pypaimon(warehouse, table):
    from pypaimon import CatalogFactory

    builder = CatalogFactory.create({"warehouse": warehouse}).get_table(table).new_read_builder()
    return builder.new_read().to_arrow(builder.new_scan().plan().splits())


def by_paimon_rust(warehouse, table):
    from pypaimon_rust.datafusion import PaimonCatalog

    builder = PaimonCatalog({"warehouse": warehouse}).get_table(table).new_read_builder()
    batches = list(builder.new_read().read_arrow(builder.new_scan().plan().splits()))
    return pa.Table.from_batches(batches) if batches else None


def rows(table, schema):
    """The rows as a sorted table: a bag that can be compared."""
    table = table.select(schema.names).cast(schema).combine_chunks()
    return table.sort_by([(name, "ascending") for name in schema.names])


def main():
    if len(sys.argv) == 4:
        sys.exit(compare(*sys.argv[1:]))
    with tempfile.TemporaryDirectory() as folder:
        warehouse = os.path.join(folder, "warehouse")
        subprocess.run([sys.argv[1], "demo", "--check", "--no-open", "--warehouse", warehouse], check=True)
        sys.exit(compare(sys.argv[1], warehouse, "demo"))


def compare(cenote, warehouse, database):
    folder = os.path.join(warehouse, database + ".db")
    names = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name, "schema")))
    failures = 0
    for name in names:
        table = database + "." + name
        ours = by_cenote(cenote, warehouse, table)
        expected = rows(ours, ours.schema)
        for label, read in (("pypaimon", by_pypaimon), ("paimon-rust", by_paimon_rust)):
            theirs = read(warehouse, table)
            same = theirs is not None and theirs.num_rows == ours.num_rows and rows(theirs, ours.schema).equals(expected)
            failures += not same
            count = "no rows" if theirs is None else "%d rows" % theirs.num_rows
            print("%s %s by %s: %s, cenote %d rows" % ("ok  " if same else "FAIL", table, label, count, ours.num_rows))
    print("%d passed, %d failed" % (2 * len(names) - failures, failures))
    return 1 if failures or not names else 0


main()
