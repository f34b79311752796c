import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.paimon.data.Decimal;
import org.apache.paimon.data.InternalArray;
import org.apache.paimon.data.InternalMap;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.data.Timestamp;
import org.apache.paimon.types.ArrayType;
import org.apache.paimon.types.DataField;
import org.apache.paimon.types.DataType;
import org.apache.paimon.types.DataTypeChecks;
import org.apache.paimon.types.DataTypeRoot;
import org.apache.paimon.types.DecimalType;
import org.apache.paimon.types.IntType;
import org.apache.paimon.types.MapType;
import org.apache.paimon.types.MultisetType;
import org.apache.paimon.types.RowType;

/** Rows as canonical JSON: the form in which implementations are compared. */
final class Canonical {
    private Canonical() {}

    /** One JSON object, columns in schema order. */
    static String row(InternalRow row, RowType type) {
        StringBuilder out = new StringBuilder("{");
        for (int i = 0; i < type.getFieldCount(); i++) {
            DataField field = type.getFields().get(i);
            Object value = InternalRow.createFieldGetter(field.type(), i).getFieldOrNull(row);
            out.append(i == 0 ? "" : ",").append(text(field.name())).append(':').append(value(value, field.type()));
        }
        return out.append('}').toString();
    }

    static String value(Object value, DataType type) {
        if (value == null) {
            return "null";
        }
        switch (type.getTypeRoot()) {
            case BOOLEAN:
            case TINYINT:
            case SMALLINT:
            case INTEGER:
            case BIGINT:
                return value.toString();
            case FLOAT:
            case DOUBLE:
                double number = ((Number) value).doubleValue();
                return Double.isFinite(number) ? value.toString() : text(value.toString());
            case DECIMAL:
                int scale = ((DecimalType) type).getScale();
                return text(((Decimal) value).toBigDecimal().setScale(scale).toPlainString());
            case DATE:
                return text(LocalDate.ofEpochDay((Integer) value).toString());
            case TIME_WITHOUT_TIME_ZONE:
                return text(time((Integer) value, DataTypeChecks.getPrecision(type)));
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return text(timestamp((Timestamp) value, type));
            case BINARY:
            case VARBINARY:
                return text(hex((byte[]) value));
            case ARRAY:
                return "[" + String.join(",", elements((InternalArray) value, ((ArrayType) type).getElementType())) + "]";
            case MAP:
                return map((InternalMap) value, ((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return map((InternalMap) value, ((MultisetType) type).getElementType(), new IntType());
            case ROW:
                return row((InternalRow) value, (RowType) type);
            default:
                return text(value.toString());
        }
    }

    private static List<String> elements(InternalArray array, DataType type) {
        InternalArray.ElementGetter getter = InternalArray.createElementGetter(type);
        List<String> out = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            out.add(value(getter.getElementOrNull(array, i), type));
        }
        return out;
    }

    /** Pairs, sorted by the text of the key. */
    private static String map(InternalMap map, DataType keyType, DataType valueType) {
        List<String> keys = elements(map.keyArray(), keyType);
        List<String> values = elements(map.valueArray(), valueType);
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            pairs.add("[" + keys.get(i) + "," + values.get(i) + "]");
        }
        Collections.sort(pairs);
        return "[" + String.join(",", pairs) + "]";
    }

    private static String time(int millis, int precision) {
        return LocalTime.ofNanoOfDay(millis * 1_000_000L).format(DateTimeFormatter.ofPattern("HH:mm:ss" + fraction(precision)));
    }

    private static String timestamp(Timestamp value, DataType type) {
        boolean local = type.getTypeRoot() == DataTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
        String pattern = "uuuu-MM-dd'T'HH:mm:ss" + fraction(DataTypeChecks.getPrecision(type));
        return value.toLocalDateTime().format(DateTimeFormatter.ofPattern(pattern)) + (local ? "Z" : "");
    }

    private static String fraction(int precision) {
        return precision > 0 ? "." + "S".repeat(precision) : "";
    }

    private static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            out.append(String.format("%02x", b));
        }
        return out.toString();
    }

    static String text(String value) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : value.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
