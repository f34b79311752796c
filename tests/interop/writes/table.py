"""One table: made step by step, expected row by row, read by everyone."""
import collections
import json
import os
import random
import zlib

import values
from model import Model
from peers import DATABASE

PARTITIONS = ["a", "b c", "ü/1=", "100%"]
SEED = int(os.environ.get("CENOTE_SEED", "1"))


class Refused(Exception):
    """Cenote said by name that it does not do this."""


class Table:
    def __init__(self, kind, cenote, javas, places):
        self.kind, self.cenote, self.javas, self.places = kind, cenote, javas, places
        self.random = random.Random(SEED * 1_000_003 + zlib.crc32(kind.name.encode()))
        self.model = Model(kind)
        self.columns = {name: values.parse(text) for name, text in kind.columns}
        # Snapshot to (columns, states that it may show).
        self.expected = {}
        self.refused = {}
        self.failures = []

    def make(self):
        """Runs the steps; stops at a failure, and leaves out what is refused."""
        try:
            self.create()
        except Refused as refusal:
            self.refused["create"] = str(refusal)
            return
        for number, step in enumerate(self.kind.steps):
            before = self.model.visible()
            try:
                self.step(*step)
            except Refused as refusal:
                self.refused[step[1]] = str(refusal)
                if self.snapshots() != set(self.expected):
                    self.failures.append("%s: %s was refused and left a snapshot" % (self.kind.name, step[1]))
                if step[1] in ("write", "schema"):
                    return
                continue
            except Exception as error:
                self.failures.append("%s: step %d %s: %s" % (self.kind.name, number, step[:2], error))
                return
            self.note(number, before)

    def note(self, number, before):
        """The last new snapshot shows the state after the step, those before it the one or the other."""
        new = sorted(self.snapshots() - set(self.expected))
        after = self.model.visible()
        for snapshot in new:
            states = [after] if snapshot == new[-1] else [after, before]
            self.expected[snapshot] = (number, list(self.model.columns), states)

    def snapshots(self):
        folder = os.path.join(self.places["warehouse"], DATABASE + ".db", self.kind.name, "snapshot")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return {int(name[9:]) for name in names if name.startswith("snapshot-")}

    def call(self, *args, stdin=None):
        code, out, said = self.cenote.call(*args, stdin=stdin)
        # A verb that is not there yet is a wrong command line.
        if code == 2 and "unrecognized subcommand" in said or "unsupported: " in said:
            raise Refused(" ".join(said.split())[:300])
        if code:
            raise RuntimeError("cenote %s: %s" % (" ".join(args[:2]), said))
        return out

    def create(self):
        kind = self.kind
        args = ["table", "create", DATABASE + "." + kind.name, "--schema", ", ".join("%s %s" % column for column in kind.columns)]
        args += ["--primary-key", ",".join(kind.keys)] if kind.keys else []
        args += ["--partition-by", ",".join(kind.partitions)] if kind.partitions else []
        for name, value in kind.options.items():
            args += ["--option", "%s=%s" % (name, value.replace("{external}", os.path.join(self.places["external"], kind.name)))]
        self.call(*args)

    def step(self, who, what, *more):
        getattr(self, what.replace("-", "_"))(who, *more)

    def draw(self, count, deletes, fixed=None):
        """Rows and their kinds; a key comes once in a write, so that the order of its rows does not matter."""
        rows, kinds, seen = [], [], set()
        while len(rows) < count and len(seen) < 3 * count:
            row = {name: (fixed or {}).get(name) or self.value(name, text) for name, text in self.model.columns}
            key = self.model.key(row) if self.kind.keys else len(seen)
            if key not in seen:
                rows.append(row)
                kinds.append("-D" if self.random.random() < deletes else self.random.choice(["+I", "+U"]) if self.kind.keys else "+I")
            seen.add(key)
        return rows, kinds

    def value(self, name, text):
        kind = values.parse(text)
        if name == "k":
            return self.random.randrange(self.kind.spread)
        if name == "op":
            return self.random.choice(["+I", "+U"])
        if name == "p" and kind[0] == "STRING":
            return self.random.choice(PARTITIONS + ([] if text.endswith("NOT NULL") else [None]))
        if name == "p" and kind[0] == "DATE":
            return self.random.choice(["2026-01-31", "1969-12-31", None])
        if not text.endswith("NOT NULL") and self.random.random() < 0.2:
            return None
        if name == "n":
            return self.random.randrange(-(10**6), 10**6)
        if self.kind.functions.get(name) == "sum":
            return values.value(self.random, ("DECIMAL", [], [9, 2]))
        if self.kind.functions.get(name) == "listagg":
            return self.random.choice("xyz")
        return values.value(self.random, kind)

    def write(self, who, count, deletes):
        rows, kinds = self.draw(count, deletes)
        if self.kind.options.get("rowkind.field"):
            kinds = [row["op"] for row in rows]
        self.send(who, rows, kinds)
        self.model.write(rows, kinds)
        if self.kind.options.get("bucket") != "-2":
            # Who writes these tables compacts them, so that readers see the rows.
            self.model.compacted()

    def send(self, who, rows, kinds, **more):
        if who == "spark":
            self.javas[who].insert(self.kind.name, self.model.columns, rows, more.get("overwrite"))
        elif who != "cenote":
            self.javas[who].ask("write", self.kind.name, rows=rows, kinds=kinds, **more)
        else:
            self.load(rows, kinds, more.get("overwrite"))

    def load(self, rows, kinds, overwrite):
        args = ["write", DATABASE + "." + self.kind.name, "-", "--format", "ndjson"]
        if overwrite is not None:
            args += ["--overwrite"] + [word for name, value in overwrite.items() for word in ("--partition", "%s=%s" % (name, value))]
        if self.kind.keys and not self.kind.options.get("rowkind.field"):
            args += ["--rowkind-field", "_kind"]
            rows = [{"_kind": kind, **row} for kind, row in zip(kinds, rows)]
        self.call(*args, stdin=lines(rows))

    def overwrite(self, who, count, partition):
        rows, kinds = self.draw(count, 0, partition)
        kinds = ["+I"] * len(rows)
        self.send(who, rows, kinds, overwrite=partition or {})
        self.model.overwrite(rows, kinds, partition)

    def compact(self, who):
        if who == "cenote":
            self.call("compact", DATABASE + "." + self.kind.name, "--full")
        else:
            self.javas[who].ask("compact", self.kind.name)
        self.model.compacted()

    def delete(self, who, where, matches=None):
        if who == "cenote":
            self.call("delete", DATABASE + "." + self.kind.name, "--where", where)
        elif who == "spark":
            self.javas[who].sql("DELETE FROM %s WHERE " + where, self.kind.name)
        else:
            self.javas[who].ask("delete", self.kind.name, column="k", values=where)
            matches = lambda row: row["k"] in where
        self.model.where(matches, lambda row: None)
        self.model.compacted()

    def update(self, who, changes, where, matches, change):
        if who == "spark":
            self.javas[who].sql("UPDATE %s SET " + changes + " WHERE " + where, self.kind.name)
        else:
            self.call("update", DATABASE + "." + self.kind.name, "--set", changes, "--where", where)
        self.model.where(matches, change)
        self.model.compacted()

    def merge(self, who, count):
        """MERGE of some rows: those that match are updated or, where `n` is null, deleted; the others are inserted."""
        rows, _ = self.draw(count, 0)
        matched = {row["k"]: row for row in rows}
        rows = list(matched.values())
        if who == "spark":
            self.javas[who].merge(self.kind.name, self.model.columns, rows)
        else:
            clauses = ["--on", "t.k = s.k", "--when-matched", "and s.n is null then delete", "--when-matched", "update set v = s.v, n = s.n",
                       "--when-not-matched", "insert *"]
            schema = ", ".join("%s %s" % column for column in self.model.columns)
            self.call("merge", DATABASE + "." + self.kind.name, "-", "--format", "ndjson", "--source-schema", schema, *clauses, stdin=lines(rows))
        old = {row["k"] for row in self.model.visible()}
        self.model.where(lambda row: row["k"] in matched,
                         lambda row: None if matched[row["k"]]["n"] is None else {**row, "v": matched[row["k"]]["v"], "n": matched[row["k"]]["n"]})
        new = [row for row in rows if row["k"] not in old]
        self.model.write(new, ["+I"] * len(new))

    def truncate(self, who):
        self.call("truncate", DATABASE + "." + self.kind.name)
        self.model.where(lambda row: True, lambda row: None)

    def drop_partition(self, who, partition):
        self.call("partition", "drop", DATABASE + "." + self.kind.name, ",".join("%s=%s" % pair for pair in partition.items()))
        self.model.where(lambda row: all(row[name] == value for name, value in partition.items()), lambda row: None)

    def schema(self, who, args, columns, change):
        self.call("schema", args[0], DATABASE + "." + self.kind.name, *args[1:])
        self.model.alter(columns, change)

    def compare(self, readers):
        """Reads every snapshot by everyone; yields (snapshot, reader, what is wrong or None)."""
        for snapshot, (number, columns, states) in sorted(self.expected.items()):
            wanted = [bag(state) for state in states]
            for name, reader in readers.items():
                try:
                    found = bag(reader.read(self.kind.name, snapshot, columns))
                    trouble = None if found in wanted else difference(found, wanted[0])
                except BaseException as error:
                    trouble = "%s: %s" % (type(error).__name__, error)
                step = self.kind.steps[number]
                yield snapshot, name, trouble and "after step %d (%s %s): %s" % (number, *step[:2], trouble)


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def bag(rows):
    """Rows and how often each is there. 1.0 and 1 are the same number, True is not 1."""
    return collections.Counter(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows)


def difference(found, wanted):
    more, less = found - wanted, wanted - found
    example = lambda rows: next(iter(rows), "nothing")
    return "wrong rows: %d of %d too many, %d missing; only found %s; only expected %s" % (
        sum(more.values()), sum(found.values()), sum(less.values()), example(more), example(less))
