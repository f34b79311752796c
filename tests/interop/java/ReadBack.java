import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.CatalogContext;
import org.apache.paimon.catalog.CatalogFactory;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.InternalRow;
import org.apache.paimon.options.Options;
import org.apache.paimon.reader.RecordReader;
import org.apache.paimon.table.Table;
import org.apache.paimon.table.source.ReadBuilder;
import org.apache.paimon.types.DataField;
import org.apache.paimon.types.DataType;
import org.apache.paimon.types.DecimalType;

/** Prints the rows of a table, read by Java Paimon, one canonical JSON object a line: ReadBack WAREHOUSE DB TABLE [SNAPSHOT]. */
public class ReadBack {
    public static void main(String[] args) throws Exception {
        Options options = new Options();
        options.set("warehouse", args[0]);
        try (Catalog catalog = CatalogFactory.createCatalog(CatalogContext.create(options))) {
            Table table = catalog.getTable(Identifier.create(args[1], args[2]));
            if (args.length > 3) {
                table = table.copy(Collections.singletonMap("scan.snapshot-id", args[3]));
            }
            List<DataField> fields = table.rowType().getFields();
            List<InternalRow.FieldGetter> getters = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                getters.add(InternalRow.createFieldGetter(fields.get(i).type(), i));
            }
            ReadBuilder builder = table.newReadBuilder();
            StringBuilder out = new StringBuilder();
            try (RecordReader<InternalRow> reader = builder.newRead().createReader(builder.newScan().plan().splits())) {
                reader.forEachRemaining(row -> {
                    out.setLength(0);
                    for (int i = 0; i < fields.size(); i++) {
                        out.append(i == 0 ? "{" : ",").append(text(fields.get(i).name())).append(':');
                        out.append(value(getters.get(i).getFieldOrNull(row), fields.get(i).type()));
                    }
                    System.out.println(out.append('}'));
                });
            }
        }
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
                return text(((org.apache.paimon.data.Decimal) value).toBigDecimal()
                        .setScale(((DecimalType) type).getScale()).toPlainString());
            case DATE:
                return text(java.time.LocalDate.ofEpochDay((Integer) value).toString());
            case TIMESTAMP_WITHOUT_TIME_ZONE:
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE:
                return timestamp((org.apache.paimon.data.Timestamp) value, type);
            default:
                return text(value.toString());
        }
    }

    static String timestamp(org.apache.paimon.data.Timestamp value, DataType type) {
        boolean local = type.getTypeRoot() == org.apache.paimon.types.DataTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
        int precision = org.apache.paimon.types.DataTypeChecks.getPrecision(type);
        String pattern = "uuuu-MM-dd'T'HH:mm:ss" + (precision > 0 ? "." + "S".repeat(precision) : "");
        return text(value.toLocalDateTime().format(java.time.format.DateTimeFormatter.ofPattern(pattern)) + (local ? "Z" : ""));
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
