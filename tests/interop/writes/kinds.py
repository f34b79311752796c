"""The kinds of tables that are written, as data. A kind that cenote refuses stands in refused.txt until it does not."""
from dataclasses import dataclass, field

STANDARD = [("k", "INT NOT NULL"), ("v", "STRING"), ("n", "BIGINT"), ("d", "DECIMAL(10, 2)"), ("t", "TIMESTAMP(3)")]
PARTITIONED = [("k", "INT NOT NULL"), ("p", "STRING NOT NULL"), *STANDARD[1:]]
NULLABLE = [("k", "INT NOT NULL"), ("p", "STRING"), *STANDARD[1:]]
SIMPLE = "BOOLEAN TINYINT SMALLINT INT BIGINT FLOAT DOUBLE DECIMAL(9,2) DECIMAL(18,4) DECIMAL(38,10) CHAR(4) VARCHAR(40) STRING BINARY(3) \
VARBINARY(9) BYTES DATE TIMESTAMP(0) TIMESTAMP(3) TIMESTAMP(6) TIMESTAMP(3)_WITH_LOCAL_TIME_ZONE TIMESTAMP(6)_WITH_LOCAL_TIME_ZONE".split()
TYPES = [("k", "INT NOT NULL")] + [("c%d" % i, text.replace("_", " ")) for i, text in enumerate(SIMPLE)]
NESTED = [("k", "INT NOT NULL"), ("a", "ARRAY<INT>"), ("b", "ARRAY<STRING>"), ("m", "MAP<STRING, INT>"), ("r", "ROW<x INT, y STRING>"),
          ("s", "ARRAY<ROW<x INT, y DECIMAL(9, 2)>>"), ("u", "ROW<q ARRAY<BIGINT>, w ROW<e DATE>>")]

# Steps are (who, what, …). Writes draw rows; "deletes" is the share of -D among them.
PK_STEPS = [
    ("cenote", "write", 40, 0), ("cenote", "write", 25, 0.3), ("cenote", "delete", "k < 4", lambda row: row["k"] < 4),
    ("java1", "write", 25, 0.3), ("java1", "compact"), ("cenote", "write", 25, 0.3), ("cenote", "compact"),
    ("java2", "write", 20, 0.3), ("cenote", "write", 15, 0.3), ("java2", "compact"), ("cenote", "write", 10, 0.3),
]
MERGE_STEPS = [
    ("cenote", "write", 40, 0), ("cenote", "write", 25, 0), ("java1", "write", 25, 0), ("java1", "compact"),
    ("cenote", "write", 25, 0), ("cenote", "compact"), ("java2", "write", 20, 0), ("cenote", "write", 15, 0), ("java2", "compact"),
]
APPEND_STEPS = [
    ("cenote", "write", 30, 0), ("cenote", "write", 20, 0), ("java1", "write", 20, 0), ("java1", "compact"), ("cenote", "write", 20, 0),
    ("cenote", "delete", "k < 4", lambda row: row["k"] < 4), ("cenote", "compact"), ("java2", "write", 20, 0), ("cenote", "write", 5, 0),
    ("java2", "compact"),
]
SHORT_STEPS = [("cenote", "write", 30, 0), ("cenote", "write", 20, 0), ("java1", "write", 9, 0), ("cenote", "compact"), ("java2", "write", 9, 0), ("java2", "compact")]
DV_STEPS = [
    ("cenote", "write", 40, 0), ("cenote", "delete", "k < 6", lambda row: row["k"] < 6), ("cenote", "write", 20, 0),
    ("java1", "delete", [7, 9, 11]), ("cenote", "delete", "k = 13", lambda row: row["k"] == 13), ("java2", "delete", [14, 2]),
    ("cenote", "write", 20, 0), ("java2", "compact"), ("cenote", "delete", "k < 3", lambda row: row["k"] < 3), ("java1", "write", 9, 0),
]


