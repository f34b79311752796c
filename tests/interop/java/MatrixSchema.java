import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.apache.paimon.schema.Schema;
import org.apache.paimon.schema.SchemaChange;
import org.apache.paimon.types.DataField;
import org.apache.paimon.types.DataType;
import org.apache.paimon.types.DataTypes;

/** Columns, options and later schema changes of a table of the matrix; what the case leaves open is drawn at random. */
final class MatrixSchema {
    /** Columns whose element order is not defined. */
    final TreeSet<String> unordered = new TreeSet<>();
    /** The aggregate function of each column that has one. */
    final Map<String, String> functions = new HashMap<>();
    final Map<String, String> options = new HashMap<>();
    /** Whether rows of kind -U and -D may be written. */
    boolean retracts = true;
    /** Whether rows of kind -U may be written. */
    boolean updatesBefore = true;
    /** Many rows in files that roll over. */
    final boolean large;

    /** Whether the column "p" may hold null: not where it is in the key, or tells where a key lives. */
    final boolean nullablePartition;

    private final MatrixCase made;
    private final Random random;
    private final boolean compositeKey;

    MatrixSchema(MatrixCase made, Random random) {
        this.made = made;
        this.random = random;
        this.large = random.nextInt(8) == 0;
        this.compositeKey = random.nextBoolean();
        this.nullablePartition = made.append() || !made.partitioned();
        general();
        if (!made.append()) {
            primaryKey();
            expire();
        }
    }

    Schema schema() {
        Schema.Builder builder = Schema.newBuilder();
        builder.column("k", DataTypes.INT().notNull());
        builder.column("kk", compositeKey ? DataTypes.STRING().notNull() : DataTypes.STRING());
        builder.column("p", made.is("bucket", "parts") && !made.append() ? DataTypes.INT().notNull() : DataTypes.INT());
        builder.column("a", DataTypes.INT());
        builder.column("b", DataTypes.BIGINT());
        builder.column("c", DataTypes.STRING());
        builder.column("d", DataTypes.DECIMAL(12, 3));
        builder.column("e", DataTypes.DOUBLE());
        builder.column("f", DataTypes.DATE());
        builder.column("g", DataTypes.TIMESTAMP(6));
        builder.column("h", DataTypes.BOOLEAN());
        builder.column("r", DataTypes.ROW(field(0, "x", DataTypes.INT()), field(1, "y", DataTypes.STRING())));
        builder.column("l", DataTypes.ARRAY(DataTypes.STRING()));
        builder.column("m", DataTypes.MAP(DataTypes.STRING(), DataTypes.INT()));
        builder.column("n", DataTypes.ARRAY(DataTypes.ROW(field(2, "id", DataTypes.INT()), field(3, "v", DataTypes.STRING()))));
        builder.column("z", DataTypes.BYTES());
        builder.column("s", DataTypes.INT());
        builder.column("t", DataTypes.BIGINT());
        if (made.partitioned()) {
            builder.partitionKeys("p");
        }
        if (!made.append()) {
            builder.primaryKey(keys());
        }
        builder.options(options);
        return builder.build();
    }

    private static DataField field(int id, String name, DataType type) {
        return new DataField(id, name, type);
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        if (made.is("bucket", "parts")) {
            keys.add("p");
        }
        keys.add("k");
        if (compositeKey) {
            keys.add("kk");
        }
        return keys;
    }

