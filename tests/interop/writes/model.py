"""What a table must hold, computed from the inputs alone, row by row and as simply as can be."""
import copy
import json
from decimal import Decimal


class Model:
    """Rows of one table. `columns` are (name, type); a row is a dict of canonical values."""

    def __init__(self, kind):
        self.kind = kind
        self.columns = list(kind.columns)
        self.rows = {} if kind.keys else []
        self.seen = copy.deepcopy(self.rows)

    def visible(self):
        """What a batch read shows: of some tables only what was compacted (Cenote and Java compact as they write)."""
        shown = self.seen if self.kind.hidden else self.rows
        return [dict(row) for row in (shown.values() if self.kind.keys else shown)]

    def compacted(self):
        self.seen = copy.deepcopy(self.rows)

    def key(self, row):
        return json.dumps([row[name] for name in self.kind.keys])

    def write(self, rows, kinds):
        for row, change in zip(rows, kinds):
            row = {name: row.get(name) for name, _ in self.columns}
            if not self.kind.keys:
                self.rows.append(row)
            else:
                self.merge(row, change)

    def merge(self, row, change):
        key, engine = self.key(row), self.kind.engine
        old = self.rows.get(key)
        if engine == "first-row":
            self.rows.setdefault(key, row)
        elif change in ("-D", "-U"):
            if self.kind.ignore_delete or change == "-U" and engine == "deduplicate-no-before":
                return
            if old is not None and self.newer(row, old):
                del self.rows[key]
        elif old is None:
            self.rows[key] = row
        elif engine == "partial-update":
            self.rows[key] = {name: old[name] if row[name] is None else row[name] for name in row}
        elif engine == "aggregation":
            self.rows[key] = {name: self.aggregate(name, old[name], row[name]) for name in row}
        elif self.newer(row, old):
            self.rows[key] = row

    def newer(self, row, old):
        """With sequence fields the greater wins, the later where they are equal; null is least."""
        rank = [(row[name] is not None, row[name]) for name in self.kind.sequence]
        before = [(old[name] is not None, old[name]) for name in self.kind.sequence]
        return rank >= before

    def aggregate(self, name, old, new):
        function = self.kind.functions.get(name)
        if name in self.kind.keys:
            return new
        if function == "last_value":
            return new
        if old is None or new is None or function == "first_non_null_value":
            return new if old is None else old
        if function == "sum":
            return str(Decimal(old) + Decimal(new)) if isinstance(new, str) else old + new
        if function in ("max", "min"):
            return {"max": max, "min": min}[function](old, new)
        if function == "listagg":
            return old + "," + new
        return new

    def where(self, matches, change):
        """Applies `change` to the rows that match; None takes them away."""
        if self.kind.keys:
            for key in [key for key, row in self.rows.items() if matches(row)]:
                new = change(dict(self.rows[key]))
                if new is None:
                    del self.rows[key]
                else:
                    self.rows[key] = new
        else:
            self.rows = [new for new in (change(dict(row)) if matches(row) else row for row in self.rows) if new is not None]

    def overwrite(self, rows, kinds, partition):
        """`partition`: None is the whole table, {} the partitions of the input, else a (partial) partition."""
        columns = self.kind.partitions
        if partition == {}:
            touched = {tuple(row[name] for name in columns) for row in rows}
            self.where(lambda row: tuple(row[name] for name in columns) in touched, lambda row: None)
        else:
            wanted = partition or {}
            self.where(lambda row: all(row[name] == wanted[name] for name in wanted), lambda row: None)
        self.write(rows, kinds)

    def alter(self, columns, change):
        """New columns, and what becomes of an old row."""
        self.columns = columns
        self.where(lambda row: True, change)
        self.compacted()
