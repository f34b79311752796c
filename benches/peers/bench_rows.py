"""The rows of the benches, what the merge engines must make of them, and a checksum that both sides count alike."""
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

APPEND_ROUNDS, APPEND_ROWS = 3, 1_000_000
UPSERT_ROUNDS, UPSERT_ROWS, UPSERT_KEYS = 5, 600_000, 1_500_000
CITIES = np.array(["ams", "ber", "cdg", "dub", "lis", "mad", "osl", "prg"])
# One row in twenty is deleted.
DELETED = APPEND_ROWS // 20


def batch(ids, seed, holes=False):
    """Rows of these ids; `holes` leaves half of the values of each column null, as partial updates do."""
    random = np.random.default_rng(seed)
    rows = len(ids)
    columns = {
        "ts": pa.array(1_700_000_000_000 + random.integers(0, 10**9, rows), pa.timestamp("ms")),
        "city": pa.array(CITIES[random.integers(0, 8, rows)]),
        "qty": pa.array(random.integers(0, 1000, rows).astype("int32")),
        "price": pa.array(random.random(rows) * 100),
        "note": pa.array(["note-%d" % x for x in random.integers(0, 10**6, rows)]),
    }
    if holes:
        for name, column in columns.items():
            columns[name] = pc.if_else(pa.array(random.random(rows) < 0.5), column, pa.scalar(None, column.type))
    return pa.table({"id": pa.array(ids, pa.int64()), **columns})


def append_rounds():
    for n in range(APPEND_ROUNDS):
        yield batch(np.random.default_rng(n).permutation(np.arange(n * APPEND_ROWS, (n + 1) * APPEND_ROWS)), n)


def upsert_rounds(holes=False):
    for n in range(UPSERT_ROUNDS):
        ids = np.random.default_rng(100 + n).permutation(UPSERT_KEYS)[:UPSERT_ROWS]
        yield batch(ids, 100 + n, holes)


def deleted_positions(n):
    """Positions deleted of the n-th file of an append table, ascending."""
    return np.sort(np.random.default_rng(200 + n).permutation(APPEND_ROWS)[:DELETED])


def merged(rounds, how):
    """What a merge engine makes of the rounds, by polars: `how` gives its expression of each column."""
    import polars

    rows = polars.from_arrow(pa.concat_tables(rounds))
    names = [name for name in rows.columns if name != "id"]
    return rows.group_by("id").agg([how(name, polars.col(name)) for name in names]).to_arrow()


def aggregate(name, column):
    """The functions of AGGREGATES."""
    by = {"qty": column.sum(), "price": column.max(), "ts": column.max(), "city": column.last()}
    return by.get(name, column.drop_nulls().last())


AGGREGATES = {
    "fields.qty.aggregate-function": "sum",
    "fields.price.aggregate-function": "max",
    "fields.ts.aggregate-function": "max",
    "fields.city.aggregate-function": "last_value",
    "fields.note.aggregate-function": "last_non_null_value",
}

NULL = np.uint64(0x9E3779B97F4A7C15)


def words(column):
    """A column as one 64-bit word a row: values of fixed width by their bits, texts by their length."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        numbers = pc.cast(pc.binary_length(column), pa.int64())
    elif pa.types.is_floating(column.type):
        numbers = pa.array(pc.fill_null(column, 0.0).to_numpy(zero_copy_only=False).view("int64"))
        numbers = pc.if_else(column.is_valid(), numbers, None)
    else:
        numbers = pc.cast(column, pa.int64())
    values = pc.fill_null(numbers, 0).to_numpy(zero_copy_only=False).view("uint64")
    return np.where(column.is_valid().to_numpy(zero_copy_only=False), values, NULL)


def text_bytes(column):
    """The sum of all bytes of a text column."""
    joined = pc.binary_join(pa.array([pc.fill_null(column, "").to_pylist()]), "")[0].as_buffer()
    return int(np.frombuffer(joined, "uint8").sum(dtype="uint64"))


def checksum(batches):
    """`ROWS/ROW HASHES/TEXT BYTES`, of no order: see checksum.rs."""
    rows, hashes, texts = 0, 0, 0
    for part in batches:
        mixed = np.zeros(part.num_rows, "uint64")
        for name, column in zip(part.schema.names, part.columns):
            if pa.types.is_string_view(column.type):
                column = pc.cast(column, pa.string())
            mixed = mixed * np.uint64(31) + words(column)
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                texts += text_bytes(column)
        mixed = (mixed ^ (mixed >> np.uint64(32))) * NULL
        rows += part.num_rows
        hashes = (hashes + int(mixed.sum(dtype="uint64"))) % 2**64
    return "%d/%016x/%d" % (rows, hashes, texts)
