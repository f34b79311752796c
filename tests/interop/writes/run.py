#!/usr/bin/env python3
"""Cenote writes every kind of table; Java Paimon 1.x and 2.x, pypaimon and paimon-rust read every snapshot of it.

    run.py java CENOTE FOLDER CLASSPATH_1 CLASSPATH_2 [NAME-PART]
    run.py spark CENOTE FOLDER CLASSPATH [NAME-PART]             Spark with Paimon's connector instead

In between Java writes on top, deletes and compacts, and Cenote goes on. What a table must hold is computed from the inputs (model.py).
Fails on wrong rows, on errors, and where refused.txt or exceptions.txt are not true. CENOTE_SEED draws other rows.
"""
import collections
import fnmatch
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import peers
from kinds import all_kinds, spark_kinds
from spark import Spark
from table import Table

HERE = os.path.dirname(os.path.abspath(__file__))


def listed(name, fields):
    """Lines of a checked list: `|` between the fields, `#` before remarks."""
    lines = [line.strip() for line in open(os.path.join(HERE, name), encoding="utf-8")]
    lines = [line for line in lines if line and not line.startswith("#")]
    rows = [[part.strip() for part in line.split("|")] for line in lines]
    wrong = [row for row in rows if len(row) != fields]
    if wrong:
        sys.exit("%s: %d fields expected: %s" % (name, fields, wrong[0]))
    return rows


class Score:
    """What became of the reads."""

    def __init__(self, exceptions):
        self.exceptions = list(exceptions)
        self.used = set()
        self.right = collections.Counter()
        self.excepted = collections.Counter()
        self.wrong = []

    def add(self, kind, reader, snapshot, trouble):
        if trouble is None:
            self.right[kind, reader] += 1
            return
        for place, (who, names, said, _) in enumerate(self.exceptions):
            if who == reader and fnmatch.fnmatch(kind, names) and said in trouble:
                self.used.add(place)
                self.excepted[kind, reader] += 1
                return
        self.wrong.append("%s at snapshot %d by %s: %s" % (kind, snapshot, reader, trouble))


def java_peers(classpaths, folder):
    warehouse = os.path.join(folder, "warehouse")
    javas = {}
    for name, classpath in zip(("java1", "java2"), classpaths):
        scratch = os.path.join(folder, name)
        os.makedirs(scratch)
        javas[name] = peers.Java(classpath, warehouse, scratch, scratch + ".log")
    return javas, {"pypaimon": peers.Pypaimon(warehouse), "paimon-rust": peers.PaimonRust(warehouse)}


def spark_peers(classpaths, folder):
    return {"spark": Spark(classpaths[0], os.path.join(folder, "warehouse"), os.path.join(folder, "spark.log"))}, {}


def main():
    mode, binary, folder = sys.argv[1:4]
    count = 2 if mode == "java" else 1
    classpaths, part = sys.argv[4 : 4 + count], "".join(sys.argv[4 + count :])
    shutil.rmtree(folder, ignore_errors=True)
    places = {name: os.path.join(folder, name) for name in ("warehouse", "external")}
    for place in places.values():
        os.makedirs(place)
    cenote = peers.Cenote(binary, places["warehouse"])
    cenote.call("db", "create", peers.DATABASE)
    javas, others = (java_peers if mode == "java" else spark_peers)(classpaths, folder)
    kinds = [kind for kind in (all_kinds if mode == "java" else spark_kinds)() if part in kind.name]
    everyone = {"cenote": cenote, **javas, **others}
    tables = [Table(kind, cenote, javas, places) for kind in kinds]
    score = Score(row for row in listed("exceptions.txt", 4) if row[0] in everyone)

    def work(table):
        begin = time.time()
        table.make()
        for snapshot, reader, trouble in table.compare(everyone):
            score.add(table.kind.name, reader, snapshot, trouble)
        return time.time() - begin

    with ThreadPoolExecutor(3) as pool:
        took = dict(zip((kind.name for kind in kinds), pool.map(work, tables)))
    for jvm in javas.values():
        jvm.close()
    sys.exit(judge(tables, score, everyone, took, part))


def judge(tables, score, everyone, took, part):
    refused = {(table.kind.name, verb) for table in tables for verb in table.refused}
    names = {table.kind.name for table in tables}
    known = {(name, verb) for name, verb in listed("refused.txt", 2) if name in names}
    failures = [line for table in tables for line in table.failures] + score.wrong
    failures += ["refused, but not in refused.txt: %s | %s: %s" % (*pair, said(tables, pair)) for pair in sorted(refused - known)]
    failures += ["in refused.txt, but not refused: %s | %s" % pair for pair in sorted(known - refused)]
    if not part:
        unused = [row for place, row in enumerate(score.exceptions) if place not in score.used]
        stale = [row for row in unused if any(fnmatch.fnmatch(name, row[1]) for name in names)]
        failures += ["in exceptions.txt, but it never happens: %s" % " | ".join(row) for row in stale]
    report(tables, score, everyone, took)
    for line in failures[:60]:
        print("FAIL " + line[:1500])
    total = sum(score.right.values())
    print("write matrix: %d kinds, %d tables with snapshots, %d snapshots compared right, %d excepted, %d verbs refused by name, %d failures"
          % (len(tables), sum(bool(table.expected) for table in tables), total, sum(score.excepted.values()), len(refused), len(failures)))
    return 1 if failures or not total else 0


def said(tables, pair):
    return next(table.refused[pair[1]] for table in tables if table.kind.name == pair[0])


def report(tables, score, everyone, took):
    """One line a kind: how many snapshots each reader got right; excepted ones after a minus."""
    print("%-28s %s" % ("snapshots read right", " ".join("%11s" % name for name in everyone)))
    for table in tables:
        name = table.kind.name
        cells = []
        for reader in everyone:
            right, off = score.right[name, reader], score.excepted[name, reader]
            cells.append("%11s" % ("%d-%d" % (right, off) if off else right or "-"))
        refusals = ", ".join(sorted(table.refused))
        print("%-28s %s %5.1f s%s" % (name, " ".join(cells), took[name], "  refused: " + refusals if refusals else ""))


main()
