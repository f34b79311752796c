import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.paimon.data.BinaryString;
import org.apache.paimon.data.Decimal;
import org.apache.paimon.data.GenericArray;
import org.apache.paimon.data.GenericMap;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.data.Timestamp;
import org.apache.paimon.shade.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.paimon.types.ArrayType;
import org.apache.paimon.types.DataField;
import org.apache.paimon.types.DataType;
import org.apache.paimon.types.DecimalType;
import org.apache.paimon.types.IntType;
import org.apache.paimon.types.MapType;
import org.apache.paimon.types.MultisetType;
import org.apache.paimon.types.RowType;

/** Canonical JSON as rows: the way back of {@link Canonical}. */
final class PeerRows {
    private PeerRows() {}

    static GenericRow row(JsonNode object, RowType type) {
        GenericRow row = new GenericRow(type.getFieldCount());
        for (int i = 0; i < type.getFieldCount(); i++) {
            DataField field = type.getFields().get(i);
            row.setField(i, value(object.get(field.name()), field.type()));
        }
        return row;
    }

    private static Object value(JsonNode value, DataType type) {
        if (value == null || value.isNull()) {
            return null;
        }
        switch (type.getTypeRoot()) {
            case BOOLEAN:
                return value.asBoolean();
            case TINYINT:
                return (byte) value.asInt();
            case SMALLINT:
                return (short) value.asInt();
            case INTEGER:
                return value.asInt();
            case BIGINT:
                return value.asLong();
            case FLOAT:
                return Float.parseFloat(value.asText());
            case DOUBLE:
                return Double.parseDouble(value.asText());
            case DECIMAL:
                DecimalType decimal = (DecimalType) type;
                return Decimal.fromBigDecimal(new BigDecimal(value.asText()), decimal.getPrecision(), decimal.getScale());
            case CHAR:
            case VARCHAR:
                return BinaryString.fromString(value.asText());
            case BINARY:
            case VARBINARY:
                return bytes(value.asText());
            case DATE:
                return (int) LocalDate.parse(value.asText()).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE:
                return (int) (LocalTime.parse(value.asText()).toNanoOfDay() / 1_000_000);
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return Timestamp.fromLocalDateTime(LocalDateTime.parse(value.asText().replace("Z", "")));
            case ARRAY:
                return array(value, ((ArrayType) type).getElementType());
            case MAP:
                return map(value, ((MapType) type).getKeyType(), ((MapType) type).getValueType());
            case MULTISET:
                return map(value, ((MultisetType) type).getElementType(), new IntType());
            case ROW:
                return row(value, (RowType) type);
            default:
                throw new IllegalArgumentException("no values of type " + type);
        }
    }

    private static byte[] bytes(String hex) {
        byte[] out = new byte[hex.length() / 2];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return out;
    }

    private static GenericArray array(JsonNode elements, DataType type) {
        Object[] out = new Object[elements.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = value(elements.get(i), type);
        }
        return new GenericArray(out);
    }

    private static GenericMap map(JsonNode pairs, DataType key, DataType element) {
        Map<Object, Object> out = new LinkedHashMap<>();
        for (JsonNode pair : pairs) {
            out.put(value(pair.get(0), key), value(pair.get(1), element));
        }
        return new GenericMap(out);
    }
}