@dataclass
class Kind:
    name: str
    columns: list
    keys: list = field(default_factory=list)
    partitions: list = field(default_factory=list)
    options: dict = field(default_factory=dict)
    steps: list = field(default_factory=list)
    sequence: list = field(default_factory=list)
    functions: dict = field(default_factory=dict)
    engine: str = "deduplicate"
    ignore_delete: bool = False
    # Rows that were not compacted are not visible.
    hidden: bool = False
    # How many different values `k` has.
    spread: int = 40


def primary(name, columns=STANDARD, steps=None, keys=("k",), bucket=2, **more):
    options = {"bucket": str(bucket), **more.pop("options", {})}
    engine = options.get("merge-engine", "deduplicate")
    steps = steps or (PK_STEPS if engine == "deduplicate" and not more.get("sequence") else MERGE_STEPS)
    return Kind("pk_" + name, list(columns), list(keys), options=options, steps=steps, engine=engine, **more)


def append(name, columns=STANDARD, steps=None, **more):
    return Kind("append_" + name, list(columns), steps=steps or APPEND_STEPS, **more)


def parted(made):
    made.partitions = ["p"]
    return made


def shapes():
    """Buckets, keys and partitions."""
    yield append("plain")
    yield append("bucketed", options={"bucket": "3", "bucket-key": "k"})
    yield append("bucketed_two", options={"bucket": "3", "bucket-key": "v,k"})
    yield append("bucketed_unordered", options={"bucket": "2", "bucket-key": "k", "bucket-append-ordered": "false"})
    yield parted(append("partitions", NULLABLE))
    yield parted(append("default_name", NULLABLE, options={"partition.default-name": "nobody"}))
    yield parted(append("modern_names", [*NULLABLE[:1], ("p", "DATE"), *NULLABLE[2:]], options={"partition.legacy-name": "false"}))
    yield parted(append("legacy_names", [*NULLABLE[:1], ("p", "DATE"), *NULLABLE[2:]]))
    yield append("mod", options={"bucket": "3", "bucket-key": "k", "bucket-function.type": "mod"})
    yield append("hive", options={"bucket": "3", "bucket-key": "k,v", "bucket-function.type": "hive"})
    yield primary("fixed")
    yield primary("one", bucket=1)
    yield parted(primary("partitions", PARTITIONED, keys=("p", "k")))
    yield primary("bucket_key", keys=("k", "v"), columns=[STANDARD[0], ("v", "STRING NOT NULL"), *STANDARD[2:]], options={"bucket-key": "k"})
    yield primary("mod", options={"bucket-function.type": "mod"}, bucket=3)
    yield primary("hive", options={"bucket-function.type": "hive"}, bucket=3)
    yield primary("dynamic", bucket=-1, options={"dynamic-bucket.target-row-num": "10"})
    yield parted(primary("dynamic_parts", PARTITIONED, keys=("p", "k"), bucket=-1, options={"dynamic-bucket.target-row-num": "7"}))
    yield parted(primary("cross", PARTITIONED, keys=("k",), bucket=-1))
    yield primary("postpone", bucket=-2, hidden=True, steps=[("cenote", "write", 40, 0), ("cenote", "write", 25, 0.3)])


def engines():
    """Merge engines, sequence fields, changelogs."""
    yield primary("sequence", options={"sequence.field": "n"}, sequence=["n"])
    yield primary("partial", options={"merge-engine": "partial-update"})
    functions = {"n": "sum", "d": "sum", "t": "max", "v": "last_value", "q": "min", "s": "listagg", "f": "first_non_null_value"}
    options = {"fields.%s.aggregate-function" % name: function for name, function in functions.items()}
    columns = [STANDARD[0], ("v", "STRING"), ("n", "BIGINT"), ("d", "DECIMAL(20, 2)"), ("t", "TIMESTAMP(3)"), ("q", "INT"), ("s", "STRING"), ("f", "INT")]
    yield primary("aggregation", columns, options={"merge-engine": "aggregation", **options}, functions=functions)
    yield primary("first_row", options={"merge-engine": "first-row"}, hidden=True)
    yield primary("ignore_delete", options={"ignore-delete": "true"}, ignore_delete=True, steps=[step for step in PK_STEPS if step[1] != "delete"])
    yield primary("input", options={"changelog-producer": "input"})
    yield primary("rowkind_field", [*STANDARD, ("op", "STRING")], options={"rowkind.field": "op"}, steps=MERGE_STEPS)


