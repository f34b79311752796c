import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.paimon.catalog.Catalog;
import org.apache.paimon.catalog.CatalogContext;
import org.apache.paimon.catalog.CatalogFactory;
import org.apache.paimon.catalog.Identifier;
import org.apache.paimon.data.BinaryString;
import org.apache.paimon.data.GenericRow;
import org.apache.paimon.options.Options;
import org.apache.paimon.schema.Schema;
import org.apache.paimon.schema.SchemaChange;
import org.apache.paimon.table.Table;
import org.apache.paimon.table.sink.BatchTableCommit;
import org.apache.paimon.table.sink.BatchTableWrite;
import org.apache.paimon.table.sink.BatchWriteBuilder;
import org.apache.paimon.types.DataTypes;

/** Two append tables with the same rows and indexes: one has the indexes in its manifests, the other beside its data files. */
public class MakeTables {
    public static void main(String[] args) throws Exception {
        Options options = new Options();
        options.set("warehouse", args[0]);
        try (Catalog catalog = CatalogFactory.createCatalog(CatalogContext.create(options))) {
            catalog.createDatabase("db", true);
            make(catalog, "embedded", "1 mb");
            make(catalog, "side_car", "1 b");
        }
    }

    static void make(Catalog catalog, String name, String threshold) throws Exception {
        Schema.Builder schema = Schema.newBuilder()
                .column("id", DataTypes.INT())
                .column("city", DataTypes.STRING())
                .column("qty", DataTypes.INT())
                .column("price", DataTypes.INT())
                .option("bucket", "-1")
                .option("file.format", "parquet")
                .option("metadata.stats-mode", "none")
                .option("file-index.in-manifest-threshold", threshold)
                .option("file-index.bloom-filter.columns", "id")
                .option("file-index.bloom-filter.id.items", "50")
                .option("file-index.bitmap.columns", "city")
                .option("file-index.bsi.columns", "qty")
                .option("file-index.range-bitmap.columns", "price");
        Identifier id = Identifier.create("db", name);
        catalog.createTable(id, schema.build(), false);
        write(catalog.getTable(id), 0, false);
        write(catalog.getTable(id), 40, false);
        catalog.alterTable(id, Arrays.asList(
                SchemaChange.renameColumn("city", "town"),
                SchemaChange.updateColumnType("price", DataTypes.BIGINT()),
                SchemaChange.dropColumn("qty"),
                SchemaChange.addColumn("qty", DataTypes.INT()),
                SchemaChange.removeOption("file-index.bsi.columns"),
                SchemaChange.setOption("file-index.bitmap.columns", "town,qty")), false);
        write(catalog.getTable(id), 80, true);
    }

    static void write(Table table, int from, boolean evolved) throws Exception {
        BatchWriteBuilder builder = table.newBatchWriteBuilder();
        try (BatchTableWrite write = builder.newWrite(); BatchTableCommit commit = builder.newCommit()) {
            for (int row = from; row < from + 40; row++) {
                Object city = row % 7 == 0 ? null : BinaryString.fromString("city" + row % 5);
                Integer qty = row % 11 == 0 ? null : row % 9 - 4;
                Object price = row % 13 == 0 ? null : evolved ? (Object) (row * 4000000000L) : (Object) (row * 100);
                write.write(evolved ? GenericRow.of(row, city, price, qty) : GenericRow.of(row, city, qty, price));
            }
            commit.commit(write.prepareCommit());
        }
    }
}
