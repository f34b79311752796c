import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.apache.paimon.data.BinaryString;
import org.apache.paimon.data.Decimal;
import org.apache.paimon.data.GenericArray;
import org.apache.paimon.data.GenericMap;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.data.Timestamp;
import org.apache.paimon.types.ArrayType;
import org.apache.paimon.types.DataField;
import org.apache.paimon.types.DataType;
import org.apache.paimon.types.DecimalType;
import org.apache.paimon.types.MapType;
import org.apache.paimon.types.RowKind;
import org.apache.paimon.types.RowType;
import org.apache.paimon.utils.HllSketchUtil;
import org.apache.paimon.utils.RoaringBitmap32;
import org.apache.paimon.utils.RoaringBitmap64;
import org.apache.paimon.utils.ThetaSketch;

/** Random rows for the current columns of a table. Numbers are small, and doubles eighths, so that text gives them back. */
final class MatrixRows {
    private static final String[] WORDS = {"", "a", "b", "cc", "däß", "漢字", "\"q\"", "x,y", "a longer text, truncated in statistics", "~"};

    /** Java 1.x lets nested aggregates keep null elements and keys, and listagg empty text; 2.x does not, and we do as 2.x. */
    private static final boolean JAVA_1 =
            MatrixRows.class.getClassLoader().getResource("org/apache/paimon/CoreOptions$NestedKeyNullStrategy.class") == null;

    private final MatrixSchema schema;
    private final Random random;
    private final int keys;

    MatrixRows(MatrixSchema schema, Random random) {
        this.schema = schema;
        this.random = random;
        this.keys = schema.large ? 1500 : 25;
    }

    /** How many rows to write in a round. */
    int count() {
        return schema.large ? 1200 : 5 + random.nextInt(30);
    }

    GenericRow row(RowType type) {
        GenericRow row = new GenericRow(kind(), type.getFieldCount());
        for (int i = 0; i < type.getFieldCount(); i++) {
            DataField field = type.getFields().get(i);
            row.setField(i, column(field.name(), field.type()));
        }
        return row;
    }

    private RowKind kind() {
        int drawn = random.nextInt(10);
        if (!schema.retracts || drawn < 7) {
            return drawn == 0 ? RowKind.UPDATE_AFTER : RowKind.INSERT;
        }
        return drawn == 7 && schema.updatesBefore ? RowKind.UPDATE_BEFORE : RowKind.DELETE;
    }

    private Object column(String name, DataType type) {
        switch (name) {
            case "k":
                return random.nextInt(keys);
            case "kk":
                return BinaryString.fromString(random.nextBoolean() ? "" : "ü");
            case "p":
                return schema.nullablePartition && random.nextInt(4) == 0 ? null : (Object) random.nextInt(2);
            case "z":
                return random.nextInt(5) == 0 ? null : bytes(schema.functions.getOrDefault("z", ""));
            case "c":
                return JAVA_1 && "listagg".equals(schema.functions.get("c")) ? BinaryString.fromString(word(1)) : value(type);
            default:
                return value(type);
        }
    }

    private String word(int least) {
        return WORDS[least + random.nextInt(WORDS.length - least)];
    }

    private byte[] bytes(String function) {
        int[] numbers = random.ints(1 + random.nextInt(schema.large ? 3 : 40), 0, 100_000).toArray();
        try {
            switch (function) {
                case "rbm32":
                    return RoaringBitmap32.bitmapOf(numbers).serialize();
                case "rbm64":
                    return RoaringBitmap64.bitmapOf(java.util.Arrays.stream(numbers).asLongStream().toArray()).serialize();
                case "hll_sketch":
                    return HllSketchUtil.sketchOf(numbers);
                case "theta_sketch":
                    return ThetaSketch.sketchOf(numbers);
                default:
                    byte[] drawn = new byte[random.nextInt(6)];
                    random.nextBytes(drawn);
                    return drawn;
            }
        } catch (java.io.IOException error) {
            throw new java.io.UncheckedIOException(error);
        }
    }

    private Object value(DataType type) {
        if (type.isNullable() && random.nextInt(5) == 0) {
            return null;
        }
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return random.nextBoolean();
            case INTEGER:
                return random.nextInt(21) - 10;
            case BIGINT:
                return (long) random.nextInt(2_000_001) - 1_000_000;
            case DOUBLE:
                return (random.nextInt(65) - 32) / 8.0;
            case DECIMAL:
                DecimalType decimal = (DecimalType) type;
                BigDecimal drawn = BigDecimal.valueOf(random.nextInt(2_000_001) - 1_000_000, decimal.getScale());
                return Decimal.fromBigDecimal(drawn, decimal.getPrecision(), decimal.getScale());
            case DATE:
                return random.nextInt(40_000) - 10_000;
            case TIMESTAMP_WITHOUT_TIME_ZONE:
                return Timestamp.fromMicros((random.nextLong() >> 12) / 1000 * 1000);
            case VARCHAR:
                return BinaryString.fromString(word(0));
            case ARRAY:
                Object[] elements = new Object[random.nextInt(4)];
                for (int i = 0; i < elements.length; i++) {
                    DataType element = ((ArrayType) type).getElementType();
                    boolean nullable = random.nextInt(4) == 0 && !(JAVA_1 && element instanceof RowType);
                    elements[i] = value(element.copy(nullable));
                    // Java 1.x also keeps what comes twice in the first value of nested_partial_update.
                    if (JAVA_1 && elements[i] instanceof GenericRow && ((GenericRow) elements[i]).getField(0) instanceof Integer) {
                        GenericRow nested = (GenericRow) elements[i];
                        nested.setField(0, (Integer) nested.getField(0) * elements.length + i);
                    }
                }
                return new GenericArray(elements);
            case MAP:
                Map<Object, Object> map = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(value(((MapType) type).getKeyType().notNull()), value(((MapType) type).getValueType()));
                }
                return new GenericMap(map);
            case ROW:
                RowType row = (RowType) type;
                GenericRow made = new GenericRow(row.getFieldCount());
                for (int i = 0; i < row.getFieldCount(); i++) {
                    boolean key = JAVA_1 && row.getFields().get(i).name().equals("id");
                    made.setField(i, value(key ? row.getTypeAt(i).notNull() : row.getTypeAt(i)));
                }
                return made;
            default:
                throw new IllegalArgumentException("no values of type " + type);
        }
    }
}
