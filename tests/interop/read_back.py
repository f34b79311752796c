#!/usr/bin/env python3
"""Other implementations read the tables that cenote wrote, and must see what cenote sees.

    read_back.py CENOTE CLASSPATH [WAREHOUSE DATABASE]

Without a warehouse the demo writes one first. Every table of the database is read by cenote, by Java Paimon (CLASSPATH holds
its jars and the class ReadBack), by pypaimon and by paimon-rust; row counts and rows must be equal. Prints one line a table and reader,
exits with 1 on any difference.
"""
import io
import json
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


def canonical(lines):
    """JSON lines as a sorted list of rows: a bag that can be compared."""
    return sorted(json.dumps(json.loads(line), sort_keys=True) for line in lines.splitlines())


def rows(table, schema):
    """The rows as a sorted table: a bag that can be compared."""
    table = table.select(schema.names).cast(schema).combine_chunks()
    return table.sort_by([(name, "ascending") for name in schema.names])


def check_java(cenote, classpath, warehouse, database, name):
    java = ["java", "-cp", classpath, "ReadBack", warehouse, database, name]
    theirs = canonical(subprocess.run(java, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    read = [cenote, "read", database + "." + name, "--warehouse", warehouse, "-o", "ndjson"]
    ours = canonical(subprocess.run(read, stdout=subprocess.PIPE, check=True).stdout)
    return ours == theirs, len(theirs)


def check_python(read, warehouse, table, ours):
    theirs = read(warehouse, table)
    if theirs is None:
        return False, 0
    return rows(theirs, ours.schema).equals(rows(ours, ours.schema)), theirs.num_rows


def main():
    cenote, classpath = sys.argv[1:3]
    if len(sys.argv) == 5:
        sys.exit(compare(cenote, classpath, *sys.argv[3:]))
    with tempfile.TemporaryDirectory() as folder:
        warehouse = os.path.join(folder, "warehouse")
        subprocess.run([cenote, "demo", "--check", "--no-open", "--warehouse", warehouse], check=True)
        sys.exit(compare(cenote, classpath, warehouse, "demo"))


def compare(cenote, classpath, warehouse, database):
    folder = os.path.join(warehouse, database + ".db")
    names = sorted(name for name in os.listdir(folder) if os.path.isdir(os.path.join(folder, name, "schema")))
    passed = failed = 0
    for name in names:
        table = database + "." + name
        ours = by_cenote(cenote, warehouse, table)
        results = {
            "Java": check_java(cenote, classpath, warehouse, database, name),
            "pypaimon": check_python(by_pypaimon, warehouse, table, ours),
            "paimon-rust": check_python(by_paimon_rust, warehouse, table, ours),
        }
        for label, (same, count) in results.items():
            passed, failed = passed + same, failed + (not same)
            print("%s %s by %s: %d rows, cenote %d rows" % ("ok  " if same else "FAIL", table, label, count, ours.num_rows))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not names else 0


main()
