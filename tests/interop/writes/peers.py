"""Readers and writers of tables: cenote, Java Paimon behind a pipe, pypaimon, paimon-rust."""
import json
import subprocess
import threading

import values

DATABASE = "w"


class Cenote:
    """The command line, one process a call."""

    def __init__(self, binary, warehouse):
        self.binary, self.warehouse = binary, warehouse

    def call(self, *args, stdin=None):
        """Exit code, output, what it said."""
        command = [self.binary, *args, "--warehouse", self.warehouse, "--quiet"]
        done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        return done.returncode, done.stdout, done.stderr.strip()

    def read(self, table, snapshot, columns):
        code, out, said = self.call("read", DATABASE + "." + table, "--snapshot", str(snapshot), "-o", "ndjson")
        if code:
            raise RuntimeError(said)
        return [json.loads(line) for line in out.split("\n") if line]


class Jvm:
    """A JVM that answers a line with a line."""

    def __init__(self, arguments, log):
        command = ["java", "-XX:+UseSerialGC", *arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(log, "w"), encoding="utf-8")
        self.turn = threading.Lock()

    def line(self, text):
        with self.turn:
            self.process.stdin.write(text + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the JVM has ended"}
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Java(Jvm):
    """Java Paimon through the class Peer."""

    def __init__(self, classpath, warehouse, scratch, log):
        super().__init__(["-Xmx1g", "-XX:TieredStopAtLevel=1", "-cp", classpath, "Peer", warehouse, DATABASE, scratch], log)

    def ask(self, do, table, **more):
        return self.line(json.dumps({"do": do, "table": table, **more}))

    def read(self, table, snapshot, columns):
        return self.ask("read", table, snapshot=snapshot)["rows"]


def rows(batches, columns):
    """Arrow batches as canonical rows."""
    kinds = {name: values.parse(text) for name, text in columns}
    found = [row for batch in batches for row in batch.to_pylist()]
    return [{name: values.canonical(one, kinds[name]) for name, one in row.items()} for row in found]


class Pypaimon:
    def __init__(self, warehouse):
        from pypaimon import CatalogFactory

        self.catalog = CatalogFactory.create({"warehouse": warehouse})

    def read(self, table, snapshot, columns):
        at = self.catalog.get_table(DATABASE + "." + table).copy({"scan.snapshot-id": str(snapshot)})
        builder = at.new_read_builder()
        found = builder.new_read().to_arrow(builder.new_scan().plan().splits())
        return rows([found], columns)


class PaimonRust:
    def __init__(self, warehouse):
        from pypaimon_rust.datafusion import SQLContext

        self.sql = SQLContext()
        self.sql.register_catalog("p", {"warehouse": warehouse})

    def read(self, table, snapshot, columns):
        return rows(self.sql.sql("SELECT * FROM p.%s.`%s` VERSION AS OF %d" % (DATABASE, table, snapshot)), columns)