def files():
    """Formats, codecs, indexes, statistics, paths."""
    for name in ("parquet", "avro", "orc"):
        yield append("types_" + name, TYPES, options={"file.format": name})
        yield append("nested_" + name, NESTED, options={"file.format": name})
        yield primary("types_" + name, TYPES, options={"file.format": name})
        yield primary("nested_" + name, NESTED, options={"file.format": name})
    for codec in ("none", "snappy", "gzip", "lz4", "zstd"):
        yield append("codec_" + codec, options={"file.compression": codec}, steps=SHORT_STEPS)
    for mode in ("none", "counts", "full", "truncate(3)"):
        yield append("stats_" + mode.strip(")").replace("(", "_"), options={"metadata.stats-mode": mode}, steps=SHORT_STEPS)
    yield primary("sparse_stats", options={"metadata.stats-dense-store": "false", "fields.v.stats-mode": "none"})
    yield primary("thin", options={"data-file.thin-mode": "true"})
    for index in ("bloom-filter", "bitmap", "bsi", "range-bitmap"):
        columns = {"bloom-filter": "k,v", "bitmap": "k,v", "bsi": "k,n", "range-bitmap": "k,n"}[index]
        for where, threshold in (("inside", "1 MB"), ("beside", "1 B")):
            options = {"file-index.%s.columns" % index: columns, "file-index.in-manifest-threshold": threshold}
            yield append("%s_%s" % (index.replace("-", "_"), where), options=options, steps=SHORT_STEPS)
    external = {"data-file.external-paths": "file://{external}/a,file://{external}/b", "data-file.external-paths.strategy": "round-robin"}
    yield append("external", options=external)
    yield primary("external", options=external)
    yield append("rolling", options={"target-file-size": "1 kb"}, spread=2000, steps=[("cenote", "write", 3000, 0), ("cenote", "write", 1000, 0)])
    yield append("manifests", options={"manifest.merge-min-count": "2", "manifest.target-file-size": "2 kb"})


def vectors():
    """Deletion vectors and row ids."""
    for name, more in (("dv", {}), ("dv64", {"deletion-vectors.bitmap64": "true"})):
        options = {"deletion-vectors.enabled": "true", **more}
        yield append(name, options=options, steps=DV_STEPS)
        yield append(name + "_bucketed", options={"bucket": "2", "bucket-key": "k", **options}, steps=DV_STEPS)
        yield parted(append(name + "_partitions", NULLABLE, options=options, steps=DV_STEPS))
    yield primary("dv", options={"deletion-vectors.enabled": "true"}, hidden=True)
    yield append("row_tracking", options={"row-tracking.enabled": "true"}, steps=[step for step in APPEND_STEPS if step[1] != "delete"])


def overwrites():
    """Replacing rows."""
    def steps(*middle):
        return [("cenote", "write", 40, 0), *middle, ("cenote", "write", 10, 0), ("java1", "compact"), *middle, ("java2", "write", 10, 0)]

    for made in (append, primary):
        keys = {} if made is append else {"keys": ("p", "k")}
        columns = PARTITIONED if keys else NULLABLE
        yield made("overwrite", steps=steps(("cenote", "overwrite", 12, None), ("java2", "overwrite", 12, None)))
        yield parted(made("overwrite_dynamic", columns, steps=steps(("cenote", "overwrite", 3, {}), ("java1", "overwrite", 3, {})), **keys))
        yield parted(made("overwrite_static", columns, steps=steps(("cenote", "overwrite", 6, {"p": "b c"}), ("java2", "overwrite", 6, {"p": "a"})), **keys))
        yield made("truncate", steps=steps(("cenote", "truncate")))
        yield parted(made("drop_partition", columns, steps=steps(("cenote", "drop-partition", {"p": "b c"})), **keys))
        yield made("merge", steps=steps(("cenote", "merge", 12), ("cenote", "merge", 5)))
        yield made("update", steps=steps(("cenote", "update", "v = 'new', n = n + 1", "k < 20 AND n < 1000",
                                          lambda row: row["k"] < 20 and row["n"] is not None and row["n"] < 1000,
                                          lambda row: {**row, "v": "new", "n": row["n"] + 1})))


