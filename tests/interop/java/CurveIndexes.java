// Places of random rows on the curves that Java clusters by: the cases of core/src/compact/cluster/testdata.
//   java -cp … CurveIndexes SEED ROWS
// A line: curve, bytes of a string in the z-order, types, values (\N is null), place in hex, all with tabs between.
import java.math.*;
import java.time.*;
import java.util.*;
import java.util.stream.*;
import org.apache.paimon.data.*;
import org.apache.paimon.sort.hilbert.HilbertIndexer;
import org.apache.paimon.sort.zorder.ZIndexer;
import org.apache.paimon.types.*;

public class CurveIndexes {
    static Random random;
    static DataType[] types = {
        DataTypes.BOOLEAN(), DataTypes.TINYINT(), DataTypes.SMALLINT(), DataTypes.INT(), DataTypes.BIGINT(), DataTypes.FLOAT(), DataTypes.DOUBLE(),
        DataTypes.DECIMAL(9, 2), DataTypes.DECIMAL(18, 0), DataTypes.DECIMAL(38, 10), DataTypes.CHAR(5), DataTypes.STRING(), DataTypes.BINARY(4), DataTypes.BYTES(),
        DataTypes.DATE(), DataTypes.TIME(3), DataTypes.TIMESTAMP(3), DataTypes.TIMESTAMP(6), DataTypes.TIMESTAMP(9), DataTypes.TIMESTAMP_WITH_LOCAL_TIME_ZONE(6) };

    static long number(int bits) {
        // Small and large ones alike.
        return random.nextLong() >> (64 - 1 - random.nextInt(bits));
    }

    static String letters(int most) {
        return random.ints(random.nextInt(most + 1), 0, 40).mapToObj(c -> "abcdefghijklmnopqrstuvwxyzäßé漢0123456789XYZ".substring(c, c + 1)).collect(Collectors.joining());
    }

    static String value(DataType type) {
        if (type.isNullable() && random.nextInt(8) == 0) return "\\N";
        switch (type.getTypeRoot()) {
            case BOOLEAN: return "" + random.nextBoolean();
            case TINYINT: return "" + number(8);
            case SMALLINT: return "" + number(16);
            case INTEGER: return "" + number(32);
            case BIGINT: return "" + number(64);
            case FLOAT: return "" + (random.nextInt(9) == 0 ? Float.NEGATIVE_INFINITY : (float) (number(30) / 8.0));
            case DOUBLE: return "" + (random.nextInt(9) == 0 ? Double.NaN : number(60) / 64.0);
            case DECIMAL: {
                DecimalType d = (DecimalType) type;
                BigInteger unscaled = new BigInteger(random.nextInt((int) (d.getPrecision() * 3.3)), random);
                return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), d.getScale()).toPlainString();
            }
            case CHAR: return letters(5);
            case VARCHAR: return letters(20);
            case BINARY: case VARBINARY: {
                byte[] bytes = new byte[type.getTypeRoot() == DataTypeRoot.BINARY ? 4 : random.nextInt(20)];
                random.nextBytes(bytes);
                return hex(bytes);
            }
            case DATE: return LocalDate.ofEpochDay(number(16)).toString();
            case TIME_WITHOUT_TIME_ZONE: return LocalTime.ofNanoOfDay(random.nextInt(86_400_000) * 1_000_000L).format(java.time.format.DateTimeFormatter.ofPattern("HH:mm:ss.SSS"));
            default: {
                int precision = DataTypeChecks.getPrecision(type);
                long unit = precision <= 3 ? 1_000_000 : precision <= 6 ? 1000 : 1;
                LocalDateTime time = LocalDateTime.ofEpochSecond(number(33), 0, ZoneOffset.UTC).plusNanos(random.nextInt(1_000_000_000) / unit * unit);
                return time.format(java.time.format.DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSSSSS"));
            }
        }
    }

    static Object parse(String text, DataType type) {
        if (text.equals("\\N")) return null;
        switch (type.getTypeRoot()) {
            case BOOLEAN: return Boolean.valueOf(text);
            case TINYINT: return Byte.valueOf(text);
            case SMALLINT: return Short.valueOf(text);
            case INTEGER: return Integer.valueOf(text);
            case BIGINT: return Long.valueOf(text);
            case FLOAT: return Float.valueOf(text);
            case DOUBLE: return Double.valueOf(text);
            case DECIMAL: return Decimal.fromBigDecimal(new BigDecimal(text), ((DecimalType) type).getPrecision(), ((DecimalType) type).getScale());
            case CHAR: case VARCHAR: return BinaryString.fromString(text);
            case BINARY: case VARBINARY: {
                byte[] bytes = new byte[text.length() / 2];
                for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
                return bytes;
            }
            case DATE: return (int) LocalDate.parse(text).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE: return (int) (LocalTime.parse(text).toNanoOfDay() / 1_000_000);
            default: return Timestamp.fromLocalDateTime(LocalDateTime.parse(text.replace(' ', 'T')));
        }
    }

    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte b : bytes) text.append(String.format("%02x", b));
        return text.toString();
    }

    public static void main(String[] args) {
        random = new Random(Long.parseLong(args[0]));
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            boolean hilbert = i % 2 == 1;
            int columns = hilbert ? 2 + random.nextInt(6) : 1 + random.nextInt(6);
            int length = random.nextBoolean() ? 8 : 1 + random.nextInt(12);
            List<DataField> fields = new ArrayList<>();
            List<String> values = new ArrayList<>();
            GenericRow row = new GenericRow(columns);
            for (int c = 0; c < columns; c++) {
                DataType type = i < types.length * 2 && c == 0 ? types[i / 2] : types[random.nextInt(types.length)];
                fields.add(new DataField(c, "c" + c, type));
                values.add(value(type));
                row.setField(c, parse(values.get(c), type));
            }
            RowType rowType = new RowType(fields);
            byte[] place;
            if (hilbert) {
                HilbertIndexer indexer = new HilbertIndexer(rowType, rowType.getFieldNames());
                indexer.open();
                place = indexer.index(row);
            } else {
                ZIndexer indexer = new ZIndexer(rowType, rowType.getFieldNames(), length);
                indexer.open();
                place = Arrays.copyOf(indexer.index(row), indexer.size());
            }
            String typeNames = fields.stream().map(f -> f.type().asSQLString()).collect(Collectors.joining(";"));
            System.out.println(String.join("\t", hilbert ? "hilbert" : "zorder", "" + length, typeNames, String.join("|", values), hex(place)));
        }
    }
}
