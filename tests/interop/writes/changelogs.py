#!/usr/bin/env python3
"""Random histories of primary-key tables, written and compacted by Cenote and by Java Paimon 1.x and 2.x: equal rows and equal
changelogs after every step.

    changelogs.py CENOTE FOLDER CLASSPATH_1 CLASSPATH_2 [CASES]

Every merge engine, changelog-producer lookup, full-compaction and none, with and without deletion vectors, row-deduplicate with
and without ignored columns, sequence fields and groups. CENOTE_SEED draws other histories.
"""
import collections
import json
import os
import random
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import peers
from peers import DATABASE

COLUMNS = [("k", "BIGINT NOT NULL"), ("a", "INT"), ("b", "INT"), ("g", "INT"), ("s", "INT")]
ADDS = ["+I", "+U"]
ALL = ["+I", "+U", "+I", "+U", "-U", "-D"]


class Case:
    """Options of a table and the steps of its history."""

    def __init__(self, seed):
        self.seed, self.random = seed, random.Random(seed)
        self.options, self.kinds = {"bucket": "1"}, ADDS
        self.engine = self.random.choice(["deduplicate", "deduplicate", "partial-update", "aggregation", "first-row"])
        self.options["merge-engine"] = self.engine
        getattr(self, self.engine.replace("-", "_"))()
        self.production()
        self.steps = [self.step() for _ in range(self.random.randrange(3, 9))]
        # Steps that replace the table; Java tells of none of their changes.
        self.overwrites = {number for number in range(1, len(self.steps)) if self.steps[number] and self.some(0.08)}
        for number in self.overwrites:
            # Java merges deletes of nothing before it commits them, Cenote keeps them as they came.
            rows, kinds = self.steps[number]
            self.steps[number] = rows, ["+I" for _ in kinds]

    def some(self, share=0.5):
        return self.random.random() < share

    def production(self):
        producers = ["lookup", "none"] if self.engine == "first-row" else ["lookup", "lookup", "full-compaction", "none"]
        self.producer = self.options["changelog-producer"] = self.random.choice(producers)
        vectors = self.engine != "first-row" and self.producer != "full-compaction" and self.some()
        if vectors:
            self.options["deletion-vectors.enabled"] = "true"
        if self.some():
            self.options["changelog-producer.row-deduplicate"] = "true"
            if self.some():
                self.options["changelog-producer.row-deduplicate-ignore-fields"] = self.random.choice(["b", "b,g"])
        # Java's writers compact every table, Cenote's those that readers need compacted. What full compactions tell, and what
        # aggregations make of late rows, depends on when that happens: here only when it is asked for.
        looks_up = vectors or self.producer == "lookup" or self.engine == "first-row"
        self.options["num-sorted-run.compaction-trigger"] = self.random.choice(["2", "3", "5"]) if looks_up else "50"
        self.options["num-levels"] = self.random.choice(["3", "4", "6"])

    def deduplicate(self):
        self.kinds = ALL
        self.order_by_fields()
        if self.some(0.2):
            self.options["ignore-delete"] = "true"

    def order_by_fields(self):
        if self.some(0.4):
            self.options["sequence.field"] = "s"
            if self.some(0.3):
                self.options["sequence.field.sort-order"] = "descending"

    def partial_update(self):
        how = self.random.choice(["plain", "remove", "group", "aggregated-group"])
        if how == "plain":
            self.order_by_fields()
        if how == "remove":
            self.options["partial-update.remove-record-on-delete"] = "true"
            self.kinds = ["+I", "+U", "+I", "-D"]
        if "group" in how:
            self.options["fields.g.sequence-group"] = "a"
            self.kinds = ["+I", "+U", "+I", "-U", "-D"]
        if how == "aggregated-group":
            self.options["fields.a.aggregate-function"] = self.random.choice(["sum", "last_non_null_value"])

    def aggregation(self):
        self.order_by_fields()
        b = self.random.choice(["last_non_null_value", "last_value", "max", "first_value"])
        self.options.update({"fields.a.aggregate-function": "sum", "fields.b.aggregate-function": b})
        if b.startswith("last"):
            self.kinds = ALL
        elif self.some():
            self.options["fields.b.ignore-retract"] = "true"
            self.kinds = ALL
        if self.some(0.2) and b.startswith("last"):
            self.options["aggregation.remove-record-on-delete"] = "true"

    def first_row(self):
        if self.some(0.2):
            self.options["ignore-delete"] = "true"
            self.kinds = ALL

    def step(self):
        if self.some(0.25):
            return None
        rows, kinds = [], []
        for _ in range(self.random.randrange(1, 15)):
            small = lambda: None if self.some(0.25) else self.random.randrange(4)
            # A row whose group is null loses the group's values when Java merges it alone, which depends on the sizes of files.
            group = self.random.randrange(4) if "fields.g.sequence-group" in self.options else small()
            rows.append({"k": self.random.randrange(14), "a": small(), "b": small(), "g": group, "s": small()})
            kinds.append(self.random.choice(self.kinds))
        return rows, kinds


