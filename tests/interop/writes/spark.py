"""Spark with Paimon's connector: statements to one JVM."""
import peers
import values

# What Spark needs of a Java later than 8.
OPENED = ["java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util", "java.util.concurrent",
          "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar"]


class Spark(peers.Jvm):
    def __init__(self, classpath, warehouse, log):
        opened = ["--add-opens=java.base/%s=ALL-UNNAMED" % package for package in OPENED]
        super().__init__(["-Xmx2g", *opened, "-cp", classpath, "SparkPeer", warehouse], log)

    def sql(self, statement, table):
        """`%s` of the statement is the table."""
        return self.line(statement.replace("%s", "paimon.%s.%s" % (peers.DATABASE, table)))["rows"]

    def read(self, table, snapshot, columns):
        kinds = {name: values.parse(text) for name, text in columns}
        rows = self.sql("SELECT * FROM %%s VERSION AS OF %d" % snapshot, table)
        return [{name: self.cut(value, kinds[name]) for name, value in row.items()} for row in rows]

    @staticmethod
    def cut(value, kind):
        """A time with nine digits, as the type has them."""
        if value is None or not kind[0].startswith("TIMESTAMP"):
            return value
        digits = values.precision(kind, 6)
        return value[: 20 + digits if digits else 19]

    def insert(self, table, columns, rows, overwrite):
        how = "INTO" if overwrite is None else "OVERWRITE"
        self.sql("INSERT %s %%s %s" % (how, self.values(columns, rows)), table)

    def merge(self, table, columns, rows):
        source = "SELECT * FROM (%s) AS source(%s)" % (self.values(columns, rows), ", ".join(name for name, _ in columns))
        self.sql("MERGE INTO %%s AS old USING (%s) AS new ON old.k = new.k WHEN MATCHED AND new.n IS NULL THEN DELETE "
                 "WHEN MATCHED THEN UPDATE SET v = new.v, n = new.n WHEN NOT MATCHED THEN INSERT *" % source, table)

    def values(self, columns, rows):
        """VALUES of rows."""
        lines = ["(%s)" % ", ".join(literal(row[name], text) for name, text in columns) for row in rows]
        return "VALUES " + ", ".join(lines)

    def ask(self, do, table):
        return self.line("CALL paimon.sys.%s(table => '%s.%s')" % (do, peers.DATABASE, table))


def literal(value, text):
    kind = text.replace(" NOT NULL", "").split("(")[0]
    if value is None:
        return "CAST(NULL AS %s)" % (text if kind == "DECIMAL" else kind)
    if kind == "STRING":
        letters = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
        return "'%s'" % letters
    if kind == "TIMESTAMP":
        return "TIMESTAMP'%s'" % value.replace("T", " ")
    return "CAST('%s' AS %s)" % (value, text.replace(" NOT NULL", ""))