    private void general() {
        options.put("file.format", made.is("format", "levels") ? "parquet" : made.get("format"));
        if (made.is("format", "levels")) {
            options.put("file.format.per.level", "0:avro,5:orc");
        }
        if (!made.is("dv", "nodv")) {
            options.put("deletion-vectors.enabled", "true");
            options.put("deletion-vectors.bitmap64", String.valueOf(made.is("dv", "dv64")));
        }
        options.put("bucket", made.is("bucket", "fixed") ? "2" : made.is("bucket", "postpone") ? "-2" : "-1");
        if (made.is("bucket", "parts") && !made.append()) {
            options.put("bucket", "1");
        }
        if (made.append() && made.is("bucket", "fixed")) {
            options.put("bucket-key", "k");
        }
        if (made.is("layout", "runs")) {
            options.put("write-only", "true");
        } else {
            options.put("num-sorted-run.compaction-trigger", made.is("layout", "levels") ? "2" : "5");
        }
        if (large) {
            options.put("target-file-size", "24 kb");
        }
        options.put("metadata.stats-mode", pick("truncate(16)", "full", "counts", "none"));
        options.put("data-file.thin-mode", pick("true", "false"));
        options.put("manifest.merge-min-count", pick("2", "30"));
        options.put("file.compression", made.is("format", "avro", "levels") || made.is("bucket", "postpone") ? pick("zstd", "snappy") : pick("zstd", "snappy", "lz4", "none"));
    }

    private void primaryKey() {
        options.put("merge-engine", engine());
        if (!made.is("changelog", "none")) {
            options.put("changelog-producer", made.is("changelog", "full") ? "full-compaction" : made.get("changelog"));
        }
        if (made.is("changelog", "full") && made.is("layout", "levels")) {
            options.put("full-compaction.delta-commits", "3");
        }
        switch (made.get("engine")) {
            case "sequence":
                options.put("sequence.field", pick("s", "t", "s,t"));
                options.put("sequence.field.sort-order", pick("ascending", "descending"));
                options.put("ignore-delete", pick("true", "false"));
                break;
            case "partial":
                partialUpdate(pick("", "ignore-delete", "partial-update.remove-record-on-delete"), "true");
                break;
            case "groups":
                options.put("fields.s.sequence-group", "a,b,c,l,m,n");
                // Java cannot read old snapshots where an option names a renamed column.
                options.put("fields.t,h.sequence-group", made.is("change", "columns") ? "d,g" : "d,f,g");
                aggregate(Arrays.asList("a", "b", "c", "l", "m", "n", "d", "g"));
                partialUpdate(pick("", "ignore-delete", "partial-update.remove-record-on-sequence-group"), "s");
                break;
            case "agg":
                updatesBefore = random.nextBoolean();
                options.put("aggregation.remove-record-on-delete", String.valueOf(!updatesBefore));
                aggregate(Arrays.asList("a", "b", "c", "d", "e", "f", "g", "h", "r", "l", "m", "n", "z"));
                break;
            case "first":
                options.put("ignore-delete", "true");
                break;
            default:
                options.put("ignore-delete", pick("true", "false", "false"));
        }
    }

    /** Compactions drop expired rows; readers still see them. */
    private void expire() {
        if (random.nextInt(5) == 0) {
            options.put("record-level.expire-time", "10 d");
            options.put("record-level.time-field", "g");
        }
    }

    private String engine() {
        switch (made.get("engine")) {
            case "partial":
            case "groups":
                return "partial-update";
            case "agg":
                return "aggregation";
            case "first":
                return "first-row";
            default:
                return "deduplicate";
        }
    }

    /** What becomes of deletes: an option, or there are none (groups take them by nature). */
    private void partialUpdate(String option, String value) {
        if (!option.isEmpty()) {
            options.put(option, option.equals("ignore-delete") ? "true" : value);
        }
        retracts = !option.isEmpty() || made.is("engine", "groups");
    }

    /** Draws functions for columns; those that cannot take values back are told to ignore retracts. */
    private void aggregate(List<String> columns) {
        for (String column : columns) {
            // Columns that are dropped or renamed may not be named. Aggregates of nested columns of older schemas differ between Java
            // and us; we suspect that Java's readers share an object there, but have not shown it.
            String unnamed = made.is("change", "columns") ? "ef" : made.is("change", "types") ? "h" : made.is("change", "nested") ? "rn" : "";
            if (unnamed.contains(column)) {
                continue;
            }
            String function = pick(functionsOf(column));
            functions.put(column, function);
            String option = "fields." + column + ".";
            options.put(option + "aggregate-function", function);
            boolean takesBack = Arrays.asList("sum", "last_value", "last_non_null_value", "collect", "merge_map", "nested_update")
                    .contains(function);
            // Java refuses this option beside remove-record-on-delete.
            if (updatesBefore && (!takesBack || random.nextInt(4) == 0)) {
                options.put(option + "ignore-retract", "true");
            }
            if (function.startsWith("nested_")) {
                options.put(option + "nested-key", "id");
                unordered.add(column);
            }
            if (function.equals("collect") || function.equals("listagg")) {
                options.put(option + "distinct", pick("true", "false"));
            }
            if (function.equals("collect")) {
                unordered.add(column);
            }
        }
    }