class History:
    """A case carried out by one writer."""

    def __init__(self, case, who, cenote, java):
        self.case, self.cenote, self.java = case, cenote, java
        self.name = "h%d_%s" % (case.seed, who)
        self.seen = 0

    def call(self, *args, stdin=None):
        code, out, said = self.cenote.call(*args, stdin=stdin)
        if code:
            raise RuntimeError("%s: %s" % (" ".join(args[:2]), said))
        return [json.loads(line) for line in out.split("\n") if line.startswith("{")]

    def create(self):
        args = ["table", "create", DATABASE + "." + self.name, "--primary-key", "k"]
        args += ["--schema", ", ".join("%s %s" % column for column in COLUMNS)]
        for name, value in self.case.options.items():
            args += ["--option", "%s=%s" % (name, value)]
        self.call(*args)

    def run(self, step, overwrite):
        """The error of the writer, if it refuses the step."""
        try:
            if step is None and self.java:
                self.java.ask("compact", self.name)
            elif step is None:
                self.call("compact", DATABASE + "." + self.name, "--full")
            elif self.java:
                self.java.ask("write", self.name, rows=step[0], kinds=step[1], **({"overwrite": {}} if overwrite else {}))
            else:
                lines = [json.dumps({**row, "op": kind}) for row, kind in zip(*step)]
                how = ["--format", "ndjson", "--rowkind-field", "op"] + (["--overwrite"] if overwrite else [])
                self.call("write", DATABASE + "." + self.name, "-", *how, stdin="\n".join(lines) + "\n")
        except RuntimeError as error:
            return str(error)
        return None

    def state(self, warehouse):
        """Rows, and the changelog since the last state: changes of a key stay in their order."""
        folder = os.path.join(warehouse, DATABASE + ".db", self.name, "snapshot")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        latest = max([int(name[9:]) for name in names if name.startswith("snapshot-")] or [0])
        rows = self.call("read", DATABASE + "." + self.name, "-o", "ndjson") if latest else []
        changes = []
        if self.case.producer != "none" and latest > self.seen:
            told = ["--incremental", "%s,%d" % (self.seen or "", latest), "--incremental-mode", "changelog", "-o", "ndjson"]
            changes = self.call("read", DATABASE + "." + self.name, *told)
        self.seen = latest
        return sorted(rows, key=lambda row: row["k"]), sorted(changes, key=lambda row: row["k"])


def compare(case, cenote, javas, warehouse, counts):
    """What differs first, if anything."""
    if "sequence.field.sort-order" in case.options:
        # The write buffer of 1.x orders ascending whatever the option says.
        javas = {name: java for name, java in javas.items() if name != "java1"}
    histories = [History(case, "c", cenote, None)] + [History(case, name, cenote, java) for name, java in javas.items()]
    for history in histories:
        history.create()
    for number, step in enumerate(case.steps):
        said = [history.run(step, number in case.overwrites) for history in histories]
        if any(said):
            counts["refused"] += 1
            # Java stores some rows that no merge takes, and fails later: what it refuses is no part of a history.
            return None if said[0] else "step %d is refused by Java only: %s" % (number, said)
        states = [history.state(warehouse) for history in histories]
        counts["steps"] += 1
        counts["changes"] += len(states[0][1])
        for what, place in (("rows", 0), ("changelog", 1)):
            for name, state in zip(javas, states[1:]):
                if state[place] != states[0][place]:
                    return "step %d: %s of %s\n  cenote %s\n  java   %s" % (number, what, name, states[0][place], state[place])
    counts["histories"] += 1
    counts[case.engine + " " + case.producer] += 1
    return None


def main():
    binary, folder = sys.argv[1:3]
    cases = int(sys.argv[5]) if len(sys.argv) > 5 else 60
    shutil.rmtree(folder, ignore_errors=True)
    warehouse = os.path.join(folder, "warehouse")
    os.makedirs(warehouse)
    cenote = peers.Cenote(binary, warehouse)
    cenote.call("db", "create", DATABASE)
    javas = {}
    for name, classpath in zip(("java1", "java2"), sys.argv[3:5]):
        scratch = os.path.join(folder, name)
        os.makedirs(scratch)
        javas[name] = peers.Java(classpath, warehouse, scratch, scratch + ".log")
    first = int(os.environ.get("CENOTE_SEED", "1")) * 1_000_000
    counts, failures = collections.Counter(), []

    def work(seed):
        case = Case(seed)
        try:
            trouble = compare(case, cenote, javas, warehouse, counts)
        except RuntimeError as error:
            trouble = str(error)
        if trouble:
            failures.append("FAIL seed %d %s: %s" % (seed, json.dumps(case.options), trouble))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(first, first + cases)))
    for java in javas.values():
        java.close()
    for line in sorted(failures)[:20]:
        print(line[:3000])
    print("changelog histories: %s, %d failures" % (", ".join("%s %d" % pair for pair in sorted(counts.items())), len(failures)))
    sys.exit(1 if failures or not counts["histories"] else 0)


main()
