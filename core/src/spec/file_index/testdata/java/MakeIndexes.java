import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.paimon.data.BinaryString;
import org.apache.paimon.data.Decimal;
import org.apache.paimon.data.Timestamp;
import org.apache.paimon.fileindex.FileIndexFormat;
import org.apache.paimon.fileindex.FileIndexWriter;
import org.apache.paimon.fileindex.FileIndexer;
import org.apache.paimon.options.Options;
import org.apache.paimon.types.DataType;
import org.apache.paimon.types.DataTypes;

/** Writes one container a kind of index with all column types that it takes, over rows that the Rust test makes too. */
public class MakeIndexes {
    static final int ROWS = 70;

    /** The number that row {@code row} of column {@code column} stands for; null for null. */
    static Long number(int column, int row) {
        long mixed = (row * 7919L + column * 104729L) % 1009;
        return mixed % 7 == 0 ? null : mixed % 23 - 11;
    }

    static final Map<String, DataType> TYPES = new LinkedHashMap<>();

    static {
        TYPES.put("boolean", DataTypes.BOOLEAN());
        TYPES.put("tinyint", DataTypes.TINYINT());
        TYPES.put("smallint", DataTypes.SMALLINT());
        TYPES.put("int", DataTypes.INT());
        TYPES.put("bigint", DataTypes.BIGINT());
        TYPES.put("float", DataTypes.FLOAT());
        TYPES.put("double", DataTypes.DOUBLE());
        TYPES.put("decimal", DataTypes.DECIMAL(9, 2));
        TYPES.put("string", DataTypes.STRING());
        TYPES.put("bytes", DataTypes.BYTES());
        TYPES.put("date", DataTypes.DATE());
        TYPES.put("time", DataTypes.TIME(3));
        TYPES.put("ts3", DataTypes.TIMESTAMP(3));
        TYPES.put("ts6", DataTypes.TIMESTAMP(6));
        TYPES.put("ts9", DataTypes.TIMESTAMP_WITH_LOCAL_TIME_ZONE(9));
    }

    static Object value(String type, Long n) {
        if (n == null) {
            return null;
        }
        switch (type) {
            case "boolean": return n > 0;
            case "tinyint": return (byte) (long) n;
            case "smallint": return (short) (n * 300);
            case "int": return (int) (n * 100000);
            case "bigint": return n * 10000000000L;
            case "float": return n == 11 ? Float.NaN : n == 0 ? -0.0f : n == 10 ? Float.POSITIVE_INFINITY : n / 4f;
            case "double": return n == 11 ? Double.NaN : n == 0 ? -0.0 : n == 10 ? Double.POSITIVE_INFINITY : n / 4.0;
            case "decimal": return Decimal.fromUnscaledLong(n * 12345, 9, 2);
            case "string": return BinaryString.fromString(n == 0 ? "" : n % 5 == 0 ? "\u00e9\ud83d\ude00" + n : "v" + n);
            case "bytes": return new byte[] {(byte) (long) n, 0, 7};
            case "date": return (int) (n * 1000);
            case "time": return (int) ((n + 11) * 1000003);
            case "ts3": return Timestamp.fromEpochMillis(n * 1234567);
            case "ts6": return Timestamp.fromMicros(n * 1234567891);
            case "ts9": return Timestamp.fromEpochMillis(n, n < 0 ? 999999 : (int) (n * 1001));
            default: throw new IllegalArgumentException(type);
        }
    }

    public static void main(String[] args) throws Exception {
        Path folder = Paths.get(args[0]);
        make(folder, "bloom_filter", "bloom-filter", "items", "60", "fpp", "0.05");
        make(folder, "bitmap_v1", "bitmap", "version", "1");
        make(folder, "bitmap_v2", "bitmap", "index-block-size", "64 b");
        make(folder, "bsi", "bsi");
        make(folder, "range_bitmap", "range-bitmap", "chunk-size", "64 b");
    }

    static void make(Path folder, String file, String kind, String... settings) throws Exception {
        Options options = new Options();
        for (int i = 0; i < settings.length; i += 2) {
            options.set(settings[i], settings[i + 1]);
        }
        Map<String, Map<String, byte[]>> indexes = new LinkedHashMap<>();
        List<String> left = new ArrayList<>();
        int column = 0;
        for (Map.Entry<String, DataType> type : TYPES.entrySet()) {
            try {
                FileIndexWriter writer = FileIndexer.create(kind, type.getValue(), options).createWriter();
                for (int row = 0; row < ROWS; row++) {
                    writer.writeRecord(value(type.getKey(), number(column, row)));
                }
                Map<String, byte[]> one = new LinkedHashMap<>();
                one.put(kind, writer.serializedBytes());
                indexes.put(type.getKey(), one);
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                left.add(type.getKey());
            }
            column++;
        }
        Map<String, byte[]> empty = new LinkedHashMap<>();
        empty.put(kind, null);
        indexes.put("nothing", empty);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (FileIndexFormat.Writer writer = FileIndexFormat.createWriter(out)) {
            writer.writeColumnIndexes(indexes);
        }
        Files.write(folder.resolve(file + ".index"), out.toByteArray());
        System.out.println(file + " " + out.size() + " without " + left);
    }
}