    private static String[] functionsOf(String column) {
        String values = "last_value,last_non_null_value,first_value,first_non_null_value";
        switch (column) {
            case "a":
            case "b":
            case "d":
                return ("sum,sum,max,min," + values).split(",");
            case "e":
                return ("sum,product,max,min," + values).split(",");
            case "c":
                return ("listagg,listagg,max,min," + values).split(",");
            case "f":
            case "g":
                return ("max,min," + values).split(",");
            case "h":
                return ("bool_and,bool_or," + values).split(",");
            case "l":
                return ("collect,collect," + values).split(",");
            case "m":
                return ("merge_map,merge_map," + values).split(",");
            case "n":
                return ("nested_update,nested_partial_update," + values).split(",");
            case "z":
                return ("rbm32,rbm64,hll_sketch,theta_sketch," + values).split(",");
            default:
                return values.split(",");
        }
    }

    /** The changes made before round `round`; none in most rounds. */
    List<SchemaChange> changes(int round) {
        switch (made.get("change") + round) {
            case "columns3":
                return Arrays.asList(
                        SchemaChange.dropColumn("e"),
                        SchemaChange.renameColumn("f", "ff"),
                        SchemaChange.addColumn("q", DataTypes.INT(), null, SchemaChange.Move.after("q", "c")));
            case "columns5":
                return Arrays.asList(
                        SchemaChange.addColumn("e", DataTypes.STRING()),
                        SchemaChange.addColumn("f", DataTypes.TIMESTAMP(3), null, SchemaChange.Move.first("f")),
                        SchemaChange.renameColumn("q", "qq"));
            case "types3":
                return Arrays.asList(
                        SchemaChange.updateColumnType("a", DataTypes.BIGINT()),
                        SchemaChange.updateColumnType("d", DataTypes.DECIMAL(20, 5)),
                        SchemaChange.updateColumnType("h", DataTypes.STRING()));
            case "types5":
                return Arrays.asList(
                        SchemaChange.updateColumnType("f", DataTypes.TIMESTAMP(3)),
                        SchemaChange.updateColumnType("b", DataTypes.DECIMAL(25, 2)),
                        SchemaChange.updateColumnType("s", DataTypes.BIGINT()));
            case "nested3":
                return Arrays.asList(
                        SchemaChange.addColumn(new String[] {"r", "w"}, DataTypes.BIGINT(), null, null),
                        nestedRename("r", "y"),
                        SchemaChange.addColumn(new String[] {"n", "element", "u"}, DataTypes.INT(), null, null));
            case "nested5":
                return Arrays.asList(
                        SchemaChange.updateColumnType(new String[] {"r", "x"}, DataTypes.BIGINT(), false),
                        SchemaChange.dropColumn(new String[] {"r", aggregates() ? "ry" : "yy"}),
                        nestedRename("n", "element", "v"));
            default:
                return new ArrayList<>();
        }
    }

    /** A rename, or the like: where options name columns, Java takes the new name for that of a column. */
    private SchemaChange nestedRename(String... path) {
        String name = path[path.length - 1];
        if (!aggregates()) {
            return SchemaChange.renameColumn(path, name + name);
        }
        path[path.length - 1] = "r" + name;
        return SchemaChange.addColumn(path, DataTypes.STRING(), null, null);
    }

    private boolean aggregates() {
        return made.is("engine", "agg", "groups");
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