def evolution():
    """Other columns between writes."""
    def null(name):
        return lambda row: {**row, name: None}

    def renamed(old, new):
        return lambda row: {(new if name == old else name): value for name, value in row.items()}

    def without(name):
        return lambda row: {other: value for other, value in row.items() if other != name}

    new = [*STANDARD, ("x", "ARRAY<INT>")]
    calls = [
        ("cenote", "schema", ["add-column", "x ARRAY<INT>"], new, null("x")), ("cenote", "write", 20, 0),
        ("cenote", "schema", ["rename-column", "v", "w"], [("w" if name == "v" else name, text) for name, text in new], renamed("v", "w")),
        ("cenote", "write", 20, 0), ("java1", "write", 20, 0), ("java1", "compact"),
        ("cenote", "schema", ["drop-column", "d"], [(STANDARD[0]), ("w", "STRING"), STANDARD[2], STANDARD[4], new[5]], without("d")),
        ("cenote", "write", 20, 0), ("java2", "write", 20, 0), ("cenote", "write", 10, 0), ("java2", "compact"),
    ]
    for name in ("parquet", "avro", "orc"):
        yield append("evolved_" + name, options={"file.format": name}, steps=[("cenote", "write", 30, 0), *calls])
        yield primary("evolved_" + name, options={"file.format": name}, steps=[("cenote", "write", 30, 0), *calls])


def all_kinds():
    return [kind for family in (shapes, engines, files, vectors, overwrites, evolution) for kind in family()]


def spark_kinds():
    """What Spark writes on: its statements between ours."""
    def steps(*more):
        return [("cenote", "write", 30, 0), ("cenote", "write", 20, 0), ("spark", "write", 15, 0), ("cenote", "write", 15, 0), *more,
                ("spark", "compact"), ("cenote", "write", 9, 0), ("cenote", "compact"), ("spark", "write", 9, 0)]

    small = lambda row: row["k"] < 5
    update = ("v = 'new', n = n + 1", "k < 20 AND n < 1000", lambda row: row["k"] < 20 and row["n"] is not None and row["n"] < 1000,
              lambda row: {**row, "v": "new", "n": row["n"] + 1})
    changes = [("cenote", "delete", "k = 9", lambda row: row["k"] == 9), ("spark", "delete", "k < 5", small), ("cenote", "write", 9, 0.5),
               ("spark", "update", *update), ("cenote", "write", 5, 0.5), ("spark", "merge", 12)]
    appended = [("spark", "delete", "k < 5", small), ("spark", "update", *update)]
    yield append("spark", steps=steps(*appended))
    yield parted(append("spark_parts", NULLABLE, steps=steps(("spark", "overwrite", 3, {}), *appended)))
    yield append("spark_bucketed", options={"bucket": "2", "bucket-key": "k"}, steps=steps())
    yield append("spark_dv", options={"deletion-vectors.enabled": "true"}, steps=steps(*appended, ("cenote", "delete", "k = 9", lambda row: row["k"] == 9)))
    yield primary("spark", steps=steps(*changes))
    yield parted(primary("spark_parts", PARTITIONED, keys=("p", "k"), steps=steps(("spark", "overwrite", 3, {}), *changes[:5])))
    yield primary("spark_avro", options={"file.format": "avro"}, steps=steps(*changes))
    yield primary("spark_dynamic", bucket=-1, options={"dynamic-bucket.target-row-num": "10"}, steps=steps(*changes))
    yield primary("spark_partial", options={"merge-engine": "partial-update"}, steps=steps())
    yield primary("spark_input", options={"changelog-producer": "input"}, steps=steps(*changes))
