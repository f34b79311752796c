import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** Spark with Paimon's connector as a peer: SparkPeer WAREHOUSE runs SQL, one statement a line, and answers with one JSON object. */
public class SparkPeer {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS");

    public static void main(String[] args) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");
        System.setOut(System.err);
        SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.shuffle.partitions", "2")
                .config("spark.default.parallelism", "2")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.sources.partitionOverwriteMode", "dynamic")
                .config("spark.sql.catalog.paimon", "org.apache.paimon.spark.SparkCatalog")
                .config("spark.sql.catalog.paimon.warehouse", args[0])
                .config("spark.sql.catalog.paimon.cache-enabled", "false")
                .config("spark.sql.extensions", "org.apache.paimon.spark.extensions.PaimonSparkSessionExtensions")
                .getOrCreate();
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String answer;
            try {
                answer = rows(spark, line);
            } catch (Throwable error) {
                error.printStackTrace();
                answer = "{\"error\":" + text(String.valueOf(error)) + "}";
            }
            answers.println(answer);
        }
        spark.stop();
    }

    private static String rows(SparkSession spark, String sql) {
        List<String> rows = new ArrayList<>();
        for (Row row : spark.sql(sql).collectAsList()) {
            rows.add(object(row));
        }
        return "{\"rows\":[" + String.join(",", rows) + "]}";
    }

    private static String object(Row row) {
        StructType schema = row.schema();
        List<String> members = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            members.add(text(schema.fieldNames()[i]) + ":" + value(row.get(i)));
        }
        return "{" + String.join(",", members) + "}";
    }

    private static String value(Object value) {
        if (value == null || value instanceof Integer || value instanceof Long || value instanceof Boolean) {
            return String.valueOf(value);
        }
        if (value instanceof BigDecimal) {
            return text(((BigDecimal) value).toPlainString());
        }
        if (value instanceof Timestamp) {
            return text(((Timestamp) value).toInstant().atOffset(ZoneOffset.UTC).format(TIME));
        }
        return text(value instanceof LocalDateTime ? ((LocalDateTime) value).format(TIME) : value.toString());
    }

    private static String text(String value) {
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
